"""What all subjects of a transaction share: the connection, times as milliseconds, small queries."""

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database
from sqlite_utils.db import Table

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """UTC milliseconds of an aware moment (a naive one raises TypeError)."""
    return (at - _EPOCH) // _MILLISECOND


def to_ms_or_none(at: datetime | None) -> int | None:
    """The same for what may be absent."""
    return None if at is None else to_ms(at)


def from_ms(ms: int) -> datetime:
    """The aware moment in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def from_ms_or_none(ms: int | None) -> datetime | None:
    """The same for what may be absent."""
    return None if ms is None else from_ms(ms)


def listed(values: Collection[int] | Collection[str]) -> str:
    """Values as one JSON parameter, for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))


class Part:
    """One subject of a transaction, on one connection."""

    def __init__(self, db: Database, *, writes: bool) -> None:
        self.db = db
        self.conn = db.conn
        self.writes = writes

    def table(self, name: str) -> Table:
        """A table as sqlite-utils sees it, for ingestion."""
        return self.db.table(name)

    def one(self, sql: str, *values: object) -> Any:  # noqa: ANN401 — a row is a tuple of what its query says
        """The first row, or None."""
        return self.conn.execute(sql, values).fetchone()

    def value(self, sql: str, *values: object) -> Any:  # noqa: ANN401 — likewise
        """The first column of the first row, or None."""
        row = self.conn.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def all(self, sql: str, *values: object) -> list[Any]:
        """All rows."""
        return self.conn.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Run one statement; how many rows it changed."""
        return self.conn.execute(sql, values).rowcount
