"""When it was so that a receipt tells of which came before the answer to its message was written."""

from typing import Final

from sqlite_utils import Database

_TIMES: Final = """
ALTER TABLE whatsapp_early ADD COLUMN at INTEGER;  -- by the platform's clock; NULL: it does not say
"""


def times_of_early_receipts(db: Database) -> None:
    """Receipts that came early know when it was so."""
    db.executescript(_TIMES)
