"""How often the platform itself had trouble with a message: of its tries only these are counted, whichever way told."""

from typing import Final

from sqlite_utils import Database

_TROUBLES: Final = """
ALTER TABLE delivery ADD COLUMN troubled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reply ADD COLUMN troubled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE whatsapp_answer ADD COLUMN troubled INTEGER NOT NULL DEFAULT 0;
"""


def whatsapp_troubles(db: Database) -> None:
    """Tries that met the platform's own trouble are counted."""
    db.executescript(_TROUBLES)
