"""Feeds: what the file declares, what is due, what a poll leaves behind."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.news.moves import FeedMoves
from bot.ports import DeclaredFeed, Feed, FeedCheck, HeldFlood, Hub, Store, Tx
from tests.storage.makers import NOW, hours, story, tell

A, B = "https://portal.example/feed/", "https://portal.example/hukrim/feed/"


def checked(tx: Tx, feed: Feed, check: FeedCheck) -> Feed:
    tx.feed_checked(feed.id, check)
    return next(f for f in tx.feeds() if f.id == feed.id)


async def declare(store: Store, *feeds: DeclaredFeed) -> list[Feed]:
    def work(tx: Tx) -> list[Feed]:
        tx.declare_feeds(feeds)
        return tx.feeds()

    return await store.write(work)


async def test_a_declared_feed_is_kept_as_it_was_declared(store: Store) -> None:
    feeds = await declare(store, DeclaredFeed(A, 300.0), DeclaredFeed(B, None, ("hukrim", "daerah"), paused=True))
    assert [(f.url, f.every, f.categories, f.origin, f.paused) for f in feeds] == [
        (A, 300.0, (), "file", False),
        (B, None, ("hukrim", "daerah"), "file", True),
    ]
    assert feeds[0].imported_at is None


async def test_declaring_again_changes_what_changed_and_keeps_the_history(store: Store) -> None:
    first = (await declare(store, DeclaredFeed(A, 300.0)))[0]
    check = FeedCheck(NOW, NOW + hours(1), etag='"1"', title="Portal", imported=True)
    await store.write(lambda tx: tx.feed_checked(first.id, check))
    (again,) = await declare(store, DeclaredFeed(A, 300.0, ("daerah",)))
    assert (again.id, again.categories, again.etag, again.imported_at) == (first.id, ("daerah",), '"1"', NOW)
    assert again.next_check == NOW + hours(1)


async def test_a_new_pace_holds_from_now_on(store: Store) -> None:
    (feed,) = await declare(store, DeclaredFeed(A, 3600.0))
    await store.write(lambda tx: tx.feed_checked(feed.id, FeedCheck(NOW, NOW + hours(1))))
    await declare(store, DeclaredFeed(A, 1.0))
    assert [f.url for f in await store.read(lambda tx: tx.due_feeds(NOW))] == [A]


async def test_a_feed_declared_no_more_is_kept_paused_and_wakes_when_declared_again(store: Store) -> None:
    await declare(store, DeclaredFeed(A), DeclaredFeed(B))
    assert [(f.url, f.paused) for f in await declare(store, DeclaredFeed(B))] == [(A, True), (B, False)]
    assert [f.paused for f in await declare(store, DeclaredFeed(A), DeclaredFeed(B))] == [False, False]


async def test_the_longest_waiting_feed_is_due_first_and_paused_ones_never(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[str], list[str]]:
        tx.declare_feeds([DeclaredFeed("a"), DeclaredFeed("b"), DeclaredFeed("new"), DeclaredFeed("p", paused=True)])
        a, b = tx.feeds()[:2]
        tx.feed_checked(a.id, FeedCheck(NOW, NOW + timedelta(minutes=5)))
        tx.feed_checked(b.id, FeedCheck(NOW, NOW + timedelta(minutes=1)))
        soon, later = NOW + timedelta(minutes=2), NOW + timedelta(minutes=5)
        return [f.url for f in tx.due_feeds(soon)], [f.url for f in tx.due_feeds(later)]

    assert await store.write(work) == (["new", "b"], ["new", "b", "a"])


async def test_a_success_forgets_failures_and_keeps_validators_that_it_does_not_name(store: Store) -> None:
    def work(tx: Tx) -> tuple[Feed, Feed]:
        tx.declare_feeds([DeclaredFeed(A)])
        (feed,) = tx.feeds()
        good = FeedCheck(NOW, NOW + hours(1), etag='"1"', last_modified="Sat", title="Portal", imported=True)
        checked(tx, feed, good)
        checked(tx, feed, FeedCheck(NOW + hours(1), NOW + hours(2), error="HTTP 503"))
        bad = checked(tx, feed, FeedCheck(NOW + hours(2), NOW + hours(3), error="timeout"))
        return bad, checked(tx, feed, FeedCheck(NOW + hours(3), NOW + hours(4)))

    bad, good = await store.write(work)
    assert (bad.failures, bad.error, bad.ok_at, bad.checked_at) == (2, "timeout", NOW, NOW + hours(2))
    assert (good.failures, good.error, good.ok_at, good.next_check) == (0, "", NOW + hours(3), NOW + hours(4))
    assert (good.etag, good.last_modified, good.title, good.imported_at) == ('"1"', "Sat", "Portal", NOW)


async def test_an_unchanged_answer_is_no_import(store: Store) -> None:
    def work(tx: Tx) -> Feed:
        tx.declare_feeds([DeclaredFeed(A)])
        return checked(tx, tx.feeds()[0], FeedCheck(NOW, NOW + hours(1)))

    feed = await store.write(work)
    assert (feed.ok_at, feed.imported_at) == (NOW, None)


# What a feed asks, holds back, and who pushes it ----------------------------------------------------------------------


async def kept(store: Store, *works: Callable[[Tx, Feed], object]) -> Feed:
    """The feed A after these, each in a transaction of its own."""
    await declare(store, DeclaredFeed(A))
    for work in works:
        await store.write(lambda tx, work=work: work(tx, tx.feeds()[0]))  # type: ignore[misc]
    feed = await store.read(lambda tx: tx.feed(1))
    assert feed is not None
    return feed


async def test_what_a_good_poll_does_not_name_stays(store: Store) -> None:
    moves = FeedMoves(B, "https://c.example/feed/", 2)
    feed = await kept(
        store,
        lambda tx, f: tx.feed_checked(
            f.id, FeedCheck(NOW, NOW, unconditional=True, ttl=900.0, volume=7.5, moves=moves)
        ),
        lambda tx, f: tx.feed_checked(f.id, FeedCheck(NOW + hours(1), NOW + hours(2))),
    )  # fmt: skip
    assert (feed.moves, feed.ttl, feed.volume, feed.unconditional_at) == (moves, 900.0, 7.5, NOW)
    feed = await kept(store, lambda tx, f: tx.feed_checked(f.id, FeedCheck(NOW, NOW, ttl=0.0, moves=FeedMoves())))
    assert (feed.moves, feed.ttl) == (FeedMoves(), None)


async def test_a_feed_that_is_gone_is_not_due_until_it_is_asked_for(store: Store) -> None:
    await kept(store, lambda tx, f: tx.feed_checked(f.id, FeedCheck(NOW, NOW, error="410", gone=True)))
    assert await store.read(lambda tx: tx.due_feeds(NOW + hours(99))) == []
    feed = await kept(store, lambda tx, f: tx.ask_soon(f.id))
    assert (feed.gone, feed.next_check) == (None, None)
    assert await store.read(lambda tx: [f.id for f in tx.due_feeds(NOW)]) == [feed.id]


async def test_gaps_and_refusals_are_kept(store: Store) -> None:
    feed = await kept(
        store, lambda tx, f: tx.remember_gap(f.id, NOW), lambda tx, f: tx.forbid_api(f.id, NOW + hours(24))
    )
    assert (feed.gap_since, feed.api_forbidden_until) == (NOW, NOW + hours(24))
    assert (await kept(store, lambda tx, f: tx.remember_gap(f.id, None))).gap_since is None


async def test_a_flood_is_held_until_it_is_released_and_then_told_in_order(store: Store) -> None:
    def hold(tx: Tx) -> list[int]:
        tx.declare_feeds([DeclaredFeed(A)])
        ids = [story(tx, name) for name in ("satu", "dua", "tiga")]
        tx.hold_flood(1, "many", ids[:2], NOW)
        tx.hold_flood(1, "old", [ids[1], ids[2]], NOW + hours(1))  # joins what is held
        return ids

    ids = await store.write(hold)
    assert await store.read(lambda tx: tx.held_floods()) == [HeldFlood(1, A, NOW, "many", tuple(ids))]
    released = await store.write(lambda tx: tx.release_flood(1, tell=True))
    assert [s.id for s in released] == ids
    assert await store.read(lambda tx: tx.held_floods()) == []
    assert await store.write(lambda tx: tx.release_flood(1, tell=True)) == []


async def test_a_flood_is_let_be_and_what_was_told_meanwhile_is_not_told_again(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[int], list[int]]:
        tx.declare_feeds([DeclaredFeed(A)])
        ids = [story(tx, name) for name in ("satu", "dua")]
        tell(tx, "tiga")
        third = max(tx.latest(None, 9), key=lambda s: s.id).id
        tx.hold_flood(1, "many", [*ids, third], NOW)
        yes = [s.id for s in tx.release_flood(1, tell=True)]
        tx.hold_flood(1, "many", ids, NOW)
        return yes, [s.id for s in tx.release_flood(1, tell=False)]

    yes, no = await store.write(work)
    assert (len(yes), no) == (2, [])


HUB = ("https://hub.example/", "https://portal.example/feed/", "kunci", "rahasia")
HERE = "https://bot.example/websub/"


def named(tx: Tx, feed: Feed) -> None:
    tx.hub_named(feed.id, *HUB, NOW)


async def test_a_hub_is_asked_once_confirmed_and_renewed(store: Store) -> None:
    def due(now: datetime) -> Callable[[Tx], list[Hub]]:
        return lambda tx: tx.due_hubs(HERE, now)

    await kept(store, named, named)  # named again: it stays as it stands
    assert await store.read(due(NOW)) == [Hub(1, *HUB)]
    await kept(store, lambda tx, f: tx.hub_asked(f.id, HERE + "kunci", NOW + hours(1), NOW))
    assert await store.read(due(NOW)) == []
    await kept(store, lambda tx, f: tx.hub_granted(f.id, NOW + hours(240), NOW + hours(192)))
    assert await store.read(due(NOW + hours(191))) == []
    assert len(await store.read(due(NOW + hours(192)))) == 1
    assert await store.read(lambda tx: tx.hub_of("kunci")) == Hub(
        1, *HUB, HERE + "kunci", NOW, 0, NOW + hours(240)
    )  # fmt: skip
    assert await store.read(lambda tx: tx.hub_of("lain")) is None


async def test_a_hub_is_told_a_new_address_and_another_hub_is_asked_anew(store: Store) -> None:
    await kept(store, named, lambda tx, f: tx.hub_asked(f.id, HERE + "kunci", NOW + hours(1), NOW))
    assert len(await store.read(lambda tx: tx.due_hubs("https://baru.example/websub/", NOW))) == 1
    await kept(store, lambda tx, f: tx.hub_named(f.id, "https://lain.example/", HUB[1], "baru", "lain", NOW))
    (hub,) = await store.read(lambda tx: tx.due_hubs(HERE, NOW))
    assert (hub.hub, hub.token, hub.callback, hub.asked_at) == ("https://lain.example/", "baru", "", None)


async def test_refusals_are_counted_and_paused_feeds_are_not_subscribed(store: Store) -> None:
    await kept(store, named, *[lambda tx, f: tx.hub_asked(f.id, HERE, NOW, NOW, error="404")] * 2)
    (hub,) = await store.read(lambda tx: tx.due_hubs(HERE, NOW))
    assert hub.refusals == 2
    await declare(store)  # the feed is declared no more
    assert await store.read(lambda tx: tx.due_hubs(HERE, NOW)) == []


async def test_a_feed_counts_as_pushed_while_the_lease_runs_and_the_hub_delivers(store: Store) -> None:
    check = FeedCheck(NOW, NOW)
    feed = await kept(
        store,
        named,
        lambda tx, f: tx.hub_granted(f.id, NOW + hours(1), NOW),
        lambda tx, f: tx.feed_checked(f.id, check),
    )
    assert not feed.pushed
    assert (await kept(store, lambda tx, f: tx.hub_delivers(f.id, NOW))).pushed
    late = FeedCheck(NOW + hours(2), NOW)
    assert not (await kept(store, lambda tx, f: tx.feed_checked(f.id, late))).pushed
    assert not (await kept(store, lambda tx, f: tx.hub_delivers(f.id, None))).pushed


# What admins add ------------------------------------------------------------------------------------------------------


async def test_what_an_admin_adds_survives_what_the_file_declares(store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.declare_feeds([DeclaredFeed("a")])
        assert tx.add_feed(DeclaredFeed("b", 60.0, ("daerah",)))
        assert not tx.add_feed(DeclaredFeed("b"))
        assert not tx.add_feed(DeclaredFeed("a"))
        tx.declare_feeds([DeclaredFeed("a")])
        assert [(f.url, f.origin, f.asked) for f in tx.feeds()] == [("a", "file", True), ("b", "chat", True)]
        tx.declare_feeds([DeclaredFeed("a"), DeclaredFeed("b", 5.0)])
        assert [(f.origin, f.every) for f in tx.feeds()] == [("file", None), ("file", 5.0)]

    await store.write(work)


async def test_a_halt_outlives_the_file_and_a_resumed_feed_is_due_at_once(store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.declare_feeds([DeclaredFeed("a")])
        tx.feed_checked(1, FeedCheck(NOW, NOW + hours(1)))
        tx.halt_feed(1, True)
        tx.declare_feeds([DeclaredFeed("a")])
        assert tx.due_feeds(NOW + hours(2)) == []
        assert tx.stats(NOW)["feeds"]["paused"] == 1
        tx.halt_feed(1, False)
        assert [f.url for f in tx.due_feeds(NOW)] == ["a"]

    await store.write(work)


async def test_only_what_the_file_does_not_declare_can_be_removed(store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.declare_feeds([DeclaredFeed("a"), DeclaredFeed("once")])
        tx.declare_feeds([DeclaredFeed("a")])
        tx.add_feed(DeclaredFeed("b"))
        story_id = story(tx)
        tx.mark_seen(3, [story_id], NOW)
        assert [tx.remove_feed(n) for n in (1, 2, 3, 4)] == [False, True, True, False]
        assert [f.url for f in tx.feeds()] == ["a"]
        assert story_id in tx.stories([story_id])

    await store.write(work)


async def test_a_feed_that_left_the_file_is_an_admins_when_they_add_it(store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.declare_feeds([DeclaredFeed("a")])
        tx.feed_checked(1, FeedCheck(NOW, NOW, imported=True))
        tx.declare_feeds([])
        assert tx.add_feed(DeclaredFeed("a"))
        (feed,) = tx.feeds()
        assert (feed.origin, feed.asked, feed.imported_at) == ("chat", True, None)  # its past is no news

    await store.write(work)
