"""Somebody wrote: one transaction from the message in the inbox to changes and queued replies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot.chat.answer import ACTIONS, answer
from bot.chat.groups import about_presser, needs_manager
from bot.chat.message import Message
from bot.chat.notices import too_fast
from bot.chat.office import Brought, Enquire, Errand, OfficeAct
from bot.chat.push import Did, Keep, LookIn, Move, Permit, Send, Show, Steer, Watch
from bot.chat.screen_seal import read
from bot.chat.turn import (
    Answer,
    Change,
    Draft,
    FindSaved,
    FindStories,
    FindStory,
    Follow,
    Incoming,
    InvitationChecked,
    Mode,
    Moved,
    Person,
    Press,
    RedeemInvitation,
    Reply,
    Role,
    Save,
    SetLanguage,
    Status,
    Stop,
    StoriesFound,
    StoryFound,
)
from bot.chat.wishes import WishAsk
from bot.errors import StoreError
from bot.flow import saying
from bot.flow.codes import hash_code
from bot.flow.cost import CostOf, free
from bot.flow.editing import Editing
from bot.flow.errands import Errands
from bot.flow.facts import Facts
from bot.flow.office import Affairs, Condition, unknown
from bot.flow.patience import Patience, is_last_word
from bot.flow.reach import Count, beside_the_writer, nothing_counted
from bot.flow.room import look
from bot.flow.together import Together
from bot.flow.wishes import Wishing, grant
from bot.news.following import word_of
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

__all__ = ["Desk", "Sender", "hash_code"]

Asked = FindStories | FindSaved | FindStory | RedeemInvitation | WishAsk | LookIn | Enquire  # all but errands
LONGEST_CHAIN = 4  # an ask may lead to an ask, but not for ever
ERRANDS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the channel knows them; `language` is what a stranger gets."""

    channel: str
    address: str
    language: str = "id"
    thread: str | None = None
    name: str = ""  # kept only of the team
    group: bool = False  # `address` is a group or channel
    manages: bool | None = True  # in a group: who acts is its administrator; None: nobody knows
    member: str = ""  # in a group: the address of who acts, "" when not known


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

    async def handle(
        self, update_id: int, sender: Sender, incoming: Incoming,
        *, target: str | None = None, callback: str | None = None,
    ) -> None:  # fmt: skip
        """Handle one update of the inbox, once however often it is delivered.

        `target` is the message whose button was pressed, `callback` the platform's name for that press.
        """
        now = self._now()
        if sender.group and isinstance(incoming, Press) and about_presser(read(incoming.action).action, ACTIONS):
            sender, target = replace(sender, address=sender.member, group=False, thread=None), None

        def work(reach: Count, tx: Tx) -> list[Errand] | None:
            if not tx.handled(sender.channel, update_id, now):
                return None
            sitting, said = self._sitting(tx, sender, now, target, callback, reach), incoming
            if isinstance(incoming, Press):
                said = replace(incoming, action=saying.heard(tx, sender.channel, sender.address, incoming.action))
            return sitting.run(said) if self._patience is None else sitting.bear(said, self._patience)

        def written(reach: Count) -> Awaitable[list[Errand] | None]:
            return self._together.write(partial(work, reach))

        self._go_on(sender, await beside_the_writer(self._store, self.costs, now, written))

    @property
    def errands_under_way(self) -> int:
        """How many errands are being run, or wait to be."""
        return len(self._running)

    def needs_manager(self, incoming: Incoming) -> bool:
        """Whether only an administrator of a group may do this: the channel finds out who that is."""
        named = Press(read(incoming.action).action) if isinstance(incoming, Press) else incoming
        return needs_manager(named, ACTIONS)

    def is_tired_of(self, sender: Sender) -> bool:
        """Whether this sender is not answered for now: then nothing need be found out about them."""
        return self._patience is not None and self._patience.is_out(_who(sender), self._now())

    async def close(self) -> None:
        """Let go of the errands under way: who sent for them asks again."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _sitting(
        self, tx: Tx, sender: Sender, now: datetime, target: str | None = None, callback: str | None = None,
        reach: Count = nothing_counted,
    ) -> "_Sitting":  # fmt: skip
        return _Sitting(
            tx, self._facts, sender, now, target, callback, self._rates(), self.condition, self.forms, reach
        )  # fmt: skip

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


def _who(sender: Sender) -> tuple[str, str]:
    return sender.channel, sender.member or sender.address


class _Sitting:
    """One event and all that follows from it, inside one transaction."""

    def __init__(
        self, tx: Tx, facts: Facts, sender: Sender, now: datetime, target: str | None, callback: str | None,
        rates: Mapping[str, float], condition: Condition, forms: Mapping[str, Callable[[Message], str]], reach: Count,
    ) -> None:  # fmt: skip
        self._forms, self._reach = forms, reach
        self._tx, self._facts, self._sender, self._now = tx, facts, sender, now
        self._target, self._callback, self._rates, self._condition = target, callback, rates, condition
        self._errands: list[Errand] = []
        self._said = 0  # answers
        self._silent = False

    def bear(self, incoming: Incoming, patience: Patience) -> list[Errand]:
        """The same, within what one person may ask of us; whoever stops is always heard."""
        who = _who(self._sender)
        if patience.has(who, self._now):
            errands = self.run(incoming)
            if patience.spend(who, self._said, self._now):
                self._say_too_fast()
            return errands
        self._silent, self._callback = not self._is_subscriber(), None
        return self.run(incoming) if is_last_word(incoming) else []

    def _is_subscriber(self) -> bool:
        return self._person().status is Status.ACTIVE

    def _say_too_fast(self) -> None:
        self._queue(Reply(too_fast(self._facts.texts.voice(self._person().language))))

    def _person(self) -> Person:
        sender = self._sender
        person = self._tx.person(sender.channel, sender.address, sender.language)
        if not sender.group:
            return person
        # Nobody holds a role where many read along, whoever they are in a chat of their own.
        return replace(person, role=Role.RESIDENT, group=True, manages=sender.manages)

    def run(self, incoming: Incoming) -> list[Errand]:
        """All that follows from it; what is to be run when this is committed."""
        events: list[Incoming] = [incoming]
        for _ in range(LONGEST_CHAIN):
            if not events:
                break
            event = events.pop(0)
            person = self._person()
            turn = answer(person, event, self._facts.board(self._now, self._tx))
            for change in turn.changes:
                self._apply(change, person)
            for reply in turn.replies:
                self._queue(reply)
            for ask in turn.asks:
                if isinstance(ask, Errand):
                    self._errands.append(ask)  # its answer comes later
                else:
                    events.append(self._look_up(ask, person))
        if self._callback is not None:
            self._queue(Reply(Message(()), Mode.TOAST))  # a press that nothing follows from must not keep spinning
        return self._errands

    def _apply(self, change: Change, person: Person) -> None:
        tx, who = self._tx, (self._sender.channel, self._sender.address)
        if isinstance(change, OfficeAct):
            self._affairs(person).do(change)
            return
        match change:
            case Follow(categories, follows_all, wording):
                quiet = self._facts.settings.quiet
                thread, limit = self._sender.thread, self._facts.settings.daily_limit
                tx.follow(*who, categories, follows_all, wording, quiet, person.language, self._now, thread, limit)
            case Draft(categories):
                tx.set_draft(*who, categories)
            case Stop(gone):
                tx.stop(*who, gone, self._now)
            case SetLanguage(new):
                tx.set_language(*who, new)
            case Moved(address):
                tx.move_chat(*who, address)
            case Save(story_id, keep):
                tx.save_story(*who, story_id, keep, self._now)
            case Keep() | Send() | Steer() | Move() | Show() | Watch() | Permit() | Did():
                Editing(tx, person, self._rates, self._now).do(change)
            case _:
                grant(tx, person, change, self._now)

    def _affairs(self, person: Person) -> Affairs:
        zone = self._facts.settings.portal.timezone
        return Affairs(self._tx, person, sorted(self._rates), zone, self._now, self._condition)

    def _look_up(self, ask: Asked, person: Person) -> Answer:  # noqa: PLR0911 — one line for each question
        tx, who = self._tx, (self._sender.channel, self._sender.address)
        match ask:
            case FindStories(categories, limit, after):
                return StoriesFound(tuple(tx.latest(categories, limit)), after=after)
            case FindSaved(limit):
                return StoriesFound(tuple(tx.saved(*who, limit)), saved=True)
            case FindStory(story_id, purpose):
                words = tuple(word_of(category) for category in tx.words_in(story_id))
                return StoryFound(tx.stories([story_id]).get(story_id), purpose, words)
            case RedeemInvitation(code):
                return self._redeem(code)
            case Enquire():
                return self._affairs(person).look(ask)
            case LookIn():
                zone = self._facts.settings.portal.timezone
                return look(tx, ask, person, self._rates, zone, self._now, self._reach, self._forms)
            case _:
                return Wishing(tx, person, self._facts.board(self._now, tx)).find(ask)

    def _redeem(self, code: str) -> InvitationChecked:
        tx, who = self._tx, (self._sender.channel, self._sender.address)
        if self._sender.group:
            return InvitationChecked(None, "unknown")  # a role is a person's
        role, reason = tx.redeem_invitation(*who, hash_code(code), self._now)
        log.info("invitation", channel=who[0], granted=role, reason=reason)
        if role is not None:
            tx.name_member(*who, self._sender.name)
            tx.add_audit(f"{role}:{who[0]}:{who[1]}", "join", role, self._now)
        return InvitationChecked(role, reason)

    def _queue(self, reply: Reply) -> None:
        self._said += 1
        if self._silent:
            return
        target = self._target if reply.mode is Mode.REPLACE else None
        saying.say(
            self._tx, self._sender.channel, self._sender.address, self._sender.thread, reply.message, reply.mode,
            self._now, target, self._callback,
        )  # fmt: skip
        self._callback = None  # a press is answered once
