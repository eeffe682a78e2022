"""Restores: nothing is sent twice, nobody who left is brought back, and a kill leaves one whole database."""

import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat.turn import Role
from bot.delivery.content import Note
from bot.delivery.plan import Rank, Status
from bot.errors import StoreError, UsageError
from bot.ports import DeclaredFeed, FeedCheck, Store, Subscription, Tx
from storage import Restored, back_up, database_path, lock_database, look_at, open_store, restoration
from storage.sqlite.connection import connect
from storage.sqlite.restored import GAP
from storage.stops import ERASE, StopsLog, stops_path
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW, SENT, TELEGRAM, alert, claim, follow, settle, story, tell

LATER = NOW + timedelta(days=2)


def minutes(n: float) -> datetime:
    return NOW + timedelta(minutes=n)


def heard(_body: str) -> bool:
    return False


def restore(url: str, file: Path, leaves: Callable[[str], bool] = heard, now: datetime = LATER) -> Restored:
    with lock_database(url, now=now), restoration(url, file, now=now) as restoring:
        return restoring.put_in_place(leaves)


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(connect(database_path(url), writes=False, busy_seconds=1)) as db:
        found: list[tuple[Any, ...]] = db.execute(sql).fetchall()
    return found


def status(url: str) -> dict[str, str]:
    return dict(rows(url, "SELECT address, status FROM subscriber"))


async def backed_up(url: str, make_store: MakeStore, work: Callable[[Tx], Any]) -> tuple[Store, Path]:
    """A running store in which this has happened, and its backup of a minute later."""
    store = make_store()
    await store.write(work)
    return store, back_up(url, None, now=minutes(1)).file


def three(tx: Tx) -> None:
    for address in "123":
        follow(tx, address, "daerah")


def left(tx: Tx, address: str, at: datetime) -> None:
    tx.stop(TELEGRAM, address, False, at)


def three_but_one(tx: Tx) -> None:
    three(tx)
    left(tx, "2", minutes(0.5))


async def test_what_was_there_is_there_again_and_what_came_after_is_kept_aside(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three)
    await store.write(lambda tx: follow(tx, "4", "daerah"))
    store.close()
    done = restore(url, file)
    assert set(status(url)) == {"1", "2", "3"}
    assert done.backup_at == minutes(1)
    assert done.aside == database_path(url).with_name("kentongan.db.before-restore-20260202-020000")
    with closing(connect(done.aside, writes=False, busy_seconds=1)) as db:
        assert db.execute("SELECT count(*) FROM subscriber").fetchone() == (4,)
    assert {stat.S_IMODE(p.stat().st_mode) for p in database_path(url).parent.glob("kentongan.db*")} == {0o600}


async def test_what_was_kept_aside_can_be_restored_itself(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three)
    await store.write(lambda tx: follow(tx, "4", "daerah"))
    store.close()
    aside = restore(url, file).aside
    assert aside is not None
    restore(url, aside, now=LATER + timedelta(minutes=1))
    assert set(status(url)) == {"1", "2", "3", "4"}


async def test_on_a_new_machine_there_is_nothing_to_keep(url: str, make_store: MakeStore, tmp_path: Path) -> None:
    store, file = await backed_up(url, make_store, three)
    store.close()
    elsewhere = f"sqlite:///{tmp_path}/new/kentongan.db"
    done = restore(elsewhere, file)
    assert (done.aside, done.stops_known) == (None, False)
    assert set(status(elsewhere)) == {"1", "2", "3"}


# Who left -----------------------------------------------------------------------------------------------------------


async def test_who_stopped_since_the_backup_stays_away(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three)
    await store.write(lambda tx: left(tx, "2", minutes(30)))
    store.close()
    done = restore(url, file)
    assert status(url) == {"1": "active", "2": "stopped", "3": "active"}
    assert done.settled.stopped == 1
    assert rows(url, "SELECT stopped_at FROM subscriber WHERE address = '2'") == [
        (int(minutes(30).timestamp() * 1000),)
    ]
    assert rows(url, "SELECT count(*) FROM subscription WHERE subscriber_id = 2") == [(0,)]


async def test_who_stopped_before_and_came_back_before_the_backup_is_kept(url: str, make_store: MakeStore) -> None:
    def work(tx: Tx) -> None:
        three(tx)
        left(tx, "2", minutes(0.2))
        follow(tx, "2", "daerah", now=minutes(0.4))

    store, file = await backed_up(url, make_store, work)
    store.close()
    assert restore(url, file).settled.stopped == 0
    assert status(url)["2"] == "active"


@pytest.mark.parametrize("then", ["active", "stopped"])
async def test_who_stopped_and_came_back_since_the_backup_is_kept_unless_they_stopped_again(
    url: str, make_store: MakeStore, then: str
) -> None:
    store, file = await backed_up(url, make_store, three)
    await store.write(lambda tx: left(tx, "2", minutes(20)))
    await store.write(lambda tx: follow(tx, "2", "daerah", now=minutes(30)))
    if then == "stopped":
        await store.write(lambda tx: left(tx, "2", minutes(40)))
    store.close()
    assert restore(url, file).settled.stopped == (then == "stopped")
    assert status(url)["2"] == then


async def test_who_was_brought_back_by_a_later_consent_is_kept(url: str, make_store: MakeStore) -> None:
    def work(tx: Tx) -> None:
        three(tx)
        left(tx, "2", minutes(0.2))
        tx.import_subscribers([Subscription(TELEGRAM, "2", ("daerah",), consent_at=minutes(0.4))], minutes(0.5))

    store, file = await backed_up(url, make_store, work)
    store.close()
    assert restore(url, file).settled.stopped == 0
    assert status(url)["2"] == "active"


async def test_a_stop_whose_commit_came_just_after_the_backup_is_heard(url: str, make_store: MakeStore) -> None:
    """It stands in the log with a time before the backup's, and the backup does not know it."""
    store, file = await backed_up(url, make_store, three)
    await store.write(lambda tx: left(tx, "2", minutes(0.5)))
    store.close()
    assert restore(url, file).settled.stopped == 1
    assert status(url)["2"] == "stopped"


async def test_a_stop_that_the_backup_knows_is_not_counted_again(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three_but_one)
    store.close()
    assert restore(url, file).settled.stopped == 0
    assert status(url)["2"] == "stopped"


async def test_whoever_asked_to_be_erased_leaves_no_row(url: str, make_store: MakeStore) -> None:
    def work(tx: Tx) -> None:
        three(tx)
        kept = story(tx)
        for address in "12":
            tx.save_story(TELEGRAM, address, kept, True, NOW)
            tx.add_reply(TELEGRAM, address, None, "{}", "new", NOW)
            tx.redeem_invitation(TELEGRAM, address, "wrong", NOW)
        epoch = tx.begin_epoch(NOW).epoch
        settle(tx, claim(tx, tell(tx, "pasar"), 9, epoch), SENT, epoch)

    store, file = await backed_up(url, make_store, work)
    store.close()
    StopsLog(stops_path(database_path(url))).append(TELEGRAM, "2", minutes(9), ERASE)
    assert restore(url, file).settled.erased == 1
    assert set(status(url)) == {"1", "3"}
    for table in ("subscription", "saved", "delivery"):
        assert rows(url, f"SELECT count(*) FROM {table} WHERE subscriber_id = 2") == [(0,)], table  # noqa: S608
    assert rows(url, "SELECT address FROM invitation_try") == [("1",)]
    assert rows(url, "SELECT count(*) FROM delivery") == [(2,)]


async def test_a_log_of_stops_that_cannot_be_read_ends_the_restore_before_it_begins(
    url: str, make_store: MakeStore
) -> None:
    store, file = await backed_up(url, make_store, three)
    await store.write(lambda tx: follow(tx, "4", "daerah"))
    store.close()
    stops_path(database_path(url)).write_text("rubbish")
    with pytest.raises(StoreError, match=r"stops\.log cannot be read"):
        restore(url, file)
    assert set(status(url)) == {"1", "2", "3", "4"}
    assert not list(database_path(url).parent.glob("*restor*"))


# Nothing twice ------------------------------------------------------------------------------------------------------


def under_way(tx: Tx) -> None:
    """Four readers: one has been sent to, one is under way, one waits, one has not been come to."""
    for address in "1234":
        follow(tx, address, "daerah")
    epoch = tx.begin_epoch(NOW).epoch
    broadcast = tell(tx, "banjir")
    first, second = claim(tx, broadcast, 2, epoch)
    settle(tx, [first], SENT, epoch)
    assert second.subscriber_id == 2
    (after,) = tx.open_passes(TELEGRAM, NOW)
    third = tx.readers(TELEGRAM, after, 1)
    tx.queue_deliveries(after, [(third[0], NOW + timedelta(hours=3))], NOW)
    tx.move_pass(TELEGRAM, after, 3, done=False)


async def test_a_broadcast_under_way_is_interrupted_and_listed_with_what_is_not_known(
    url: str, make_store: MakeStore
) -> None:
    store, file = await backed_up(url, make_store, under_way)
    store.close()
    (listed,) = restore(url, file).settled.interrupted
    assert (listed.kind, listed.title, listed.unknown, listed.beyond) == ("story", "Judul banjir", 2, 1)
    assert listed.created_at == NOW
    assert rows(url, "SELECT subscriber_id, state, coalesce(code, '') FROM delivery ORDER BY 1") == [
        (1, "sent", ""), (2, "unknown", "restored"), (3, "unknown", "restored"),
    ]  # fmt: skip
    assert rows(url, "SELECT status FROM broadcast") == [("interrupted",)]


@pytest.mark.parametrize(("under_way", "listed"), [(0, []), (1, [1])], ids=["nothing under way", "one under way"])
async def test_a_cancelled_broadcast_is_listed_only_with_what_is_not_known(
    url: str, make_store: MakeStore, under_way: int, listed: list[int]
) -> None:
    def work(tx: Tx) -> None:
        three(tx)
        broadcast = tell(tx, "banjir")
        claim(tx, broadcast, under_way, tx.begin_epoch(NOW).epoch)
        tx.set_status(broadcast.id, Status.CANCELLED, "", NOW)

    store, file = await backed_up(url, make_store, work)
    store.close()
    assert [b.unknown for b in restore(url, file).settled.interrupted] == listed
    assert rows(url, "SELECT status, done_at IS NULL FROM broadcast") == [("cancelled", 0)]


async def test_nothing_is_left_to_send(url: str, make_store: MakeStore) -> None:
    def work(tx: Tx) -> None:
        under_way(tx)
        tx.add_reply(TELEGRAM, "1", None, "{}", "new", NOW)

    store, file = await backed_up(url, make_store, work)
    store.close()
    assert restore(url, file).settled.replies == 1
    again = make_store()
    await again.write(lambda tx: tx.stand_still(""))
    recovery = await again.write(lambda tx: tx.begin_epoch(LATER))
    assert (recovery.unknown, recovery.again) == (0, 0)
    for now in (minutes(5), LATER):
        assert await again.read(lambda tx, now=now: tx.open_passes(TELEGRAM, now)) == []  # type: ignore[misc]
        assert await again.read(lambda tx, now=now: tx.next_due(TELEGRAM, now)) is None  # type: ignore[misc]
    assert await again.write(lambda tx: tx.close_broadcasts(LATER)) == []


async def test_a_category_gained_after_the_restore_reaches_nobody_again(url: str, make_store: MakeStore) -> None:
    """Followers of it may have had the story after the backup; nobody knows."""

    def work(tx: Tx) -> None:
        under_way(tx)
        follow(tx, "5", "budaya")

    store, file = await backed_up(url, make_store, work)
    store.close()
    restore(url, file, now=minutes(5))
    again = make_store()
    (told,) = await again.read(lambda tx: tx.latest(None, 1))
    hour_ago = minutes(6) - timedelta(hours=1)
    assert not await again.write(lambda tx: tx.add_pass(told.id, ["budaya"], hour_ago, minutes(6)))
    assert await again.read(lambda tx: tx.open_passes(TELEGRAM, minutes(6))) == []


def newsroom(tx: Tx) -> None:
    """An alert to everybody that has come to one of three, and a correction of a story that two have had."""
    three(tx)
    epoch = tx.begin_epoch(NOW).epoch
    had = claim(tx, tell(tx, "pasar"), 2, epoch)
    settle(tx, had, SENT, epoch)
    claim(tx, alert(tx, "Jembatan ditutup.", []), 1, epoch)
    note = Note("Yang benar pukul 7.", wrong="pukul 8")
    tx.add_about("correction", Rank.CORRECTION, had[0].broadcast_id, [had[0].broadcast_id], NOW, LATER, note=note)


async def test_what_the_newsroom_said_is_listed_with_its_words_and_readers(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, newsroom)
    store.close()
    listed = restore(url, file).settled.interrupted
    assert [(b.kind, b.title, b.unknown, b.beyond) for b in listed] == [
        ("story", "Judul pasar", 0, 1),
        ("alert", "Jembatan ditutup.", 1, 2),
        ("correction", "Judul pasar", 0, 2),
    ]
    assert await make_store().read(lambda tx: tx.open_passes(TELEGRAM, minutes(5))) == []


async def test_no_digest_brings_what_was_told_before(url: str, make_store: MakeStore) -> None:
    def work(tx: Tx) -> None:
        under_way(tx)
        tx.owe_digests([(3, minutes(90))])

    store, file = await backed_up(url, make_store, work)
    store.close()
    restore(url, file)
    again = make_store()
    assert await again.write(lambda tx: tx.digests_due(TELEGRAM, LATER, 9, "2026-02-02 06")) == []
    assert rows(url, "SELECT DISTINCT covered_telling FROM subscriber") == rows(
        url, "SELECT max(telling) FROM broadcast_pass"
    )
    assert rows(url, "SELECT count(*) FROM owed") == [(0,)]


async def test_every_feed_is_taken_in_as_for_the_first_time(url: str, make_store: MakeStore) -> None:
    def work(tx: Tx) -> None:
        tx.declare_feeds([DeclaredFeed("https://portal.example/feed/")])
        (feed,) = tx.feeds()
        check = FeedCheck(NOW, minutes(60), etag='"7"', last_modified="Sat, 31 Jan 2026 02:00:00 GMT", imported=True)
        tx.feed_checked(feed.id, check)

    store, file = await backed_up(url, make_store, work)
    store.close()
    restore(url, file)
    (feed,) = await make_store().read(lambda tx: tx.due_feeds(minutes(5)))
    assert (feed.imported_at, feed.etag, feed.last_modified) == (None, None, None)


async def test_nobody_is_owed_what_was_told_before(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three)
    store.close()
    restore(url, file)
    assert rows(url, "SELECT DISTINCT covered_until FROM subscriber") == [(int(LATER.timestamp() * 1000),)]


async def test_messages_that_waited_were_answered_since_except_who_asks_to_stop(
    url: str, make_store: MakeStore
) -> None:
    updates = [(1, '{"text": "/start"}'), (2, '{"text": "/stop"}'), (3, '{"text": "terbaru"}')]
    store, file = await backed_up(url, make_store, lambda tx: tx.receive(TELEGRAM, updates, NOW))
    store.close()
    done = restore(url, file, leaves=lambda body: "stop" in body)
    assert done.settled.updates == 2
    again = make_store()
    assert await again.read(lambda tx: tx.waiting_updates(TELEGRAM, 9)) == [(2, '{"text": "/stop"}')]
    assert await again.read(lambda tx: tx.last_update(TELEGRAM)) == 3  # none is asked for again


async def test_a_code_that_may_have_been_used_since_is_withdrawn(url: str, make_store: MakeStore) -> None:
    until = NOW + timedelta(days=9)
    store, file = await backed_up(url, make_store, lambda tx: tx.add_invitation("h", Role.ADMIN, NOW, until))
    store.close()
    assert restore(url, file).settled.invitations == 1
    found = await make_store().write(lambda tx: tx.redeem_invitation(TELEGRAM, "666", "h", LATER))
    assert found == (None, "unknown")


async def test_sending_waits_until_it_is_resumed(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three)
    store.close()
    restore(url, file)
    again = make_store()
    assert await again.read(lambda tx: tx.standing_still()) == "restored"
    await again.write(lambda tx: tx.stand_still(""))
    assert await again.read(lambda tx: tx.standing_still()) == ""
    assert rows(url, "SELECT key FROM meta WHERE key IN ('paused', 'backup_at')") == []


# What is refused, and what is in the way ----------------------------------------------------------------------------


async def test_what_cannot_be_restored_changes_nothing(url: str, make_store: MakeStore, tmp_path: Path) -> None:
    store, file = await backed_up(url, make_store, three)
    store.close()
    path = database_path(url)
    letter, broken, foreign, newer = (tmp_path / name for name in ("surat", "broken.db", "foreign.db", "newer.db"))
    letter.write_text("Kepada Yth. Bapak RT " * 99)
    broken.write_bytes(file.read_bytes()[: 4096 * 9] + b"\xa5" * 4096 * 4 + file.read_bytes()[4096 * 13 :])
    with closing(connect(foreign, writes=True, busy_seconds=1)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    shutil.copy(file, newer)
    with closing(connect(newer, writes=True, busy_seconds=1)) as db:
        db.execute("INSERT INTO _sqlite_migrations VALUES (99, 'kentongan', 'of_tomorrow', '')")
    before = path.read_bytes()
    refusals = {tmp_path / "none": "no such file", path: "the database itself", letter: "is not a database",
                broken: "damaged", foreign: "not made by kentongan", newer: "newer than the program"}  # fmt: skip
    for wrong, told in refusals.items():
        with pytest.raises((StoreError, UsageError), match=told):
            restore(url, wrong)
        assert path.read_bytes() == before, wrong
        assert not list(path.parent.glob("*restor*")), wrong


async def test_a_command_that_has_the_database_open_is_waited_for_by_the_operator(
    url: str, make_store: MakeStore
) -> None:
    store, file = await backed_up(url, make_store, three)
    with pytest.raises(StoreError, match="another command uses the database"):
        restore(url, file)
    await store.write(lambda tx: follow(tx, "4", "daerah"))  # it goes on, undisturbed
    store.close()
    restore(url, file)
    assert set(status(url)) == {"1", "2", "3"}


async def test_no_log_of_the_database_before_is_read_into_the_restored_one(url: str, make_store: MakeStore) -> None:
    """The program was killed: its last commits stand in a WAL beside the file."""
    store, file = await backed_up(url, make_store, three)
    store.close()
    die_after_writing(url)
    assert database_path(url).with_name("kentongan.db-wal").stat().st_size > 0
    done = restore(url, file)
    look_at(url)
    assert set(status(url)) == {"1", "2", "3"}
    assert done.aside is not None
    with closing(connect(done.aside, writes=False, busy_seconds=1)) as db:
        assert db.execute("SELECT count(*) FROM subscriber").fetchone() == (53,)


async def test_a_damaged_database_is_replaced_and_kept(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three)
    store.close()
    path = database_path(url)
    path.write_bytes(b"\xa5" * path.stat().st_size)
    path.with_name(path.name + "-wal").write_bytes(b"\x5a" * 4096)
    done = restore(url, file)
    look_at(url)
    assert set(status(url)) == {"1", "2", "3"}
    assert done.aside is not None
    assert done.aside.read_bytes().strip(b"\xa5") == b""


WRITES_AND_DIES = """
import asyncio, os, signal, sys
from storage import open_store
from tests.storage.makers import NOW, imported

async def main():
    store = open_store(sys.argv[1], now=NOW)
    await store.write(lambda tx: tx.import_subscribers([imported(n, "daerah") for n in range(100, 150)], NOW))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def die_after_writing(url: str) -> None:
    ended = subprocess.run([sys.executable, "-c", WRITES_AND_DIES, url], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL


RESTORES_AND_DIES = """
import os, signal, sys
from pathlib import Path
from storage import lock_database, restoration, restore
from tests.storage.makers import NOW

steps = int(sys.argv[3])
def count(real):
    def step(*arguments, **words):
        global steps
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
        return real(*arguments, **words)
    return step

for name in ("link", "unlink", "fsync", "replace"):
    setattr(os, name, count(getattr(os, name)))
with lock_database(sys.argv[1], now=NOW), restoration(sys.argv[1], Path(sys.argv[2]), now=NOW) as restoring:
    restoring.put_in_place(lambda body: False)
print("done")
"""


async def test_killed_at_any_step_there_is_one_whole_database_and_never_none(
    url: str, make_store: MakeStore, tmp_path: Path
) -> None:
    """Either the one before, or the restored one with its sending paused."""
    store, file = await backed_up(url, make_store, three)
    await store.write(lambda tx: follow(tx, "4", "daerah"))
    store.close()
    folder = database_path(url).parent
    shutil.copytree(folder, tmp_path / "as it was")
    seen = set()
    for steps in range(40):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "as it was", folder)
        command = [sys.executable, "-c", RESTORES_AND_DIES, url, str(file), str(steps)]
        ended = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)  # noqa: ASYNC221
        look_at(url)
        found = (len(status(url)), rows(url, "SELECT value FROM meta WHERE key = 'paused'"))
        assert found in [(4, []), (3, [("restored",)])], steps
        seen.add(found[0])
        if ended.stdout == "done\n":
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert seen == {3, 4}
    assert (folder / "kentongan.db").is_file()


async def test_a_store_can_be_opened_and_used_after_a_restore(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, three)
    store.close()
    restore(url, file)
    again = open_store(url, now=LATER)
    assert await again.write(lambda tx: follow(tx, "9", "daerah")) > GAP
    again.close()
