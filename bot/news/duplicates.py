"""Whether two stories are one text, two that belong together, or neither; figures: `python -m bench likeness`.

The same text, from another portal, within three days: at least half of the shorter one's shingles, and nothing that
says the opposite: figures, dates, or the names of whom and where. A press release is copied with typing errors, cut,
extended and given another headline; a form letter for the next village is *not* the same text, however much is shared.

Left from the first recipe: *the same numbers and dates* as equal sets loses every cut and every mistyped copy, so they
must agree only as far as both say something; and names are compared too, because without them a form letter without
figures (a patrol, a visit) was suppressed for every village but the first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.news.marks import Marks
from bot.news.shingles import FEW, Sketch

WINDOW = timedelta(hours=72)  # between the two publications
TITLE_WINDOW = timedelta(hours=48)
SAME, SAME_SHARED = 0.5, 3  # containment, shingles
RELATED, RELATED_SHARED = 0.2, 6
_TITLE_WORDS = 5  # `Jadwal Salat Hari Ini` is a rubric
_FIGURES, _DATES, _NAMES = 0.75, 0.5, 0.75  # of the smaller set, shared at least


class Likeness(Enum):
    """What a stored story is to a new one."""

    SAME = "same"
    RELATED = "related"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored story with something in common with a new one."""

    story_id: int
    portal: str
    published: datetime
    samples: int
    shared: int
    same_title: bool
    marks: Marks


@dataclass(frozen=True, slots=True)
class Match:
    """A stored story that is the same text, or belongs to it."""

    story_id: int
    score: float  # containment, 0 to 1
    by_title: bool = False


@dataclass(frozen=True, slots=True)
class Likely:
    """What the store knows that is like a new story: the one that it repeats, and what belongs to it, best first."""

    same: Match | None = None
    related: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Who published a story."""

    portal: str
    link: str
    title: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """An item that was taken for a story that was there already, as admins see it."""

    id: int
    story_id: int
    story_title: str
    copy: Source
    reason: str  # text | title
    score: float  # containment
    at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """The story that a suppressed item has become: it is to be told now."""

    story_id: int
    categories: tuple[str, ...]


def compare(new: Sketch, samples: int, portal: str, published: datetime, candidates: Collection[Candidate]) -> Likely:
    """Judge all candidates; `samples` are those of the new story that were searched (not everybody's phrases)."""
    same: list[Match] = []
    related: list[Match] = []
    for candidate in candidates:
        match = _match(samples, candidate)
        verdict = judge(new, samples, portal, published, candidate)
        if verdict is Likeness.SAME:
            same.append(match)
        elif verdict is Likeness.RELATED:
            related.append(match)
    best = sorted(same, key=_best_first)
    return Likely(best[0] if best else None, tuple(sorted([*best[1:], *related], key=_best_first)))


def judge(new: Sketch, samples: int, portal: str, published: datetime, candidate: Candidate) -> Likeness:
    """What this candidate is to the new story."""
    apart = abs(published - candidate.published)
    if apart > WINDOW:
        return Likeness.OTHER
    if min(samples, candidate.samples) < FEW:
        return _by_title(new, portal, apart, candidate)
    score = containment(samples, candidate)
    if score >= SAME and candidate.shared >= SAME_SHARED:
        told = agree(new.marks, candidate.marks) and (portal != candidate.portal or candidate.same_title)
        return Likeness.SAME if told else Likeness.RELATED
    is_related = score >= RELATED and candidate.shared >= RELATED_SHARED
    return Likeness.RELATED if is_related else Likeness.OTHER


def containment(samples: int, candidate: Candidate) -> float:
    """How much of the shorter text stands in the other, 0 to 1."""
    return min(1.0, candidate.shared / max(1, min(samples, candidate.samples)))


def agree(one: Marks, other: Marks) -> bool:
    """Whether figures, dates and names allow that two texts are the same one, cut or extended or mistyped."""
    return (
        _overlap(one.numbers, other.numbers) >= _FIGURES
        and _overlap(one.dates, other.dates) >= _DATES
        and _overlap(one.names, other.names) >= _NAMES
        and not (_strangers(one.subjects, other.names) and _strangers(other.subjects, one.names))
    )


def _by_title(new: Sketch, portal: str, apart: timedelta, candidate: Candidate) -> Likeness:
    """Too little text to compare. Within one portal a rubric repeats its title: there nothing is suppressed."""
    if not candidate.same_title or apart > TITLE_WINDOW:
        return Likeness.OTHER
    telling = new.title_words >= _TITLE_WORDS and portal != candidate.portal
    return Likeness.SAME if telling and agree(new.marks, candidate.marks) else Likeness.RELATED


def _match(samples: int, candidate: Candidate) -> Match:
    if min(samples, candidate.samples) < FEW:
        return Match(candidate.story_id, 1.0, by_title=True)
    return Match(candidate.story_id, containment(samples, candidate))


def _best_first(match: Match) -> tuple[float, int]:
    return -match.score, match.story_id


def _overlap(one: Collection[str], other: Collection[str]) -> float:
    """Of the smaller set, how much stands in the other; all of it where one says nothing."""
    fewer = min(len(one), len(other))
    return len(set(one) & set(other)) / fewer if fewer else 1.0


def _strangers(names: Collection[str], known: Collection[str]) -> Sequence[str]:
    """The names that the other text does not know, also not mistyped."""
    return [name for name in names if name not in known and not any(_mistyped(name, other) for other in known)]


def _mistyped(one: str, other: str) -> bool:
    """One letter more or less, or two exchanged. Another letter is another village (`Sukorejo`, `Sukoreja`)."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    mine, theirs = one[start:], other[start:]
    if len(mine) == len(theirs):
        return mine[:2] == theirs[1::-1] and mine[2:] == theirs[2:] and len(mine) > 1
    longer, shorter = (mine, theirs) if len(mine) > len(theirs) else (theirs, mine)
    return longer[1:] == shorter
