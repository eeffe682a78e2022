"""The board says that the portal cannot be reached, from what the store knows of its feeds."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import storage
from bot.flow.facts import FAILS, Facts
from bot.ports import DeclaredFeed, FeedCheck, Tx
from bot.settings import load
from tests.support.at_console import REPOSITORY
from tests.support.town import NOW, TEXTS

URL = "https://portal.example/feed/"
A_WHILE = timedelta(minutes=1)


async def test_the_board_follows_the_portals_feeds(tmp_path: Path) -> None:
    env = {"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}
    facts, now = Facts(load(env, dotenv=None), TEXTS), NOW
    store = storage.open_store(f"sqlite:///{tmp_path}/kentongan.db", now=NOW)
    await store.write(lambda tx: tx.declare_feeds([DeclaredFeed(URL)]))
    (feed,) = await store.read(lambda tx: tx.feeds())
    seen = []
    for error in (*["timeout: no answer"] * FAILS, ""):
        now += A_WHILE
        await store.write(partial(_checked, feed.id, FeedCheck(now, now, error=error)))
        seen.append((await store.write(partial(facts.board, now))).out_of_reach)
    store.close()
    assert seen == [False] * (FAILS - 1) + [True, False]


def _checked(feed_id: int, check: FeedCheck, tx: Tx) -> None:
    tx.feed_checked(feed_id, check)
