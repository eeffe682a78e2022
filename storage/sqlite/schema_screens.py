"""Screens that were shown, what else an editor chooses about an alert, and finding what somebody has done."""

from typing import Final

from sqlite_utils import Database

_SCREENS: Final = """
CREATE TABLE screen_nonce (                  -- buttons of a chat's newest screens lead somewhere (bot.chat.screen_seal)
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  nonces TEXT NOT NULL,                      -- the newest first, each with a space behind it
  at INTEGER NOT NULL,                       -- of the newest screen
  PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX screen_nonce_age ON screen_nonce (at);

CREATE INDEX audit_who ON audit (who);       -- whoever asks to be forgotten is forgotten here too
CREATE INDEX audit_revoked ON audit (id) WHERE act = 'revoke';
CREATE INDEX broadcast_maker ON broadcast (made_by) WHERE made_by <> '';

ALTER TABLE push_draft ADD COLUMN channels TEXT NOT NULL DEFAULT '[]';  -- JSON list; none: all
"""


def screens_and_aims(db: Database) -> None:
    """Nonces of screens; the channels of a draft; by whom something was done."""
    db.executescript(_SCREENS)
