"""Somebody wrote: one transaction from the message in the inbox to changes and queued replies."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from bot.chat.answer import ACTIONS
from bot.chat.message import Message
from bot.chat.office import Brought, Errand
from bot.chat.residents.groups import about_presser, needs_manager
from bot.chat.screen_seal import read
from bot.chat.turn import Board, Incoming, Press
from bot.errors import NewsroomError, StoreError
from bot.flow import saying
from bot.flow.beside import Beside, beside_the_writer, not_here
from bot.flow.codes import hash_code
from bot.flow.cost import CostOf, free
from bot.flow.errands import Errands
from bot.flow.facts import Facts
from bot.flow.office import Condition, unknown
from bot.flow.patience import Bill, Patience
from bot.flow.sitting import Around, Asked, Sender, Sitting, who_of
from bot.flow.together import Together
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

__all__ = ["Asked", "Desk", "Sender", "hash_code"]

ERRANDS_AT_ONCE = 2


class Desk:
    """Answers people: marks their update as handled, applies what follows and queues what is said, all or nothing."""

    def __init__(
        self, store: Store, facts: Facts, now: Callable[[], datetime], wake: Callable[[str], None],
        rates: Callable[[], Mapping[str, float]] = dict, *, condition: Condition = unknown,
        errands: Errands | None = None, patience: Patience | None = None, costs: CostOf = free,
    ) -> None:  # fmt: skip
        """`rates` names the channels on which editors reach readers, with what each sends a second.

        `condition` is what the running program knows of itself; without `errands` none are run, and without `patience`
        everybody is answered however much they write.
        """
        self._patience = patience
        self._store, self._facts, self._now, self._wake, self._rates = store, facts, now, wake, rates
        self._together = Together(store)
        self.condition, self.errands, self.costs = condition, errands, costs
        self.forms: Mapping[str, Callable[[Message], str]] = {}  # of channels that write in a form of their own
        self._running: dict[tuple[Sender, Errand], asyncio.Task[None]] = {}
        self._few = asyncio.Semaphore(ERRANDS_AT_ONCE)
        self._handling = 0

    async def handle(
        self, update_id: int, sender: Sender, incoming: Incoming,
        *, target: str | None = None, callback: str | None = None,
    ) -> None:  # fmt: skip
        """Handle one update of the inbox, once however often it is delivered.

        `target` is the message whose button was pressed, `callback` the platform's name for that press.
        """
        now = self._now()
        bill = Bill(self._patience, who_of(sender)) if self._patience is not None else None
        if sender.group and isinstance(incoming, Press) and about_presser(read(incoming.action).action, ACTIONS):
            sender, target = replace(sender, address=sender.member, group=False, thread=None), None

        def work(beside: Beside, tx: Tx) -> list[Errand] | None:
            if not tx.handled(sender.channel, update_id, now):
                return None
            sitting, said = self._sitting(tx, sender, now, target, callback, beside), incoming
            if isinstance(incoming, Press):
                said = replace(incoming, action=saying.heard(tx, sender.channel, sender.address, incoming.action))
            return sitting.run(said) if bill is None else sitting.bear(said, bill)

        def written(beside: Beside) -> Awaitable[list[Errand] | None]:
            return self._together.write(partial(work, beside))

        def undone(reason: str, tx: Tx) -> list[Errand] | None:
            """The act could not be done, and its transaction came to nothing: who wanted it is told why."""
            if not tx.handled(sender.channel, update_id, now):
                return None
            return self._sitting(tx, sender, now, target, callback).regret(reason, incoming, bill)

        with self._one_more():
            try:
                errands = await beside_the_writer(self._store, written)
            except NewsroomError as fault:
                log.warning("an editor's act could not be done", channel=sender.channel, reason=fault.reason)
                errands = await self._together.write(partial(undone, fault.reason))
            self._go_on(sender, errands)

    def board(self, now: datetime) -> Board:
        """What stands around everything that is said now."""
        return self._facts.board(now)

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        self._handling += 1
        try:
            yield
        finally:
            self._handling -= 1

    @property
    def under_way(self) -> int:
        """How many updates are being handled, and errands run or about to be: at 0 all that was said has followed."""
        return self._handling + len(self._running)

    def needs_manager(self, incoming: Incoming) -> bool:
        """Whether only an administrator of a group may do this: the channel finds out who that is."""
        named = Press(read(incoming.action).action) if isinstance(incoming, Press) else incoming
        return needs_manager(named, ACTIONS)

    def is_tired_of(self, sender: Sender) -> bool:
        """Whether this sender is not answered for now: then nothing need be found out about them."""
        return self._patience is not None and self._patience.is_out(who_of(sender), self._now())

    def leaves_unheard(self, sender: Sender) -> bool:
        """The same of something they have just sent, inside a transaction: their silence begins anew."""
        return self.is_tired_of(sender) and self._patience is not None and not (
            self._patience.has(who_of(sender), self._now())
        )  # fmt: skip

    async def close(self) -> None:
        """Let go of the errands under way: who sent for them asks again."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _sitting(
        self, tx: Tx, sender: Sender, now: datetime, target: str | None = None, callback: str | None = None,
        beside: Beside = not_here,
    ) -> "Sitting":  # fmt: skip
        around = Around(self._facts, self._rates(), self.condition, self.costs, self.forms)
        return Sitting(tx, around, sender, now, target, callback, beside)

    def _go_on(self, sender: Sender, errands: list[Errand] | None) -> None:
        """What has been committed leaves, and errands begin; None: nothing was done."""
        if errands is None:
            return
        for channel in {sender.channel, *self._rates()}:  # what an editor does may leave on each
            self._wake(channel)
        for errand in errands:
            if self.errands is not None and (sender, errand) not in self._running:  # tapped twice is sent for once
                task = asyncio.create_task(self._run(self.errands, sender, errand), name="errand")
                self._running[sender, errand] = task
                task.add_done_callback(lambda _, key=(sender, errand): self._running.pop(key, None))  # type: ignore[misc]

    async def _run(self, errands: Errands, sender: Sender, errand: Errand) -> None:
        async with self._few:
            try:
                brought: Brought = await errands.run(errand)
                now = self._now()
                further = await self._store.write(lambda tx: self._sitting(tx, sender, now).run(brought))
            except StoreError as error:
                log.error("an errand is lost to the store", reason=error.reason)  # noqa: TRY400 — one line is enough
                return
        self._go_on(sender, further)
