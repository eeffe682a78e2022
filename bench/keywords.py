"""Following words: which of 100,000 followed words a story of 400 words mentions, and what they weigh in memory.

The words are those of the sample articles, and invented names of places, one to three words each, up to the number.
"""

import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from bot.news.keywords import Keywords, fault, key
from bot.simulator.stories import samples

FOLLOWED, STORY_WORDS, ROUNDS = 100_000, 400, 1_000
SYLLABLES = (
    *("ba", "be", "bo", "da", "di", "do", "ga", "ja", "je", "jo", "ka", "ke", "ko", "la", "le", "lo", "ma", "me", "mo"),
    *("na", "no", "pa", "po", "ra", "re", "ro", "sa", "se", "so", "ta", "te", "to", "wa", "wo", "ngan", "ring", "san"),
    *("tan", "dung", "rejo", "sari", "jati", "wangi", "gede", "kulon", "wetan"),
)


def run() -> dict[str, Any]:
    """Milliseconds of CPU a story, memory, and microseconds to add or remove one word."""
    stories = _stories()
    usual = _followed([*_names(stories), *_invented(FOLLOWED)])
    worst = _followed([*_everything(stories), *_invented(FOLLOWED)])
    return {
        "followed words": len(usual),
        "words a story": STORY_WORDS,
        "names of the articles followed": _measured(usual, stories),
        "every word, pair and three of the articles followed": _measured(worst, stories),
        "1,000 followed": _measured(list(usual)[::100], stories),
        "MB": _megabytes(usual),
        "µs to add or remove a word": _microseconds(usual),
    }


def _measured(words: Sequence[str], stories: Sequence[str]) -> dict[str, float]:
    followed = Keywords(words)
    took = sorted(_ms(partial(followed.match, stories[number % len(stories)])) for number in range(ROUNDS))
    return {
        "found": statistics.median(len(followed.match(story)) for story in stories),
        "median ms": round(took[ROUNDS // 2], 3),
        "99th percentile ms": round(took[ROUNDS * 99 // 100], 3),
    }


def _megabytes(words: Sequence[str]) -> float:
    """Of the matcher and the words in it, the list that they came from apart."""
    tracemalloc.start()
    followed = Keywords(words)
    memory = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return round(memory, 1) if len(followed) else 0.0


def _microseconds(words: Sequence[str]) -> float:
    followed = Keywords(words)
    others = [f"Dusun {number} Baru" for number in range(1_000)]

    def work() -> None:
        for word in others:
            followed.add(word)
        for word in others:
            followed.remove(word)

    return round(_ms(work) / 2, 1)


def _stories() -> list[str]:
    """The sample articles, one behind the other, in pieces of 400 words."""
    words = " ".join(paragraph for sample in samples() for paragraph in sample.paragraphs).split()
    return [" ".join(words[at : at + STORY_WORDS]) for at in range(0, len(words) - STORY_WORDS, STORY_WORDS)]


def _followed(words: Iterable[str]) -> list[str]:
    """What residents may follow of it, each once."""
    return list({key(word): word for word in words if fault(word) is None}.values())[:FOLLOWED]


def _everything(stories: Sequence[str]) -> Iterator[str]:
    words = [word.strip('.,:;()“”"') for word in " ".join(stories).split()]
    for length in (1, 2, 3):
        yield from (" ".join(words[at : at + length]) for at in range(len(words)))


def _names(stories: Sequence[str]) -> Iterator[str]:
    return (phrase for phrase in _everything(stories) if all(word[:1].isupper() for word in phrase.split()))


def _invented(number: int) -> Iterator[str]:
    chance = random.Random(17)
    for _ in range(number * 2):
        names = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(chance.choice((1, 1, 2, 3))))
        yield " ".join(names).title()


def _ms(work: Callable[[], object]) -> float:
    """Of this process alone: what else the machine does is not measured."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000
