"""Two subscribers on WhatsApp who were one: what is told under the number that went is about the one who is kept."""

from typing import Final

from sqlite_utils import Database

_UNITED: Final = """
CREATE TABLE whatsapp_united (
  dropped INTEGER PRIMARY KEY,                     -- a subscriber's number, which no other ever gets
  subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_united_subscriber ON whatsapp_united (subscriber_id);
"""


def whatsapp_united(db: Database) -> None:
    """Tags of messages that were under way when two names became one."""
    db.executescript(_UNITED)
