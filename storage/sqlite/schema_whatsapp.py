"""WhatsApp's tables: aliases of people, what has been seen already, receipts, windows.

Times are INTEGER UTC milliseconds, as everywhere.
"""

from typing import Final

from sqlite_utils import Database

_PEOPLE: Final = """
CREATE TABLE whatsapp_person (               -- both are names of one subscriber, whose address is the number, if known
  subscriber_id INTEGER PRIMARY KEY REFERENCES subscriber (id) ON DELETE CASCADE,
  phone TEXT UNIQUE,
  user_id TEXT UNIQUE,                       -- business-scoped
  undeliverable INTEGER NOT NULL DEFAULT 0,  -- failures of this kind in a row
  options TEXT                               -- JSON: what numbers mean that are typed under the last screen
) STRICT;
CREATE TABLE whatsapp_former (               -- names they have left: what was said under them before may come later
  alias TEXT PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_former_subscriber ON whatsapp_former (subscriber_id);

ALTER TABLE subscriber ADD COLUMN window_until INTEGER;  -- NULL: this channel may always be sent to
UPDATE subscriber SET window_until = 0 WHERE channel = 'whatsapp';
CREATE TRIGGER whatsapp_begins_closed AFTER INSERT ON subscriber
WHEN NEW.channel = 'whatsapp' AND NEW.window_until IS NULL
BEGIN
  UPDATE subscriber SET window_until = 0 WHERE id = NEW.id;
END;
"""
_RECEIPTS: Final = """
CREATE TABLE whatsapp_seen (                 -- webhooks come more than once, for up to seven days
  id TEXT PRIMARY KEY,                       -- hash of a message's id
  seen INTEGER NOT NULL,                     -- a bit for the message itself, and one for each status
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_seen_at ON whatsapp_seen (at);

CREATE TABLE whatsapp_early (                -- receipts of attempts whose answer is not written yet
  kind TEXT NOT NULL,                        -- d | r, see bot.delivery.receipts
  a INTEGER NOT NULL,                        -- broadcast, or reply
  b INTEGER NOT NULL,                        -- subscriber, or 0
  attempt INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  code TEXT,                                 -- NULL: it has arrived
  next_at INTEGER,
  PRIMARY KEY (kind, a, b, attempt)
) STRICT, WITHOUT ROWID;

ALTER TABLE reply ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;  -- waits for a receipt
CREATE INDEX delivery_unknown ON delivery (broadcast_id, subscriber_id) WHERE state = 'unknown';
"""


def whatsapp(db: Database) -> None:
    """What a channel needs whose people have two names, and that tells afterwards what became of a message."""
    for script in (_PEOPLE, _RECEIPTS):
        db.executescript(script)
