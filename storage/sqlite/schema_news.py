"""The news desk's tables: likeness, suppressions, withdrawals, words that people follow, feeds that admins add.

Times are INTEGER UTC milliseconds, as everywhere; a span is 72 hours, counted from 1970.
"""

from typing import Final

from sqlite_utils import Database

_STORY: Final = """
ALTER TABLE story ADD COLUMN portal TEXT;                      -- host family of its link (bot.news.identity)
ALTER TABLE story ADD COLUMN text_hash TEXT;                   -- of the text's words: whether an edit changed any
ALTER TABLE story ADD COLUMN withdrawn_at INTEGER;             -- the portal took it down
ALTER TABLE story ADD COLUMN looked_at INTEGER;                -- when its page was last looked for
"""
_FEED: Final = """
ALTER TABLE feed ADD COLUMN halted INTEGER NOT NULL DEFAULT 0;  -- by an admin; what feeds.yaml says stands in paused
"""
_LIKENESS: Final = """
CREATE TABLE sketch (                        -- what is compared beside the shingles
  story_id INTEGER PRIMARY KEY REFERENCES story (id) ON DELETE CASCADE,
  span INTEGER NOT NULL,                     -- of publication: its shingles' bucket
  published INTEGER NOT NULL,
  portal TEXT NOT NULL,
  samples INTEGER NOT NULL,                  -- shingles kept
  title INTEGER NOT NULL,                    -- hash of the folded title
  numbers TEXT NOT NULL,                     -- words with spaces between them
  dates TEXT NOT NULL,
  names TEXT NOT NULL,
  subjects TEXT NOT NULL
) STRICT;
CREATE INDEX sketch_title ON sketch (title, published);
CREATE INDEX sketch_span ON sketch (span);

CREATE TABLE shingle (                       -- the span first: what is looked up lies together, and what ages
  span INTEGER NOT NULL,
  h INTEGER NOT NULL,
  story_id INTEGER NOT NULL,
  PRIMARY KEY (span, h, story_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE related (                       -- both directions; outlives the shingles
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  other_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  score REAL NOT NULL,
  PRIMARY KEY (story_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX related_other ON related (other_id);

CREATE TABLE suppression (                   -- items taken for a story that was there already
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  feed_id INTEGER REFERENCES feed (id) ON DELETE SET NULL,
  guid TEXT NOT NULL,
  link TEXT NOT NULL,
  title TEXT NOT NULL,
  portal TEXT NOT NULL,
  reason TEXT NOT NULL,                      -- text | title
  score REAL NOT NULL,
  at INTEGER NOT NULL,
  published INTEGER NOT NULL,
  item TEXT NOT NULL,                        -- JSON, whole: an undo makes a story of it
  categories TEXT NOT NULL,                  -- JSON list, of the item
  gained TEXT NOT NULL,                      -- JSON list, those of them that the story had not
  undone_at INTEGER,
  undone_as INTEGER REFERENCES story (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX suppression_story ON suppression (story_id);
CREATE INDEX suppression_undone_as ON suppression (undone_as);
CREATE INDEX suppression_feed ON suppression (feed_id);
CREATE INDEX suppression_newest ON suppression (at);

CREATE TABLE story_source (                  -- who else published it
  story_id INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
  portal TEXT NOT NULL,
  link TEXT NOT NULL,
  title TEXT NOT NULL,
  PRIMARY KEY (story_id, portal)
) STRICT, WITHOUT ROWID;

ALTER TABLE story_key ADD COLUMN suppression_id INTEGER;       -- the key of a copy; an undo hands it to the new story
CREATE INDEX story_key_suppression ON story_key (suppression_id) WHERE suppression_id IS NOT NULL;
"""
# Followed words are subscriptions of the category `kata:…`: `:` comes before `;`, so they lie between these two.
_FOLLOWING: Final = """
CREATE INDEX subscription_word ON subscription (subscriber_id) WHERE category >= 'kata:' AND category < 'kata;';

CREATE TABLE followed_word (                 -- kept by triggers, whichever way subscriptions come and go
  word TEXT PRIMARY KEY,                     -- the category
  followers INTEGER NOT NULL,
  changed INTEGER NOT NULL                   -- rises with each first follower, and with each last one that leaves
) STRICT, WITHOUT ROWID;
CREATE INDEX followed_word_changed ON followed_word (changed);

CREATE TRIGGER word_is_followed AFTER INSERT ON subscription
WHEN NEW.category >= 'kata:' AND NEW.category < 'kata;'
BEGIN
  INSERT INTO followed_word VALUES (NEW.category, 1, (SELECT 1 + coalesce(max(changed), 0) FROM followed_word))
  ON CONFLICT DO UPDATE SET followers = followers + 1,
    changed = CASE followers WHEN 0 THEN excluded.changed ELSE changed END;
END;
CREATE TRIGGER word_is_left AFTER DELETE ON subscription
WHEN OLD.category >= 'kata:' AND OLD.category < 'kata;'
BEGIN
  UPDATE followed_word SET followers = followers - 1,
    changed = CASE followers WHEN 1 THEN (SELECT 1 + max(changed) FROM followed_word) ELSE changed END
  WHERE word = OLD.category;
END;
"""


def news_desk(db: Database) -> None:
    """What stories need to be known again by their text, to be taken back, and to be found by a word."""
    for script in (_STORY, _FEED, _LIKENESS, _FOLLOWING):
        db.executescript(script)
