"""Which columns name a person, read from the schema itself: whoever adds one hears of it from two tests."""

import re
from typing import Any, Final

NAMES_SOMEBODY: Final = re.compile(
    "(^|_)(id|by|who|whom|address|alias|phone|user|author|person|people|member|owner|reader|editor|admin|resident|sender"
    "|maker|subscriber|staff)(_|$)"
)
# Ids of everything else; `id` is of the row itself.
NAME_NOBODY: Final = frozenset({
    "id", "feed_id", "story_id", "other_id", "suppression_id", "broadcast_id", "original_id", "source_id", "message_id",
    "update_id", "reply_id", "last_id", "max_id",
})  # fmt: skip
# Named as an attempt is (bot.delivery.receipts): the word for it does not say so.
ATTEMPTS: Final = frozenset({("whatsapp_early", "b")})
_COLUMNS: Final = """
SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.sql LIKE 'CREATE TABLE%' AND t.name NOT LIKE 'sqlite_%'
"""
_POINTS: Final = """
SELECT t.name, f."from" FROM sqlite_master t, pragma_foreign_key_list(t.name) f
WHERE t.type = 'table' AND f."table" IN ('subscriber', 'staff')
"""
BY_NUMBER: Final = frozenset({"subscriber_id", "used_by", "b"})
BY_DEED: Final = frozenset({("audit", "who"), ("broadcast", "made_by")})  # role:channel:address


def naming_columns(conn: Any) -> set[tuple[str, str]]:
    """Table and column of whatever may name a person, beside the subscriber's own row."""
    found = {
        (table, column) for table, column in conn.execute(_COLUMNS).fetchall()
        if column not in NAME_NOBODY and NAMES_SOMEBODY.search(column)
    }  # fmt: skip
    found |= set(conn.execute(_POINTS).fetchall()) | ATTEMPTS
    return {(table, column) for table, column in found if table != "subscriber"}


def name_in(table: str, column: str, subscriber: int, channel: str, address: str) -> object:
    """What stands there of somebody."""
    if (table, column) in BY_DEED:
        return f"editor:{channel}:{address}"
    return subscriber if column in BY_NUMBER or (table, column) == ("invitation", "made_by") else address


def occupy(conn: Any, columns: set[tuple[str, str]], who: tuple[int, str, str], made_up: dict[str, str]) -> None:
    """A row of somebody (number, channel, address) in each of these tables, which names them in all of its columns.

    Text that must be there beside is made up: by table, or by "" for those that are not named.
    """
    _, channel, _ = who
    conn.execute("PRAGMA defer_foreign_keys = ON")
    for table in sorted({table for table, _ in columns}):
        named = {column: name_in(table, column, *who) for t, column in columns if t == table}
        others = {"channel": channel, "story_id": 1, "broadcast_id": 1, "kind": "d", "used_at": 1}
        if table == "broadcast":
            others["story_id"] = None
        _fill(conn, table, others | named, made_up.get(table, made_up[""]))


def _fill(conn: Any, table: str, given: dict[str, object], made_up: str) -> None:
    row: dict[str, object] = {}
    for _, name, kind, needed, default, key in conn.execute(f"PRAGMA table_info({table})").fetchall():
        if name in given:
            row[name] = given[name]
        elif (needed or key) and default is None and (name, kind) != ("id", "INTEGER"):
            row[name] = f"{made_up} {name}" if kind == "TEXT" else 1
    marks = ", ".join("?" * len(row))
    keys = ", ".join(row)
    conn.execute(f"INSERT OR IGNORE INTO {table} ({keys}) VALUES ({marks})", list(row.values()))  # noqa: S608 — ours


def names(conn: Any, table: str, column: str, value: object) -> bool:
    """Whether a row of this table names them there."""
    find = f"SELECT 1 FROM {table} WHERE {column} = ?"  # noqa: S608 — ours
    return conn.execute(find, [value]).fetchone() is not None
