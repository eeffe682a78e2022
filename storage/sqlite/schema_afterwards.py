"""What WhatsApp's afterwords need: answers that it may yet refuse, and when somebody stopped in its own menu."""

from typing import Final

from sqlite_utils import Database

_AFTERWARDS: Final = """
CREATE TABLE whatsapp_answer (               -- taken by the platform, which has not said yet what became of it
  id INTEGER PRIMARY KEY,                    -- as it was in reply
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  thread TEXT,
  message TEXT NOT NULL,
  mode TEXT NOT NULL,
  target TEXT,
  attempt INTEGER NOT NULL,
  doubts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  at INTEGER NOT NULL                        -- when it was taken
) STRICT;
CREATE INDEX whatsapp_answer_at ON whatsapp_answer (at);
CREATE INDEX whatsapp_answer_address ON whatsapp_answer (channel, address);

ALTER TABLE whatsapp_person ADD COLUMN stop_said_at INTEGER;  -- in WhatsApp's own menu, by its clock
"""


def whatsapp_afterwards(db: Database) -> None:
    """What is told after a message was taken."""
    db.executescript(_AFTERWARDS)
