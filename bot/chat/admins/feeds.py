"""The feeds as admins see them: the list, one feed, what can be done with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from bot.chat import steps, words
from bot.chat.admins.call import Call
from bot.chat.admins.exchange import OPML, export
from bot.chat.admins.faults import fault
from bot.chat.fit import cut
from bot.chat.message import Button, Rows, Span
from bot.chat.office import (
    Enquire,
    FeedSeen,
    HaltFeed,
    LookFor,
    OfficeAct,
    Release,
    RemoveFeed,
    RetryFeed,
    SetFeedTopics,
    TryFeed,
)
from bot.chat.scene import Scene
from bot.chat.screens import TICK
from bot.chat.texts import joined
from bot.chat.turn import Role, Turn

A_PAGE: Final = 10
MOST_TOPICS: Final = 80
_A_ROW: Final = 5
_LONGEST_NAME: Final = 60
_LONGEST_ADDRESS: Final = 300
_Text = tuple[Span, ...]


def feeds(call: Call) -> Turn:
    """All feeds with their health; with an address behind the command that is looked at instead, or given as OPML."""
    if call.asked.text.casefold() == OPML:
        return export(call)
    if call.asked.text:
        return call.wait("feeds.looking", LookFor(call.asked.text), address=cut(call.asked.text, _LONGEST_ADDRESS))
    return _page(call, 0)


def page(call: Call) -> Turn:
    """The feeds of one page."""
    return _page(call, call.number(0))


def _page(call: Call, number: int) -> Turn:
    known = call.office.feeds
    first = number * A_PAGE if number * A_PAGE < len(known) else 0
    shown = list(enumerate(known, 1))[first : first + A_PAGE]
    lines = [joined("", (Span(f"{n}. "),), (Span(name_of(feed), bold=True),), (Span(f" · {state(call, feed)}"),))
             for n, feed in shown]  # fmt: skip
    text = joined("\n\n", call.say.rich("feeds.title", n=len(known)), joined("\n", *lines), _unmapped(call))
    numbers = [call.labelled(str(n), "f", feed.id) for n, feed in shown]
    rows: Rows = tuple(tuple(numbers[i : i + _A_ROW]) for i in range(0, len(numbers), _A_ROW))
    return call.show(text, (*rows, _turning(call, first, len(known)), *_doing(call)))


def _turning(call: Call, first: int, total: int) -> tuple[Button, ...]:
    before = (call.act("office.button.before", "fp", first // A_PAGE - 1),) if first else ()
    after = (call.act("office.button.after", "fp", first // A_PAGE + 1),) if first + A_PAGE < total else ()
    return before + after


def _doing(call: Call) -> Rows:
    failing = any(feed.failures and feed.asked for feed in call.office.feeds)
    again = (call.act("feeds.button.retry_failing", "fra"),) if failing else ()
    opml = (call.act("feeds.button.opml", "fo"),) if call.office.feeds else ()
    labels = (call.act("feeds.button.labels", "lb"),) if call.office.unmapped else ()
    return ((call.act("feeds.button.add", "fh"), *again), opml + labels)


def _unmapped(call: Call) -> _Text:
    count = len(call.office.unmapped)
    return call.say.rich("feeds.unmapped", n=count) if count else ()


def name_of(feed: FeedSeen) -> str:
    """What the feed calls itself, else where it is."""
    parts = urlsplit(feed.url)
    return cut(" ".join(feed.title.split()) or f"{parts.hostname or ''}{parts.path}", _LONGEST_NAME)


def state(call: Call, feed: FeedSeen) -> str:
    """How it stands, in a line."""
    say = call.say
    stands = "feeds.state.gone" if feed.gone else "feeds.state.paused" if feed.paused or feed.halted else ""
    if stands or feed.held:
        held = say.t("feeds.state.held", n=feed.held) if feed.held else ""
        return " · ".join(part for part in (say.t(stands) if stands else "", held) if part)
    if feed.failures:
        told = say.t("feeds.state.failed", n=feed.failures, fault=fault(say, feed.error))
        again = say.t("feeds.state.again", moment=call.moment(feed.next_check)) if feed.next_check else ""
        return f"{told}{again}"
    if feed.ok_at is None:
        return say.t("feeds.state.new")
    return say.t("feeds.state.healthy", ago=call.ago(feed.ok_at))


def how_to_add(call: Call) -> Turn:
    """Ask for the address of a feed or its site: the next text is taken for it, as is what stands behind /feeds."""
    asked = call.show(call.say.rich("feeds.how_to_add"), ((call.act("office.button.back", "fl"),),))
    return replace(asked, changes=steps.under(call.scene, steps.ADDRESS))


def address(scene: Scene, text: str) -> Turn | None:
    """What an admin writes when asked for an address; None when nothing was asked, or it is a command after all."""
    if steps.asked(scene) != steps.ADDRESS or words.is_command(text):
        return None
    if scene.person.role is not Role.ADMIN:  # taken away since the button was tapped
        return scene.tell(scene.say.rich("error.staff_only"))
    named = text.strip()
    if "." in named and len(named.split()) == 1:
        return Turn(asks=(Enquire("feeds", named),))
    return replace(scene.tell(scene.say.rich("feeds.how_to_add")), changes=steps.under(scene, steps.ADDRESS))


def retry_failing(call: Call) -> Turn:
    """Ask all that fail at once."""
    failing = [feed for feed in call.office.feeds if feed.failures and feed.asked]
    if not failing:
        return call.toast("feeds.none_failing", then="feeds")
    return call.toast("feeds.retried", *(RetryFeed(feed.id) for feed in failing), then="feeds", n=len(failing))


# One feed -------------------------------------------------------------------------------------------------------------


def feed(call: Call) -> Turn:
    """One feed, whole."""
    seen = call.office.feed
    if seen is None:
        return call.toast("feeds.no_such", then="feeds")
    return call.show(_described(call, seen), _acts(call, seen))


def _described(call: Call, seen: FeedSeen) -> _Text:
    say = call.say
    topics = say.listed([call.topic(category) for category in seen.categories])
    lines = (
        (Span(name_of(seen), bold=True),),
        (Span(cut(seen.url, _LONGEST_ADDRESS)),),
        say.rich("feeds.moved", address=cut(seen.moved_to, _LONGEST_ADDRESS)) if seen.moved_to else (),
        say.rich("feeds.state", state=state(call, seen)),
        say.rich("feeds.checked", ago=call.ago(seen.checked_at)),
        say.rich("feeds.weekly", n=round(seen.weekly)) if seen.weekly is not None else (),
        say.rich("feeds.topics", topics=topics) if topics else (),
        say.rich("feeds.declared" if seen.declared else "feeds.added"),
    )
    held = say.rich("feeds.held_old" if seen.why_held == "old" else "feeds.held_many", n=seen.held) if seen.held else ()
    return joined("\n\n", joined("\n", *lines), held)


def _acts(call: Call, seen: FeedSeen) -> Rows:
    decide = (
        call.act("feeds.button.tell", "ft", seen.id, seen.held, n=seen.held),
        call.act("feeds.button.let_be", "fd", seen.id, seen.held),
    )
    halt = call.act("feeds.button.pause", "fz", seen.id)
    go_on = call.act("feeds.button.resume", "fg", seen.id)
    stands = seen.halted or seen.gone
    more = () if seen.declared else (
        call.act("feeds.button.topics", "fc", seen.id), call.act("feeds.button.remove", "fx", seen.id),
    )  # fmt: skip
    return (
        decide if seen.held else (),
        (call.act("feeds.button.try", "fy", seen.id), *(() if seen.paused else (go_on if stands else halt,))),
        (call.act("feeds.button.retry", "fr", seen.id),) if seen.failures and seen.asked else (),
        more,
        (call.act("office.button.back", "fl"),),
    )


def halt(call: Call) -> Turn:
    """Ask it no more until somebody lets it go on."""
    return _done(call, "feeds.paused", lambda seen: HaltFeed(seen.id, halted=True))


def go_on(call: Call) -> Turn:
    """Ask it again, at once."""
    return _done(call, "feeds.resumed", lambda seen: HaltFeed(seen.id, halted=False))


def retry(call: Call) -> Turn:
    """Ask it at once."""
    return _done(call, "feeds.retried_one", lambda seen: RetryFeed(seen.id))


def tell_held(call: Call) -> Turn:
    """The stories that are held back go out; a button that counted others holds no more."""
    return _decided(call, tell=True)


def let_held_be(call: Call) -> Turn:
    """The stories that are held back are told to nobody."""
    return _decided(call, tell=False)


def _decided(call: Call, *, tell: bool) -> Turn:
    seen = call.office.feed
    if seen is None or not seen.held:
        return call.toast("feeds.nothing_held", then="feeds")
    if seen.held != call.number(1):
        return call.toast("feeds.held_changed", then=f"feed {seen.id}", n=seen.held)
    key = "feeds.told" if tell else "feeds.let_be"
    return call.toast(key, Release(seen.id, tell), then=f"feed {seen.id}", n=seen.held)


def ask_remove(call: Call) -> Turn:
    """Ask once: what is gone has to be found anew."""
    seen = call.office.feed
    if seen is None or seen.declared:
        return call.toast("feeds.no_such", then="feeds")
    buttons = (call.act("feeds.button.really_remove", "fxx", seen.id), call.act("office.button.back", "f", seen.id))
    return call.show(call.say.rich("feeds.ask_remove", name=name_of(seen)), (buttons,))


def remove(call: Call) -> Turn:
    """Forget it; its stories stay."""
    seen = call.office.feed
    if seen is None or seen.declared:
        return call.toast("feeds.no_such", then="feeds")
    return call.toast("feeds.removed", RemoveFeed(seen.id), then="feeds")


def try_out(call: Call) -> Turn:
    """Read it now, changing nothing."""
    seen = call.office.feed
    if seen is None:
        return call.toast("feeds.no_such", then="feeds")
    return call.wait("feeds.trying", TryFeed(seen.moved_to or seen.url, feed_id=seen.id))


def _done(call: Call, key: str, change: Callable[[FeedSeen], OfficeAct]) -> Turn:
    seen = call.office.feed
    if seen is None:
        return call.toast("feeds.no_such", then="feeds")
    return call.toast(key, change(seen), then=f"feed {seen.id}")


# Topics ---------------------------------------------------------------------------------------------------------------


def topics(call: Call) -> Turn:
    """The topics that are added to whatever this feed brings, to be ticked."""
    seen = call.office.feed
    if seen is None or seen.declared:
        return call.toast("feeds.no_such", then="feeds")
    known = call.scene.board.categories[:MOST_TOPICS]
    ticks = [
        call.labelled((TICK if c.id in seen.categories else "") + c.name(call.say.language), "fct", seen.id, c.id)
        for c in known
    ]
    rows: Rows = tuple(tuple(ticks[i : i + 2]) for i in range(0, len(ticks), 2))
    return call.show(
        call.say.rich("feeds.ask_topics", name=name_of(seen)), (*rows, (call.act("office.button.back", "f", seen.id),))
    )  # fmt: skip


def toggle_topic(call: Call) -> Turn:
    """One topic more, or one less."""
    seen, category = call.office.feed, call.part(1)
    if seen is None or seen.declared or category not in call.scene.board.by_id:
        return call.toast("feeds.no_such", then="feeds")
    chosen = tuple(sorted(set(seen.categories) ^ {category}))
    return Turn((), (SetFeedTopics(seen.id, chosen),), (replace(call.asked, action=f"topics {seen.id}", text=""),))
