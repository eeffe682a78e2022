"""Indonesian local news from a grammar: as many stories as wanted, none of which happened.

A story is a structure (which sentences, which words) with slots for facts (village, people, figures, date). The same
structure with other facts is what newsrooms do with form letters; other structures with the same facts are two reports
of one event.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from bench import vocabulary as v

WIB = timezone(timedelta(hours=7))
PORTALS = tuple(f"kabar{name.lower()}.example" for name in v.VILLAGE_HEADS) + tuple(
    f"warta{name}.example" for name in v.VILLAGE_TAILS
)


@dataclass(frozen=True, slots=True)
class Made:
    """One story as a portal publishes it, and what it was made from."""

    title: str
    paragraphs: tuple[str, ...]
    structure: int
    facts: "Facts"

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Facts:
    """What fills the slots."""

    slots: dict[str, str]
    published: datetime


def story(structure: int, facts: "Facts", length: tuple[int, int] = (3, 7)) -> Made:
    """The story of this structure about these facts; `length` in paragraphs."""
    rng = random.Random(structure)
    topic = rng.choice(list(v.TOPICS))
    grammar = _Grammar(rng, topic)
    paragraphs = [grammar.lead()] + [grammar.paragraph() for _ in range(rng.randint(*length))]
    if rng.random() < v.STOCK_OFTEN:
        paragraphs.append(" ".join(rng.sample(v.STOCK, rng.choice((1, 1, 2)))))
    title = grammar.title()
    return Made(_filled(title, facts), tuple(_filled(p, facts) for p in paragraphs), structure, facts)


def facts(seed: int, published: datetime) -> Facts:
    """Facts of an event."""
    rng = random.Random(seed)
    local = published.astimezone(WIB)
    slots = {
        "desa": rng.choice(v.VILLAGE_HEADS) + rng.choice(v.VILLAGE_TAILS),
        "dusun": rng.choice(v.VILLAGE_HEADS) + " " + rng.choice(v.VILLAGE_TAILS).title(),
        "kec": rng.choice(v.VILLAGE_HEADS) + rng.choice(v.VILLAGE_TAILS),
        "kab": rng.choice(v.VILLAGE_HEADS[:12]) + rng.choice(v.VILLAGE_TAILS[:4]),
        "hari": v.DAYS[local.weekday()],
        "tgl": rng.choice((f"{local.day}/{local.month}/{local.year}", f"{local.day}/{local.month}")),
        "jam": f"{rng.randint(6, 21):02}.{rng.choice((0, 15, 30, 45)):02}",
    }
    for number in range(4):
        slots[f"p{number}"] = f"{rng.choice(v.FIRST_NAMES)} {rng.choice(v.LAST_NAMES)}"
    for number in range(10):
        slots[f"n{number}"] = _figure(rng)
    return Facts(slots, published)


def other(known: Facts, seed: int, *names: str) -> Facts:
    """The same facts but for the named slots (`n` are all figures, `p` all people)."""
    fresh = facts(seed, known.published).slots
    changed = {key: value for key, value in fresh.items() if key.rstrip("0123456789") in names or key in names}
    return replace(known, slots=known.slots | changed)


def _figure(rng: random.Random) -> str:
    match rng.randrange(5):
        case 0:
            return f"{rng.randint(2, 12)}"
        case 1:
            return f"{rng.randint(1, 9)}.{rng.randint(0, 999):03}"
        case 2:
            return f"{rng.randint(2, 40)},{rng.randint(1, 9)}"
    return f"{rng.randint(13, 990)}"


def _filled(text: str, known: Facts) -> str:
    return text.format_map(known.slots)


class _Grammar:
    """Sentences of one topic; every choice comes from the structure's own chance."""

    def __init__(self, rng: random.Random, topic: str) -> None:
        self.rng = rng
        self.things, self.acts, self.actors = v.TOPICS[topic]
        self.figures = 0

    def _figure(self) -> str:
        self.figures += 1
        return f"{{n{(self.figures - 1) % 10}}}"

    def _thing(self) -> str:
        return self.rng.choice(self.things) + self._how() + (" " + self._quality() if self.rng.random() < 0.4 else "")

    def _how(self) -> str:
        return " " + self.rng.choice(v.HOW) if self.rng.random() < 0.7 else ""

    def _when(self) -> str:
        return self.rng.choice(v.WHEN) + " " if self.rng.random() < 0.6 else ""

    def _quality(self) -> str:
        return f"{self.rng.choice(v.WHERE)} {self.rng.choice(v.HOW)}"

    def _act(self) -> str:
        return self._when() + self.rng.choice(self.acts)

    def _person(self) -> str:
        return f"{self.rng.choice(v.OFFICES)} {{p{self.rng.randrange(4)}}}"

    def _counted(self) -> str:
        return f"{self._figure()} {self.rng.choice(v.UNITS)}"

    def title(self) -> str:
        place = self.rng.choice(("Desa {desa}", "{kec}", "{kab}", "Dusun {dusun}"))
        act, thing = self.rng.choice(self.acts), self.rng.choice(self.things)
        actor = self.rng.choice(self.actors)
        tail = self.rng.choice((f"untuk {self.rng.choice(v.GOALS)}", self._quality(), f"bagi {self._counted()}"))
        return (
            f"{actor} {place} {act} {thing} {tail}".title().replace("{N", "{n").replace("{D", "{d").replace("{K", "{k")
        )

    def lead(self) -> str:
        place = self.rng.choice(
            ("Desa {desa}, Kecamatan {kec}", "Dusun {dusun}, Desa {desa}", "Kecamatan {kec}, {kab}")
        )
        what = f"{self._act()} {self._thing()} bagi {self._counted()}"
        return f"{self._actor()} {place} {what}, {{hari}} ({{tgl}}). {self._sentence()}"

    def _actor(self) -> str:
        actor = self.rng.choice(self.actors)
        return actor[0].upper() + actor[1:]

    def paragraph(self) -> str:
        return " ".join(self._sentence() for _ in range(self.rng.randint(1, 3)))

    def _sentence(self) -> str:
        return self.rng.choice(
            (self._doing, self._doing, self._saying, self._quoting, self._counting, self._passive, self._scene)
        )()

    def _doing(self) -> str:
        return f"{self.rng.choice(v.OPENERS)}, {self._deed()} untuk {self._goal()}."

    def _deed(self) -> str:
        return f"{self.rng.choice(self.actors)} {self._act()} {self._thing()}"

    def _goal(self) -> str:
        return f"{self.rng.choice(v.GOALS)} {self.rng.choice(v.AIMS)}{self._how()}"

    def _saying(self) -> str:
        said = self.rng.choice(v.VERBS_OF_SAYING)
        return (
            f"{self._person()} {self._when()}{said} {self._thing()} {self.rng.choice(v.FEELINGS)} demi {self._goal()}."
        )

    def _quoting(self) -> str:
        thing = self._thing()
        said = f"“{thing[0].upper()}{thing[1:]} {self.rng.choice(v.FEELINGS)},”"
        return f"{said} {self.rng.choice(('ujar', 'kata', 'tutur'))} {{p{self.rng.randrange(4)}}}, {{hari}}."

    def _counting(self) -> str:
        place = self.rng.choice(("di {desa}", "di Dusun {dusun}", "se-Kecamatan {kec}", "di wilayah {kab}"))
        return (
            f"{self.rng.choice(('Tercatat', 'Sedikitnya', 'Sebanyak', 'Total'))} {self._counted()} {place} "
            f"{self._act()} {self._thing()}, naik dari {self._counted()} {self._quality()}."
        )

    def _passive(self) -> str:
        thing = self._thing()
        return (
            f"{thing[0].upper()}{thing[1:]} dijadwalkan mulai pukul {{jam}} WIB dengan melibatkan {self._counted()} "
            f"dan {self.rng.choice(self.actors)} {self._quality()}."
        )

    def _scene(self) -> str:
        first, second = self.rng.sample(v.CONDITIONS, 2)
        return f"{self.rng.choice(v.OPENERS)}, {first} {self._when()}ketika {self._deed()}, dan {second}."
