"""WhatsApp's people by one name: what files called `+62 812-…`, or by the id of somebody we know by number.

Earlier imports took any text for an address. Such a row heard no stop: what its person says comes under the number as
WhatsApp writes it, or under a name that another row had already.
"""

import re
from typing import Any, Final

from sqlite_utils import Database

_NUMBER: Final = re.compile(r"[1-9][0-9]+")
_USER_ID: Final = re.compile(r"[A-Z]{2}(\.ENT)?\.[0-9A-Za-z]+")
_BETWEEN_DIGITS: Final = re.compile(r"[\s().\-\u2010-\u2015]")
# Names that no platform has told; digits alone are what WhatsApp calls a number.
_DOUBTFUL: Final = """
SELECT id, address FROM subscriber s WHERE channel = 'whatsapp' AND (address GLOB '*[^0-9]*' OR address GLOB '0*')
  AND NOT EXISTS (SELECT 1 FROM whatsapp_person p WHERE p.subscriber_id = s.id AND s.address IN (p.phone, p.user_id))
ORDER BY id
"""
_THERE: Final = """
SELECT id, address FROM subscriber WHERE id <> ?1 AND id IN (
  SELECT id FROM subscriber WHERE channel = 'whatsapp' AND address = ?2
  UNION SELECT subscriber_id FROM whatsapp_person WHERE phone = ?2 OR user_id = ?2)
"""
_TABLES: Final = """
SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.sql LIKE 'CREATE TABLE%' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'subscriber'
"""
# Who said stop stays away, unless what they said or agreed to came later under the name that is kept.
_STOP: Final = """
UPDATE subscriber SET status = 'stopped', stopped_at = other.stopped_at, draft = NULL, digest_at = NULL,
  paused_until = NULL
FROM subscriber other WHERE subscriber.id = ? AND other.id = ? AND other.status = 'stopped'
  AND subscriber.status IN ('active', 'gone')
  AND other.stopped_at >= max(coalesce(subscriber.consent_at, 0), coalesce(subscriber.chosen_at, 0))
"""
_END: Final = """
UPDATE delivery SET state = iif(state = 'started', 'unknown', 'failed'), code = 'moved', channel = NULL, rank = NULL,
  next_at = NULL, finished_at = coalesce(started_at, (SELECT created_at FROM broadcast WHERE id = broadcast_id))
WHERE subscriber_id = ? AND finished_at IS NULL
"""
_UNCOUNT: Final = """
UPDATE broadcast_count SET n = n - 1 WHERE (broadcast_id, channel, state, code) IN (
  SELECT broadcast_id, 'whatsapp', state, coalesce(code, '') FROM delivery
  WHERE subscriber_id = ? AND finished_at IS NOT NULL)
"""
_Tables = dict[str, set[Any]]  # and their columns
_STAYS: Final = frozenset({"whatsapp_charge"})  # named as the attempt is: its receipt settles it


def whatsapp_addresses(db: Database) -> None:
    """One row for one person, whatever a file called them; of two words of theirs the stop counts."""
    tables = _tables(db)
    for subscriber, given in db.conn.execute(_DOUBTFUL).fetchall():
        name = _name(given)
        if name is None:
            _give_up(db, subscriber)
            continue
        there = db.conn.execute(_THERE, [subscriber, name]).fetchone()
        if there is not None:
            _unite(db, tables, there, (subscriber, given))
        elif name != given:
            db.conn.execute("UPDATE subscriber SET address = ? WHERE id = ?", [name, subscriber])
            _readdress(db, tables, given, name)


def _name(given: str) -> str | None:
    """What WhatsApp calls them; None where the country is missing, or it is no number."""
    if _USER_ID.fullmatch(given.strip()):
        return given.strip()
    number = _BETWEEN_DIGITS.sub("", given).removeprefix("+")
    return number if _NUMBER.fullmatch(number) else None


def _give_up(db: Database, subscriber: int) -> None:
    """Nobody can say stop under such a name; whoever it is can be imported again under their number."""
    gone = "UPDATE subscriber SET status = 'gone', digest_at = NULL WHERE id = ? AND status = 'active'"
    db.conn.execute(gone, [subscriber])
    _follow_nothing(db, subscriber)


def _unite(db: Database, tables: _Tables, keep: tuple[int, str], drop: tuple[int, str]) -> None:
    both = [keep[0], drop[0]]
    new = db.conn.execute("SELECT 1 FROM subscriber WHERE id = ? AND status = 'new'", keep[:1]).fetchone() is not None
    if new:
        _take_over(db, *both)
    else:
        db.conn.execute(_STOP, both)
        db.conn.execute(_END, drop[:1])
        _follow_nothing(db, drop[0])
    if db.conn.execute("SELECT 1 FROM subscriber WHERE id = ? AND status <> 'active'", keep[:1]).fetchone():
        _follow_nothing(db, keep[0])
    for table, columns in tables.items():
        if "subscriber_id" in columns and table not in _STAYS:
            _carry(db, table, *both)
    for column in ("used_by", "made_by"):
        db.conn.execute(f"UPDATE invitation SET {column} = ? WHERE {column} = ?", both)
    _readdress(db, tables, drop[1], keep[1])
    db.conn.execute("DELETE FROM subscriber WHERE id = ?", drop[:1])


def _follow_nothing(db: Database, subscriber: int) -> None:
    for table in ("subscription", "owed"):
        db.conn.execute(f"DELETE FROM {table} WHERE subscriber_id = ?", [subscriber])


def _take_over(db: Database, keep: int, drop: int) -> None:
    """Whoever had no word with us yet is what the import says."""
    found = db.conn.execute("SELECT name FROM pragma_table_info('subscriber')").fetchall()
    columns = ", ".join(f'"{c}"' for (c,) in found if c not in ("id", "channel", "address", "window_until"))
    take = f"UPDATE subscriber SET ({columns}) = (SELECT {columns} FROM subscriber WHERE id = ?2) WHERE id = ?1"
    db.conn.execute(take, [keep, drop])


def _carry(db: Database, table: str, keep: int, drop: int) -> None:
    """What both have stays as the one who is kept has it."""
    if table != "whatsapp_person":
        db.conn.execute(f"UPDATE OR IGNORE {table} SET subscriber_id = ? WHERE subscriber_id = ?", [keep, drop])
    if table == "delivery":
        db.conn.execute(_UNCOUNT, [drop])
    db.conn.execute(f"DELETE FROM {table} WHERE subscriber_id = ?", [drop])


def _readdress(db: Database, tables: _Tables, before: str, after: str) -> None:
    for table, columns in tables.items():
        if {"channel", "address"} <= columns:
            where = [after, before]
            db.conn.execute(
                f"UPDATE OR IGNORE {table} SET address = ? WHERE channel = 'whatsapp' AND address = ?", where
            )
            db.conn.execute(f"DELETE FROM {table} WHERE channel = 'whatsapp' AND address = ?", [before])


def _tables(db: Database) -> _Tables:
    tables: _Tables = {}
    for table, column in db.conn.execute(_TABLES).fetchall():
        tables.setdefault(table, set()).add(column)
    return tables
