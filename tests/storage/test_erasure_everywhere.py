"""Whatever table names a person, also one that nobody has thought of yet: the forgotten are gone from it."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.chat.turn import Role
from bot.ports import Store, Tx
from storage import back_up, database_path
from storage.sqlite.connection import connect
from tests.storage.makers import NOW, follow, hours, story, tell

NAME = "Sulastri Wening"
WHO = {"telegram": "6281234509876", "whatsapp": "6281234509877"}
KNOWS = "SELECT 1 FROM {} WHERE {} = ?"
BY_SUBSCRIBER = ("subscriber_id", "used_by")
STAYS = {"invitation"}  # that it was used, and no longer by whom


def tables_of(conn: Any, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """Tables with one of these columns."""
    named = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    return [(table, column) for table, column in conn.execute(named) if column in columns]


def fill(conn: Any, table: str, given: dict[str, object]) -> None:
    """A row with these values; whatever else must be there is made up."""
    row: dict[str, object] = {}
    for _, name, kind, needed, default, key in conn.execute(f"PRAGMA table_info({table})").fetchall():
        if name in given:
            row[name] = given[name]
        elif (needed or key) and default is None:
            row[name] = f"{table if table in STAYS else NAME} {name}" if kind == "TEXT" else 1
    marks = ", ".join("?" * len(row))
    names = ", ".join(row)
    conn.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608 — ours


def occupy(tx: Any, channel: str, address: str) -> tuple[int, list[tuple[str, str]]]:
    """A row of this person in every table that can name one: their number there, and the tables."""
    conn = tx.conn
    tx.set_language(channel, address, "id")
    (subscriber,) = conn.execute("SELECT id FROM subscriber WHERE address = ?", [address]).fetchone()
    conn.execute("PRAGMA defer_foreign_keys = ON")
    filled = []
    for table, column in [*tables_of(conn, BY_SUBSCRIBER), *tables_of(conn, ("address",))]:
        value = subscriber if column in BY_SUBSCRIBER else address
        if table != "subscriber":
            fill(conn, table, {column: value, "channel": channel, "story_id": 1, "broadcast_id": 1})
            filled.append((table, column))
    return subscriber, filled


@pytest.mark.parametrize("channel", WHO)
async def test_no_table_that_can_name_a_person_still_does(store: Store, url: str, channel: str) -> None:
    address, path = WHO[channel], database_path(url)

    def live(tx: Tx) -> tuple[int, list[tuple[str, str]]]:
        story(tx)
        follow(tx, "1", "daerah")
        tell(tx, "lagi")
        tx.add_invitation("code", Role.EDITOR, NOW, NOW + hours(1))
        return occupy(tx, channel, address)

    subscriber, filled = await store.write(live)
    assert len(filled) > 15, filled
    assert len(rows(path, subscriber, address, filled)) > 15
    await store.write(lambda tx: tx.erase(channel, address, NOW))
    assert rows(path, subscriber, address, filled) == []
    back_up(url, None, now=NOW)
    for file in path.parent.rglob("*"):
        if file.is_file() and file.suffix != ".lock":
            content = file.read_bytes()
            assert address.encode() not in content, file.name
            assert NAME.encode() not in content, file.name


def rows(path: Path, subscriber: int, address: str, filled: list[tuple[str, str]]) -> list[str]:
    """Tables that know them."""
    values = dict.fromkeys(BY_SUBSCRIBER, subscriber) | {"address": address}
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        knows = [(t, db.conn.execute(KNOWS.format(t, column), [values[column]]).fetchone()) for t, column in filled]
        return [table for table, found in knows if found]
