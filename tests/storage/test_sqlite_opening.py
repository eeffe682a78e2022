"""Opening: addresses of databases, who may read the file, older and newer schemas, one `run` at a time."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import AlreadyRunning, StoreError
from storage import database_path, lock_database, migrate, open_store
from storage.sqlite import schema
from storage.sqlite.connection import connect
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW, TELEGRAM, follow, item


def test_an_address_is_relative_or_absolute() -> None:
    assert database_path("sqlite:///var/kentongan.db") == Path("var/kentongan.db")
    assert database_path("sqlite:////srv/kentongan.db") == Path("/srv/kentongan.db")


@pytest.mark.parametrize(
    "wrong", ["postgresql://redaksi:rahasia@db/x", "sqlite:///", "sqlite://", "sqlite:///:memory:", "var/k.db", ""]
)
def test_an_address_that_is_not_supported_says_what_is_and_no_password(wrong: str) -> None:
    with pytest.raises(StoreError, match=re.escape("sqlite:///var/kentongan.db")) as caught:
        open_store(wrong, now=NOW)
    assert caught.value.reason == "unsupported_url"
    assert "rahasia" not in str(caught.value)


def test_folder_and_files_are_the_owners_alone(url: str, make_store: MakeStore) -> None:
    make_store()
    path = database_path(url)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert len(list(path.parent.iterdir())) == 3  # with -wal and -shm


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    for opens in (open_store, lock_database):
        with pytest.raises(StoreError, match="cannot be opened") as caught:
            opens(f"sqlite:///{tmp_path}/var/k.db", now=NOW)
        assert caught.value.reason == "cannot_open"


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "k.db").write_text("Ini bukan basis data, melainkan sebuah surat yang cukup panjang." * 20)
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{tmp_path}/k.db", now=NOW)
    assert caught.value.reason == "corrupt"


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "k.db")) as other:
        other.table("recipes").insert({"name": "soto"})
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{tmp_path}/k.db", now=NOW)
    assert caught.value.reason == "foreign"


def test_a_newer_schema_is_refused(url: str, make_store: MakeStore) -> None:
    make_store().close()
    with closing(connect(database_path(url), writes=True, busy_seconds=1)) as db:
        db.execute("INSERT INTO _sqlite_migrations VALUES (99, 'kentongan', 'of_tomorrow', '')")
    for opens in (open_store, migrate):
        with pytest.raises(StoreError, match="of_tomorrow") as caught:
            opens(url, now=NOW)
        assert caught.value.reason == "too_new"


def test_an_older_schema_is_refused_until_it_is_migrated(
    url: str, make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store().close()
    grow(monkeypatch, of_tomorrow)
    for read_only in (False, True):
        with pytest.raises(StoreError, match="kentongan migrate") as caught:
            open_store(url, now=NOW, read_only=read_only)
        assert caught.value.reason == "old_schema"
    assert migrate(url, now=NOW) == ["of_tomorrow"]
    assert migrate(url, now=NOW) == []
    open_store(url, now=NOW).close()


def grow(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[Database], None]) -> None:
    """Tomorrow's program: it knows further migrations."""
    monkeypatch.setattr(schema.migrations, "_migrations", list(schema.migrations._migrations))
    for step in steps:
        schema.migrations()(step)


def of_tomorrow(db: Database) -> None:
    db.execute("CREATE TABLE tomorrow (id INTEGER PRIMARY KEY)")


def test_a_migration_that_fails_leaves_everything_as_it_was(
    url: str, make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store().close()
    before = dump(database_path(url))

    def broken(db: Database) -> None:
        db.execute("DROP TABLE saved")
        raise RuntimeError("halfway")

    grow(monkeypatch, of_tomorrow, broken)
    with pytest.raises(RuntimeError, match="halfway"):
        migrate(url, now=NOW)
    assert dump(database_path(url)) == before


def dump(path: Path) -> list[tuple[str, str, str]]:
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()


def test_migrated_step_by_step_equals_fresh(tmp_path: Path) -> None:
    fresh, stepped = (f"sqlite:///{tmp_path}/{name}.db" for name in ("fresh", "stepped"))
    open_store(fresh, now=NOW).close()
    migrations = schema.migrations._migrations
    with closing(Database(tmp_path / "stepped.db")) as db:
        for migration in migrations:
            later = [m.name for m in migrations[migrations.index(migration) + 1 :]]
            schema.migrations.apply(db, stop_before=later)
    open_store(stepped, now=NOW).close()
    assert dump(tmp_path / "stepped.db") == dump(tmp_path / "fresh.db")


def test_every_table_is_strict(url: str, make_store: MakeStore) -> None:
    make_store()
    with closing(connect(database_path(url), writes=False, busy_seconds=1)) as db:
        lax = db.execute("SELECT name FROM pragma_table_list WHERE strict = 0 AND type = 'table'").fetchall()
    assert {name for (name,) in lax} == {"sqlite_schema", "sqlite_temp_schema", "sqlite_sequence", "_sqlite_migrations"}


async def test_reading_only_makes_nothing_and_writes_nothing(url: str, make_store: MakeStore) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url, now=NOW, read_only=True)
    assert caught.value.reason == "missing"
    assert not database_path(url).exists()
    make_store()
    store = open_store(url, now=NOW, read_only=True)
    assert await store.read(lambda tx: tx.feeds()) == []
    for forbidden in (store.write(lambda tx: tx.feeds()), store.read(lambda tx: follow(tx, "1", "daerah"))):
        with pytest.raises(StoreError) as caught:
            await forbidden
        assert caught.value.reason == "read_only"
    store.close()


async def test_the_search_text_follows_the_story(url: str, make_store: MakeStore) -> None:
    def work(tx):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 — a transaction of this engine
        story_id = tx.add_story(item("banjir", text="Jembatan Gajah Mada ditutup."), NOW, ["daerah"], NOW)
        tx.add_revision(story_id, item("banjir", text="Jembatan dibuka kembali, kafé ramai."), NOW)

    await make_store().write(work)
    with closing(Database(connect(database_path(url), writes=False, busy_seconds=1).conn)) as db:
        found = {word: len(list(db.table("story").search(word))) for word in ("ditutup", "dibuka", "kafe", "banjir")}
        revisions = db.execute("SELECT n, text FROM revision ORDER BY n").fetchall()
    assert found == {"ditutup": 0, "dibuka": 1, "kafe": 1, "banjir": 1}
    assert revisions == [(1, "Jembatan Gajah Mada ditutup."), (2, None)]


def test_a_second_run_is_refused_and_told_who_holds_it(url: str) -> None:
    told = f"pid {os.getpid()} since 2026-01-31T02:00:00"
    with lock_database(url, now=NOW), pytest.raises(AlreadyRunning, match=told):
        lock_database(url, now=NOW + timedelta(hours=1))
    lock_database(url, now=NOW).close()


HOLDER = """
import sys
from storage import lock_database
from tests.storage.makers import NOW
lock = lock_database(sys.argv[1], now=NOW)
print("held", flush=True)
sys.stdin.read()
"""


def test_the_lock_of_a_killed_holder_is_free_at_once(url: str) -> None:
    command = [sys.executable, "-c", HOLDER, url]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"pid {child.pid} "):
            lock_database(url, now=NOW)
        child.kill()
        child.wait()
        lock_database(url, now=NOW).close()


async def test_a_closed_store_says_so_and_closes_twice(make_store: MakeStore) -> None:
    store = make_store()
    store.close()
    store.close()
    for use in (store.read, store.write):
        with pytest.raises(StoreError) as caught:
            await use(lambda tx: tx.person(TELEGRAM, "1"))
        assert caught.value.reason == "closed"
