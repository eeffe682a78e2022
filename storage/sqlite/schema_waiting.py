"""What waits for somebody on WhatsApp to write, because until then nothing may be said to them."""

from typing import Final

from sqlite_utils import Database

_WAITING: Final = """
ALTER TABLE reply ADD COLUMN wait TEXT;            -- see bot.delivery.window; NULL: answers what was just said
ALTER TABLE whatsapp_answer ADD COLUMN wait TEXT;

CREATE TABLE whatsapp_waiting (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  thread TEXT,
  message TEXT NOT NULL,
  mode TEXT NOT NULL,
  wait TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  until INTEGER NOT NULL                           -- then it is of no use any more
) STRICT;
CREATE INDEX whatsapp_waiting_address ON whatsapp_waiting (channel, address, id);
CREATE INDEX whatsapp_waiting_until ON whatsapp_waiting (until);
"""


def whatsapp_waiting(db: Database) -> None:
    """What is kept until its person writes."""
    db.executescript(_WAITING)
