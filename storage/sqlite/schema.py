"""The tables, as append-only migrations: a migration that has left this house is never changed, only followed.

Times are INTEGER UTC milliseconds. sqlite-utils applies the migrations and keeps the book (`_sqlite_migrations`); the
tables are written as SQL because it cannot say WITHOUT ROWID or a partial index.
"""

from typing import Final

from sqlite_utils import Database, Migrations

from bot.errors import StoreError
from storage.sqlite.schema_addresses import whatsapp_addresses
from storage.sqlite.schema_afterwards import whatsapp_afterwards
from storage.sqlite.schema_asked import approvals_asked
from storage.sqlite.schema_corrections import corrections_waiting
from storage.sqlite.schema_early import times_of_early_receipts
from storage.sqlite.schema_feeds import feed_manners
from storage.sqlite.schema_halts import whatsapp_halts
from storage.sqlite.schema_invitations import invitations_made
from storage.sqlite.schema_marks import whatsapp_marks
from storage.sqlite.schema_money import whatsapp_money
from storage.sqlite.schema_news import news_desk
from storage.sqlite.schema_newsroom import newsroom_in_chat
from storage.sqlite.schema_outbox import whole_outbox
from storage.sqlite.schema_residents import residents_in_chat
from storage.sqlite.schema_rests import whatsapp_rests
from storage.sqlite.schema_screens import screens_and_aims
from storage.sqlite.schema_team import team_in_chat
from storage.sqlite.schema_templates import whatsapp_templates
from storage.sqlite.schema_troubles import whatsapp_troubles
from storage.sqlite.schema_united import whatsapp_united
from storage.sqlite.schema_waiting import whatsapp_waiting
from storage.sqlite.schema_whatsapp import whatsapp

migrations: Final = Migrations("kentongan")

_FIRST: Final = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Feeds and stories
CREATE TABLE feed (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,                      -- file | chat
  every_s REAL,                              -- NULL: as the feed's volume and hints say
  categories TEXT NOT NULL,                  -- JSON list, added to what the items say
  paused INTEGER NOT NULL DEFAULT 0,
  title TEXT NOT NULL DEFAULT '',
  etag TEXT,
  last_modified TEXT,
  imported_at INTEGER,                       -- NULL: the next import sends nothing
  checked_at INTEGER,
  ok_at INTEGER,
  next_check INTEGER,                        -- NULL: now
  failures INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE story (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  link TEXT NOT NULL,
  image TEXT,
  text TEXT NOT NULL,                        -- for search and duplicates
  published INTEGER NOT NULL,
  first_seen INTEGER NOT NULL
) STRICT;
CREATE INDEX story_newest ON story (published, id);

CREATE TABLE revision (
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,                        -- 1 is the first form
  seen_at INTEGER NOT NULL,
  guid TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  link TEXT NOT NULL,
  image TEXT,
  labels TEXT NOT NULL,                      -- JSON list
  published INTEGER,
  modified INTEGER,
  text TEXT,                                 -- NULL in the newest form: it stands in story
  PRIMARY KEY (story_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE story_category (
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  category TEXT NOT NULL,
  PRIMARY KEY (story_id, category)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_category_stories ON story_category (category, story_id);

CREATE TABLE story_key (
  key TEXT PRIMARY KEY,                      -- an identity key (guid, post id, link)
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX story_key_story ON story_key (story_id);

CREATE TABLE feed_story (
  feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (feed_id, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_story_story ON feed_story (story_id);

CREATE TABLE unmapped_label (
  label TEXT PRIMARY KEY,
  seen INTEGER NOT NULL,                     -- how often
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People. AUTOINCREMENT: an id is never given again, so that a newcomer is no reader of an older snapshot.
CREATE TABLE subscriber (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  thread TEXT,
  language TEXT,                             -- NULL: never chosen
  mode TEXT NOT NULL DEFAULT 'instant',
  quiet_from INTEGER,                        -- minutes of the local day; both NULL: off
  quiet_to INTEGER,
  status TEXT NOT NULL DEFAULT 'new',        -- new | active | stopped | gone
  consent_at INTEGER,
  consent_wording TEXT,
  joined_at INTEGER,
  chosen_at INTEGER,                         -- when they last chose topics here themselves; older imports give way
  stopped_at INTEGER,
  covered_until INTEGER,                     -- stories told since then are owed
  draft TEXT,                                -- JSON list of unconfirmed ticks
  UNIQUE (channel, address)
) STRICT;
CREATE INDEX subscriber_status ON subscriber (channel, status);  -- to be counted

CREATE TABLE subscription (
  channel TEXT NOT NULL,
  category TEXT NOT NULL,                    -- '*': all, also later ones
  subscriber_id INTEGER NOT NULL,            -- dropped by hand: a foreign key would want an index of its own
  PRIMARY KEY (channel, category, subscriber_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
  subscriber_id INTEGER PRIMARY KEY REFERENCES subscriber (id) ON DELETE CASCADE,
  role TEXT NOT NULL,                        -- editor | admin
  granted_at INTEGER NOT NULL
) STRICT;

CREATE TABLE invitation (
  code_hash TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_by INTEGER                            -- subscriber
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation_try (                -- wrong ones only
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX invitation_try_sender ON invitation_try (channel, address, at);
CREATE INDEX invitation_try_at ON invitation_try (at);

CREATE TABLE saved (
  subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  saved_at INTEGER NOT NULL,
  PRIMARY KEY (subscriber_id, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_story ON saved (story_id);

-- Outbox
CREATE TABLE broadcast (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  rank INTEGER NOT NULL,
  story_id INTEGER NOT NULL REFERENCES story (id),
  status TEXT NOT NULL DEFAULT 'running',    -- running | done | expired
  not_before INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  done_at INTEGER
) STRICT;
CREATE INDEX broadcast_story ON broadcast (story_id);
CREATE UNIQUE INDEX broadcast_once ON broadcast (story_id) WHERE kind = 'story';
CREATE INDEX broadcast_running ON broadcast (id) WHERE status = 'running';
CREATE INDEX broadcast_age ON broadcast (created_at);

CREATE TABLE broadcast_pass (
  broadcast_id INTEGER NOT NULL REFERENCES broadcast (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  channel TEXT NOT NULL,
  categories TEXT NOT NULL,                  -- JSON list; followers of all are always meant too
  last_id INTEGER NOT NULL DEFAULT 0,
  max_id INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (broadcast_id, n, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_pass_open ON broadcast_pass (channel, broadcast_id, n) WHERE done = 0;

CREATE TABLE delivery (
  broadcast_id INTEGER NOT NULL REFERENCES broadcast (id),
  subscriber_id INTEGER NOT NULL,            -- no foreign key: see subscription
  state TEXT NOT NULL,                       -- queued | started | sent | failed | unknown
  attempt INTEGER NOT NULL,
  epoch INTEGER,
  channel TEXT,                              -- of queued rows only, for delivery_due
  rank INTEGER,                              -- likewise
  next_at INTEGER,                           -- likewise
  message_id TEXT,
  code TEXT,
  started_at INTEGER,
  finished_at INTEGER,                       -- NULL: queued or started
  PRIMARY KEY (broadcast_id, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_open ON delivery (broadcast_id, state) WHERE finished_at IS NULL;
CREATE INDEX delivery_due ON delivery (channel, rank, next_at) WHERE state = 'queued';

CREATE TABLE reply (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  thread TEXT,
  message TEXT NOT NULL,
  mode TEXT NOT NULL,
  target TEXT,
  callback TEXT,
  state TEXT NOT NULL DEFAULT 'queued',      -- queued | started; finished answers leave the table
  attempt INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER,
  created_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reply_chat ON reply (channel, address, id);
CREATE INDEX reply_due ON reply (channel, next_at, id) WHERE state = 'queued';

CREATE TABLE hold (                          -- a chat that the platform wants left alone
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_until ON hold (until);

-- Inbox
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  update_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  handled_at INTEGER,
  error TEXT NOT NULL DEFAULT '',
  UNIQUE (channel, update_id)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (channel, update_id) WHERE handled_at IS NULL;
CREATE INDEX inbox_handled ON inbox (handled_at) WHERE handled_at IS NOT NULL;
"""


@migrations()
def first_tables(db: Database) -> None:
    """The form that issue 2 needs."""
    db.executescript(_FIRST)
    db.table("story").enable_fts(
        ["title", "summary", "text"], create_triggers=True, tokenize="unicode61 remove_diacritics 2"
    )


migrations()(feed_manners)
migrations()(whole_outbox)
migrations()(news_desk)
migrations()(newsroom_in_chat)
migrations()(whatsapp)
migrations()(residents_in_chat)
migrations()(team_in_chat)
migrations()(whatsapp_templates)
migrations()(whatsapp_money)
migrations()(screens_and_aims)
migrations()(whatsapp_halts)
migrations()(whatsapp_afterwards)
migrations()(invitations_made)
migrations()(times_of_early_receipts)
migrations()(corrections_waiting)
migrations()(whatsapp_troubles)
migrations()(whatsapp_marks)
migrations()(approvals_asked)
migrations()(whatsapp_waiting)
migrations()(whatsapp_addresses)
migrations()(whatsapp_rests)
migrations()(whatsapp_united)


def is_empty(db: Database) -> bool:
    """Whether nothing has been made in this file yet."""
    return db.conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def check(db: Database) -> None:
    """Refuse a database that is not ours, is older or is newer than this program."""
    applied = {migration.name for migration in migrations.applied(db)}
    if not applied:
        raise StoreError("foreign", "this database was not made by kentongan: check DATABASE_URL")
    if pending := [m.name for m in migrations.pending(db)]:
        raise StoreError("old_schema", f"the database is older than the program ({pending[0]}): run kentongan migrate")
    if unknown := applied - {m.name for m in migrations._migrations}:  # noqa: SLF001 — there is no public list
        raise StoreError("too_new", f"the database is newer than the program ({min(unknown)}): update kentongan")


def _require_children_with_parents(db: Database) -> None:
    if db.conn.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise StoreError("corrupt", "the migrated tables do not fit together: nothing was changed")


def apply(db: Database) -> list[str]:
    """Apply what is pending, all or nothing; their names."""
    db.conn.execute("PRAGMA foreign_keys = OFF")  # a table that is made anew must not take its children with it
    db.conn.execute("BEGIN IMMEDIATE")  # two that start at once: the second finds nothing pending
    try:
        names = [m.name for m in migrations.pending(db)]
        migrations.apply(db)
        _require_children_with_parents(db)
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise
    finally:
        db.conn.execute("PRAGMA foreign_keys = ON")
    return names
