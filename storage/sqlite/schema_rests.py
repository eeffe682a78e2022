"""Whose template had no room for all of an alert: the rest is owed until they write."""

from typing import Final

from sqlite_utils import Database

_RESTS: Final = """
CREATE TABLE whatsapp_rest (
  subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
  broadcast_id INTEGER NOT NULL REFERENCES broadcast (id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,                        -- by which it left so; a later one may have said everything
  template TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (subscriber_id, broadcast_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_rest_at ON whatsapp_rest (at);
"""


def whatsapp_rests(db: Database) -> None:
    """What a tap brings of an alert."""
    db.executescript(_RESTS)
