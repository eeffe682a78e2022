"""What a reader is owed: told to the followers of their categories, and neither sent to them nor in a digest yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

SHOWN = 7  # stories that a digest shows; the rest is one tap away


@dataclass(frozen=True, slots=True)
class Telling:
    """One pass of a story's broadcast: to the followers of these categories and, the first, to those of all."""

    number: int
    broadcast_id: int
    story_id: int
    categories: frozenset[str]
    first: bool = True  # later passes are for followers of late categories only


@dataclass(frozen=True, slots=True)
class Owing:
    """A reader as far as debts go."""

    covered: int  # tellings up to this are settled
    follows: Mapping[str, int] = field(default_factory=dict)  # category -> the last telling before they followed it
    follows_all: int | None = None  # the last telling before they followed all; None: they do not
    had: Collection[int] = ()  # story ids that were sent to them or stood in a digest
    put_by: Collection[int] = ()  # story ids that waited for them and were put by for this digest


@dataclass(frozen=True, slots=True)
class Owed:
    """What a reader is owed, newest first: the stories that are shown, and the rest, which is one tap away."""

    stories: tuple[int, ...] = ()
    rest: tuple[int, ...] = ()


def owed(tellings: Sequence[Telling], reader: Owing) -> Owed:
    """What this reader is owed; `tellings` come newest first, stories have rising ids."""
    stories = set(reader.put_by)
    for telling in tellings:
        if telling.number <= reader.covered:
            break
        if telling.story_id not in reader.had and _meant(telling, reader):
            stories.add(telling.story_id)
    newest = sorted(stories, reverse=True)
    return Owed(tuple(newest[:SHOWN]), tuple(newest[SHOWN:]))


def split(what: Owed, most: int) -> tuple[Owed, tuple[int, ...]]:
    """The `most` that were told first, and those that come later."""
    stories = what.stories + what.rest
    later = stories[: max(0, len(stories) - most)]
    kept = stories[len(later) :]
    return Owed(kept[:SHOWN], kept[SHOWN:]), later


def _meant(telling: Telling, reader: Owing) -> bool:
    if telling.first and reader.follows_all is not None and telling.number > reader.follows_all:
        return True
    return any(telling.number > since for c in telling.categories if (since := reader.follows.get(c)) is not None)
