"""How SQLite finds its rows: nothing that runs every tick, or for one person, walks a table that grows."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlite_utils import Database

from bot.chat.turn import Role
from bot.delivery.plan import Settled, State
from bot.ports import DeclaredFeed, FeedCheck, Tx
from storage import database_path
from storage.sqlite.connection import connect
from storage.sqlite.tx import SqliteTx
from tests.storage.conftest import MakeStore
from tests.storage.makers import (
    NOW,
    SENT,
    TELEGRAM,
    claim,
    due,
    follow,
    hours,
    imported,
    settle,
    story,
    tell,
    told,
)


class Listening:
    """A connection that remembers what it was asked."""

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        self.heard: dict[str, Any] = {}

    def execute(self, sql: str, values: Any = ()) -> Any:
        self.heard[sql] = values
        return self._conn.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Any]) -> Any:
        listed = list(rows)
        self.heard |= {sql: listed[0]} if listed else {}
        return self._conn.executemany(sql, listed)

    def walked(self) -> list[str]:
        """Steps that read a table, or all deliveries of a broadcast, from end to end."""
        steps = [
            (sql, step)
            for sql, values in self.heard.items()
            for *_, step in self._conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
        return [f"{step}: {sql}" for sql, step in steps if walks(step) and not sql.strip().startswith(ONCE)]


def walks(step: str) -> bool:
    whole_broadcast = "delivery" in step and step.endswith("PRIMARY KEY (broadcast_id=?)")
    small = step.startswith(SMALL) or "INDEX broadcast_open" in step  # the broadcasts that are running now
    return whole_broadcast or (step.startswith("SCAN") and not small)


SMALL = (
    "SCAN CONSTANT ROW", "SCAN (subquery",
    "SCAN json_each", "SCAN wanted VIRTUAL", "SCAN page VIRTUAL", "SCAN carried VIRTUAL",  # the values asked for
    "SCAN known",  # categories, one seek each
    "SCAN feed", "SCAN sqlite_sequence", "SCAN about",  # what follows on one broadcast: a few
    "SCAN push_screen", "SCAN invitation",  # as many as the newsroom makes; what is old is let go
    "SCAN s USING INDEX story_newest",  # from the newest story until there are enough
)  # fmt: skip
ONCE = (
    "DELETE FROM reply WHERE state = 'started' AND epoch < ?",  # at a start: whatever was waiting
    "UPDATE reply SET state = 'queued', doubts = doubts + 1, next_at = max(next_at, ?) WHERE state = 'started'",
    "INSERT INTO broadcast ",  # the plan shows what a REPLACE would look at
)


@pytest.fixture
def listening(url: str, make_store: MakeStore) -> Iterator[tuple[SqliteTx, Listening]]:
    """A transaction that is listened to, on a database with some life in it."""
    make_store()
    with closing(connect(database_path(url), writes=True, busy_seconds=5)) as db:
        tx = SqliteTx(db, writes=True)
        db.conn.execute("BEGIN IMMEDIATE")
        tx.import_subscribers([imported(n, "daerah", "budaya") for n in range(300)], NOW)
        ear = Listening(db)
        tx.conn = ear  # type: ignore[assignment]  # as much of a connection as is used
        yield tx, ear
        db.conn.execute("ROLLBACK")


OUTCOMES = [
    SENT, Settled(State.QUEUED), Settled(State.QUEUED, hold_until=NOW + hours(1)), Settled(State.FAILED, gone=True),
    Settled(State.QUEUED, new_address="-1"),
]  # fmt: skip


def ticks(tx: Tx) -> None:
    """Every way a tick can go, and a tick in which nothing waits."""
    epoch = tx.begin_epoch(NOW).epoch
    broadcast = tell(tx, categories=["daerah", "budaya"])
    tx.started_to_groups(TELEGRAM, NOW)
    started = claim(tx, broadcast, 50, epoch)
    asleep = tx.readers(TELEGRAM, tx.open_passes(TELEGRAM, NOW)[0], 20)
    tx.queue_deliveries(broadcast, [(reader, NOW) for reader in asleep], NOW)
    for n, outcome in enumerate(OUTCOMES):
        settle(tx, started[5 * n : 5 * n + 5], outcome, epoch)
    tx.import_subscribers([replace(imported(55, "daerah"), mode="digest")], NOW)
    due(tx, NOW, 10)
    tx.add_pass(told(broadcast), ["hukrim"], NOW - hours(1), NOW)
    for address in ("1", "1", "stranger"):
        tx.add_reply(TELEGRAM, address, None, "[]", "new", NOW)
    replies = tx.claim_replies(TELEGRAM, epoch, NOW, 9)
    tx.settle_replies(TELEGRAM, [(replies[0], SENT), (replies[1], Settled(State.QUEUED, new_address="-2"))], NOW)
    tx.stories([told(broadcast)])
    tx.next_due(TELEGRAM, NOW)
    tx.close_broadcasts(NOW)
    tx.begin_epoch(NOW)
    tx.close_broadcasts(NOW + hours(13))


def messages(tx: Tx) -> None:
    tx.receive(TELEGRAM, [(n, "{}") for n in range(9)], NOW)
    tx.waiting_updates(TELEGRAM, 9)
    tx.handled(TELEGRAM, 3, NOW)
    tx.last_update(TELEGRAM)
    tx.forget_updates(NOW + hours(1))


def people(tx: Tx) -> None:
    follow(tx, "1", "daerah", "hukrim")
    tx.person(TELEGRAM, "1")
    tx.set_draft(TELEGRAM, "1", ["daerah"])
    tx.set_draft(TELEGRAM, "1", None)
    tx.set_language(TELEGRAM, "1", "en")
    tx.save_story(TELEGRAM, "1", story(tx), True, NOW)
    tx.saved(TELEGRAM, "1", 5)
    tx.save_story(TELEGRAM, "1", 1, False, NOW)
    tx.add_invitation("code", Role.ADMIN, NOW, NOW + hours(1))
    for code in ("wrong", "code"):
        tx.redeem_invitation(TELEGRAM, "1", code, NOW)
    tx.keep_nonce(TELEGRAM, "1", "abcde", NOW, 20)
    tx.nonces(TELEGRAM, "1")
    tx.stop(TELEGRAM, "1", False, NOW)
    tx.import_subscribers([imported(n, "daerah", "hukrim") for n in range(250, 350)], NOW)
    tx.subscribers(100, 50)


def polls(tx: Tx) -> None:
    tx.declare_feeds([DeclaredFeed("a")])
    tx.due_feeds(NOW)
    tx.feed_checked(1, FeedCheck(NOW, NOW))
    for name in "abc":
        story(tx, name)
    tx.known_keys(["a", "b"])
    tx.seen_in_feed(1, [1, 2])
    tx.latest(None, 5)
    tx.latest(["daerah"], 5)
    tx.weekly_volume(NOW)
    tx.count_unmapped(["X"], NOW)


@pytest.mark.parametrize("life", [ticks, messages, people, polls])
def test_nothing_walks_a_table_that_grows(listening: tuple[SqliteTx, Listening], life: Callable[[Tx], None]) -> None:
    tx, ear = listening
    life(tx)
    assert len(ear.heard) >= 5
    assert ear.walked() == []


def test_a_walk_would_be_heard(listening: tuple[SqliteTx, Listening]) -> None:
    _, ear = listening
    ear.execute("SELECT count(*) FROM subscriber WHERE mode = ?", ("digest",))
    assert ear.walked() == ["SCAN subscriber: SELECT count(*) FROM subscriber WHERE mode = ?"]
