"""What transactions say about editors at work: drafts, screens of progress, what is scheduled, who may act alone."""

import json
from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from bot.chat.push import Aim, Draft, Stage, Step
from bot.delivery.content import note_from_json, note_to_json
from bot.news import identity
from bot.news.item import Item, Story
from bot.ports import Screen, Sent
from storage.sqlite.audience import HELD
from storage.sqlite.part import from_ms_or_none, to_ms, to_ms_or_none
from storage.sqlite.told import TellingLists

_DRAFT: Final = """
SELECT id, version, channel, address, aim, stage, step, note, story_id, categories, at, about, broadcast_id, total,
  asked_hash, asked_at, screen, channels FROM push_draft
"""
_KEEP: Final = """
INSERT OR REPLACE INTO push_draft (id, version, channel, address, aim, stage, step, note, story_id, categories, at,
  about, broadcast_id, total, asked_hash, asked_at, screen, channels, changed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ALERTS: Final = """
SELECT count(*) FROM broadcast WHERE kind IN ('alert', 'follow_up') AND status <> 'cancelled'
  AND not_before >= ? AND not_before < ?
"""
_SCHEDULED: Final = """
SELECT id FROM broadcast WHERE kind IN ('alert', 'follow_up') AND not_before > ? AND status = 'running'
ORDER BY not_before, id LIMIT ?
"""
# An alert counts from when it begins: what was scheduled on Friday for Monday is news on Monday.
_SINCE: Final = """
SELECT id FROM (
  SELECT id, created_at AS at FROM broadcast WHERE created_at > ?1 AND kind = 'story'
  UNION ALL
  SELECT id, not_before FROM broadcast WHERE not_before > ?1 AND kind IN ('alert', 'follow_up') AND kind = 'alert'
) ORDER BY at DESC, id DESC LIMIT ?2
"""
_WATCH: Final = """
INSERT INTO push_screen (broadcast_id, channel, address, message_id, next_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET message_id = excluded.message_id, next_at = excluded.next_at, shown = ''
"""
_SCREENS: Final = """
SELECT broadcast_id, channel, address, message_id, shown FROM push_screen
WHERE next_at IS NOT NULL AND next_at <= ? ORDER BY next_at LIMIT ?
"""
_SHOWN: Final = """
UPDATE push_screen SET shown = ?, next_at = ? WHERE broadcast_id = ? AND channel = ? AND address = ?
"""
_ON_ITS_WAY: Final = """
SELECT EXISTS (SELECT 1 FROM reply WHERE channel = ? AND address = ? AND target IS ? AND mode = 'replace')
"""
_TITLE_BEFORE: Final = """
SELECT title FROM revision WHERE story_id = ?1 AND n < (SELECT max(n) FROM revision WHERE story_id = ?1)
  AND title <> (SELECT title FROM revision WHERE story_id = ?1 ORDER BY n DESC LIMIT 1)
  AND (SELECT title FROM story WHERE id = ?1) = (SELECT title FROM revision WHERE story_id = ?1 ORDER BY n DESC LIMIT 1)
ORDER BY n DESC LIMIT 1
"""


class Newsdesk(TellingLists):
    """Editors at work."""

    def button_key(self) -> bytes:
        """The secret that seals buttons; made when it is first needed."""
        key = self.value("SELECT value FROM meta WHERE key = 'button_key'")
        if key is None and self.writes:
            key = token_hex(32)
            self.run("INSERT INTO meta VALUES ('button_key', ?)", key)
        return bytes.fromhex(key or "")

    # Drafts ---------------------------------------------------------------------------------------------------------

    def next_draft(self) -> int:
        """The id of the draft that is begun next."""
        return 1 + int(self.value("SELECT seq FROM sqlite_sequence WHERE name = 'push_draft'") or 0)

    def draft(self, draft_id: int) -> Draft | None:
        """One draft, or None."""
        row = self.one(_DRAFT + "WHERE id = ?", draft_id)
        return None if row is None else _draft(row)

    def draft_of(self, channel: str, address: str) -> Draft | None:
        """The newest draft of this person that is neither sent nor closed."""
        mine = "WHERE channel = ? AND address = ? AND stage IN ('open', 'waiting') ORDER BY id DESC LIMIT 1"
        row = self.one(_DRAFT + mine, channel, address)
        return None if row is None else _draft(row)

    def draft_behind(self, broadcast_id: int) -> Draft | None:
        """The draft that has become this broadcast."""
        row = self.one(_DRAFT + "WHERE broadcast_id = ? ORDER BY id DESC LIMIT 1", broadcast_id)
        return None if row is None else _draft(row)

    def waiting_drafts(self) -> list[Draft]:
        """What waits for a colleague's approval, the oldest first; what a correction is about is held."""
        waiting = "INDEXED BY push_draft_asked WHERE stage = 'waiting' ORDER BY id"
        return [_draft(row) for row in self.all(_DRAFT + waiting)]

    def is_held(self, broadcast_id: int) -> bool:
        """Whether it stands still because a colleague is asked to approve what puts it right."""
        return bool(self.value(f"SELECT {HELD} FROM broadcast b WHERE b.id = ?", broadcast_id))

    def keep_draft(self, draft: Draft, now: datetime) -> None:
        """Write a draft as it is now."""
        self.run(
            _KEEP, draft.id, draft.version, draft.channel, draft.address, draft.aim.value, draft.stage.value,
            draft.step.value, note_to_json(draft.note), draft.story_id, json.dumps(draft.categories),
            to_ms_or_none(draft.at), draft.about, draft.broadcast_id, draft.total, draft.asked_hash,
            to_ms_or_none(draft.asked_at), draft.screen, json.dumps(draft.channels), to_ms(now),
        )  # fmt: skip

    # What was told, and what will be --------------------------------------------------------------------------------

    def alerts_between(self, begin: datetime, end: datetime) -> int:
        """How many alerts and follow-ups begin in this span, without the cancelled."""
        return int(self.value(_ALERTS, to_ms(begin), to_ms(end)))

    def told_since(self, at: datetime, limit: int) -> list[Sent]:
        """Stories that were made since then and alerts that began since then or will, the newest first."""
        return self._sents([row[0] for row in self.all(_SINCE, to_ms(at), limit)])

    def scheduled(self, now: datetime, limit: int) -> list[Sent]:
        """Alerts and follow-ups that have not begun, the next first."""
        return self._sents([row[0] for row in self.all(_SCHEDULED, to_ms(now), limit)])

    def begin_at(self, broadcast_id: int, not_before: datetime, expires_at: datetime) -> None:
        """It begins then, and gets old then."""
        self.run(
            "UPDATE broadcast SET not_before = ?, expires_at = ? WHERE id = ?",
            to_ms(not_before), to_ms(expires_at), broadcast_id,
        )  # fmt: skip

    def story_behind(self, link: str) -> Story | None:
        """The story that this address of the portal tells."""
        known = self.known_keys(identity.keys(Item(link, link, ""), ""))
        return next(iter(self.stories([*known.values()][:1]).values()), None)

    def title_before(self, story_id: int) -> str:
        """What the portal called the story before it called it as it and we do now; empty when there is no such."""
        return self.value(_TITLE_BEFORE, story_id) or ""

    def _sents(self, ids: Sequence[int]) -> list[Sent]:
        return [sent for sent in map(self.broadcast, ids) if sent is not None]

    # Screens --------------------------------------------------------------------------------------------------------

    def watch_on(self, broadcast_id: int, channel: str, address: str, message_id: str, at: datetime) -> None:
        """This message shows how the broadcast goes, from then on."""
        self.run(_WATCH, broadcast_id, channel, address, message_id, to_ms(at))

    def screens_due(self, now: datetime, limit: int) -> list[Screen]:
        """The screens that may be edited now, the longest waiting first."""
        return [Screen(*row) for row in self.all(_SCREENS, to_ms(now), limit)]

    def screen_shown(self, screen: Screen, shown: str, next_at: datetime | None) -> None:
        """What it shows, and when it may be edited again; None: it is over."""
        self.run(_SHOWN, shown, to_ms_or_none(next_at), screen.broadcast_id, screen.channel, screen.address)

    def unwatch(self, broadcast_id: int, channel: str, address: str) -> None:
        """This person's screen tells no more how it goes."""
        stop = "UPDATE push_screen SET next_at = NULL WHERE broadcast_id = ? AND channel = ? AND address = ?"
        self.run(stop, broadcast_id, channel, address)

    def move_screens(self, broadcast_id: int, at: datetime) -> None:
        """The broadcast's screens have nothing to tell before then."""
        later = "UPDATE push_screen SET next_at = ? WHERE broadcast_id = ? AND next_at IS NOT NULL"
        self.run(later, to_ms(at), broadcast_id)

    def is_on_its_way(self, channel: str, address: str, message_id: str) -> bool:
        """Whether an edit of this message waits to leave: another one would only make the queue longer."""
        return bool(self.value(_ON_ITS_WAY, channel, address, message_id or None))

    # Alone ----------------------------------------------------------------------------------------------------------

    def permission(self) -> str:
        """The reason for which an only editor may sound urgent alerts alone; empty: they may not."""
        return self.value("SELECT value FROM meta WHERE key = 'urgent_alone'") or ""

    def permit(self, reason: str) -> None:
        """Give or (with an empty reason) take that permission."""
        self.run("DELETE FROM meta WHERE key = 'urgent_alone'")
        if reason:
            self.run("INSERT INTO meta VALUES ('urgent_alone', ?)", reason)


def _draft(row: tuple[Any, ...]) -> Draft:
    (
        draft_id, version, channel, address, aim, stage, step, note, story_id, categories, at, about, broadcast_id,
        total, asked_hash, asked_at, screen, channels,
    ) = row  # fmt: skip
    return Draft(
        draft_id, version, channel, address, Aim(aim), Stage(stage), Step(step), note_from_json(note), story_id,
        tuple(json.loads(categories)), tuple(json.loads(channels)), from_ms_or_none(at), about, broadcast_id, total,
        asked_hash, from_ms_or_none(asked_at), screen,
    )  # fmt: skip
