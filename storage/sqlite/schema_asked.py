"""Which drafts wait for a colleague's approval: looked at every second, for their authors are told when it lapses."""

from typing import Final

from sqlite_utils import Database

_ASKED: Final = """
CREATE INDEX push_draft_asked ON push_draft (id) WHERE stage = 'waiting';
"""


def approvals_asked(db: Database) -> None:
    """Drafts that wait for approval are found at once."""
    db.executescript(_ASKED)
