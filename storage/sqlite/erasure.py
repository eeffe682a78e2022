"""Somebody looks at what we have of them, or wants to be forgotten: in every table and in the write-ahead log.

Deleted rows are overwritten with zeros (`secure_delete`, storage/sqlite/connection.py). The log is written back and
emptied at once, and again when the last answer to them has left, for until then that answer carries their address.
Where SQLite has moved a row to another page, the old page may keep its bytes below what is in use: only building the
file anew is sure. A small one is built anew at once; of a large one every backup is (storage/backup.py).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from bot.chat.turn import Role
from bot.chat.wishes import quoted
from bot.delivery.cadence import COUNTED
from bot.delivery.window import Wait
from storage.sqlite.connection import sqlite3
from storage.sqlite.part import listed, to_ms
from storage.sqlite.preferences import Preferences
from storage.sqlite.replies import Replies

_TABLES: Final = """
SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.sql LIKE 'CREATE TABLE%' ORDER BY t.name = 'subscriber', t.name
"""
# What WhatsApp posted lies beside what it was taken apart into, under `whatsapp-posts`.
# A platform's update names people as `{"id": …}` or as a value of `from`; the console has one person, and no names.
_UPDATES: Final = """
body <> '{}' AND channel IN (?1, ?1 || '-posts')
AND (channel = ?2 OR (instr(body, ?2) > 0 AND json_valid(body) AND EXISTS (
  SELECT 1 FROM json_tree(body) t WHERE t.key IN ('id', 'from', 'to', 'wa_id', 'user_id', 'recipient_id')
    AND CAST(t.atom AS TEXT) = ?2)))
"""
# The row stays: by its number an update that is delivered again is known. What waits was sent after the wish to be
# forgotten, and is still to be answered.
_WIPE_UPDATES: Final = f"UPDATE inbox SET body = '{{}}' WHERE handled_at IS NOT NULL AND {_UPDATES}"
# What shows a letter: by its button, whose seal begins with the sign behind the number (bot.chat.screen_seal), or, on
# the screen where its answer is written, by its number beside its quote. ?1: JSON of [number, quote]s.
_SHOWS_A_LETTER: Final = """
EXISTS (SELECT 1 FROM json_each(?1) l, json_tree({0}) t
  WHERE t.type = 'text' AND instr(t.atom, 'answer:' || (l.value ->> 0) || '~') = 1)
OR EXISTS (SELECT 1 FROM json_each(?1) l, json_tree({0}) t
  WHERE t.type = 'text' AND instr(t.atom, l.value ->> 1) > 0
    AND instr({0}, '#' || (l.value ->> 0) || ':') > 0)
"""
_LETTERS: Final = "SELECT id, text FROM contact WHERE subscriber_id = ?"
# On the way to an editor, kept until its receipt, or until the editor writes.
_LETTERS_IN: Final = ("reply", "whatsapp_answer", "whatsapp_waiting")
_FORGET_LETTERS: Final = f"""
DELETE FROM {{}} WHERE json_valid(message) AND ({_SHOWS_A_LETTER.format("message")})
"""
# An editor's press brings the screen on which it happened, and an answer what it answers.
_WIPE_LETTERS: Final = f"""
UPDATE inbox SET body = '{{}}' WHERE handled_at IS NOT NULL AND (instr(body, 'answer:') > 0 OR instr(body, '#') > 0)
  AND json_valid(body) AND ({_SHOWS_A_LETTER.format("body")})
"""
# A word that nobody follows any more keeps its number (storage/sqlite/words.py), but it may be somebody's name.
_WORDS: Final = """
UPDATE followed_word SET word = 'kata:-' || changed WHERE followers = 0 AND word IN (SELECT value FROM json_each(?))
"""
# Whoever is forgotten has still done what they did: the office reads that somebody in that role did it.
_REVOKED: Final = """
UPDATE audit SET detail = ?1 || ?2 WHERE act = 'revoke' AND substr(detail, -length(?3)) = ?3
"""
# Receipts that wait for their answer to be written: WhatsApp's names of messages hold the number.
_EARLY: Final = """
DELETE FROM whatsapp_early WHERE (kind = 'd' AND b = ?1)
  OR (kind = 'r' AND a IN (SELECT id FROM reply WHERE channel = ?2 AND address = ?3))
"""
# Who was sent a template keeps a place among the people of the day, without a name and to the minute.
_OLD_NAMELESS: Final = "DELETE FROM meta WHERE key > 'began:' AND key <= 'began:' || ?"
_NAMELESS: Final = """
INSERT INTO meta SELECT 'began:' || ((template_at + 59999) / 60000 * 60000), '1' FROM whatsapp_push
WHERE subscriber_id = ? AND template_at IS NOT NULL
ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
"""
_STALE: Final = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'erased')"
# Bytes of a database that is built anew in the running program: 6 ms a MiB, while nobody else can write.
LARGEST_REBUILT = 32 * 1024 * 1024
FORGOTTEN: Final = "-"  # where an address stood
_REST: Final = 200  # transactions, after the disk refused
_FAREWELL_WAITS: Final = "SELECT EXISTS (SELECT 1 FROM erasure e JOIN reply r ON r.id = e.reply_id)"


_ALIASES: Final = ("phone", "user_id", "alias")


class _Place(NamedTuple):
    """Rows of one person in one table."""

    table: str
    where: str
    values: tuple[object, ...]


class Erasure(Preferences, Replies):
    """Everything about one person: shown, or gone."""

    _erased: frozenset[tuple[str, str]] = frozenset()  # in this transaction
    _unswept: bool | None = None  # None: not looked yet
    _rest = 0  # transactions until the next try

    def data_of(self, channel: str, address: str) -> dict[str, list[dict[str, Any]]]:
        """Every row that any table has of this address, by table, as it is stored."""
        found = {place.table: self._rows(place) for place in self._places(channel, address)}
        places = [_Place("inbox", _UPDATES, (channel, name)) for name in self._names(channel, address)]
        updates = {row["id"]: row for place in places for row in self._rows(place)}  # one may use several of the names
        found["inbox"] = [*found.get("inbox", ()), *updates.values()]
        return {table: rows for table, rows in found.items() if rows}

    def erase(self, channel: str, address: str, now: datetime) -> None:
        """Forget this address, in every table: also in one that comes later, if it names people as these do."""
        subscriber = self._subscriber(channel, address)
        followed = [] if subscriber is None else listed(self._categories(channel, address, subscriber))
        for name in self._names(channel, address):
            self.run(_WIPE_UPDATES, channel, name)
            self._forget_deeds(channel, name)
        self._forget_letters(subscriber)
        self.run(_EARLY, subscriber, channel, address)
        if channel == "whatsapp":
            self.run(_OLD_NAMELESS, to_ms(now - COUNTED))
            self.run(_NAMELESS, subscriber)
        for place in list(self._places(channel, address)):
            self.run(f'DELETE FROM "{place.table}" WHERE {place.where}', *place.values)
        if followed:
            self.run(_WORDS, followed)
        self.run("UPDATE invitation SET used_by = NULL WHERE used_by = ?", subscriber)
        self.run("DELETE FROM invitation WHERE made_by = ? AND used_at IS NULL", subscriber)
        self.run("UPDATE invitation SET made_by = NULL WHERE made_by = ?", subscriber)
        self.run("INSERT OR IGNORE INTO erasure VALUES (0)")
        self.run("INSERT OR REPLACE INTO meta VALUES ('erased', '')")
        self._erased |= {(channel, address)}

    def _forget_letters(self, subscriber: int | None) -> None:
        """What they wrote to the newsroom, wherever an editor's screen has it."""
        letters = [[number, quoted(text)] for number, text in self.all(_LETTERS, subscriber)]
        if not letters:
            return
        shown = json.dumps(letters, ensure_ascii=False)
        for table in _LETTERS_IN:
            self.run(_FORGET_LETTERS.format(table), shown)
        self.run(_WIPE_LETTERS, shown)

    def _forget_deeds(self, channel: str, name: str) -> None:
        """What they did as one of the team stays written, but no longer who they were."""
        nobody = f"{channel}:{FORGOTTEN}"
        self._sign_deeds(channel, name, FORGOTTEN)
        for role in Role:  # their name stands before it
            self.run(_REVOKED, f"{role.value} ", nobody, f" {role.value} {channel}:{name}")

    def add_reply(
        self, channel: str, address: str, thread: str | None, message: str, mode: str, now: datetime,
        target: str | None = None, callback: str | None = None, wait: Wait | None = None,
    ) -> None:  # fmt: skip
        """Queue an answer to a person who wrote; what is said to the forgotten is waited for."""
        super().add_reply(channel, address, thread, message, mode, now, target, callback, wait)
        if (channel, address) in self._erased:
            self.run("INSERT OR IGNORE INTO erasure VALUES (last_insert_rowid())")

    def sweep(self) -> None:
        """Between two transactions: what is left of the forgotten in the log and in free space goes too."""
        erased, self._erased = self._erased, frozenset()
        if self._unswept is None or erased:
            self._unswept = bool(self.value("SELECT EXISTS (SELECT 1 FROM erasure)"))
        if not self._unswept:
            return
        self._rest = 0 if erased else self._rest - 1
        if self._rest <= 0:
            try:
                self._sweep(after_erasing=bool(erased))
            except sqlite3.Error:  # what was said is committed all the same
                self._rest = _REST

    def _sweep(self, *, after_erasing: bool) -> None:
        """Not now if a reader needs the log; while the last answer waits to leave, it holds their address."""
        waits = self.value(_FAREWELL_WAITS)
        if not waits and self.value(_STALE) and self._size() <= LARGEST_REBUILT:
            self.run("VACUUM")
            self.run("DELETE FROM meta WHERE key = 'erased'")
        if (after_erasing or not waits) and self._empty_log() and not waits:
            self.run("DELETE FROM erasure")
            self._unswept = False

    def _size(self) -> int:
        return int(self.value("PRAGMA page_count")) * int(self.value("PRAGMA page_size"))

    def forget_erasures(self) -> None:
        """The transaction is undone."""
        self._erased = frozenset()

    def _empty_log(self) -> bool:
        patience = self.value("PRAGMA busy_timeout")
        self.run("PRAGMA busy_timeout = 0")  # nobody's tick waits for a reader
        try:
            return bool(self.value("PRAGMA wal_checkpoint(TRUNCATE)") == 0)
        finally:
            self.run(f"PRAGMA busy_timeout = {patience}")

    def _names(self, channel: str, address: str) -> list[str]:
        """What a platform calls this person: their address, and on WhatsApp a second name and former ones."""
        rows = (row for place in self._places(channel, address) for row in self._rows(place))
        names = {str(row[column]) for row in rows for column in _ALIASES if row.get(column)}
        return sorted(names | {address})

    def _rows(self, place: _Place) -> list[dict[str, Any]]:
        found = self.conn.execute(f'SELECT * FROM "{place.table}" WHERE {place.where}', place.values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _places(self, channel: str, address: str) -> Iterator[_Place]:
        """Where rows of this address are, the subscriber's own last."""
        subscriber = self._subscriber(channel, address)
        tables: dict[str, set[str]] = {}
        for table, column in self.all(_TABLES):
            tables.setdefault(table, set()).add(column)
        for table, columns in tables.items():
            if "subscriber_id" in columns:
                if subscriber is not None:
                    yield self._place_by_id(table, channel, address, subscriber)
            elif {"channel", "address"} <= columns:
                yield _Place(table, "channel = ? AND address = ?", (channel, address))

    def _place_by_id(self, table: str, channel: str, address: str, subscriber: int) -> _Place:
        """Found by seeking also where no index begins with the subscriber."""
        if table == "subscription":
            categories = listed(self._categories(channel, address, subscriber))
            where = "channel = ? AND category IN (SELECT value FROM json_each(?)) AND subscriber_id = ?"
            return _Place(table, where, (channel, categories, subscriber))
        where = "subscriber_id = ?"
        if table == "delivery":
            where += " AND broadcast_id IN (SELECT id FROM broadcast)"
        return _Place(table, where, (subscriber,))

    def _categories(self, channel: str, address: str, subscriber: int) -> list[str]:
        return [*self._followed(channel, subscriber), *(f"kata:{w}" for w in self.words_of(channel, address))]
