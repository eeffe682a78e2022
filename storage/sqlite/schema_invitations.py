"""Who made an invitation: what a revoked member has handed out is not redeemed any more."""

from typing import Final

from sqlite_utils import Database

_MADE: Final = """
ALTER TABLE invitation ADD COLUMN made_by INTEGER;  -- subscriber; NULL: at the command line, or before this was kept
"""


def invitations_made(db: Database) -> None:
    """Invitations name their maker."""
    db.executescript(_MADE)
