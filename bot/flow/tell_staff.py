"""Notices of the feeds, queued for every editor and admin in the transaction of what they tell."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from bot.chat.message import to_json
from bot.chat.notices import notice_message
from bot.chat.texts import Texts
from bot.chat.turn import Mode, Status
from bot.flow.notice import Notice
from bot.flow.poll import TELL_FAILURES
from bot.ports import Tx

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
        now, story = self._now(), told.story
        for member in tx.staff():
            if member.channel not in self._channels or member.status in {Status.STOPPED, Status.GONE}:
                continue
            message = notice_message(
                told.kind, self._texts.voice(member.language), feed=told.feed.url, text=told.text, count=told.count,
                title=story.title if story else "", link=story.link if story else "",
            )  # fmt: skip
            tx.add_reply(member.channel, member.address, member.thread, to_json(message), Mode.NEW, now)


def _summed(tx: Tx, notice: Notice) -> Notice | None:
    """When everything fails at once, one notice for all: nobody reads fifty, and fifty more when it is over."""
    if notice.kind not in {"failing", "recovered"}:
        return notice
    failing = sum(feed.failures >= TELL_FAILURES and not feed.paused for feed in tx.feeds())
    if failing <= MANY:
        return notice
    return replace(notice, kind="failing_many") if notice.kind == "failing" and failing == MANY + 1 else None
