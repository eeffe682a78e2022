"""The screens of editors that tell how a broadcast goes: edited while it is sent, at most every five seconds."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.chat.message import to_json
from bot.chat.newsroom.progress import progress
from bot.chat.newsroom.visit import Visit
from bot.chat.push import LookIn, Room, Told
from bot.chat.scene import Scene
from bot.chat.turn import Board, Mode, Person, Role
from bot.delivery.plan import Status
from bot.flow.editing import UPDATE_EVERY
from bot.flow.facts import Facts
from bot.flow.lapsed import any_lapsed, give_back
from bot.flow.room import told_of
from bot.ports import Screen, Store, Tx

AT_ONCE: Final = 100  # screens that one transaction looks at


class Screens:
    """Looks at the screens whose time has come; `wake` tells a channel that something waits to leave."""

    def __init__(
        self, store: Store, facts: Facts, now: Callable[[], datetime], wake: Callable[[str], None]
    ) -> None:  # fmt: skip
        self._store, self._facts, self._now, self._wake = store, facts, now, wake

    async def look(self) -> None:
        """Edit what shows something that is no longer so."""
        now = self._now()
        if not await self._store.read(lambda tx: tx.screens_due(now, 1) or any_lapsed(tx, now)):
            return
        for channel in await self._store.write(lambda tx: refresh(tx, self._facts.board(now), now)):
            self._wake(channel)


def refresh(tx: Tx, board: Board, now: datetime) -> set[str]:
    """The same inside a transaction; the channels on which something is said, or goes on.

    What nobody approved in time goes back to its author first.
    """
    woken = give_back(tx, board, now)
    return woken | {s.channel for s in tx.screens_due(now, AT_ONCE) if _edited(tx, s, board, now)}


def _edited(tx: Tx, screen: Screen, board: Board, now: datetime) -> bool:
    person, told = tx.person(screen.channel, screen.address), told_of(tx, screen.broadcast_id)
    if told is None or person.role is Role.RESIDENT:  # no longer of staff: what we say next is none of theirs
        tx.screen_shown(screen, screen.shown, None)
        return False
    if told.at > now and told.status is Status.RUNNING:
        tx.screen_shown(screen, screen.shown, told.at)
        return False
    said = to_json(progress(_visit(tx, person, told, board), told))
    next_at = None if _is_over(told) else now + UPDATE_EVERY
    if said == screen.shown or tx.is_on_its_way(screen.channel, screen.address, screen.message_id):
        # What waits to leave is older than what is so by now: the last word must still be said.
        tx.screen_shown(screen, screen.shown, next_at if said == screen.shown else now + UPDATE_EVERY)
        return False
    mode = Mode.REPLACE if screen.message_id else Mode.NEW
    tx.add_reply(screen.channel, screen.address, None, said, mode, now, screen.message_id or None)
    tx.screen_shown(screen, said, next_at)
    return True


def _is_over(told: Told) -> bool:
    return told.done_at is not None or told.status in {Status.CANCELLED, Status.INTERRUPTED, Status.EXPIRED}


def _visit(tx: Tx, person: Person, told: Told, board: Board) -> Visit:
    return Visit(Scene(person, board), LookIn("progress"), Room(tx.button_key(), 0, told=told))
