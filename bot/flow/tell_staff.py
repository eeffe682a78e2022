"""Notices of feeds and broadcasts, queued for every editor and admin in the transaction of what they tell."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.chat.admins.notices import (
    disk_message,
    feed_offers,
    goes_on_message,
    halted_message,
    notice_message,
    refused_digests_message,
    refused_message,
    spent_message,
    stopped_message,
    templates_message,
)
from bot.chat.message import Message, Rows, to_json
from bot.chat.newsroom.offers import offers
from bot.chat.texts import Texts, Voice
from bot.chat.turn import Mode, Role, Status
from bot.delivery.budget import Cap
from bot.delivery.content import BroadcastKind
from bot.delivery.cost import in_units
from bot.delivery.halts import Halt, Scope
from bot.delivery.templates import TemplateChange
from bot.delivery.window import Wait
from bot.flow.notice import Notice
from bot.flow.poll import TELL_FAILURES
from bot.ports import Sent, StaffMember, Tx

WHATSAPP = "whatsapp"
MANY = 3  # feeds that fail at the same time; with more it is our network, and one message says so


class StaffTeller:
    """A `Tell` (bot.flow.notice): whoever has stopped hears nothing, whoever never subscribed does."""

    def __init__(self, texts: Texts, channels: Collection[str], now: Callable[[], datetime]) -> None:
        self._texts, self._channels, self._now = texts, frozenset(channels), now

    def __call__(self, tx: Tx, notice: Notice) -> None:
        """Queue it."""
        told = _summed(tx, notice)
        if told is None:
            return
        story = told.story
        self._to_all(
            tx,
            lambda say: notice_message(
                told.kind, say, feed=told.feed.url, text=told.text, count=told.count,
                title=story.title if story else "", link=story.link if story else "",
            ),
            lambda say, member: offers(
                told.kind, story.id if story else None, say, tx.button_key(), member.channel, member.address
            ) or feed_offers(
                told.kind, told.feed.id, say, tx.button_key(), member.channel, member.address, member.role
            ),
        )  # fmt: skip

    def refused(self, tx: Tx, sent: Sent, code: str) -> None:
        """A broadcast stands still: the platform refuses what it says; or so many digests of one hour."""
        if sent.kind is BroadcastKind.DIGEST:
            self._to_all(tx, lambda say: refused_digests_message(say, code=code))
        else:
            self._to_all(tx, lambda say: refused_message(say, broadcast=sent.id, title=sent.title, code=code))

    # To admins alone: what they can do something about ---------------------------------------------------------------

    def stopped(self, tx: Tx, part: str, fault: str) -> None:
        """An account stands still; told on the other channels, for on its own nothing arrives."""
        channel = part.partition(" ")[0]
        self._to_admins(tx, lambda say: stopped_message(say, part=part, fault=fault), but=channel)

    def goes_on(self, tx: Tx, part: str) -> None:
        """It sends again."""
        self._to_admins(tx, lambda say: goes_on_message(say, part=part), but=part.partition(" ")[0])

    def disk_full(self, tx: Tx, free: int) -> None:
        """Soon nothing can be written any more; `free` is in bytes."""
        self._to_admins(tx, lambda say: disk_message(say, free=free))

    def spent(self, tx: Tx, cap: Cap, currency: str) -> None:
        """A budget is used up, there is no room for more people or no template: what is pushed waits."""
        limit = str(cap.limit) if cap.period == "portfolio" else f"{in_units(cap.limit)} {currency}"
        sent = tx.broadcast(cap.broadcast) if cap.broadcast else None
        title = sent.title if sent is not None else ""
        self._to_admins(tx, lambda say: spent_message(say, cap, limit=limit, title=title))

    def halted(self, tx: Tx, halt: Halt, over: bool) -> None:
        """WhatsApp does not take some of what we send, or takes it again; where nothing is taken, told elsewhere."""
        but = WHATSAPP if halt.scope is Scope.ALL and not over else ""
        self._to_admins(tx, lambda say: halted_message(say, halt, over=over), but=but)

    def templates(self, tx: Tx, changes: Sequence[TemplateChange]) -> None:
        """WhatsApp's templates that may be sent no more, or again."""
        self._to_admins(tx, lambda say: templates_message(say, changes))

    def _to_admins(self, tx: Tx, message: Callable[[Voice], Message], but: str = "") -> None:
        self._to_all(tx, message, whom=lambda member: member.role is Role.ADMIN and member.channel != but)

    def _to_all(
        self, tx: Tx, message: Callable[[Voice], Message],
        rows: Callable[[Voice, StaffMember], Rows] = lambda *_: (),
        whom: Callable[[StaffMember], bool] = lambda _: True,
    ) -> None:  # fmt: skip
        for member in tx.staff():
            reached = member.channel in self._channels and member.status not in {Status.STOPPED, Status.GONE}
            if reached and whom(member):
                say = self._texts.voice(member.language)
                said = to_json(replace(message(say), rows=rows(say, member)))
                tx.add_reply(
                    member.channel, member.address, member.thread, said, Mode.NEW, self._now(), wait=Wait.NOTICE
                )  # fmt: skip


def _summed(tx: Tx, notice: Notice) -> Notice | None:
    """When everything fails at once, one notice for all: nobody reads fifty, and fifty more when it is over."""
    if notice.kind not in {"failing", "recovered"}:
        return notice
    failing = sum(feed.failures >= TELL_FAILURES and feed.asked for feed in tx.feeds())
    if failing <= MANY:
        return notice
    return replace(notice, kind="failing_many") if notice.kind == "failing" and failing == MANY + 1 else None
