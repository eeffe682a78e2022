"""Whoever left on WhatsApp stays away after a restore, under whichever of their names the backup knows them."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.ports import Tx
from storage import database_path
from storage.stops import StopsLog, stops_path
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW
from tests.storage.test_restore import backed_up, minutes, restore, rows

WA, NUMBER, LATER_NUMBER, ID, LATER_ID = "whatsapp", "6281200000001", "6281299999999", "ID.77", "ID.78"
Step = Callable[[Tx], Any]


def join(tx: Tx, address: str, minute: float = 0) -> None:
    tx.follow(WA, address, ["daerah"], False, "ya", None, "id", minutes(minute))


def hidden(tx: Tx) -> None:
    join(tx, tx.whatsapp_address(None, ID, NOW))


def numbered(tx: Tx) -> None:
    join(tx, tx.whatsapp_address(NUMBER, ID, NOW))


def imported(tx: Tx) -> None:
    join(tx, NUMBER)


def two_rows(tx: Tx) -> None:
    join(tx, NUMBER)
    join(tx, tx.whatsapp_address(None, ID, NOW))


def shows_the_number(tx: Tx) -> None:
    tx.whatsapp_address(NUMBER, ID, minutes(8))


def moves(tx: Tx) -> None:
    tx.whatsapp_moved((NUMBER, ID), (LATER_NUMBER, LATER_ID), minutes(8))


def stops_at(address: str) -> Step:
    return lambda tx: tx.stop(WA, address, False, minutes(9))


def stops_then_shows_the_number(tx: Tx) -> None:
    tx.stop(WA, ID, False, minutes(7))
    shows_the_number(tx)


def erased(tx: Tx) -> None:
    tx.erase(WA, NUMBER, minutes(9))


def back(tx: Tx) -> None:
    stops_at(LATER_NUMBER)(tx)
    join(tx, LATER_NUMBER, 10)


# Before the backup, after it; what is restored.
CASES: dict[str, tuple[Step, list[Step], list[str]]] = {
    "no change": (numbered, [stops_at(NUMBER)], ["stopped"]),
    "the number was shown, then stopped": (hidden, [shows_the_number, stops_at(NUMBER)], ["stopped"]),
    "the number was shown, then erased": (hidden, [shows_the_number, erased], []),
    "the number changed, then stopped": (numbered, [moves, stops_at(LATER_NUMBER)], ["stopped"]),
    "known by the number alone, which changed": (
        imported, [shows_the_number, moves, stops_at(LATER_NUMBER)], ["stopped"],
    ),
    "taken for two, stopped as one of them": (two_rows, [stops_then_shows_the_number], ["stopped", "stopped"]),
    "changed, stopped and came back": (numbered, [moves, back], ["active"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_who_left_since_the_backup_under_another_name_stays_away(
    url: str, make_store: MakeStore, name: str
) -> None:
    first, since, after = CASES[name]
    store, file = await backed_up(url, make_store, first)
    for step in since:
        await store.write(step)
    store.close()
    restore(url, file)
    assert [status for (status,) in rows(url, "SELECT status FROM subscriber ORDER BY id")] == after


async def test_whoever_has_the_number_now_is_not_stopped_by_the_one_who_had_it(url: str, make_store: MakeStore) -> None:
    def work(tx: Tx) -> None:
        numbered(tx)
        tx.whatsapp_moved((NUMBER, ID), (LATER_NUMBER, LATER_ID), minutes(1))
        join(tx, tx.whatsapp_address(NUMBER, "ID.99", minutes(2)), 2)

    store, file = await backed_up(url, make_store, work)
    await store.write(stops_at(LATER_NUMBER))
    store.close()
    restore(url, file)
    assert rows(url, "SELECT address, status FROM subscriber ORDER BY address") == [
        (NUMBER, "active"), (LATER_NUMBER, "stopped"),
    ]  # fmt: skip


async def test_a_line_of_an_earlier_version_has_one_name_as_a_file_wrote_it(url: str, make_store: MakeStore) -> None:
    store, file = await backed_up(url, make_store, imported)
    store.close()
    StopsLog(stops_path(database_path(url))).append(WA, f"+{NUMBER}", minutes(9))
    restore(url, file)
    assert rows(url, "SELECT status FROM subscriber") == [("stopped",)]
