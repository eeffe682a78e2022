"""Whoever asks to be forgotten is gone: from every table, the write-ahead log and the next backup, byte for byte."""

import json
import random
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.chat.turn import Role, Status
from bot.chat.wishes import ContactKind
from bot.delivery.content import Note
from bot.delivery.plan import Rank
from bot.ports import Store, Tx
from storage import back_up, database_path, open_store, restoration, stops_log
from storage.sqlite import erasure
from storage.sqlite.connection import connect
from tests.storage.makers import NOW, SENT, TELEGRAM, claim, follow, hours, imported, settle, story, tell

ADDRESS, NAME = "6281234509876", "Sulastri Wening"
TRACES = (ADDRESS.encode(), NAME.encode(), b"kucing oranye")


def update(address: str, name: str, text: str = "halo") -> str:
    person = {"id": int(address), "first_name": name}
    return json.dumps({"message": {"from": person, "chat": person, "text": text}}, ensure_ascii=False)


def live(tx: Tx, address: str = ADDRESS, name: str = NAME) -> None:
    """Somebody does everything that leaves a row."""
    who = (TELEGRAM, address)
    tx.receive(TELEGRAM, [(int(address) % 9973, update(address, name))], NOW)
    tx.handled(TELEGRAM, int(address) % 9973, NOW)
    follow(tx, address, "daerah", "budaya")
    tx.follow_word(*who, "kucing oranye" if address == ADDRESS else "pacet")
    tx.set_step(*who, "search", NOW)
    tx.save_story(*who, 1, True, NOW)
    tx.add_contact(*who, ContactKind.MESSAGE, f"Warung saya kebanjiran. {name}", 1, NOW)
    tx.add_reply(*who, None, f'[[["Halo {name}",0,null]],[],null]', "new", NOW)
    tx.redeem_invitation(*who, "wrong", NOW)
    tx.add_invitation(f"code {int(address) % 9973}", Role.EDITOR, NOW, NOW + hours(1))
    tx.redeem_invitation(*who, f"code {int(address) % 9973}", NOW)
    letter = f'[[["Warung saya kebanjiran. {name}",0,null]],[[["Balas","answer:1~AAAAA",""]]],null]'
    if address == ADDRESS:
        tx.add_reply(TELEGRAM, "5", None, letter, "new", NOW)
        lie_before_editors(tx, letter)


def lie_before_editors(tx: Tx, letter: str) -> None:
    """One on WhatsApp was sent the letter, and one on Telegram has pressed its button."""
    tx.open_window(tx.whatsapp_address("62899", None, NOW), NOW, NOW)
    tx.add_reply("whatsapp", "62899", None, letter, "new", NOW)
    tx.settle_replies("whatsapp", [(reply, SENT) for reply in tx.claim_replies("whatsapp", 0, NOW, 9)], NOW)
    shown = {"message_id": 5, "chat": {"id": 5}, "text": f"Pesan pembaca #1\n\nWarung saya kebanjiran. {NAME}"}
    pressed = {"id": "1", "from": {"id": 5}, "data": "answer:1~AAAAA", "message": shown}
    tx.receive(TELEGRAM, [(10_000, json.dumps({"callback_query": pressed}))], NOW)
    tx.handled(TELEGRAM, 10_000, NOW)


async def town(store: Store, neighbours: int = 60) -> None:
    """A person, and neighbours who live as they do."""

    def work(tx: Tx) -> None:
        story(tx)
        live(tx)
        for n in range(neighbours):
            live(tx, str(6280000000000 + n), f"Tetangga {n}")
        epoch = tx.begin_epoch(NOW).epoch
        settle(tx, claim(tx, tell(tx, "lagi"), 100, epoch), SENT, epoch)

    await store.write(work)


def forget(addresses: Iterable[str], tx: Tx) -> None:
    for address in addresses:
        tx.erase(TELEGRAM, address, NOW)


def files(path: Path) -> Iterator[Path]:
    yield from (found for found in path.parent.rglob("*") if found.is_file() and found.suffix != ".lock")


def traces(path: Path) -> list[tuple[str, bytes]]:
    """Which files still hold something of the person."""
    return [(file.name, trace) for file in files(path) for trace in TRACES if trace in file.read_bytes()]


def rows_of(path: Path, subscriber: int) -> list[str]:
    """Tables with a row of this subscriber, by whatever column says so."""
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        tables = [t for (t,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        named = [
            (t, c) for t in tables for _, c, *_ in db.execute(f"PRAGMA table_info({t})")
            if c in {"subscriber_id", "used_by"}
        ]  # fmt: skip
        named.append(("subscriber", "id"))
        rows = "SELECT 1 FROM {} WHERE {} = ?"
        return [t for t, c in named if db.execute(rows.format(t, c), [subscriber]).fetchone()]


def tables_with_their_name(tx: Tx) -> list[str]:
    run = tx.conn.execute  # type: ignore[attr-defined]
    tables = [name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    rows = 'SELECT * FROM "{}"'
    return [table for table in tables if NAME in repr(run(rows.format(table)).fetchall())]


async def test_all_that_is_kept_of_a_person_can_be_looked_at(store: Store, url: str) -> None:
    await town(store)
    found = await store.read(lambda tx: tx.data_of(TELEGRAM, ADDRESS))
    assert set(found) == {
        "subscriber", "subscription", "staff", "saved", "delivery", "reply", "talk", "contact", "invitation_try",
        "inbox",
    }  # fmt: skip
    assert found["subscriber"][0]["address"] == ADDRESS
    assert [row["category"] for row in found["subscription"]] == ["budaya", "daerah", "kata:kucing oranye"]
    assert traces(database_path(url)) != []


async def test_the_forgotten_are_gone_from_every_table_and_every_byte(store: Store, url: str) -> None:
    path = database_path(url)
    await town(store)
    (subscriber,) = [row["id"] for row in (await store.read(lambda tx: tx.data_of(TELEGRAM, ADDRESS)))["subscriber"]]
    assert "delivery" in rows_of(path, subscriber)
    assert {"inbox", "reply", "whatsapp_answer"} <= set(await store.read(tables_with_their_name))
    await store.write(lambda tx: tx.erase(TELEGRAM, ADDRESS, NOW))
    assert await store.read(lambda tx: tx.data_of(TELEGRAM, ADDRESS)) == {}
    assert (await store.read(lambda tx: tx.person(TELEGRAM, ADDRESS))).status is Status.NEW
    assert rows_of(path, subscriber) == []
    assert traces(path) == []
    back_up(url, None, now=NOW)
    assert traces(path) == []


async def test_where_rows_have_moved_from_page_to_page_nothing_stays_behind(store: Store, url: str) -> None:
    """Pages are split when people join in any order, and SQLite leaves moved bytes where they were."""
    numbers = random.Random(1).sample(range(10**9, 10**10), 6000)
    leaving = [str(number) for number in numbers[::7]]
    await store.write(lambda tx: tx.import_subscribers([imported(n, "daerah") for n in numbers], NOW))
    await store.write(partial(forget, leaving))
    content = b"".join(file.read_bytes() for file in files(database_path(url)))
    assert [address for address in leaving if address.encode() in content] == []
    assert str(numbers[1]).encode() in content


async def test_a_large_database_is_not_built_anew_beside_its_program_but_each_backup_is(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(erasure, "LARGEST_REBUILT", 0)
    numbers = random.Random(1).sample(range(10**9, 10**10), 6000)
    await store.write(lambda tx: tx.import_subscribers([imported(n, "daerah") for n in numbers], NOW))
    await store.write(partial(forget, [str(number) for number in numbers[::7]]))
    content = back_up(url, tmp_path / "copy.db", now=NOW).file.read_bytes()
    assert [number for number in numbers[::7] if str(number).encode() in content] == []
    assert str(numbers[1]).encode() in content
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy.db"]


async def test_what_is_still_said_to_them_leaves_no_trace_once_it_has_left(store: Store, url: str) -> None:
    await town(store)
    epoch = await store.write(lambda tx: tx.begin_epoch(NOW).epoch)

    def leave(tx: Tx) -> None:
        tx.erase(TELEGRAM, ADDRESS, NOW)
        tx.add_reply(TELEGRAM, ADDRESS, None, '[[["Sudah dihapus",0,null]],[],null]', "new", NOW)

    await store.write(leave)
    assert {trace for _, trace in traces(database_path(url))} == {ADDRESS.encode()}
    replies = await store.write(lambda tx: tx.claim_replies(TELEGRAM, epoch, NOW, 1000))
    assert [r for r in replies if r.address == ADDRESS]
    await store.write(lambda tx: tx.settle_replies(TELEGRAM, [(reply, SENT) for reply in replies], NOW))
    assert traces(database_path(url)) == []


async def test_a_reader_that_needs_the_log_delays_nobody_and_the_log_is_emptied_later(store: Store, url: str) -> None:
    await town(store, 3)
    path = database_path(url)
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        db.conn.execute("BEGIN")
        db.conn.execute("SELECT count(*) FROM subscriber").fetchone()
        await store.write(lambda tx: tx.erase(TELEGRAM, ADDRESS, NOW))
        assert path.with_name(path.name + "-wal").stat().st_size > 0
        db.conn.execute("ROLLBACK")
    await store.write(lambda tx: tx.set_language(TELEGRAM, "6280000000001", "en"))
    assert traces(path) == []


async def test_a_kill_before_the_log_is_emptied_forgets_nothing_of_it(url: str, make_store: Any) -> None:
    store = make_store()
    await town(store, 3)
    path = database_path(url)
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        db.conn.execute("BEGIN")
        db.conn.execute("SELECT count(*) FROM subscriber").fetchone()
        await store.write(lambda tx: tx.erase(TELEGRAM, ADDRESS, NOW))
        again = make_store()  # as after a kill: nothing in memory
        db.conn.execute("ROLLBACK")
    await again.write(lambda tx: tx.set_language(TELEGRAM, "6280000000001", "en"))
    assert traces(path) == []


async def test_neighbours_keep_what_is_theirs(store: Store) -> None:
    await town(store)
    before = await store.read(lambda tx: tx.data_of(TELEGRAM, "6280000000007"))
    await store.write(lambda tx: tx.erase(TELEGRAM, ADDRESS, NOW))
    assert await store.read(lambda tx: tx.data_of(TELEGRAM, "6280000000007")) == before
    assert {"inbox", "contact", "saved", "delivery", "subscription"} <= set(before)


async def test_an_update_of_the_forgotten_is_known_again_when_it_is_delivered_again(store: Store) -> None:
    await town(store, 1)
    await store.write(lambda tx: tx.erase(TELEGRAM, ADDRESS, NOW))
    number = int(ADDRESS) % 9973
    assert await store.write(lambda tx: tx.receive(TELEGRAM, [(number, update(ADDRESS, NAME))], NOW)) == 0


async def test_a_backup_from_before_does_not_bring_the_forgotten_back(store: Store, url: str) -> None:
    path = database_path(url)
    await town(store)
    made = back_up(url, None, now=NOW)
    later = NOW + timedelta(minutes=5)
    await store.write(lambda tx: tx.erase(TELEGRAM, ADDRESS, later))
    left = stops_log(url).left(TELEGRAM, ADDRESS)
    assert left is not None
    assert left.erased_at == later
    store.close()
    with restoration(url, made.file, now=later) as restoring:
        restored = restoring.put_in_place(lambda _: False)
    assert restored.settled.erased == 1
    with closing(open_store(url, now=later)) as again:
        await again.write(lambda tx: tx.set_language(TELEGRAM, "6280000000001", "en"))
    assert [found for found in traces(path) if found[0] == path.name] == []


async def test_erasing_a_stranger_changes_nothing(store: Store, url: str) -> None:
    await store.write(lambda tx: tx.erase(TELEGRAM, "404", NOW))
    assert await store.read(lambda tx: tx.data_of(TELEGRAM, "404")) == {}
    assert stops_log(url).left(TELEGRAM, "404") is not None


async def test_a_word_that_nobody_else_follows_goes_with_its_follower(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        for address in "12":
            follow(tx, address, "daerah")
            tx.follow_word(TELEGRAM, address, "Pacet")
        tx.follow_word(TELEGRAM, "1", "Sulastri")
        tx.erase(TELEGRAM, "1", NOW)
        return [word for word, followed in tx.changed_words(0)[1] if followed or not word.startswith("-")]

    assert await store.write(work) == ["pacet"]


@pytest.mark.parametrize("step", ["search", "word"])
async def test_a_step_is_remembered_and_forgotten(store: Store, step: str) -> None:
    await store.write(lambda tx: tx.set_step(TELEGRAM, "1", step, NOW))
    person = await store.read(lambda tx: tx.person(TELEGRAM, "1"))
    assert (person.step, person.step_at) == (step, NOW)
    await store.write(lambda tx: tx.set_step(TELEGRAM, "1", "", NOW))
    assert (await store.read(lambda tx: tx.person(TELEGRAM, "1"))).step == ""
    await store.write(lambda tx: tx.set_step(TELEGRAM, "stranger", "", NOW))
    assert await store.read(lambda tx: tx.data_of(TELEGRAM, "stranger")) == {}


async def test_what_a_forgotten_editor_did_stays_written_without_who_they_were(url: str, store: Store) -> None:
    def work(tx: Tx) -> None:
        for code, address, name in (("a", ADDRESS, "Sulastri"), ("b", "62811", "Adi")):
            tx.add_invitation(code, Role.EDITOR, NOW, NOW + hours(1))
            tx.redeem_invitation(TELEGRAM, address, code, NOW)
            tx.name_member(TELEGRAM, address, name)
            by = f"editor:{TELEGRAM}:{address}"
            tx.add_audit(by, "push", "#1 darurat Jembatan", NOW)
            tx.add_audit(f"{TELEGRAM}:{address}", "answer_letter", "#3", NOW)
            tx.add_broadcast(
                "alert", Rank.ALERT, None, [], [TELEGRAM], NOW, NOW + hours(1), note=Note("x"), made_by=by
            )  # fmt: skip
            tx.add_audit("admin:telegram:9", "revoke", f"{name} editor {TELEGRAM}:{address}", NOW)
        tx.erase(TELEGRAM, ADDRESS, NOW)

    await store.write(work)
    audits = await store.read(lambda tx: tx.audits(9))
    assert [(who, act, detail) for _, who, act, detail in audits if "62811" not in who + detail] == [
        ("admin:telegram:9", "revoke", "editor telegram:-"),
        ("telegram:-", "answer_letter", "#3"),
        ("editor:telegram:-", "push", "#1 darurat Jembatan"),
    ]
    assert sum("62811" in who + detail for _, who, _, detail in audits) == 3
    made = [sent.made_by for sent in await store.read(lambda tx: tx.broadcasts(9))]
    assert sorted(made) == ["editor:telegram:-", "editor:telegram:62811"]
    deeds = await store.read(lambda tx: tx.deeds(9))
    assert "Sulastri" not in repr(deeds)
    assert ADDRESS not in repr(deeds)
    kept = database_path(url).read_bytes()
    assert b"Sulastri" not in kept
    assert ADDRESS.encode() not in kept
