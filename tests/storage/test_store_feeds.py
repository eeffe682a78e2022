"""Feeds: what the file declares, what is due, what a poll leaves behind."""

from datetime import timedelta

from bot.ports import DeclaredFeed, Feed, FeedCheck, Store, Tx
from tests.storage.makers import NOW, hours

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
