"""The admins' tables: what the team is called, what labels were said to mean in the chat, feeds on offer."""

from typing import Final

from sqlite_utils import Database

_TEAM: Final = """
CREATE TABLE staff_name (                    -- as their platform calls them; gone with their role
  subscriber_id INTEGER PRIMARY KEY REFERENCES staff (subscriber_id) ON DELETE CASCADE,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE label_meaning (                 -- what an admin said in the chat; feeds.yaml says the rest
  label TEXT PRIMARY KEY,
  category TEXT NOT NULL,                    -- '': none, and nobody asks again
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_offer (                    -- found at an address that an admin named; a button says which
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never given again: an old button must not add another feed
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX feed_offer_age ON feed_offer (at);
"""


def team_in_chat(db: Database) -> None:
    """Names of the team, meanings of labels, feeds on offer."""
    db.executescript(_TEAM)
