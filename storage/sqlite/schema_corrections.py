"""Which broadcasts stand still because somebody is asked to approve their correction: looked at in every tick."""

from typing import Final

from sqlite_utils import Database

_WAITING: Final = """
CREATE INDEX push_draft_waiting ON push_draft (about) WHERE stage = 'waiting' AND aim = 'correction';
"""


def corrections_waiting(db: Database) -> None:
    """Corrections that wait for approval are found at once."""
    db.executescript(_WAITING)
