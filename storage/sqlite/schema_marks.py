"""Whose mark of the day's marketing message is whose, and which charges stand for one that a reader has not read."""

from typing import Final

from sqlite_utils import Database

_MARKS: Final = """
ALTER TABLE whatsapp_push ADD COLUMN marketing_of TEXT;          -- of which attempt marketing_at is the time
ALTER TABLE whatsapp_push ADD COLUMN marketing_before INTEGER;   -- what marketing_at was before
ALTER TABLE whatsapp_charge ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;  -- 1: counted in its reader's unread
UPDATE whatsapp_charge SET counted = 1 WHERE kind = 'd' AND category = 'marketing' AND template <> '';
"""


def whatsapp_marks(db: Database) -> None:
    """What is taken back of a message that came to nothing is its own."""
    db.executescript(_MARKS)
