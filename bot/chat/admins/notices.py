"""What editors and admins are told of feeds and broadcasts, in their language; nothing here asks for an answer."""

from collections.abc import Sequence
from typing import Final

from bot.chat.codes import in_words
from bot.chat.fit import cut
from bot.chat.message import Button, Message, Rows
from bot.chat.push_seal import ADMINS as PREFIX
from bot.chat.push_seal import sealed
from bot.chat.texts import Voice, joined
from bot.chat.turn import Role
from bot.delivery.budget import Cap
from bot.delivery.halts import Halt, Scope
from bot.delivery.templates import TemplateChange

LONGEST_ADDRESS: Final = 500  # of a feed: longer ones are shown cut, as the list of feeds has them whole
LONGEST_REASON: Final = 300
LONGEST_TITLE: Final = 300
MOST_TEMPLATES: Final = 8  # that one notice names
_KEYS: Final = {
    "failing": "notice.failing",
    "failing_many": "notice.failing_many",
    "recovered": "notice.recovered",
    "gone": "notice.gone",
    "moved": "notice.moved",
    "gap": "notice.gap",
    "withdrawn": "notice.withdrawn",
    "revised": "notice.revised",
}
_HALTS: Final = {
    Scope.MARKETING: "notice.halt.marketing",
    Scope.PUSHES: "notice.halt.pushes",
    Scope.ALL: "notice.halt.everything",
}
_SPENT: Final = {
    "day": "notice.spent.day",
    "month": "notice.spent.month",
    "broadcast": "notice.spent.broadcast",
    "portfolio": "notice.lacking.portfolio",
    "template": "notice.lacking.template",
}
_SPENT_URGENT: Final = {
    "day": "notice.spent.day_reserve",
    "month": "notice.spent.month_reserve",
    "portfolio": "notice.lacking.portfolio_urgent",
    "template": "notice.lacking.template_urgent",
}
_FLOODS: Final = {"many": "notice.flood_many", "old": "notice.flood_old"}


def refused_message(say: Voice, *, broadcast: int, title: str, code: str) -> Message:
    """A broadcast stands still, because the platform refuses what it says with this code."""
    return Message(say.rich("notice.refused", n=str(broadcast), title=cut(title, LONGEST_TITLE), text=code))


def refused_digests_message(say: Voice, *, code: str) -> Message:
    """Many digests of one hour were refused with this code: nothing stands still, but somebody should look."""
    return Message(say.rich("notice.refused_digests", text=code))


def feed_offers(kind: str, feed_id: int, say: Voice, key: bytes, channel: str, address: str, role: Role) -> Rows:
    """Admins go from a notice to the feed that it is about, and decide there."""
    if role is not Role.ADMIN or kind not in {"flood", "failing", "gone"}:
        return ()
    return ((Button(say.t("notice.button.feed"), sealed(key, channel, address, "f", feed_id, prefix=PREFIX)),),)


def too_fast(say: Voice) -> Message:
    """Somebody wrote too much at once, and is not answered for a while."""
    return Message(say.rich("error.too_fast"))


def stopped_message(say: Voice, *, part: str, fault: str) -> Message:
    """A channel's account stands still."""
    return Message(say.rich("notice.stopped", part=part, fault=cut(fault, LONGEST_REASON)))


def goes_on_message(say: Voice, *, part: str) -> Message:
    """It sends again."""
    return Message(say.rich("notice.goes_on", part=part))


def disk_message(say: Voice, *, free: int) -> Message:
    """The disk is nearly full; `free` is in bytes."""
    return Message(say.rich("notice.disk", n=free // 1_000_000))


def spent_message(say: Voice, cap: Cap, *, limit: str, title: str = "") -> Message:
    """A budget is used up, or what else is lacking; `limit` in words, `title` of the broadcast whose budget it is."""
    key = _SPENT_URGENT[cap.period] if cap.urgent else _SPENT[cap.period]
    return Message(say.rich(key, limit=limit, n=str(cap.broadcast), title=cut(title, LONGEST_TITLE)))


def halted_message(say: Voice, halt: Halt, *, over: bool) -> Message:
    """WhatsApp does not take marketing, anything pushed, or anything at all, and why; or it does again."""
    if over:
        return Message(say.rich("notice.halt.over"))
    return Message(say.rich(_HALTS[halt.scope], why=in_words(halt.code, say)))


def templates_message(say: Voice, changes: Sequence[TemplateChange]) -> Message:
    """WhatsApp's templates: which may be sent no more and what is sent instead, which are back."""
    lines = [say.rich(_template_line(change), **_template_values(change)) for change in changes[:MOST_TEMPLATES]]
    more = say.rich("notice.templates_more", n=left) if (left := len(changes) - MOST_TEMPLATES) > 0 else ()
    return Message(joined("\n\n", say.rich("notice.templates"), *lines, more, say.rich("notice.templates_look")))


def _template_line(change: TemplateChange) -> str:
    if change.known.usable:
        return "notice.template_back"
    return "notice.template_instead" if change.instead else "notice.template_nothing"


def _template_values(change: TemplateChange) -> dict[str, str]:
    known = change.known
    what = known.status if known.category in {"", known.wanted} else f"{known.wanted} → {known.category}"
    reason = f" ({cut(known.reason, LONGEST_REASON)})" if known.reason and known.reason != "NONE" else ""
    return {"name": known.key, "text": what + reason, "other": change.instead or ""}


def notice_message(
    kind: str, say: Voice, *, feed: str, text: str = "", count: int = 0, title: str = "", link: str = ""
) -> Message:  # fmt: skip
    """One notice (`bot.flow.notice`): `feed` is its address, `text` and `count` say more by its kind.

    `title` and `link` are the story's, where it is about one.
    """
    feed = cut(feed, LONGEST_ADDRESS)
    if kind == "flood":
        return Message(say.rich(_FLOODS.get(text, "notice.flood_many"), n=count, feed=feed))
    values = {"feed": feed, "text": cut(text, LONGEST_REASON), "title": cut(title, LONGEST_TITLE), "link": link}
    return Message(say.rich(_KEYS[kind], **values))
