"""What transactions say about people: who they are, what they follow, what they keep."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from bot.chat.turn import Person, Role, Status
from bot.news.item import Story
from storage.sqlite.part import listed, to_ms, to_ms_or_none
from storage.sqlite.stories import STORY_COLUMNS, Stories, story_of
from storage.sqlite.waiting import Waiting

_Topic = tuple[str, str, int]  # channel, category, subscriber
ALL: Final = "*"  # the pseudo category of those who follow all, also later ones
_PERSON: Final = """
SELECT s.id, s.status, r.role, s.language, s.quiet_from, s.quiet_to, s.draft
FROM subscriber s LEFT JOIN staff r ON r.subscriber_id = s.id WHERE s.channel = ? AND s.address = ?
"""
IS_WORD: Final = "category >= 'kata:' AND category < 'kata;'"  # in these words: a partial index has them too
# Walks from category to category by seeking, so that finding one person's needs no index by person. Followed words are
# passed over in one step: there may be a hundred thousand of them, and they have an index (storage/sqlite/words.py).
CATEGORIES: Final = f"""
WITH RECURSIVE known (category) AS (
  SELECT min(category) FROM subscription WHERE channel = :channel
  UNION ALL
  SELECT (SELECT min(s.category) FROM subscription s WHERE s.channel = :channel
    AND s.category > CASE WHEN known.{IS_WORD.replace("AND ", "AND known.")} THEN 'kata;' ELSE known.category END)
  FROM known WHERE known.category IS NOT NULL
)
SELECT category FROM known WHERE category IS NOT NULL AND NOT ({IS_WORD})
"""
_FOLLOWED: Final = f"""{CATEGORIES} AND EXISTS (SELECT 1 FROM subscription s
  WHERE s.channel = :channel AND s.category = known.category AND s.subscriber_id = :subscriber)
"""
_ADMINS: Final = "SELECT count(*) FROM staff WHERE role = 'admin'"
_JOIN: Final = """
UPDATE subscriber SET status = 'active', consent_at = :now, consent_wording = :wording, joined_at = :now,
  chosen_at = :now, covered_until = :now, stopped_at = NULL, draft = NULL, language = :language,
  quiet_from = :quiet_from, quiet_to = :quiet_to, thread = coalesce(:thread, thread), daily_limit = :daily_limit,
  paused_until = NULL, digest_at = NULL, covered_telling = (SELECT coalesce(max(telling), 0) FROM broadcast_pass)
WHERE id = :subscriber
"""
_CHOOSE: Final = """
UPDATE subscriber SET chosen_at = :now, draft = NULL, thread = coalesce(:thread, thread) WHERE id = :subscriber
"""
_LEAVE: Final = """
UPDATE subscriber SET stopped_at = :now, draft = NULL, digest_at = NULL, paused_until = NULL,
  status = CASE WHEN :gone AND status <> 'stopped' THEN 'gone' ELSE 'stopped' END
WHERE id = :subscriber
"""
_ADD_TOPIC: Final = """
INSERT INTO subscription VALUES (?, ?, ?, (SELECT coalesce(max(telling), 0) FROM broadcast_pass)) ON CONFLICT DO NOTHING
"""
_TIMES: Final = """
UPDATE subscriber SET mode = ?, quiet_from = ?, quiet_to = ?, paused_until = ?,
  digest_at = CASE WHEN digest_at IS NULL THEN NULL ELSE ? END
WHERE id = ?
"""
NO_STORY: Final = "(SELECT kind FROM broadcast WHERE id = delivery.broadcast_id) <> 'story'"
FOLLOWS_STORY: Final = """
EXISTS (SELECT 1 FROM subscriber w JOIN subscription f ON f.channel = w.channel AND f.subscriber_id = w.id
        WHERE w.id = delivery.subscriber_id AND f.category IN (
          SELECT '*' UNION ALL SELECT c.category FROM broadcast b JOIN story_category c ON c.story_id = b.story_id
          WHERE b.id = delivery.broadcast_id))
"""


class People(Stories, Waiting):
    """People: preferences and consent."""

    def person(self, channel: str, address: str, language: str = "id") -> Person:
        """Who this is; a stranger is NEW and gets `language`."""
        row = self.one(_PERSON, channel, address)
        if row is None:
            return Person(channel, address, language=language)
        subscriber, status, role, chosen, quiet_from, quiet_to, draft = row
        followed = self._followed(channel, subscriber)
        return Person(
            channel, address, Status(status), Role(role or Role.RESIDENT), chosen or language,
            categories=frozenset(followed - {ALL}), follows_all=ALL in followed, quiet=quiet_of(quiet_from, quiet_to),
            draft=None if draft is None else frozenset(json.loads(draft)),
            last_admin=role == Role.ADMIN and self.value(_ADMINS) == 1,
        )  # fmt: skip

    def follow(
        self, channel: str, address: str, categories: Collection[str], follows_all: bool, wording: str,
        quiet: tuple[int, int] | None, language: str, now: datetime, thread: str | None = None,
        daily_limit: int | None = None,
    ) -> None:  # fmt: skip
        """Subscribe or change topics; consent, `quiet` and limit are kept when someone joins or comes back."""
        subscriber = self._known(channel, address)
        status = self.value("SELECT status FROM subscriber WHERE id = ?", subscriber)
        active = status == Status.ACTIVE
        if status == Status.STOPPED:
            self._is_back(channel, address, now)
        quiet_from, quiet_to = quiet or (None, None)
        values = {
            "subscriber": subscriber, "now": to_ms(now), "wording": wording, "language": language, "thread": thread,
            "quiet_from": quiet_from, "quiet_to": quiet_to, "daily_limit": daily_limit,
        }  # fmt: skip
        self.conn.execute(_CHOOSE if active else _JOIN, values)
        self._follow_exactly(channel, subscriber, {ALL} if follows_all else set(categories))
        self._drop_queued(subscriber, "unfollowed", now, unless=f"{FOLLOWS_STORY} OR {NO_STORY}")

    def _is_back(self, channel: str, address: str, now: datetime) -> None:
        """Somebody who had stopped subscribes again."""

    def stop(self, channel: str, address: str, gone: bool, now: datetime) -> None:
        """Unsubscribe: status stopped (or gone), topics dropped, queued deliveries and drafts dropped."""
        self._leave(channel, self._known(channel, address), gone, now)

    def set_times(
        self, channel: str, address: str, mode: str, quiet: tuple[int, int] | None, paused_until: datetime | None,
        now: datetime,
    ) -> None:  # fmt: skip
        """When this person wants to be written to; what they are owed is looked at again at once."""
        subscriber = self._known(channel, address)
        quiet_from, quiet_to = quiet or (None, None)
        self.run(_TIMES, mode, quiet_from, quiet_to, to_ms_or_none(paused_until), to_ms(now), subscriber)

    def set_language(self, channel: str, address: str, language: str) -> None:
        """Also for a stranger: it is remembered."""
        self.run("UPDATE subscriber SET language = ? WHERE id = ?", language, self._known(channel, address))

    def set_draft(self, channel: str, address: str, categories: Collection[str] | None) -> None:
        """Ticks that are not yet confirmed; None forgets them."""
        if categories is None:
            self.run("UPDATE subscriber SET draft = NULL WHERE channel = ? AND address = ?", channel, address)
        else:
            draft = listed(sorted(categories))
            self.run("UPDATE subscriber SET draft = ? WHERE id = ?", draft, self._known(channel, address))

    def save_story(self, channel: str, address: str, story_id: int, keep: bool, now: datetime) -> None:
        """Keep or let go a story for this person."""
        if keep:
            save = "INSERT INTO saved VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            self.run(save, self._known(channel, address), story_id, to_ms(now))
        else:
            let_go = "DELETE FROM saved WHERE subscriber_id = ? AND story_id = ?"
            self.run(let_go, self._subscriber(channel, address), story_id)

    def saved(self, channel: str, address: str, limit: int) -> list[Story]:
        """The kept stories, newest first."""
        kept = "JOIN saved k ON k.story_id = s.id WHERE k.subscriber_id = ? ORDER BY k.saved_at DESC, s.id DESC LIMIT ?"
        rows = self.all(STORY_COLUMNS + kept, self._subscriber(channel, address), limit)
        return [story_of(row) for row in rows]

    def _known(self, channel: str, address: str) -> int:
        """The subscriber's id; a stranger becomes known, with status new."""
        subscriber = self._subscriber(channel, address)
        if subscriber is None:
            insert = "INSERT INTO subscriber (channel, address) VALUES (?, ?) RETURNING id"
            subscriber = self.value(insert, channel, address)
        assert subscriber is not None
        return subscriber

    def _followed(self, channel: str, subscriber: int) -> set[str]:
        rows = self.conn.execute(_FOLLOWED, {"channel": channel, "subscriber": subscriber})
        return {row[0] for row in rows}

    def _follow_exactly(self, channel: str, subscriber: int, categories: set[str]) -> None:
        before = self._followed(channel, subscriber)
        self._drop_topics((channel, c, subscriber) for c in before - categories)
        self._add_topics((channel, c, subscriber) for c in sorted(categories - before))

    def _follow_nothing(self, channel: str, subscriber: int) -> None:
        """No topics, no words."""
        self._follow_exactly(channel, subscriber, set())
        self.run(f"DELETE FROM subscription WHERE subscriber_id = ? AND {IS_WORD}", subscriber)

    def _add_topics(self, rows: Iterable[_Topic]) -> None:
        self.conn.executemany(_ADD_TOPIC, rows)

    def _drop_topics(self, rows: Iterable[_Topic]) -> None:
        drop = "DELETE FROM subscription WHERE channel = ? AND category = ? AND subscriber_id = ?"
        self.conn.executemany(drop, rows)

    def _leave(self, channel: str, subscriber: int, gone: bool, now: datetime) -> None:
        """Their own word outlives the platform's: who stopped stays stopped, and is not called gone later."""
        self.conn.execute(_LEAVE, {"subscriber": subscriber, "gone": gone, "now": to_ms(now)})
        self._follow_nothing(channel, subscriber)
        self.run("DELETE FROM owed WHERE subscriber_id = ?", subscriber)
        self._drop_queued(subscriber, "gone" if gone else "stopped", now)


def quiet_of(quiet_from: int | None, quiet_to: int | None) -> tuple[int, int] | None:
    """Two columns as one value."""
    return None if quiet_from is None or quiet_to is None else (quiet_from, quiet_to)
