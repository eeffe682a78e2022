"""The labelled pairs: what happens to a text between two newsrooms, and what only looks like it."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bench import vocabulary as v
from bench.sentences_made import Facts, Made, facts, other, story

EXCERPT_WORDS: Final = 55  # WordPress's own


@dataclass(frozen=True, slots=True)
class Pair:
    """A stored story's kin: published `later`, and whether it is the same text."""

    kind: str
    same: bool
    probe: Made
    later: timedelta


Change = Callable[[Made, random.Random], Made]


def _with_text(made: Made, paragraphs: list[str]) -> Made:
    return replace(made, paragraphs=tuple(p for p in paragraphs if p))


def new_headline(made: Made, rng: random.Random) -> Made:
    """Another headline over the same text."""
    return replace(made, title=story(rng.getrandbits(48), made.facts).title)


def typing_errors(made: Made, rng: random.Random) -> Made:
    """One to three words of a hundred mistyped, figures among them."""
    rate = rng.uniform(0.01, 0.03)

    def mistyped(word: re.Match[str]) -> str:
        return _mistyped(word[0], rng) if rng.random() < rate else word[0]

    return _with_text(made, [re.sub(r"\w{2,}", mistyped, p) for p in made.paragraphs])


def _mistyped(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) - 1)
    match rng.randrange(3):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def reworded(made: Made, rng: random.Random) -> Made:
    """An editor's hand: half of the words that have a synonym, a sentence left out, one added, paragraphs moved."""
    paragraphs = [_synonyms(p, rng, 0.5) for p in made.paragraphs]
    at = rng.randrange(len(paragraphs))
    sentences = re.split(r"(?<=\.) ", paragraphs[at])
    if len(sentences) > 1:
        sentences.pop(rng.randrange(len(sentences)))
    paragraphs[at] = " ".join(sentences)
    added = story(rng.getrandbits(48), made.facts)
    paragraphs.insert(rng.randint(1, len(paragraphs)), re.split(r"(?<=\.) ", added.paragraphs[1])[0])
    if len(paragraphs) > 3:
        a, b = rng.sample(range(1, len(paragraphs)), 2)
        paragraphs[a], paragraphs[b] = paragraphs[b], paragraphs[a]
    return new_headline(_with_text(made, paragraphs), rng)


def _synonyms(text: str, rng: random.Random, share: float) -> str:
    def chosen(word: re.Match[str]) -> str:
        known = v.SYNONYMS.get(word[0])
        return " ".join(known) if known and rng.random() < share else word[0]

    return re.sub(r"\w+", chosen, text)


def excerpt(made: Made, rng: random.Random) -> Made:
    """A feed that shows fifty-five words."""
    return new_headline(_with_text(made, [" ".join(made.text.split()[:EXCERPT_WORDS]) + " …"]), rng)


def shortened(made: Made, rng: random.Random) -> Made:
    """The first half."""
    kept = max(2, len(made.paragraphs) // 2)
    return new_headline(_with_text(made, list(made.paragraphs[:kept])), rng)


def extended(made: Made, rng: random.Random) -> Made:
    """A paragraph of one's own under the whole text, with a figure and a name of its own."""
    own = story(rng.getrandbits(48), facts(rng.getrandbits(48), made.facts.published)).paragraphs[1]
    return new_headline(_with_text(made, [*made.paragraphs, own]), rng)


def framed(made: Made, rng: random.Random) -> Made:
    """Word by word, with what a portal puts around it and no cleaner takes away."""
    frame = [
        f"Laporan wartawan {rng.choice(v.FIRST_NAMES)} dari {rng.choice(v.VILLAGE_HEADS)}.",
        *made.paragraphs,
        v.STOCK[10],
    ]
    return new_headline(_with_text(made, frame), rng)


def other_village(made: Made, rng: random.Random) -> Made:
    """The same form letter for the village next door: other places, people and figures, the same day."""
    return _retold(made, other(made.facts, rng.getrandbits(48), "desa", "dusun", "kec", "p", "n"))


def other_village_without_figures(made: Made, rng: random.Random) -> Made:
    """The hardest form letter: only places and people differ."""
    return _retold(made, other(made.facts, rng.getrandbits(48), "desa", "dusun", "kec", "p"))


def other_figures(made: Made, rng: random.Random) -> Made:
    """The next day's list: other figures and date, the same places and people."""
    tomorrow = facts(0, made.facts.published + timedelta(days=1)).slots
    known = other(made.facts, rng.getrandbits(48), "n", "jam")
    slots = known.slots | {"hari": tomorrow["hari"], "tgl": tomorrow["tgl"]}
    return _retold(made, replace(known, slots=slots))


def _retold(made: Made, known: Facts) -> Made:
    return story(made.structure, known)


def follow_up(made: Made, rng: random.Random) -> Made:
    """The next development: new above, a third of the old text below."""
    new = story(rng.getrandbits(48), other(made.facts, rng.getrandbits(48), "n"), (3, 5))
    old = list(made.paragraphs[: max(1, len(made.paragraphs) // 3)])
    return _with_text(new, [*new.paragraphs, *old])


def second_report(made: Made, rng: random.Random) -> Made:
    """Another reporter at the same event: the same facts in other words."""
    return story(rng.getrandbits(48), made.facts)


def unrelated(made: Made, rng: random.Random) -> Made:
    """Another story altogether."""
    return story(rng.getrandbits(48), facts(rng.getrandbits(48), made.facts.published))


def stock_only(made: Made, rng: random.Random) -> Made:
    """Two sentences of its own, the rest what every newsroom writes: shared with thousands."""
    own = story(rng.getrandbits(48), facts(rng.getrandbits(48), made.facts.published))
    stock = [s for s in v.STOCK if s in made.text] or list(v.STOCK[:1])
    return _with_text(own, [own.paragraphs[0], " ".join(stock)])


SAME: Final[tuple[Change, ...]] = (new_headline, typing_errors, reworded, excerpt, shortened, extended, framed)
DIFFERENT: Final[tuple[Change, ...]] = (
    other_village, other_village_without_figures, other_figures, follow_up, second_report, unrelated, stock_only,
)  # fmt: skip


def pair(change: Change, original: Made, seed: int) -> Pair:
    """What `change` makes of a stored story, up to three days later."""
    rng = random.Random(seed)
    later = timedelta(hours=rng.uniform(0.1, 30))
    return Pair(change.__name__, change in SAME, change(original, rng), later)
