"""From every earlier form to the present one: the same schema as a fresh database, and every row that was there."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from storage import back_up, database_path, migrate, open_store, restoration
from storage.sqlite import schema
from storage.sqlite.connection import connect
from tests.storage.makers import NOW

# What has left this house. A migration that is edited would leave databases of two forms under one name: add another.
RELEASED = {
    "first_tables": "553373f8e4a34976",
    "feed_manners": "d022a72c4aed04e6",
    "whole_outbox": "7f09a2dbfabc1ad6",
    "news_desk": "ae94c69a2871be88",
    "newsroom_in_chat": "6cdd3dde58c7b604",
    "whatsapp": "e3835c6709f9d530",
    "residents_in_chat": "26ae1828c9894bc8",
    "team_in_chat": "4386f4fd8fe3ef5a",
    "whatsapp_templates": "3052efd2e82f6b41",
    "whatsapp_money": "6abcf77ebf804f4f",
    "screens_and_aims": "e2c37d27ed8e7da3",
    "whatsapp_halts": "d62eeadaa49c63f5",
    "whatsapp_afterwards": "7a741157d54ffefd",
    "invitations_made": "c37ea7bd64eacde3",
    "times_of_early_receipts": "ab20937db2a38858",
    "corrections_waiting": "19bf096c4c7e46eb",
    "whatsapp_troubles": "0a663d870627512a",
    "whatsapp_marks": "eb9e2b87773939b6",
    "approvals_asked": "85f7e5ba090b481c",
    "whatsapp_waiting": "802b18a00c4e687d",
    "whatsapp_addresses": "802b18a00c4e687d",
    "whatsapp_rests": "1dc52cdddda7a61f",
    "whatsapp_united": "cfa7c9c162ea692a",
}
TABLES_OF_THE_FIRST: dict[str, list[dict[str, Any]]] = {
    "meta": [{"key": "epoch", "value": "7"}],
    "feed": [{"id": 1, "url": "https://portal.example/feed/", "origin": "file", "every_s": 300.0, "categories": "[]",
              "title": "Portal", "etag": '"7"', "imported_at": 5, "checked_at": 6, "ok_at": 6, "next_check": 9}],
    "story": [{"id": n, "title": f"Judul {n}", "summary": "Satu kalimat.", "link": f"https://portal.example/{n}",
               "text": "Isi berita.", "published": 10 + n, "first_seen": 20 + n} for n in (1, 2)],
    "revision": [{"story_id": 1, "n": 1, "seen_at": 20, "guid": "g1", "title": "Judul 1", "summary": "Satu kalimat.",
                  "link": "https://portal.example/1", "labels": '["DAERAH"]', "published": 10}],
    "story_category": [{"story_id": 1, "category": "daerah"}],
    "story_key": [{"key": "g:g1", "story_id": 1, "added_at": 20}],
    "feed_story": [{"feed_id": 1, "story_id": 1, "last_seen": 21}],
    "unmapped_label": [{"label": "OLAHRAGA", "seen": 3, "last_seen": 21}],
    "subscriber": [
        {"id": 1, "channel": "telegram", "address": "11", "language": "id", "mode": "instant", "status": "active",
         "quiet_from": 1260, "quiet_to": 300, "consent_at": 1, "consent_wording": "ya, saya mau", "joined_at": 1,
         "chosen_at": 1, "covered_until": 1},
        {"id": 2, "channel": "telegram", "address": "22", "mode": "morning", "status": "active", "joined_at": 2},
        {"id": 4, "channel": "whatsapp", "address": "628", "status": "stopped", "stopped_at": 9, "draft": '["daerah"]'},
    ],
    "subscription": [{"channel": "telegram", "category": "*", "subscriber_id": 1},
                     {"channel": "telegram", "category": "daerah", "subscriber_id": 2}],
    "staff": [{"subscriber_id": 1, "role": "admin", "granted_at": 3}],
    "invitation": [{"code_hash": "h", "role": "editor", "created_at": 1, "expires_at": 99, "used_at": 5, "used_by": 1}],
    "invitation_try": [{"id": 1, "channel": "telegram", "address": "22", "at": 4}],
    "saved": [{"subscriber_id": 1, "story_id": 1, "saved_at": 30}],
    "broadcast": [
        {"id": 3, "kind": "story", "rank": 2, "story_id": 1, "status": "done", "not_before": 25, "expires_at": 99,
         "created_at": 25, "done_at": 60},
        {"id": 9, "kind": "story", "rank": 2, "story_id": 2, "status": "running", "not_before": 26, "expires_at": 99,
         "created_at": 26},
    ],
    "broadcast_pass": [
        {"broadcast_id": 3, "n": 1, "channel": "telegram", "categories": '["daerah"]', "last_id": 2, "max_id": 2,
         "done": 1},
        {"broadcast_id": 9, "n": 1, "channel": "telegram", "categories": "[]", "last_id": 1, "max_id": 4},
    ],
    "delivery": [
        {"broadcast_id": 3, "subscriber_id": 1, "state": "sent", "attempt": 1, "epoch": 7, "message_id": "77",
         "started_at": 30, "finished_at": 31},
        {"broadcast_id": 9, "subscriber_id": 1, "state": "queued", "attempt": 0, "channel": "telegram", "rank": 2,
         "next_at": 70},
    ],
    "reply": [{"id": 5, "channel": "telegram", "address": "11", "message": "{}", "mode": "new", "created_at": 40,
               "next_at": 40}],
    "hold": [{"channel": "telegram", "address": "11", "until": 70}],
    "inbox": [{"id": 1, "channel": "telegram", "update_id": 100, "body": "{}", "received_at": 39, "handled_at": 40}],
}  # fmt: skip


def released() -> dict[str, Callable[[Database], None]]:
    return {migration.name: migration.fn for migration in schema.migrations._migrations}


def up_to(path: Path, last: str) -> None:
    """A database as the program left it when this migration was the newest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(released())
    with closing(Database(path)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        schema.migrations.apply(db, stop_before=names[names.index(last) + 1 :])


_PARTS = """
SELECT 'column', t.name, json_array(c.name, c.type, c."notnull", c.dflt_value, c.pk)
FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.schema = 'main'
UNION ALL
SELECT 'reference', t.name, json_array(f."table", f."from", f."to", f.on_delete)
FROM pragma_table_list t, pragma_foreign_key_list(t.name) f WHERE t.schema = 'main'
UNION ALL
SELECT 'table', name, json_array(type, wr, strict) FROM pragma_table_list WHERE schema = 'main'
ORDER BY 1, 2, 3
"""


def look_of(path: Path) -> list[tuple[str, str, str]]:
    """The schema without how it was written: comments, spaces, quotes, the order of what was added."""
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        made = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        parts = db.execute(_PARTS).fetchall()
    look = [(kind, name, plain(sql)) for kind, name, _, sql in made if kind != "table"]
    return look + parts


def plain(sql: str | None) -> str:
    without_comments = re.sub(r"--[^\n]*", "", sql or "")
    return re.sub(r"\s+", " ", without_comments).replace('"', "").strip()


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """What the program makes today."""
    open_store(f"sqlite:///{tmp_path}/fresh.db", now=NOW).close()
    return tmp_path / "fresh.db"


@pytest.fixture
def first(url: str) -> Path:
    """A database of the first form with rows in every table."""
    path = database_path(url)
    up_to(path, "first_tables")
    with closing(Database(path)) as db:
        for table, given in TABLES_OF_THE_FIRST.items():
            for row in given:
                marks = ", ".join("?" * len(row))
                db.conn.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608
        db.conn.commit()
    return path


def tables(path: Path) -> set[str]:
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        return {
            name for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
                " AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'story\\_fts%' ESCAPE '\\'"
            )
        }  # fmt: skip


def test_the_rows_of_this_test_fill_every_table_of_the_first_form(first: Path) -> None:
    assert tables(first) == set(TABLES_OF_THE_FIRST)


@pytest.mark.parametrize("last", list(released()))
def test_from_every_earlier_form_the_schema_becomes_the_fresh_one(url: str, fresh: Path, last: str) -> None:
    path = database_path(url)
    up_to(path, last)
    migrate(url, now=NOW)
    assert look_of(path) == look_of(fresh)


def kept(path: Path, table: str, columns: list[str]) -> Iterator[dict[str, Any]]:
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        present = {row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", [table])}
        wanted = [column for column in columns if column in present]
        for row in db.execute(f"SELECT {', '.join(wanted)} FROM {table}"):  # noqa: S608
            yield dict(zip(wanted, row, strict=True))


def test_every_row_is_kept(url: str, first: Path) -> None:
    migrate(url, now=NOW)
    for table, given in TABLES_OF_THE_FIRST.items():
        columns = sorted({column for row in given for column in row})
        found = list(kept(first, table, columns))
        for row in given:
            assert any(row.items() <= there.items() for there in found), (table, row, found)
        if table != "meta":
            assert len(found) == len(given), table


def test_ids_are_not_given_again_after_a_migration(url: str, first: Path) -> None:
    """Somebody with an id below a snapshot's highest would be a reader of what was told before they came."""
    with closing(Database(first)) as db:
        db.conn.execute("DELETE FROM subscriber WHERE id = 4")
        db.conn.execute("DELETE FROM broadcast_pass WHERE broadcast_id = 9")
        db.conn.execute("DELETE FROM delivery WHERE broadcast_id = 9")
        db.conn.execute("DELETE FROM broadcast WHERE id = 9")
        db.conn.commit()
    migrate(url, now=NOW)
    with closing(connect(first, writes=True, busy_seconds=1)) as db:
        db.execute("INSERT INTO subscriber (channel, address) VALUES ('telegram', '99')")
        db.execute(
            "INSERT INTO broadcast (kind, rank, story_id, not_before, expires_at, created_at)"
            " VALUES ('story', 2, 2, 1, 1, 1)"
        )
        newest = db.execute("SELECT (SELECT max(id) FROM subscriber), (SELECT max(id) FROM broadcast)").fetchone()
    assert newest == (5, 10)


def test_the_search_finds_what_was_there(url: str, first: Path) -> None:
    migrate(url, now=NOW)
    with closing(Database(connect(first, writes=False, busy_seconds=1).conn)) as db:
        assert len(list(db.table("story").search("berita"))) == 2


@pytest.mark.parametrize("broken", [name for name in released() if name != "first_tables"])
def test_a_migration_that_fails_at_its_end_leaves_the_form_before_it(
    url: str, first: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """However its own statements are run: none of them may commit on its own."""
    before = look_of(first)
    steps = list(schema.migrations._migrations)

    def failing(db: Database) -> None:
        released_ones[broken](db)
        raise RuntimeError("at its end")

    released_ones = released()
    for n, step in enumerate(steps):
        if step.name == broken:
            steps[n] = type(step)(name=step.name, fn=failing, **rest_of(step))
    monkeypatch.setattr(schema.migrations, "_migrations", steps)
    with pytest.raises(RuntimeError, match="at its end"):
        migrate(url, now=NOW)
    assert look_of(first) == before


def rest_of(step: Any) -> dict[str, Any]:
    """What else a migration of sqlite-utils has."""
    return {name: value for name, value in vars(step).items() if name not in ("name", "fn")}


def test_an_earlier_form_can_be_backed_up_before_it_is_migrated(url: str, first: Path) -> None:
    made = back_up(url, None, now=NOW)
    assert look_of(made.file) == look_of(first)
    assert made.counts == {"subscriber": 3, "story": 2, "broadcast": 2}


def test_a_backup_of_an_earlier_form_is_restored_into_the_present_one(url: str, fresh: Path, first: Path) -> None:
    file = back_up(url, None, now=NOW).file
    with restoration(url, file, now=NOW) as restoring:
        done = restoring.put_in_place(lambda _body: False)
    assert list(done.migrated) == [name for name in released() if name != "first_tables"]
    assert look_of(first) == look_of(fresh)
    (listed,) = done.settled.interrupted
    assert (listed.id, listed.title, listed.unknown) == (9, "Judul 2", 1)


def test_every_migration_is_fixed_by_a_hash() -> None:
    """A new one gets its line in RELEASED with the commit that brings it (the next test's failure shows the hash)."""
    assert list(RELEASED) == list(released())


@pytest.mark.parametrize("name", RELEASED)
def test_a_migration_that_has_left_this_house_is_never_changed(tmp_path: Path, name: str) -> None:
    """The hash is of the schema it makes, so that a comment may be mended and nothing else."""
    up_to(tmp_path / "k.db", name)
    look = json.dumps(look_of(tmp_path / "k.db"))
    assert hashlib.sha256(look.encode()).hexdigest()[:16] == RELEASED[name]
