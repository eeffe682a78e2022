"""Platforms that tell afterwards what became of a message: how it is recognised, and how long a doubt waits for that.

A send of which nobody knows is not repeated here after a moment, as elsewhere: its receipt settles it. Only when
receipts have been coming for two minutes and none of them was its own, it is sent once more (promise 4).
"""

import zlib
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from bot.delivery.account import FLOOD
from bot.delivery.content import BroadcastKind
from bot.delivery.halts import CODES as HALTS
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Delivery, QueuedReply, Settled, State
from bot.delivery.settle import REPLY_DOUBTS, settle_story
from bot.delivery.settle import settle_reply as settle_answer

LISTENED: Final = 120.0  # seconds of receipts coming in after which a missing one means something
LONGEST_GAP: Final = 30.0  # seconds: more than that between two receipts may be a webhook that did not work
ANSWER_WAITS: Final = timedelta(minutes=10)  # for its receipt, where none come at all; then it is sent once more
ANSWER_LIVES: Final = timedelta(hours=1)  # so long an answer that was taken is kept, should it be refused after all
UNDELIVERABLE: Final = "undeliverable"  # this many times in a row, and the reader is gone
MOST_UNDELIVERABLE: Final = 3
MARKETING_STOPPED: Final = "marketing_stopped"  # the reader's own word, said to the platform
WINDOW_CLOSED: Final = "window_closed"
SILENT: Final = "silent"  # an answer without words: nothing is sent
UNWANTED_NOW: Final = frozenset({"ecosystem", "experiment"})  # the platform spares this reader for a day or more
# Codes that are about this reader alone, and say neither that they are gone nor that the text is wrong.
OF_THE_READER: Final = frozenset({UNDELIVERABLE, MARKETING_STOPPED, WINDOW_CLOSED}) | UNWANTED_NOW
SERVER_ERROR: Final = "server_error"
PAIR: Final = "pair_rate"
MAINTENANCE: Final = "maintenance"
UNAUTHORIZED: Final = "unauthorized"
NO_PERMISSION: Final = "no_permission"
TOO_FAST: Final = frozenset({FLOOD, PAIR})
OF_THE_ACCOUNT: Final = frozenset({MAINTENANCE, UNAUTHORIZED, NO_PERMISSION})
LONGEST_HOLD: Final = 3600.0  # seconds
MOST_TRIES: Final = 5  # of what the platform itself had trouble with
# Failures that say nothing about reader or text: a status that tells of one lets the same message leave again.
TRIED_AGAIN: Final = frozenset({SERVER_ERROR, FLOOD, PAIR, MAINTENANCE, UNAUTHORIZED, NO_PERMISSION}) | HALTS
SPARED: Final = timedelta(hours=24)
LONGEST_SPARED: Final = timedelta(days=8)
TOLD_LATER: Final = frozenset({BroadcastKind.STORY, BroadcastKind.DIGEST})  # what does not arrive is owed again
_LEAST_PAUSE: Final = timedelta(minutes=1)
_DIGITS: Final = 18


class DeliveryTag(NamedTuple):
    """Names one attempt of a delivery."""

    broadcast_id: int
    subscriber_id: int
    attempt: int

    def __str__(self) -> str:
        """As the platform carries it."""
        return f"d:{self.broadcast_id}:{self.subscriber_id}:{self.attempt}"


class ReplyTag(NamedTuple):
    """Names one attempt of an answer."""

    reply_id: int
    attempt: int

    def __str__(self) -> str:
        """As the platform carries it."""
        return f"r:{self.reply_id}:{self.attempt}"


Tag = DeliveryTag | ReplyTag


def tag_of(delivery: Delivery) -> DeliveryTag:
    """What the platform gives back with each receipt of this attempt."""
    return DeliveryTag(delivery.broadcast_id, delivery.subscriber_id, delivery.attempt)


def tag_of_reply(reply: QueuedReply) -> ReplyTag:
    """The same for an answer."""
    return ReplyTag(reply.id, reply.attempt)


def read_tag(text: str | None) -> Tag | None:
    """The tag that was carried, None when it is none of ours."""
    kind, *numbers = (text or "").split(":")
    if not all(n.isascii() and n.isdecimal() and len(n) <= _DIGITS for n in numbers):
        return None
    match kind, [int(n) for n in numbers]:
        case "d", [broadcast, subscriber, attempt]:
            return DeliveryTag(broadcast, subscriber, attempt)
        case "r", [reply, attempt]:
            return ReplyTag(reply, attempt)
    return None


class Billed(NamedTuple):
    """What the platform says that it bills for a message."""

    billable: bool
    category: str  # its own word: marketing, utility, service, authentication, …


class Receipt(NamedTuple):
    """What the platform tells about one message; `failed` is None where it has arrived, or is on its way."""

    message_id: str
    word: str  # the platform's own: sent, delivered, read, …
    tag: Tag | None
    phone: str | None = None
    user_id: str | None = None
    failed: Settled | None = None
    billed: Billed | None = None
    at: datetime | None = None  # when it was so; None: the platform does not say


# What outcomes mean here --------------------------------------------------------------------------------------------


def settle_delivery(delivery: Delivery, outcome: Outcome, now: datetime) -> Settled:
    """An attempt of any kind: a doubt waits for its receipt, what is about the reader alone ends the attempt."""
    if outcome.code == WINDOW_CLOSED and delivery.kind not in TOLD_LATER:
        return Settled(State.QUEUED, outcome.code, next_at=now)  # planned anew: as a template, or when they write
    if outcome.code in OF_THE_READER:
        return failed(outcome, now)
    return _account_for(tag_of(delivery), outcome, now) or settle_story(outcome, delivery.attempt, now)


def settle_reply(reply: QueuedReply, outcome: Outcome, now: datetime) -> Settled:
    """An answer: a doubt waits for its receipt, but not for ever."""
    if outcome.kind is Kind.UNKNOWN and reply.doubts < REPLY_DOUBTS:
        return Settled(State.QUEUED, outcome.code, next_at=now + ANSWER_WAITS, doubt=True)
    if outcome.code in OF_THE_READER:
        return failed(outcome, now)
    return _account_for(tag_of_reply(reply), outcome, now) or settle_answer(reply, outcome, now)


def _account_for(tag: Tag, outcome: Outcome, now: datetime) -> Settled | None:
    """What is neither about the reader nor about the text, where it means something else here."""
    if outcome.code in HALTS:
        return Settled(State.QUEUED, outcome.code, next_at=now)  # planned anew, with what is held back from now on
    if outcome.code != SERVER_ERROR:
        return None
    at = again_at(tag, outcome.code, now)
    return failed_for_trouble(now) if at is None else Settled(State.QUEUED, outcome.code, next_at=at)


def again_at(tag: Tag, code: str, now: datetime) -> datetime | None:
    """When a message that failed with this code leaves once more; None: it has been tried often enough.

    What is only too fast, or the account's own trouble, is tried until it is too old, as when the answer says so; an
    answer nobody waits for so long.
    """
    endless = code in TOO_FAST | OF_THE_ACCOUNT and isinstance(tag, DeliveryTag)
    if code not in TRIED_AGAIN or (tag.attempt >= MOST_TRIES and not endless):
        return None
    return now + timedelta(seconds=pair_pause(tag.attempt) if code == PAIR else back_off(tag))


def back_off(tag: Tag) -> float:
    """Seconds before the next try: 2, 4, 8, 16, … 64, each up to half less or more, as the attempt's name wants it."""
    return 2.0 ** min(tag.attempt, 6) * (0.5 + zlib.crc32(str(tag).encode()) / 2**32)


def pair_pause(times: int) -> float:
    """Seconds for which a person is left alone who got too many at once, so many times in a row: 4, 16, 64 and on."""
    return min(LONGEST_HOLD, 4.0 ** min(max(times, 1), 10))


def held_until(receipt: Receipt, now: datetime) -> datetime | None:
    """Until when a receipt lets its person be left alone; None: it does not, or that is over."""
    if receipt.failed is None or receipt.failed.code != PAIR:
        return None
    times = 1 if receipt.tag is None else receipt.tag.attempt
    until = min(receipt.at or now, now) + timedelta(seconds=pair_pause(times))
    return until if until > now else None


def spared_for(times: int) -> timedelta:
    """How long a reader is spared whom the platform did not want to have it so many times in a row."""
    return min(LONGEST_SPARED, SPARED * 2.0 ** min(max(0, times - 1), 8))


def failed(outcome: Outcome, now: datetime) -> Settled:
    """A message that did not arrive after all; with `next_at` what it said may come again in a digest from then on."""
    if outcome.kind not in {Kind.LATER, Kind.NOT_SENT}:
        return Settled(State.FAILED, outcome.code, gone=outcome.kind is Kind.GONE)
    pause = timedelta(seconds=outcome.retry_after or 0.0)
    return Settled(State.FAILED, outcome.code, next_at=now + max(pause, _LEAST_PAUSE))


def failed_for_trouble(now: datetime) -> Settled:
    """The platform has had its own trouble with a message once too often: what it said comes in a digest."""
    return Settled(State.FAILED, SERVER_ERROR, next_at=now + _LEAST_PAUSE)


# Doubts -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Listening:
    """For how many seconds receipts have been coming in; seconds of a monotonic clock."""

    seconds: float = 0.0
    _last: float | None = None

    def heard(self, now: float) -> None:
        """Something has come in: the way here works, and worked since what came before, if that is not long ago."""
        if self._last is not None:
            self.seconds += min(max(0.0, now - self._last), LONGEST_GAP)
        self._last = now


@dataclass(slots=True)
class Doubts:
    """Attempts of which nobody knows, and how much had been heard when each was first looked at.

    Forgets with the process, which only makes it more patient.
    """

    _since: dict[Hashable, float] = field(default_factory=dict)

    def ripe(self, doubts: Collection[Hashable], heard: float) -> list[Hashable]:
        """Those that have been listened for long enough; `doubts` are all that there are now."""
        self._since = {doubt: self._since.get(doubt, heard) for doubt in doubts}
        return [doubt for doubt, since in self._since.items() if heard - since >= LISTENED]
