"""What is paid for on WhatsApp: one row for each message until it is settled, sums that stay, and who was written to.

Amounts are INTEGER micro-units of the rate card's currency. Days are ordinals of the portal's calendar.
"""

from typing import Final

from sqlite_utils import Database

_MONEY: Final = """
CREATE TABLE whatsapp_charge (               -- named as the attempt is (bot.delivery.receipts)
  kind TEXT NOT NULL,                        -- d | r
  about INTEGER NOT NULL,                    -- broadcast, or reply
  subscriber_id INTEGER NOT NULL,            -- 0 with an answer
  attempt INTEGER NOT NULL,
  day INTEGER NOT NULL,                      -- whose budget it is taken from
  category TEXT NOT NULL,                    -- marketing | utility | service: as what it was reserved
  reserved INTEGER NOT NULL,
  settled INTEGER,                           -- NULL: the platform has not said what it bills
  marketing INTEGER NOT NULL,                -- the prices of that day, should it be billed as something else
  utility INTEGER NOT NULL,
  template TEXT NOT NULL,                    -- '': none, the window was open
  PRIMARY KEY (kind, about, subscriber_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_charge_day ON whatsapp_charge (day);

CREATE TABLE whatsapp_spent (
  day INTEGER NOT NULL,
  category TEXT NOT NULL,
  messages INTEGER NOT NULL,                 -- that left and have not failed
  reserved INTEGER NOT NULL,                 -- what was foreseen for them
  amount INTEGER NOT NULL,                   -- what they cost: as settled, else as reserved
  PRIMARY KEY (day, category)
) STRICT, WITHOUT ROWID;
CREATE TABLE whatsapp_spent_on (
  broadcast_id INTEGER PRIMARY KEY,
  amount INTEGER NOT NULL
) STRICT;

CREATE TABLE whatsapp_push (                 -- what readers were sent of our own accord: bot.delivery.cadence.Pushed
  subscriber_id INTEGER PRIMARY KEY REFERENCES subscriber (id) ON DELETE CASCADE,
  told_at INTEGER,
  template_at INTEGER,
  marketing_at INTEGER,
  unread INTEGER NOT NULL DEFAULT 0,
  missed INTEGER NOT NULL DEFAULT 0          -- 1: a digest's hour has passed with the window closed; a word brings it
) STRICT;
CREATE INDEX whatsapp_push_template ON whatsapp_push (template_at) WHERE template_at IS NOT NULL;
"""


def whatsapp_money(db: Database) -> None:
    """Planning by window and price."""
    db.executescript(_MONEY)
