"""The second form of the outbox: all kinds of broadcasts, digests by timer, counts that keep themselves."""

from typing import Final

from sqlite_utils import Database

# A table's NOT NULL cannot be dropped: broadcast is made anew (foreign keys are off while migrations run).
_BROADCAST: Final = """
CREATE TABLE broadcast_next (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,                        -- bot.delivery.content.BroadcastKind
  rank INTEGER NOT NULL,
  story_id INTEGER REFERENCES story (id),    -- NULL: what is said stands in note, or in each delivery (digest)
  original_id INTEGER REFERENCES broadcast (id),  -- what a follow-up, correction or withdrawal is about
  note TEXT,                                 -- JSON: what editors wrote
  level TEXT NOT NULL DEFAULT 'biasa',
  slot TEXT,                                 -- of a digest: the hour it is made for
  version INTEGER NOT NULL DEFAULT 0,        -- of what is about another: deliveries that began before it are meant
  erase INTEGER NOT NULL DEFAULT 0,          -- of a withdrawal: delete where the platform allows it
  status TEXT NOT NULL DEFAULT 'running',    -- running | paused | cancelled | withdrawn | done | expired | interrupted
  reason TEXT NOT NULL DEFAULT '',           -- why it stands still
  made_by TEXT NOT NULL DEFAULT '',
  not_before INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  done_at INTEGER
) STRICT;
INSERT INTO broadcast_next (id, kind, rank, story_id, status, not_before, expires_at, created_at, done_at)
SELECT id, kind, rank, story_id, status, not_before, expires_at, created_at, done_at FROM broadcast;
DELETE FROM sqlite_sequence WHERE name = 'broadcast_next';
INSERT INTO sqlite_sequence (name, seq) SELECT 'broadcast_next', seq FROM sqlite_sequence WHERE name = 'broadcast';
DROP TABLE broadcast;
ALTER TABLE broadcast_next RENAME TO broadcast;
CREATE INDEX broadcast_story ON broadcast (story_id);
CREATE UNIQUE INDEX broadcast_once ON broadcast (story_id) WHERE kind = 'story';
CREATE UNIQUE INDEX broadcast_slot ON broadcast (slot) WHERE slot IS NOT NULL;
CREATE INDEX broadcast_original ON broadcast (original_id) WHERE original_id IS NOT NULL;
CREATE INDEX broadcast_open ON broadcast (id) WHERE done_at IS NULL;
CREATE INDEX broadcast_age ON broadcast (created_at);
"""
# Tellings number the passes in the order in which they were made, whatever the clock does: what a reader is owed are
# the tellings of their categories after `covered_telling`.
_COLUMNS: Final = """
ALTER TABLE broadcast_pass ADD COLUMN source_id INTEGER;            -- the broadcast whose readers are meant
ALTER TABLE broadcast_pass ADD COLUMN final INTEGER NOT NULL DEFAULT 1;  -- 0: another round follows
ALTER TABLE broadcast_pass ADD COLUMN telling INTEGER NOT NULL DEFAULT 0;
UPDATE broadcast_pass SET telling = broadcast_id;
CREATE INDEX broadcast_pass_telling ON broadcast_pass (telling);

ALTER TABLE delivery ADD COLUMN version INTEGER NOT NULL DEFAULT 0;  -- of the text with which it began
ALTER TABLE delivery ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;   -- attempts of which nobody knows
ALTER TABLE delivery ADD COLUMN stories TEXT;                        -- of a digest: JSON list, as shown
ALTER TABLE delivery ADD COLUMN more INTEGER NOT NULL DEFAULT 0;     -- of a digest: further ones

ALTER TABLE subscriber ADD COLUMN digest_at INTEGER;                 -- NULL: nothing is owed
ALTER TABLE subscriber ADD COLUMN paused_until INTEGER;
ALTER TABLE subscriber ADD COLUMN urgent INTEGER NOT NULL DEFAULT 1; -- urgent alerts override quiet hours
ALTER TABLE subscriber ADD COLUMN daily_limit INTEGER;               -- NULL: none
ALTER TABLE subscriber ADD COLUMN day INTEGER;                       -- the local day that day_count counts
ALTER TABLE subscriber ADD COLUMN day_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscriber ADD COLUMN covered_telling INTEGER NOT NULL DEFAULT 0;
UPDATE subscriber SET covered_telling = coalesce((SELECT max(telling) FROM broadcast_pass WHERE done = 1), 0)
WHERE mode <> 'instant';
CREATE INDEX subscriber_digest ON subscriber (channel, digest_at) WHERE digest_at IS NOT NULL;
ALTER TABLE subscription ADD COLUMN since_telling INTEGER NOT NULL DEFAULT 0;

CREATE TABLE owed (                          -- stories that were queued for a reader and go into their digest instead
  subscriber_id INTEGER NOT NULL,
  story_id INTEGER NOT NULL,
  PRIMARY KEY (subscriber_id, story_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  act TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
"""
# Counted by triggers, so that every way in which a delivery ends is counted, and a report costs no walk over a million.
# Only what is sent, in one place and by the hundred, is counted there (Deliveries.settle): a third of its cost else.
_COUNTS: Final = """
CREATE TABLE broadcast_count (
  broadcast_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (broadcast_id, channel, state, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE broadcast_delay (               -- how long after publication messages arrived
  broadcast_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  bucket INTEGER NOT NULL,                   -- quarters of a second to a minute, then 5 seconds, then minutes
  n INTEGER NOT NULL,
  PRIMARY KEY (broadcast_id, channel, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO broadcast_count SELECT d.broadcast_id, coalesce(s.channel, ''), d.state, coalesce(d.code, ''), count(*)
FROM delivery d LEFT JOIN subscriber s ON s.id = d.subscriber_id WHERE d.finished_at IS NOT NULL GROUP BY 1, 2, 3, 4;

CREATE TRIGGER delivery_ends AFTER UPDATE OF state ON delivery WHEN NEW.finished_at IS NOT NULL AND NEW.state <> 'sent'
BEGIN
  INSERT INTO broadcast_count VALUES (NEW.broadcast_id,
    coalesce((SELECT channel FROM subscriber WHERE id = NEW.subscriber_id), ''), NEW.state, coalesce(NEW.code, ''), 1)
  ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER delivery_opens_again AFTER UPDATE OF state ON delivery WHEN OLD.finished_at IS NOT NULL
BEGIN
  UPDATE broadcast_count SET n = n - 1 WHERE broadcast_id = OLD.broadcast_id
    AND channel = coalesce((SELECT channel FROM subscriber WHERE id = OLD.subscriber_id), '')
    AND state = OLD.state AND code = coalesce(OLD.code, '');
END;
"""


def whole_outbox(db: Database) -> None:
    """The form that all kinds of broadcasts need."""
    for script in (_BROADCAST, _COLUMNS, _COUNTS):
        db.executescript(script)
