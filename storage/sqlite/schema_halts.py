"""What a platform makes us hold back, whom it spares for a while, and doubts about answers."""

from typing import Final

from sqlite_utils import Database

_HALTS: Final = """
CREATE TABLE whatsapp_halt (                 -- bot.delivery.halts
  scope TEXT PRIMARY KEY,                    -- marketing | pushes | all
  code TEXT NOT NULL,                        -- what the platform said
  since INTEGER NOT NULL,
  probe_at INTEGER NOT NULL,                 -- when one message may try again
  probe TEXT NOT NULL DEFAULT ''             -- the attempt that tried last: if it arrives, the halt is over
) STRICT, WITHOUT ROWID;

ALTER TABLE whatsapp_push ADD COLUMN spared INTEGER NOT NULL DEFAULT 0;  -- times in a row that it was not wanted
ALTER TABLE whatsapp_push ADD COLUMN spared_until INTEGER;

ALTER TABLE reply ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;  -- attempts of which nobody knows
"""


def whatsapp_halts(db: Database) -> None:
    """The rest of the table of errors."""
    db.executescript(_HALTS)
