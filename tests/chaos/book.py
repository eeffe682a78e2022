"""What the program has written down, read from its file by a connection of our own that can only read."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the library of the program

from tests.chaos.outside import what_is_said

_ROWS = """
SELECT b.id, b.kind, coalesce(s.title, '') || ' ' || coalesce(b.note, ''), p.address, d.state, coalesce(d.code, ''),
  d.attempt, d.epoch
FROM delivery d JOIN broadcast b ON b.id = d.broadcast_id JOIN subscriber p ON p.id = d.subscriber_id
LEFT JOIN story s ON s.id = b.story_id
"""
_MARKS = """
SELECT coalesce(s.title, '') || ' ' || coalesce(b.note, '') FROM broadcast b LEFT JOIN story s ON s.id = b.story_id
"""
_OPEN = """
SELECT (SELECT count(*) FROM broadcast_pass WHERE done = 0) + (SELECT count(*) FROM delivery WHERE finished_at IS NULL)
  + (SELECT count(*) FROM reply) + (SELECT count(*) FROM inbox WHERE handled_at IS NULL)
"""


class Row(NamedTuple):
    """One delivery as it is written down."""

    kind: str  # story or alert
    what: str  # the mark of its broadcast
    chat: int
    state: str
    code: str
    attempt: int
    epoch: int


class Book:
    """The database of a trial."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)) as connection:
            yield connection

    def rows(self) -> list[Row]:
        """All deliveries of broadcasts that carry a mark."""
        with self._reading() as connection:
            found = connection.execute(_ROWS).fetchall()
        marks = {row[0]: what_is_said(row[2]) for row in found}
        return [Row(kind, marks[b], int(address), *rest) for b, kind, _, address, *rest in found]

    def is_settled(self) -> bool:
        """Whether nothing is under way and nothing waits: no pass, no delivery, no answer, no message."""
        with self._reading() as connection:
            return bool(connection.execute(_OPEN).fetchone()[0] == 0)

    def marks(self) -> set[str]:
        """The marks of all broadcasts that are written down."""
        with self._reading() as connection:
            return {what_is_said(row[0]) for row in connection.execute(_MARKS).fetchall()}

    def statuses(self) -> dict[int, str]:
        """Everybody's status, by chat."""
        with self._reading() as connection:
            return {int(a): s for a, s in connection.execute("SELECT address, status FROM subscriber").fetchall()}

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self._reading() as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 — a word of ours

    def ask(self, query: str) -> int:
        """A number."""
        with self._reading() as connection:
            return int(connection.execute(query).fetchone()[0])

    def integrity(self) -> str:
        """`ok`, or what SQLite found."""
        with self._reading() as connection:
            return str(connection.execute("PRAGMA integrity_check(5)").fetchone()[0])
