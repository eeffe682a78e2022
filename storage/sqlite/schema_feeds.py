"""Tables of how feeds are asked: moves, hints, floods that are held, hubs that push."""

from typing import Final

from sqlite_utils import Database

_COLUMNS: Final = """
ALTER TABLE feed ADD COLUMN moved_to TEXT;            -- asked instead of url, which stays the feed's name
ALTER TABLE feed ADD COLUMN moving_to TEXT;           -- where permanent redirects lead, not yet often enough
ALTER TABLE feed ADD COLUMN moved_seen INTEGER NOT NULL DEFAULT 0;  -- polls in a row that said so
ALTER TABLE feed ADD COLUMN unconditional_at INTEGER; -- the last document that was read without conditions
ALTER TABLE feed ADD COLUMN ttl REAL;                 -- seconds, as the document asks
ALTER TABLE feed ADD COLUMN volume REAL;              -- stories a week, fading over two weeks
ALTER TABLE feed ADD COLUMN api_forbidden_until INTEGER;
ALTER TABLE feed ADD COLUMN gap_since INTEGER;        -- stories since then may be missing: catch up again
ALTER TABLE feed ADD COLUMN held_flood TEXT;          -- JSON: at, why, stories
ALTER TABLE feed ADD COLUMN gone INTEGER;             -- when it answered 410; not asked any more
"""
_HUBS: Final = """
CREATE TABLE websub (
  feed_id INTEGER PRIMARY KEY REFERENCES feed (id) ON DELETE CASCADE,
  hub TEXT NOT NULL,
  topic TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,                -- the unguessable end of the callback's address
  secret TEXT NOT NULL,                      -- signs what the hub delivers
  callback TEXT NOT NULL DEFAULT '',         -- the address that the hub was last told
  asked_at INTEGER,                          -- NULL: nothing is asked, so nothing is confirmed
  next_ask INTEGER NOT NULL,
  refusals INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  lease_until INTEGER,
  delivered_at INTEGER                       -- NULL: polls must not rely on this hub
) STRICT;
CREATE INDEX websub_next_ask ON websub (next_ask);
"""


def feed_manners(db: Database) -> None:
    """What a feed asks of us, what we hold back from it, and who pushes it."""
    db.executescript(_COLUMNS + _HUBS)
