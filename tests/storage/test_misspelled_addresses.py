"""Rows that earlier imports made of any text: after the migration one person is one row, and a stop is a stop."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from storage import database_path, migrate
from storage.sqlite.connection import connect
from tests.storage.makers import NOW
from tests.storage.test_migrations import up_to

NUMBER, ID = "6281200000001", "ID.77"
Row = dict[str, Any]


def row(n: int, address: str, status: str = "active", **more: object) -> Row:
    return {
        "id": n,
        "channel": "whatsapp",
        "address": address,
        "status": status,
        "consent_at": 10,
        "joined_at": n,
    } | more


def known(n: int) -> Row:
    return {"subscriber_id": n, "phone": NUMBER, "user_id": ID}


# What was there: subscribers, names that WhatsApp told; what is there afterwards: id, address, status, topics.
CASES: dict[str, tuple[list[Row], list[Row], list[tuple[int, str, str, str]]]] = {
    "a plus": ([row(1, f"+{NUMBER}")], [], [(1, NUMBER, "active", "t1")]),
    "written as people do": ([row(1, "+62 812-0000-0001")], [], [(1, NUMBER, "active", "t1")]),
    "as it should be": (
        [row(1, NUMBER), row(2, "ID.9")], [],
        [(1, NUMBER, "active", "t1"), (2, "ID.9", "active", "t2")],
    ),
    "without its country": ([row(1, "081200000001")], [], [(1, "081200000001", "gone", "")]),
    "a name": ([row(1, "Sri")], [], [(1, "Sri", "gone", "")]),
    "no number, and stopped": ([row(1, "Sri", "stopped", stopped_at=20)], [], [(1, "Sri", "stopped", "")]),
    "two spellings": ([row(1, f"+{NUMBER}"), row(2, NUMBER)], [], [(2, NUMBER, "active", "t2")]),
    "two wrong spellings": ([row(1, f"+{NUMBER}"), row(2, f"+{NUMBER} ")], [], [(1, NUMBER, "active", "t1")]),
    "stopped under the right one": (
        [row(1, NUMBER, "stopped", stopped_at=20), row(2, f"+{NUMBER}")], [known(1)], [(1, NUMBER, "stopped", "")],
    ),
    "stopped under the wrong one": (
        [row(1, NUMBER), row(2, f"+{NUMBER}", "stopped", stopped_at=20)], [], [(1, NUMBER, "stopped", "")],
    ),
    "stopped, and came back under the right one": (
        [row(1, NUMBER, chosen_at=30), row(2, f"+{NUMBER}", "stopped", stopped_at=20)], [known(1)],
        [(1, NUMBER, "active", "t1")],
    ),
    "the id of who stopped": (
        [row(1, NUMBER, "stopped", stopped_at=20), row(2, ID)], [known(1)], [(1, NUMBER, "stopped", "")],
    ),
    "the id of who is there": ([row(1, NUMBER), row(2, ID)], [known(1)], [(1, NUMBER, "active", "t1")]),
    "an id that WhatsApp told": (
        [row(1, ID)], [{"subscriber_id": 1, "phone": None, "user_id": ID}], [(1, ID, "active", "t1")],
    ),
    "only looked, and was imported": ([row(1, NUMBER, "new"), row(2, f"+{NUMBER}")], [], [(1, NUMBER, "active", "t2")]),
}  # fmt: skip


def insert(db: Database, table: str, values: Row) -> None:
    marks = ", ".join("?" * len(values))
    db.conn.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))  # noqa: S608


def before(path: Path, people: list[Row], names: list[Row]) -> None:
    up_to(path, "whatsapp_waiting")
    with closing(Database(path)) as db:
        insert(db, "broadcast", {"id": 5, "kind": "note", "rank": 1, "not_before": 1, "expires_at": 9, "created_at": 1})
        for person in people:
            insert(db, "subscriber", person)
            if person["status"] == "active":
                topic = {"channel": "whatsapp", "category": f"t{person['id']}", "subscriber_id": person["id"]}
                insert(db, "subscription", topic)
            sent = {"broadcast_id": 5, "subscriber_id": person["id"], "state": "sent", "attempt": 1, "finished_at": 3}
            insert(db, "delivery", sent)
            insert(db, "hold", {"channel": "whatsapp", "address": person["address"], "until": 7})
        insert(
            db,
            "broadcast_count",
            {"broadcast_id": 5, "channel": "whatsapp", "state": "sent", "code": "", "n": len(people)},
        )
        for name in names:
            insert(db, "whatsapp_person", name)
        db.conn.commit()


@pytest.mark.parametrize("name", CASES)
def test_one_person_is_one_row_and_a_stop_is_kept(url: str, name: str) -> None:
    people, names, after = CASES[name]
    path = database_path(url)
    before(path, people, names)
    migrate(url, now=NOW)
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        rows = db.execute("SELECT id, address, status FROM subscriber ORDER BY id").fetchall()
        topics = dict(
            db.execute("SELECT subscriber_id, group_concat(category) FROM subscription GROUP BY 1").fetchall()
        )
        assert [(*found, topics.pop(found[0], "")) for found in rows] == after
        assert not topics
        had = {n for (n,) in db.execute("SELECT subscriber_id FROM delivery")}
        assert had == {n for n, *_ in rows}
        assert db.execute("SELECT sum(n) FROM broadcast_count").fetchone() == (len(rows),)
        held = {a for (a,) in db.execute("SELECT address FROM hold")}
        assert held == {a for _, a, _ in rows}
