"""Stats: counts that an operator reads as they stand."""

import json
from datetime import timedelta

from bot.ports import DeclaredFeed, FeedCheck, Store, Tx
from tests.storage.makers import NOW, SENT, TELEGRAM, claim, follow, hours, settle, story, tell


async def test_an_empty_store_counts_nothing(store: Store) -> None:
    assert await store.read(lambda tx: tx.stats(NOW)) == {
        "at": "2026-01-31T02:00:00+00:00",
        "subscribers": {},
        "followers": {},
        "stories": {"total": 0, "told": 0, "last_7_days": 0, "newest": None},
        "broadcasts": {},
        "deliveries": {"since": "2026-01-24T02:00:00+00:00", "by_state": {}, "by_code": {}},
        "replies": {},
        "holds": 0,
        "inbox": {"waiting": 0, "handled": 0, "with_error": 0},
        "feeds": {"total": 0, "paused": 0, "failing": 0, "last_ok": None},
        "standing_still": None,
        "sending": {},
    }


async def test_a_day_at_the_portal_counted(store: Store) -> None:
    def work(tx: Tx) -> None:
        epoch = tx.begin_epoch(NOW).epoch
        tx.declare_feeds([DeclaredFeed("a"), DeclaredFeed("b"), DeclaredFeed("c", paused=True)])
        tx.feed_checked(1, FeedCheck(NOW, NOW))
        tx.feed_checked(2, FeedCheck(NOW, NOW, error="HTTP 503"))
        follow(tx, "1", "daerah", "budaya")
        follow(tx, "2", "*")
        tx.stop(TELEGRAM, "3", False, NOW)
        story(tx, "old", now=NOW - timedelta(days=8), published=NOW - hours(1))
        started = claim(tx, tell(tx), 9, epoch)
        settle(tx, started[:1], SENT, epoch)
        tx.add_reply(TELEGRAM, "1", None, "[]", "new", NOW)
        tx.receive(TELEGRAM, [(1, "{}")], NOW)

    await store.write(work)
    stats = await store.read(lambda tx: tx.stats(NOW))
    assert json.loads(json.dumps(stats)) == stats
    assert stats["subscribers"] == {TELEGRAM: {"active": 2, "stopped": 1}}
    assert stats["followers"] == {TELEGRAM: {"*": 1, "budaya": 1, "daerah": 1}}
    assert stats["stories"] == {"total": 2, "told": 1, "last_7_days": 1, "newest": "2026-01-31T02:00:00+00:00"}
    assert stats["broadcasts"] == {"running": 1}
    assert stats["deliveries"]["by_state"] == {"sent": 1, "started": 1}
    assert (stats["replies"], stats["inbox"]["waiting"]) == ({"queued": 1}, 1)
    assert stats["feeds"] == {"total": 3, "paused": 1, "failing": 1, "last_ok": "2026-01-31T02:00:00+00:00"}
