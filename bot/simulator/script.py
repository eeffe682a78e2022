"""The demo played to its end without a person: every step is checked on the phones, and told in one line."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

from bot.simulator.phones import Owner, Phones
from bot.simulator.stories import BY_ID, body, samples
from bot.simulator.telegram import Shown
from bot.simulator.waiting import read_since, until

MOMENT = 1.0  # seconds between taps and between stories: a town is no faster, and one chat's limit counts on that


@dataclass(frozen=True, slots=True)
class Line:
    """One checked step; `seconds` is how long what it speaks of took."""

    text: str
    ok: bool
    seconds: float | None = None

    def __str__(self) -> str:
        """As the terminal shows it."""
        took = "" if self.seconds is None else f" ({self.seconds:.1f} s)"
        return f"{'ok    ' if self.ok else 'FAILED'} {self.text}{took}"


@dataclass(frozen=True, slots=True)
class Report:
    """What the script found."""

    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """Whether every step held."""
        return bool(self.lines) and all(line.ok for line in self.lines)


class _Over(Exception):  # noqa: N818 — the play is over: without this step no later one makes sense
    """A step failed on which all others stand."""


class Script:
    """The play. Seconds: `deadline` of any one step, `promise` from publication to arrival, `moment` between acts."""

    def __init__(
        self, phones: Phones, tell: Callable[[str], None], deadline: float, promise: float, moment: float = MOMENT
    ) -> None:
        self._phones = phones
        self._tell = tell
        self._deadline = deadline
        self._promise = promise
        self._moment = moment
        self._lines: list[Line] = []
        self._unused = iter(samples()[12:])
        self._sri, self._budi, *_ = phones.owners.values()
        self._told: set[int] = set()  # who on WhatsApp has had a story: the next ones join, minutes later

    async def play(self) -> Report:
        """All acts in order; the report says what held."""
        try:
            await self._open()
            await self._subscribe(self._sri, self._sri.topics)
            await self._subscribe(self._budi, self._budi.topics[:1])
            await self._filtering()
            await self._retitling()
            await self._stopping()
        except _Over:
            pass
        return Report(tuple(self._lines))

    # The acts -------------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        seconds = await self._until(lambda: self._read_since(0.0))
        self._check("the program has read every feed of the portal", seconds, needed=True)

    async def _subscribe(self, owner: Owner, topics: tuple[str, ...]) -> None:
        names = [BY_ID[topic].name_id for topic in topics]
        began = self._now()
        self._phones.say(owner.user_id, "MULAI" if owner.phone else "/start")
        for name in names:
            await self._see(owner, f"the button {name}", name)
            self._phones.tap(owner.user_id, name)
            await self._see(owner, f"a tick at {name}", f"✅ {name}")
            await asyncio.sleep(self._moment)
        self._phones.tap(owner.user_id, "Selesai")
        wanted = frozenset(topics)
        done = await self._until(lambda: self._phones.following[owner.user_id].topics == wanted)
        took = None if done is None else self._now() - began
        taps = 2 + len(names)
        self._check(f"{owner.name} follows {' and '.join(names)} after {taps} taps", took, needed=True)

    async def _filtering(self) -> None:
        """One story for each alone, then one that stands in three categories and concerns both."""
        mine = await self._publish(("kesehatan",), self._sri)
        his = await self._publish(("hukrim",), self._budi)
        both = await self._publish(("investigasi", "kesehatan", "hukrim"), self._sri, self._budi)
        self._absent(mine, self._budi)
        self._absent(his, self._sri)
        for owner, stories in ((self._sri, (mine, both)), (self._budi, (his, both))):
            copies = [self._copies(story, owner) for story in stories]
            if owner.phone:
                self._say(f"{owner.name} has the first story, and the second waits to be joined", copies == [1, 0])
            else:
                self._say(f"{owner.name} has both stories exactly once", copies == [1, 1])
        slowest = max(self._seconds(mine, self._sri) or inf, self._seconds(his, self._budi) or inf)
        self._say(f"publication to arrival takes at most {self._promise:g} s", slowest <= self._promise, slowest)
        self._last = mine

    async def _retitling(self) -> None:
        """After the edit every feed is read again and a later story arrives: a second copy would have come before."""
        at = self._now()
        self._phones.edit(self._last, "Judul yang Diperbaiki Redaksi Setelah Terkirim")
        seconds = await self._until(lambda: self._read_since(at))
        self._check("every feed is read again after a title was edited", seconds)
        await self._publish(("kesehatan",), self._sri)
        once = self._copies(self._last, self._sri) == 1
        self._say(f"{self._sri.name} did not get the edited story a second time", once)

    async def _stopping(self) -> None:
        self._phones.say(self._sri.user_id, "/stop")
        stopped = await self._until(lambda: self._phones.following[self._sri.user_id].state == "stopped")
        self._check(f"{self._sri.name} sends /stop and is told goodbye", stopped)
        story = await self._publish(("kesehatan", "hukrim"), self._budi)
        later = await self._publish(("hukrim",), self._budi)
        self._absent(story, self._sri)
        self._absent(later, self._sri)

    # Doing and checking ---------------------------------------------------------------------------------------------

    async def _publish(self, topics: tuple[str, ...], *readers: Owner) -> int:
        """Publish the next sample in these categories and wait until it is on these phones; the post's id."""
        await asyncio.sleep(self._moment)
        sample = next(self._unused)
        slugs = [BY_ID[topic].slug for topic in topics]
        story = self._phones.publish(sample.title, body(sample, self._phones.now()), slugs)
        names = ", ".join(BY_ID[topic].name_id for topic in topics)
        at_once = [owner for owner in readers if owner.user_id not in self._told]
        for owner in at_once:
            await self._until(partial(self._has, story, owner))
            self._check(f"a story in {names} arrives at {owner.name}", self._seconds(story, owner), needed=True)
        if not at_once:
            await self._all_read(f"every feed is read after a story in {names} was published")
        self._told |= {owner.user_id for owner in at_once if owner.phone}
        return story

    async def _all_read(self, what: str) -> None:
        at = self._now()
        self._check(what, await self._until(lambda: self._read_since(at)))
        await asyncio.sleep(self._moment)

    def _absent(self, story: int, owner: Owner) -> None:
        title = self._phones.post(story).title
        self._say(f"{owner.name} did not get “{title}”", self._copies(story, owner) == 0)

    async def _see(self, owner: Owner, what: str, label: str) -> None:
        seen = await self._until(lambda: any(_offers(shown, label) for shown in self._phones.shown(owner.user_id)))
        if seen is None:
            self._check(f"{owner.name} sees {what}", None, needed=True)

    async def _until(self, true: Callable[[], bool]) -> float | None:
        return await until(self._phones, true, self._deadline)

    def _read_since(self, at: float) -> bool:
        return read_since(self._phones.portal, at)

    def _has(self, story: int, owner: Owner) -> bool:
        return self._copies(story, owner) > 0

    def _copies(self, story: int, owner: Owner) -> int:
        return self._phones.board.copies(story, owner.user_id)

    def _seconds(self, story: int, owner: Owner) -> float | None:
        return self._phones.board.seconds(story, owner.user_id)

    def _check(self, text: str, seconds: float | None, *, needed: bool = False) -> None:
        self._say(text, seconds is not None, seconds)
        if needed and seconds is None:
            raise _Over

    def _say(self, text: str, ok: bool, seconds: float | None = None) -> None:
        line = Line(text, ok, seconds)
        self._lines.append(line)
        self._tell(str(line))

    def _now(self) -> float:
        return self._phones.telegram.clock.monotonic()


def _offers(shown: Shown, label: str) -> bool:
    return any(label in button.label for row in shown.buttons for button in row)
