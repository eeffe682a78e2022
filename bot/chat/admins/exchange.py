"""The list of feeds as OPML, in as many messages as it takes: a chat carries no file from us."""

from typing import Final

from bot.chat.admins.call import Call
from bot.chat.fit import cut
from bot.chat.message import Message, Span
from bot.chat.office import FeedSeen
from bot.chat.pieces import MOST, pieces
from bot.chat.turn import Reply, Turn
from bot.news.opml import LONGEST_NAME, Outline, write_opml

OPML: Final = "opml"  # behind /feeds


def export(call: Call) -> Turn:
    """First what follows, then the list itself without a word of ours in it, so that it can be copied as it is."""
    known = call.office.feeds
    if not known:
        return call.toast("feeds.opml_none")
    parts = list(pieces(write_opml(call.scene.board.portal, [_outline(call, feed) for feed in known])))
    if len(parts) > MOST:
        return call.toast("feeds.opml_too_long", feeds=len(known))
    told = call.say.rich("feeds.opml", feeds=len(known), messages=len(parts))
    return Turn((Reply(Message(told)), *(Reply(Message((Span(part),))) for part in parts)))


def _outline(call: Call, feed: FeedSeen) -> Outline:
    """As in the list; its topics are categories by their names, which an import takes as labels."""
    return Outline(feed.url, cut(feed.title, LONGEST_NAME), tuple(map(call.topic, feed.categories)))
