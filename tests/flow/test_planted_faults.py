"""Faults that systems like this one really have had, planted one at a time: the worlds of dice notice each of them.

What is planted stands in this file and nowhere in the program: parts of it are wrapped or exchanged.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import storage.sqlite.audience
import storage.sqlite.broadcasts
import storage.sqlite.deliveries
import storage.sqlite.digests
import storage.sqlite.due
import storage.sqlite.falls
import storage.sqlite.moves
from bot.delivery import settle
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import Window
from bot.delivery.plan import Broadcast, Delivery, Settled, State
from bot.flow import claim_broadcasts, deliver, newsroom
from bot.flow.claim import Batch, Claim, Finished
from bot.flow.settling import Settling
from storage.sqlite.overtaking import to_reader
from tests.support.outbox_world_play import a_folder, play

WORLDS = 250
Plant = Callable[[pytest.MonkeyPatch], None]


class Wrapped:
    """A transaction of which a part goes wrong."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


class Hasty(Wrapped):
    """Moves the cursor to the end as soon as it is moved at all."""

    def move_pass(self, channel: str, broadcast: Broadcast, last_id: int, done: bool) -> None:  # noqa: ARG002
        self._tx.move_pass(channel, broadcast, broadcast.max_id, done=True)


class CursorAtFetch(Claim):
    """Takes the whole audience for served once the first have been fetched."""

    def run(self, tx: Any, *rest: Any) -> Batch:
        return super().run(Hasty(tx), *rest)


class MarkBeforeSend(Claim):
    """Writes down as sent what is only about to leave."""

    def run(self, tx: Any, finished: Finished, slots: int, known: Any, now: Any, clock: float) -> Batch:
        batch = super().run(tx, finished, slots, known, now, clock)
        tx.settle("telegram", [(d, Settled(State.SENT)) for d in batch.deliveries], self._epoch, now)
        return batch


class ResendByAge(Claim):
    """Takes what has been under way for a while for lost, and sends it again."""

    def run(self, tx: Any, finished: Finished, slots: int, known: Any, now: Any, clock: float) -> Batch:
        old = int((now - timedelta(seconds=2)).timestamp() * 1000)
        tx.run(
            "UPDATE delivery SET state = 'queued', next_at = ?, rank = 2, channel = 'telegram'"
            " WHERE state = 'started' AND started_at < ?", old, old,
        )  # fmt: skip
        return super().run(tx, finished, slots, known, now, clock)


class NoFence(Wrapped):
    """Does not ask whether another process has taken over."""

    def require_epoch(self, epoch: int) -> None:
        """No."""


class Unfenced(Claim):
    """Goes on when another process has begun."""

    def run(self, tx: Any, *rest: Any) -> Batch:
        return super().run(NoFence(tx), *rest)


def settling_with(patch: pytest.MonkeyPatch, settled: Callable[[Delivery, Outcome, Any], Settled]) -> None:
    build = deliver.Deliverer.__init__

    def built(self: Any, *arguments: Any, **named: Any) -> None:
        build(self, *arguments, **named | {"settling": Settling(delivery=settled)})

    patch.setattr(deliver.Deliverer, "__init__", built)


def claiming_with(claim: type[Claim]) -> Plant:
    return lambda patch: patch.setattr(deliver, "Claim", claim)


def bucket_refilled_at_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deliver, "Window", lambda rate, opened: Window(rate, opened - 5))


def bucket_without_a_window(patch: pytest.MonkeyPatch) -> None:
    """Slots accrue at the rate, and what was saved up goes out at once."""
    patch.setattr(Window, "reserve", property(lambda window: window.rate))
    patch.setattr(Window, "_coming_free", lambda window, _moment: window._taken)
    patch.setattr(Window, "capacity", property(lambda window: 2 * int(window.rate)))


def send_again_what_is_unknown(patch: pytest.MonkeyPatch) -> None:
    def settled(delivery: Delivery, outcome: Outcome, now: Any) -> Settled:
        again = outcome.kind is Kind.UNKNOWN
        return Settled(State.QUEUED, next_at=now) if again else settle.settle_delivery(delivery, outcome, now)

    settling_with(patch, settled)


def forget_what_was_refused_for_a_while(patch: pytest.MonkeyPatch) -> None:
    def settled(delivery: Delivery, outcome: Outcome, now: Any) -> Settled:
        held = outcome.kind is Kind.LATER
        return Settled(State.SENT) if held else settle.settle_delivery(delivery, outcome, now)

    settling_with(patch, settled)


def correction_that_does_not_close_the_original(patch: pytest.MonkeyPatch) -> None:
    """What was prepared before it goes on being sent."""
    patch.setattr(storage.sqlite.broadcasts.Broadcasts, "version", lambda _: 0)


def correction_only_for_those_who_have_it_already(patch: pytest.MonkeyPatch) -> None:
    """What is under way while it is made is overlooked."""
    patch.setattr(storage.sqlite.audience.Audience, "_has_settled", lambda *_: True)


def edits_that_overtake_each_other(patch: pytest.MonkeyPatch) -> None:
    """The next correction or withdrawal leaves while the edit before it is under way to the same phone."""
    who = storage.sqlite.audience._WHO_HAD_IT
    waiting = to_reader("d.subscriber_id", ":original", ":version")
    assert waiting in who
    patch.setattr(storage.sqlite.audience, "_WHO_HAD_IT", who.replace(waiting, "0"))


def follow_ups_of_what_was_withdrawn(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(newsroom, "_end_what_goes_on", lambda *_: None)


def digest_that_does_not_cover_what_it_carried(patch: pytest.MonkeyPatch) -> None:
    settled = "UPDATE subscriber SET digest_at = NULL WHERE id = ?"
    patch.setattr(storage.sqlite.digests, "_SETTLED", settled)
    patch.setattr(storage.sqlite.digests, "_CARRIED", "SELECT 1, '[]' WHERE ?1 < '' AND ?2 < 0")


def late_categories_that_ignore_deliveries(patch: pytest.MonkeyPatch) -> None:
    among = storage.sqlite.audience._AMONG.replace("d.broadcast_id = ?2", "d.broadcast_id = ?2 AND d.state = 'queued'")
    start = storage.sqlite.deliveries._START.replace("WHERE state = 'queued'", "WHERE true")
    patch.setattr(storage.sqlite.audience, "_among", lambda **_: among)
    patch.setattr(storage.sqlite.deliveries, "_START", start)


def cancelling_that_retries_ignore(patch: pytest.MonkeyPatch) -> None:
    due = storage.sqlite.due._DUE.replace(
        "WHEN b.status NOT IN ('running', 'paused') THEN b.status", "WHEN b.status = 'withdrawn' THEN b.status"
    )
    patch.setattr(storage.sqlite.due, "_DUE", due)
    patch.setattr(storage.sqlite.broadcasts, "_CLOSED", {"withdrawn", "interrupted"})


def pausing_that_retries_ignore(patch: pytest.MonkeyPatch) -> None:
    due = storage.sqlite.due._DUE.replace("b.status = 'paused' OR", "0 OR")
    assert due != storage.sqlite.due._DUE
    patch.setattr(storage.sqlite.due, "_DUE", due)


def ids_of_the_old_chat_in_the_new_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(storage.sqlite.moves, "FORGET_MESSAGES", "SELECT ?")


def alerts_in_the_night(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.delivery.timing.quiet_ends", lambda *_: None)


def stops_that_are_forgotten_by_retries(patch: pytest.MonkeyPatch) -> None:
    due = storage.sqlite.due._DUE.replace("s.status IS NOT 'active'", "0")
    patch.setattr(storage.sqlite.due, "_DUE", due)
    patch.setattr("storage.sqlite.people.People._drop_queued", lambda *_, **__: None)


def rolled_back_but_sent(patch: pytest.MonkeyPatch) -> None:
    """When the store refuses, what was claimed in vain leaves all the same."""
    write = deliver.Deliverer._write

    async def optimistic(self: Any, slots: int) -> Any:
        claimed: list[Batch] = []
        run = self._claim.run

        def remembered(*arguments: Any) -> Batch:
            claimed.append(run(*arguments))
            return claimed[-1]

        self._claim.run = remembered
        batch = await write(self, slots)
        self._claim.run = run
        return batch or (claimed[-1] if claimed else None)

    patch.setattr(deliver.Deliverer, "_write", optimistic)


def day_that_is_never_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(claim_broadcasts, "left_today", lambda *_: 99)
    patch.setattr("bot.delivery.timing.left_today", lambda *_: 99)


PLANTS: dict[str, Plant] = {
    "mark before send": claiming_with(MarkBeforeSend),
    "cursor moved at fetch": claiming_with(CursorAtFetch),
    "resend by age": claiming_with(ResendByAge),
    "no fence between epochs": claiming_with(Unfenced),
    **{
        plant.__name__.replace("_", " "): plant
        for plant in (
            bucket_refilled_at_start, bucket_without_a_window, send_again_what_is_unknown,
            forget_what_was_refused_for_a_while, correction_that_does_not_close_the_original,
            correction_only_for_those_who_have_it_already, edits_that_overtake_each_other,
            follow_ups_of_what_was_withdrawn, digest_that_does_not_cover_what_it_carried,
            late_categories_that_ignore_deliveries,
            cancelling_that_retries_ignore, pausing_that_retries_ignore, ids_of_the_old_chat_in_the_new_one,
            alerts_in_the_night, stops_that_are_forgotten_by_retries, rolled_back_but_sent,
            day_that_is_never_counted,
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_planted_fault_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with a_folder() as folder:
        assert any(play(seed, folder) for seed in range(WORLDS)), f"{WORLDS} worlds and nobody noticed"
