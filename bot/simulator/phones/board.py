"""The board of published stories: which phone got which, how fast, and why another did not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.phones.onlooker import Following
from bot.simulator.portal import Post
from bot.simulator.stories import CATEGORIES

Json = dict[str, Any]
IDS = {category.slug: category.id for category in CATEGORIES}


@dataclass(slots=True)
class Line:
    """One published story; times are monotonic seconds."""

    post: Post
    at: float
    past: bool  # published before the demo began: nobody should get it
    due: dict[int, str]  # owner -> why it should come or not, as things stood at publication
    arrived: dict[int, list[float]] = field(default_factory=dict)  # owner -> when each copy came
    carriers: dict[tuple[int, int], float] = field(default_factory=dict)  # (owner, message) -> seconds under way
    retitled: bool = False

    def categories(self) -> frozenset[str]:
        """The story's categories by id."""
        return frozenset(IDS.get(slug, slug) for slug in self.post.categories)

    def verdict(self, owner: int) -> Json:
        """What became of this story on one phone."""
        times = self.arrived.get(owner, [])
        if times:
            return {"state": "arrived", "seconds": round(times[0] - self.at, 1), "copies": len(times)}
        reason = "past" if self.past else self.due.get(owner, "new")
        if reason == "follows":
            return {"state": "withdrawn" if self.post.withdrawn else "waiting"}
        return {"state": reason}


class Board:
    """All lines, by post id, in order of publication."""

    def __init__(self, owners: Sequence[int]) -> None:
        self._owners = owners
        self._lines: dict[int, Line] = {}

    def published(self, post: Post, at: float, following: dict[int, Following], *, past: bool = False) -> None:
        """A story went online while the phones followed these topics."""
        line = Line(post, at, past, {})
        line.due = {owner: following[owner].reason(line.categories()) for owner in self._owners}
        self._lines[post.id] = line

    def retitled(self, post_id: int) -> None:
        """The newsroom changed a title."""
        self._lines[post_id].retitled = True

    def arrived(self, post_id: int, owner: int, message_id: int, at: float, *, asked: bool) -> None:
        """A message brings this story to a phone; `asked`: right after its owner asked for news.

        Someone who asks for the latest news is told stories again: that is no second copy.
        """
        line = self._lines.get(post_id)
        if line is None or (asked and (line.past or owner in line.arrived)):
            return
        line.arrived.setdefault(owner, []).append(at)
        line.carriers[owner, message_id] = round(at - line.at, 1)

    def under_way(self, owner: int, message_id: int) -> float | None:
        """Seconds from publication to arrival of the story that this message brought."""
        carried = (line.carriers.get((owner, message_id)) for line in self._lines.values())
        return next((seconds for seconds in carried if seconds is not None), None)

    def copies(self, post_id: int, owner: int) -> int:
        """How often a phone got a story."""
        return len(self._lines[post_id].arrived.get(owner, []))

    def seconds(self, post_id: int, owner: int) -> float | None:
        """Seconds from publication to the first arrival; None while it has not come."""
        times = self._lines[post_id].arrived.get(owner)
        return times[0] - self._lines[post_id].at if times else None

    def lines(self, began: float) -> list[Json]:
        """Everything for the page, the newest first; `at` in seconds since `began`."""
        return [self._line(line, began) for line in reversed(self._lines.values())]

    def _line(self, line: Line, began: float) -> Json:
        return {
            "id": line.post.id,
            "title": line.post.title,
            "categories": [slug for slug in line.post.categories if slug in IDS],
            "at": round(line.at - began, 1),
            "past": line.past,
            "withdrawn": line.post.withdrawn,
            "retitled": line.retitled,
            "phones": {str(owner): line.verdict(owner) for owner in self._owners},
        }
