"""One event of one conversation and all that follows from it, inside one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot.chat.admins.notices import too_fast
from bot.chat.answer import answer
from bot.chat.message import Message
from bot.chat.newsroom.undone import undone
from bot.chat.office import Enquire, Errand, OfficeAct
from bot.chat.push import Did, Keep, LookIn, Move, Permit, Send, Show, Steer, Watch
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
from bot.flow import saying
from bot.flow.beside import Beside
from bot.flow.codes import hash_code
from bot.flow.coming_back import comes_back
from bot.flow.cost import CostOf
from bot.flow.editing import Editing
from bot.flow.facts import Facts
from bot.flow.office import Affairs, Condition
from bot.flow.patience import Bill, is_decision, is_last_word
from bot.flow.reach import Reach, Target, count
from bot.flow.room import look
from bot.flow.wishes import Wishing, grant
from bot.news.following import word_of
from bot.ports import Tx

log = structlog.get_logger(__name__)

Asked = FindStories | FindSaved | FindStory | RedeemInvitation | WishAsk | LookIn | Enquire  # all but errands
LONGEST_CHAIN = 4  # an ask may lead to an ask, but not for ever


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


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds every conversation."""

    facts: Facts
    rates: Mapping[str, float]  # messages a second, by channel on which editors reach readers
    condition: Condition
    costs: CostOf
    forms: Mapping[str, Callable[[Message], str]]  # of channels that write in a form of their own


def who_of(sender: Sender) -> tuple[str, str]:
    return sender.channel, sender.member or sender.address


class Sitting:
    """One event and all that follows from it, inside one transaction."""

    def __init__(
        self, tx: Tx, around: Around, sender: Sender, now: datetime, target: str | None, callback: str | None,
        beside: Beside,
    ) -> None:  # fmt: skip
        self._tx, self._around, self._sender, self._now, self._beside = tx, around, sender, now, beside
        self._target, self._callback = target, callback
        self._errands: list[Errand] = []
        self._said = 0  # answers
        self._silent = False

    def bear(self, incoming: Incoming, bill: Bill) -> list[Errand]:
        """The same, within what one person may ask of us; whoever stops, or decides for the staff, is always heard."""
        staff = self._is_staff(bill)
        if bill.has(self._now, staff=staff):
            errands = self.run(incoming)
            if bill.spend(self._cost(staff), self._now):
                self._say_too_fast()
            return errands
        if self._decides(incoming):
            if not bill.decide(self._now):
                self._silent, self._callback = True, None
            return self.run(incoming)
        self._silent, self._callback = not self._is_subscriber(), None
        return self.run(incoming) if is_last_word(incoming) else []

    def regret(self, reason: str, incoming: Incoming, bill: Bill | None) -> list[Errand]:
        """What they wanted could not be done after all: say why (`reason` of a NewsroomError), and nothing else."""
        staff = bill is not None and self._is_staff(bill)
        if bill is None or bill.has(self._now, staff=staff):
            self._say_undone(reason)
            if bill is not None:
                bill.spend(self._cost(staff), self._now)
        elif self._decides(incoming) and bill.decide(self._now):
            self._say_undone(reason)
        return self._errands

    def _say_undone(self, reason: str) -> None:
        self._queue(Reply(undone(reason, self._around.facts.texts.voice(self._person().language))))

    def _is_staff(self, bill: Bill) -> bool:
        return self._tx.person(*bill.who).role is not Role.RESIDENT

    def _cost(self, staff: bool) -> int:
        """One for whatever the staff do: their screens take several messages, which is not theirs to choose."""
        return min(self._said, 1) if staff else self._said

    def _decides(self, incoming: Incoming) -> bool:
        sender = self._sender
        return (
            isinstance(incoming, Press)
            and not sender.group
            and is_decision(self._tx, sender.channel, sender.address, incoming.action)
        )

    def _is_subscriber(self) -> bool:
        return self._person().status is Status.ACTIVE

    def _say_too_fast(self) -> None:
        self._queue(Reply(too_fast(self._around.facts.texts.voice(self._person().language))))

    def _person(self) -> Person:
        sender = self._sender
        person = self._tx.person(sender.channel, sender.address, sender.language)
        if not sender.group:
            return person
        # Nobody holds a role where many read along, whoever they are in a chat of their own.
        return replace(person, role=Role.RESIDENT, group=True, manages=sender.manages)

    def run(self, incoming: Incoming) -> list[Errand]:
        """All that follows from it; what is to be run when this is committed."""
        returning = self._returning(incoming)
        events: list[Incoming] = [incoming]
        for _ in range(LONGEST_CHAIN):
            if not events:
                break
            event = events.pop(0)
            person, returning = returning or self._person(), None
            turn = answer(person, event, self._around.facts.board(self._now, self._tx))
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

    def _returning(self, incoming: Incoming) -> Person | None:
        """Whom messages did not reach is reached again; who had stopped is answered as one who had, to hear of it."""
        person = self._person()
        if not comes_back(person, incoming):
            return None
        self._tx.reach_again(self._sender.channel, self._sender.address)
        return person if person.status is Status.STOPPED else None

    def _apply(self, change: Change, person: Person) -> None:
        tx, who = self._tx, (self._sender.channel, self._sender.address)
        if isinstance(change, OfficeAct):
            self._affairs(person).do(change)
            return
        match change:
            case Follow(categories, follows_all, wording):
                quiet = self._around.facts.settings.quiet
                thread, limit = self._sender.thread, self._around.facts.settings.daily_limit
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
                Editing(tx, person, self._around.rates, self._now).do(change)
            case _:
                grant(tx, person, change, self._now)

    def _affairs(self, person: Person) -> Affairs:
        zone = self._around.facts.settings.portal.timezone
        return Affairs(
            self._tx, person, sorted(self._around.rates), zone, self._now, self._around.condition, self._beside
        )

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
                zone = self._around.facts.settings.portal.timezone
                return look(tx, ask, person, self._around.rates, zone, self._now, self._count, self._around.forms)
            case _:
                board, channels = self._around.facts.board(self._now, tx), self._around.rates
                return Wishing(tx, person, board, channels).find(ask)

    def _count(self, tx: Tx, target: Target) -> Reach:
        reach: Reach = self._beside(tx, target, partial(count, target=target, costs=self._around.costs, now=self._now))
        return reach

    def _redeem(self, code: str) -> InvitationChecked:
        tx, who = self._tx, (self._sender.channel, self._sender.address)
        if self._sender.group:
            return InvitationChecked(None, "unknown")  # a role is a person's
        role, reason = tx.redeem_invitation(*who, hash_code(code), self._now)
        log.info("invitation", channel=who[0], granted=role, reason=reason)
        if role is not None:
            tx.name_member(*who, self._sender.name)
            tx.reach_again(*who)  # whoever joins wants to hear of it
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
