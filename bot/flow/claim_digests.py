"""Whose digest is due, and what stands in it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.content import BroadcastKind
from bot.delivery.digest import Owed, owed
from bot.delivery.plan import Delivery, Reader
from bot.delivery.timing import DIGEST_LIVES, Way, digest_turn, next_digest
from bot.ports import Tx

AHEAD = 64  # readers looked at beyond the free slots: to many of them nothing is owed any more
AN_HOUR = timedelta(hours=1)


class DigestClaim:
    """Takes the next readers whose digest is due; what they are owed is derived, no row waits for them."""

    def __init__(self, channel: str, timezone: ZoneInfo, pause: Callable[[str], float]) -> None:
        self._channel, self._timezone, self._pause = channel, timezone, pause
        self.more = False

    def take(self, tx: Tx, slots: int, now: datetime) -> list[Delivery]:
        """Up to `slots` digests; those whose time has moved wait, those who are owed nothing are let go."""
        self.more = False
        if slots <= 0:
            return []
        slot = f"{now.astimezone(self._timezone):%Y-%m-%dT%H}"
        due = tx.digests_due(self._channel, now, slots + AHEAD, slot)
        if not due:
            return []
        ready = self._ready(tx, due, now)
        tellings = tx.tellings(self._channel, now)
        debts = tx.owings(self._channel, [reader.subscriber_id for reader in ready], tellings, now)
        found = {subscriber: owed(tellings, debt) for subscriber, debt in debts.items()}
        self.more = self.more or len(due) > slots
        return self._start(tx, ready, found, slots, slot, now)

    def _ready(self, tx: Tx, due: list[tuple[Reader, datetime]], now: datetime) -> list[Reader]:
        ready, later = [], []
        for reader, due_at in due:
            turn = digest_turn(reader, due_at, now, self._timezone)
            if turn.way is Way.NOW and reader.had is not None:  # one digest an hour
                later.append((reader.subscriber_id, now.replace(minute=0, second=0, microsecond=0) + AN_HOUR))
            elif turn.way is Way.NOW:
                ready.append(reader)
            elif turn.way is Way.OUTSIDE:
                later.append((reader.subscriber_id, next_digest(reader, now, self._timezone)))
            elif turn.at is not None:
                later.append((reader.subscriber_id, turn.at))
        if later:
            tx.move_digests(later)
        return ready

    def _start(
        self, tx: Tx, ready: list[Reader], found: dict[int, Owed], slots: int, slot: str, now: datetime
    ) -> list[Delivery]:  # fmt: skip
        started: list[Delivery] = []
        settled: list[int] = []
        broadcast_id: int | None = None
        for reader in ready:
            what = found[reader.subscriber_id]
            if what.stories and (len(started) >= slots or self._pause(reader.address)):
                self.more = True  # their turn comes with the next tick
                continue
            settled.append(reader.subscriber_id)
            if what.stories:
                broadcast_id = broadcast_id or tx.digest_broadcast(slot, now, now + DIGEST_LIVES)
                started.append(_delivery(broadcast_id, reader, what, tx.version()))
        tx.digests_settled(settled)
        return started


def _delivery(broadcast_id: int, reader: Reader, what: Owed, version: int) -> Delivery:
    return Delivery(
        broadcast_id, None, reader.subscriber_id, reader.address, reader.thread, reader.language,
        kind=BroadcastKind.DIGEST, stories=what.stories, more=len(what.rest), version=version, rest=what.rest,
    )  # fmt: skip
