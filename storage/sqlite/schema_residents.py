"""The residents' tables: what their next text is taken for, letters to the newsroom, who asked to be forgotten."""

from typing import Final

from sqlite_utils import Database

_RESIDENTS: Final = """
CREATE TABLE talk (                          -- what somebody's next text is taken for
  subscriber_id INTEGER PRIMARY KEY REFERENCES subscriber (id) ON DELETE CASCADE,
  step TEXT NOT NULL,                        -- bot.chat.steps
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE contact (                       -- what somebody wrote to the newsroom
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never given again: an old button must not find another one
  subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,                        -- message | report
  text TEXT NOT NULL,
  story_id INTEGER,                          -- what it is about
  at INTEGER NOT NULL,
  answers INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX contact_subscriber ON contact (subscriber_id, at);

CREATE TABLE erasure (                       -- of somebody, not yet swept out of the write-ahead log
  reply_id INTEGER PRIMARY KEY               -- what is still to be said to them; 0: nothing
) STRICT;
"""


def residents_in_chat(db: Database) -> None:
    """Steps, letters to the newsroom, erasures."""
    db.executescript(_RESIDENTS)
