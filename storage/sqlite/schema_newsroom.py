"""The newsroom's tables: what editors are about to say, and the screens that tell them how it goes."""

from typing import Final

from sqlite_utils import Database

_NEWSROOM: Final = """
CREATE TABLE push_draft (                    -- bot.chat.push.Draft
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never given again: an old button must not find another draft
  version INTEGER NOT NULL,                  -- every change raises it
  channel TEXT NOT NULL,                     -- the author's
  address TEXT NOT NULL,
  aim TEXT NOT NULL,                         -- alert | follow_up | correction | withdrawal | move
  stage TEXT NOT NULL,                       -- open | waiting | sent | closed
  step TEXT NOT NULL,                        -- what the author's next text is taken for
  note TEXT NOT NULL,                        -- JSON
  story_id INTEGER,
  categories TEXT NOT NULL,                  -- JSON list; none: everybody
  at INTEGER,                                -- NULL: at once
  about INTEGER,                             -- broadcast
  broadcast_id INTEGER,                      -- what it has become
  total INTEGER NOT NULL,                    -- readers, when it was sent
  asked_hash TEXT NOT NULL,                  -- of what a colleague was asked to approve
  asked_at INTEGER,
  screen TEXT NOT NULL,                      -- the author's message that shows it
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX push_draft_author ON push_draft (channel, address, id);
CREATE INDEX push_draft_broadcast ON push_draft (broadcast_id) WHERE broadcast_id IS NOT NULL;
CREATE INDEX push_draft_age ON push_draft (changed_at);

CREATE TABLE push_screen (                   -- a message of somebody of staff that tells how a broadcast goes
  broadcast_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  message_id TEXT NOT NULL,
  next_at INTEGER,                           -- when it may be edited again; NULL: never, it is over
  shown TEXT NOT NULL DEFAULT '',            -- what it shows, to be edited only for something new
  PRIMARY KEY (broadcast_id, channel, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX push_screen_due ON push_screen (next_at) WHERE next_at IS NOT NULL;

CREATE INDEX broadcast_alerts ON broadcast (not_before) WHERE kind IN ('alert', 'follow_up');
"""


def newsroom_in_chat(db: Database) -> None:
    """Drafts of editors, screens of progress."""
    db.executescript(_NEWSROOM)
