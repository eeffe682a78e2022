"""WhatsApp's message templates, as the platform tells how they stand."""

from typing import Final

from sqlite_utils import Database

_TEMPLATES: Final = """
CREATE TABLE whatsapp_template (
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  use TEXT,                                  -- bot.delivery.templates.Use; NULL: no file of ours describes it
  wanted TEXT NOT NULL DEFAULT '',           -- the category of its file
  place INTEGER NOT NULL DEFAULT 0,          -- among those of one use: the smallest is taken first
  status TEXT NOT NULL DEFAULT '',           -- the platform's words; '': not told yet
  category TEXT NOT NULL DEFAULT '',
  quality TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  status_at INTEGER NOT NULL DEFAULT 0,      -- when that was so: news come in any order
  category_at INTEGER NOT NULL DEFAULT 0,
  quality_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (name, language)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_template_use ON whatsapp_template (use, place) WHERE use IS NOT NULL;
"""


def whatsapp_templates(db: Database) -> None:
    """Which template may be sent for what."""
    db.executescript(_TEMPLATES)
