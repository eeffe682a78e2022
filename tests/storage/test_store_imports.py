"""Imports and exports: what goes in comes out, twice is once, and nobody is brought back against their word."""

from dataclasses import replace
from functools import partial

import pytest

from bot.chat.turn import Person, Status
from bot.errors import StoreError
from bot.ports import Store, Subscription, Tx
from storage import database_path
from storage.stops import stops_path
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW, TELEGRAM, follow, hours, imported, story, topics

ROWS = [
    Subscription(TELEGRAM, "10", ("budaya", "daerah"), "instant", (1260, 300), "id", NOW - hours(5)),
    Subscription(TELEGRAM, "11", ("semua",), "digest", None, "en", NOW - hours(4), thread="3", words=("pacet", "pdam")),
    Subscription(
        "whatsapp", "10", ("hukrim",), "instant", None, "id", NOW - hours(3), consent_wording="Saya mau berita lewat WA"
    ),
]


async def test_what_is_imported_comes_out_again(store: Store) -> None:
    assert await store.write(lambda tx: tx.import_subscribers(ROWS, NOW)) == 3
    assert [s for _, s in await store.read(lambda tx: tx.subscribers(0, 10))] == ROWS


async def test_the_same_rows_twice_change_nothing(store: Store) -> None:
    await store.write(lambda tx: tx.import_subscribers(ROWS, NOW))
    before = await store.read(lambda tx: tx.subscribers(0, 10))
    assert await store.write(lambda tx: tx.import_subscribers(ROWS, NOW + hours(1))) == 0
    assert await store.read(lambda tx: tx.subscribers(0, 10)) == before


async def test_a_later_row_of_the_same_address_counts(store: Store) -> None:
    rows = [imported(1, "daerah"), imported(2, "daerah"), imported(1, "budaya")]
    assert await store.write(lambda tx: tx.import_subscribers(rows, NOW)) == 2
    assert [s.categories for _, s in await store.read(lambda tx: tx.subscribers(0, 9))] == [("budaya",), ("daerah",)]


async def test_an_import_changes_what_an_import_made(store: Store) -> None:
    await store.write(lambda tx: tx.import_subscribers(ROWS[:1], NOW))
    changed = replace(ROWS[0], categories=("daerah", "hukrim"), mode="digest", quiet=None, language="en")
    assert await store.write(lambda tx: tx.import_subscribers([changed], NOW)) == 0
    assert [s for _, s in await store.read(lambda tx: tx.subscribers(0, 10))] == [changed]


def stop(tx: Tx) -> None:
    follow(tx, "1", "budaya", now=NOW - hours(2))
    tx.stop(TELEGRAM, "1", False, NOW)


def block(tx: Tx) -> None:
    follow(tx, "1", "budaya", now=NOW - hours(2))
    tx.stop(TELEGRAM, "1", True, NOW)


def choose(tx: Tx) -> None:
    follow(tx, "1", "budaya", now=NOW)


def save(tx: Tx) -> None:
    tx.save_story(TELEGRAM, "1", story(tx), True, NOW)


WORDS = {
    "stopped after that consent: stays stopped": (stop, -1, Status.STOPPED, topics()),
    "stopped at that moment: stays stopped": (stop, 0, Status.STOPPED, topics()),
    "stopped, no consent shown: stays stopped": (stop, None, Status.STOPPED, topics()),
    "stopped before that consent: comes back": (stop, 1, Status.ACTIVE, topics("daerah")),
    "gone after that consent: stays gone": (block, -1, Status.GONE, topics()),
    "chose here after that consent: keeps the choice": (choose, -1, Status.ACTIVE, topics("budaya")),
    "chose here before that consent: the import counts": (choose, 1, Status.ACTIVE, topics("daerah")),
    "only kept a story: joins": (save, None, Status.ACTIVE, topics("daerah")),
}


@pytest.mark.parametrize("name", WORDS)
async def test_their_own_word_counts(store: Store, name: str) -> None:
    before, consent, status, categories = WORDS[name]

    def work(tx: Tx) -> tuple[int, Person]:
        before(tx)
        was_active = tx.person(TELEGRAM, "1").status is Status.ACTIVE
        row = imported(1, "daerah", consent_at=None if consent is None else NOW + hours(consent))
        new = tx.import_subscribers([row], NOW + hours(9))
        person = tx.person(TELEGRAM, "1")
        assert new == (person.status is Status.ACTIVE and not was_active)
        return new, person

    _, person = await store.write(work)
    assert (person.status, person.categories) == (status, categories)


def one_of_two_names(tx: Tx) -> None:
    tx.whatsapp_address("6281200000001", "ID.77", NOW - hours(3))


def the_number_alone(tx: Tx) -> None:
    tx.whatsapp_address("6281200000001", None, NOW - hours(3))


def the_id_alone(tx: Tx) -> None:
    tx.whatsapp_address(None, "ID.77", NOW - hours(3))


def another_number_since(tx: Tx) -> None:
    one_of_two_names(tx)
    tx.whatsapp_moved(("6281200000001", "ID.77"), ("6281299999999", "ID.78"), NOW - hours(1))


NAMES_OF_WHO_STOPPED = {
    "by their number, reached there": (one_of_two_names, "6281200000001"),
    "by their id, reached by number": (one_of_two_names, "ID.77"),
    "by the only number": (the_number_alone, "6281200000001"),
    "by the only id": (the_id_alone, "ID.77"),
    "by the number they had when they consented": (another_number_since, "6281200000001"),
    "by the id they had when they consented": (another_number_since, "ID.77"),
    "by the number they have now": (another_number_since, "6281299999999"),
}


@pytest.mark.parametrize("name", NAMES_OF_WHO_STOPPED)
async def test_whoever_stopped_on_whatsapp_is_brought_back_under_none_of_their_names(store: Store, name: str) -> None:
    lived, alias = NAMES_OF_WHO_STOPPED[name]

    def work(tx: Tx) -> tuple[int, int]:
        lived(tx)
        (address,) = addresses(tx)
        tx.follow("whatsapp", address, ["daerah"], False, "ya", None, "id", NOW - hours(2))
        tx.stop("whatsapp", address, False, NOW)
        row = Subscription("whatsapp", alias, ("daerah",), consent_at=NOW - hours(4))
        return tx.import_subscribers([row], NOW), len(addresses(tx))

    assert await store.write(work) == (0, 1)
    assert await store.read(lambda tx: tx.subscribers(0, 9)) == []


def addresses(tx: Tx) -> list[str]:
    return [row[0] for row in tx.conn.execute("SELECT address FROM subscriber ORDER BY id")]  # type: ignore[attr-defined]


async def test_two_names_of_one_person_in_a_file_are_one_subscriber_and_the_later_row_counts(store: Store) -> None:
    rows = [Subscription("whatsapp", a, (c,), consent_at=NOW) for a, c in (("ID.77", "daerah"), ("62812", "budaya"))]

    def work(tx: Tx) -> int:
        tx.whatsapp_address("62812", "ID.77", NOW)
        return tx.import_subscribers(rows, NOW)

    assert await store.write(work) == 1
    assert [(s.address, s.categories) for _, s in await store.read(lambda tx: tx.subscribers(0, 9))] == [
        ("62812", ("budaya",))
    ]


async def test_a_number_that_somebody_has_left_belongs_to_whoever_consents_later(store: Store) -> None:
    def work(tx: Tx) -> int:
        another_number_since(tx)
        return tx.import_subscribers([Subscription("whatsapp", "6281200000001", ("daerah",), consent_at=NOW)], NOW)

    assert await store.write(work) == 1
    assert await store.read(addresses) == ["6281299999999", "6281200000001"]


async def test_a_later_consent_has_its_own_words_and_none_keeps_those_there_are(store: Store) -> None:
    async def wording_after(row: Subscription) -> str | None:
        await store.write(lambda tx: tx.import_subscribers([row], NOW))
        ((_, there),) = await store.read(lambda tx: tx.subscribers(0, 9))
        return there.consent_wording

    first = ROWS[2]
    assert await wording_after(first) == "Saya mau berita lewat WA"
    assert await wording_after(replace(first, consent_wording="Saya setuju", consent_at=NOW)) == "Saya setuju"
    assert await wording_after(replace(first, consent_wording=None, consent_at=NOW)) == "Saya setuju"


async def test_export_pages_follow_each_other_and_leave_out_the_stopped(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        tx.import_subscribers([imported(n, "daerah") for n in range(25)], NOW)
        tx.stop(TELEGRAM, "7", False, NOW)
        seen, after = [], 0
        while page := tx.subscribers(after, 10):
            seen += [s.address for _, s in page]
            after = page[-1][0]
        return seen

    assert await store.write(work) == [str(n) for n in range(25) if n != 7]


async def test_those_who_join_between_two_imports_keep_their_own_ids(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        tx.import_subscribers([imported(n, "daerah") for n in range(3)], NOW)
        follow(tx, "100", "daerah")
        tx.import_subscribers([imported(n, "daerah") for n in range(2, 6)], NOW)
        return [s.address for _, s in tx.subscribers(0, 100)]

    assert await store.write(work) == ["0", "1", "2", "100", "3", "4", "5"]


async def test_an_empty_chunk_is_no_fault(store: Store) -> None:
    assert await store.write(lambda tx: tx.import_subscribers([], NOW)) == 0


def import_later(rows: list[Subscription], tx: Tx) -> int:
    return tx.import_subscribers(rows, NOW + hours(2))


@pytest.mark.parametrize("channel", [TELEGRAM, "whatsapp"])
async def test_whoever_was_erased_is_brought_back_only_by_a_later_consent(store: Store, channel: str) -> None:
    row = Subscription(channel, "628123456789", ("daerah",), consent_at=NOW - hours(2))
    await store.write(lambda tx: tx.import_subscribers([row], NOW - hours(1)))
    await store.write(lambda tx: tx.erase(channel, "628123456789", NOW))
    for consent, new in {NOW - hours(2): 0, NOW: 0, None: 0, NOW + hours(1): 1}.items():
        again = [replace(row, consent_at=consent)]
        assert await store.write(partial(import_later, again)) == new


async def test_an_import_hears_of_who_leaves_in_another_process_meanwhile(make_store: MakeStore) -> None:
    importing, other = make_store(), make_store()
    await importing.write(lambda tx: tx.import_subscribers(ROWS[:2], NOW))
    await importing.write(lambda tx: tx.erase(TELEGRAM, "11", NOW))
    assert await importing.write(lambda tx: tx.import_subscribers(ROWS[:2], NOW)) == 0
    await other.write(lambda tx: tx.erase(TELEGRAM, "10", NOW))
    assert await importing.write(lambda tx: tx.import_subscribers(ROWS[:2], NOW)) == 0


async def test_a_log_of_stops_that_cannot_be_read_stops_the_import(store: Store, url: str) -> None:
    stops_path(database_path(url)).write_text("rubbish")
    with pytest.raises(StoreError, match=r"stops\.log cannot be read"):
        await store.write(lambda tx: tx.import_subscribers(ROWS, NOW))
    assert await store.read(lambda tx: tx.subscribers(0, 10)) == []
