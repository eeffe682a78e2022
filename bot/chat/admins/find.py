"""Adding a feed: what was found at an address, a look at what residents would see, and the question."""

from typing import Final

from bot.chat.admins.call import Call
from bot.chat.admins.faults import fault
from bot.chat.fit import cut
from bot.chat.message import Message, Rows, Span
from bot.chat.office import AddFeed, Looked, Offer, Tried, TryFeed
from bot.chat.stories import story_message
from bot.chat.texts import joined
from bot.chat.turn import Reply, Turn

MOST_OFFERS: Final = 8
MOST_STORIES: Final = 3
_LONGEST_ADDRESS: Final = 200
_LONGEST_LABELS: Final = 300
_RULE: Final = "─" * 12


def looked(call: Call, found: Looked) -> Turn:
    """What is there; a single feed is looked at at once."""
    if not found.offers:
        why = fault(call.say, found.fault) if found.fault else call.say.t("fault.nothing")
        return call.show(call.say.rich("find.nothing", address=cut(found.asked.address, _LONGEST_ADDRESS), fault=why))
    if len(found.offers) == 1:
        offer = found.offers[0]
        return Turn((), (), (TryFeed(offer.url, offer=offer.id),))
    offers = found.offers[:MOST_OFFERS]
    lines = [joined("", (Span(f"{n}. "),), _named(offer)) for n, offer in enumerate(offers, 1)]
    text = joined("\n\n", call.say.rich("find.several", n=len(offers)), joined("\n", *lines))
    return call.show(text, tuple((call.act("find.button.look", "ol", offer.id, number=str(n)),)
                                 for n, offer in enumerate(offers, 1)))  # fmt: skip


def look(call: Call) -> Turn:
    """Read one of them."""
    offer = call.office.offer
    if offer is None:
        return call.toast("find.gone")
    return call.wait("feeds.trying", TryFeed(offer.url, offer=offer.id))


def tried(call: Call, found: Tried) -> Turn:
    """The newest stories as residents would see them, each marked off; then what can be done."""
    if found.fault:
        told = call.say.rich("find.unreadable", address=cut(found.asked.url, _LONGEST_ADDRESS),
                             fault=fault(call.say, found.fault))  # fmt: skip
        return Turn((Reply(Message(told, _back(call, found))),))
    head = call.say.rich("find.shows", name=cut(found.title or found.asked.url, _LONGEST_ADDRESS), n=found.items)
    stories = [story_message(story, call.say.language, call.scene.board).text for story in found.stories[:MOST_STORIES]]
    between = f"\n\n{_RULE}\n\n"
    labels = cut(", ".join(found.unmapped), _LONGEST_LABELS)
    strange = call.say.rich("find.unmapped", labels=labels) if labels else ()
    asks = call.say.rich("find.ask") if found.asked.offer else ()
    text = joined(between, head, *stories, joined("\n\n", strange, asks))
    return Turn((Reply(Message(text, _back(call, found))),))


def _back(call: Call, found: Tried) -> Rows:
    if found.asked.offer and not found.fault:
        return (
            (call.act("find.button.add", "oa", found.asked.offer),),
            (call.act("find.button.not", "fl"),),
        )
    where = ("f", found.asked.feed_id) if found.asked.feed_id else ("fl",)
    return ((call.act("office.button.back", *where),),)


def add(call: Call) -> Turn:
    """Take it up; what it shows now is past, and told to nobody."""
    offer = call.office.offer
    if offer is None:
        return call.toast("find.gone")
    if any(feed.url == offer.url and feed.asked for feed in call.office.feeds):
        return call.toast("find.known", then="feeds")
    return call.toast("find.added", AddFeed(offer.id), then="feeds")


def _named(offer: Offer) -> tuple[Span, ...]:
    title, address = " ".join(offer.title.split()), cut(offer.url, _LONGEST_ADDRESS)
    return (Span(cut(title, _LONGEST_ADDRESS), bold=True), Span(f" · {address}")) if title else (Span(address),)
