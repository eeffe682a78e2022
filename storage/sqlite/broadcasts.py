"""What transactions say about broadcasts as a whole: made, changed, stopped, closed."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from bot.delivery.content import BroadcastKind, Content, Level, Note, note_from_json, note_to_json
from bot.delivery.plan import Rank, Status
from bot.ports import Sent
from storage.sqlite.audience import HAS_OPEN
from storage.sqlite.following import EVERYBODY, Following
from storage.sqlite.part import from_ms, from_ms_or_none, listed, to_ms
from storage.sqlite.unreached import STORY_WAITS, Unreached
from storage.sqlite.waiting import FAIL

_STORY_BROADCAST: Final = "SELECT id, created_at, expires_at FROM broadcast WHERE story_id = ? AND kind = 'story'"
_ADD: Final = """
INSERT INTO broadcast (kind, rank, story_id, original_id, note, level, version, erase, made_by, not_before, expires_at,
  created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING RETURNING id
"""
_TELLING: Final = "SELECT 1 + coalesce(max(telling), 0) FROM broadcast_pass"
# Who had another broadcast is meant whenever they came: one that was planned may have readers of tomorrow.
_ADD_PASSES: Final = f"""
INSERT INTO broadcast_pass (broadcast_id, n, channel, categories, max_id, telling, source_id)
SELECT ?1, ?2, value, ?3,
  iif(?4 IS NULL, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'subscriber'), 0), {EVERYBODY}),
  ({_TELLING}), ?4
FROM json_each(?5)
"""
_CHANNELS: Final = "SELECT DISTINCT channel FROM broadcast_pass WHERE broadcast_id = ? ORDER BY 1"
_SENT: Final = """
SELECT b.id, b.kind, b.rank, b.level, b.status, b.story_id, b.original_id, b.note, coalesce(s.title, ''),
  (SELECT json_group_array(DISTINCT c.value) FROM broadcast_pass p, json_each(p.categories) c
   WHERE p.broadcast_id = b.id AND (b.story_id IS NULL OR NOT (c.value >= 'kata:' AND c.value < 'kata;'))),
  (SELECT json_group_array(DISTINCT p.channel) FROM broadcast_pass p WHERE p.broadcast_id = b.id),
  b.created_at, b.not_before, b.expires_at, b.done_at, b.reason, b.made_by
FROM broadcast b LEFT JOIN story s ON s.id = b.story_id
"""
_OPEN_ONES: Final = """
SELECT id, kind, status, ?1 - expires_at,
  EXISTS (SELECT 1 FROM broadcast_pass p WHERE p.broadcast_id = b.id AND p.done = 0)
FROM broadcast b WHERE done_at IS NULL ORDER BY id
"""
_HAS_PASSES: Final = "SELECT EXISTS (SELECT 1 FROM broadcast_pass WHERE broadcast_id = ? AND done = 0)"
_SOME_QUEUED: Final = """
SELECT subscriber_id FROM delivery INDEXED BY delivery_open
WHERE broadcast_id = :broadcast AND finished_at IS NULL AND state = 'queued' LIMIT 2000
"""  # some at a time: a tick stays short also when a whole city was asleep
_FAIL_SOME: Final = f"{FAIL} WHERE broadcast_id = :broadcast AND subscriber_id IN ({_SOME_QUEUED})"
_OWE_SOME: Final = f"""
INSERT OR IGNORE INTO owed
SELECT d.subscriber_id, coalesce(b.story_id, carried.value) FROM broadcast b JOIN delivery d ON d.broadcast_id = b.id
LEFT JOIN json_each(CASE WHEN b.kind = 'digest' THEN d.stories END) carried
WHERE b.id = :broadcast AND d.subscriber_id IN ({_SOME_QUEUED})
"""
# Due when it was told: so late that it waits for the next digest's hour.
_DIGEST_SOON: Final = f"""
UPDATE subscriber SET digest_at = (SELECT created_at FROM broadcast WHERE id = :broadcast)
WHERE digest_at IS NULL AND id IN ({_SOME_QUEUED})
"""
_TELL_AGAIN: Final = f"UPDATE broadcast_pass SET telling = ({_TELLING}), last_id = 0, done = 0 WHERE broadcast_id = ?"
_WAKE_OWED: Final = """
UPDATE subscriber SET digest_at = ?
WHERE digest_at IS NULL AND id IN (SELECT subscriber_id FROM owed WHERE story_id = ?)
"""
# What was done goes on; what is paused stays so, and tells this pass too when it is resumed.
_REOPEN: Final = "UPDATE broadcast SET status = 'running', done_at = NULL WHERE id = ? AND status = 'done'"
_LATE: Final = range(STORY_WAITS)  # a late story whose channel does not run is closed after a day
_CLOSED: Final = {Status.CANCELLED, Status.WITHDRAWN, Status.INTERRUPTED}


class Broadcasts(Unreached, Following):
    """Broadcasts: what is said, and whether it still is."""

    def add_broadcast(
        self, kind: str, rank: Rank, story_id: int | None, categories: Collection[str], channels: Collection[str],
        now: datetime, expires_at: datetime, *, note: Note | None = None, not_before: datetime | None = None,
        made_by: str = "",
    ) -> int:  # fmt: skip
        """A broadcast with its first pass on each channel, snapshot taken; its id. A story is told once."""
        broadcast_id = self._add(
            kind, rank, story_id, None, note, 0, False, made_by, not_before or now, expires_at, now
        )  # fmt: skip
        if broadcast_id is None:
            return int(self.one(_STORY_BROADCAST, story_id)[0])
        self.run(_ADD_PASSES, broadcast_id, 1, listed(sorted(categories)), None, listed(sorted(channels)))
        if not_before is not None and not_before > now:  # whoever joins until it begins is meant too
            self.run("UPDATE broadcast_pass SET max_id = ? WHERE broadcast_id = ?", EVERYBODY, broadcast_id)
        return broadcast_id

    def add_about(
        self, kind: str, rank: Rank, original: int, sources: Sequence[int], now: datetime, expires_at: datetime, *,
        note: Note, version: int = 0, erase: bool = False, made_by: str = "",
    ) -> int:  # fmt: skip
        """A broadcast to those who have had the sources (the original, digests that carried it); its id."""
        story_id = self.value("SELECT story_id FROM broadcast WHERE id = ?", original)
        broadcast_id = self._add(
            kind, rank, story_id, original, note, version, erase, made_by, now, expires_at, now
        )  # fmt: skip
        assert broadcast_id is not None
        channels = listed([row[0] for row in self.all(_CHANNELS, original)])
        for n, source in enumerate(sources, 1):
            self.run(_ADD_PASSES, broadcast_id, n, "[]", source, channels)
        return broadcast_id

    def _add(
        self, kind: str, rank: Rank, story_id: int | None, original: int | None, note: Note | None, version: int,
        erase: bool, made_by: str, not_before: datetime, expires_at: datetime, now: datetime,
    ) -> int | None:  # fmt: skip
        level = note.level if note else Level.ORDINARY
        added: int | None = self.value(
            _ADD, str(kind), int(rank), story_id, original, note_to_json(note) if note else None, level.value, version,
            erase, made_by, to_ms(not_before), to_ms(expires_at), to_ms(now),
        )  # fmt: skip
        return added

    def add_pass(self, story_id: int, categories: Collection[str], younger_than: datetime, now: datetime) -> bool:
        """A further pass for followers of late categories, if the broadcast was created after `younger_than`."""
        row = self.one(_STORY_BROADCAST + " AND status IN ('running', 'paused', 'done')", story_id)
        if row is None or row[1] <= to_ms(younger_than) or row[2] <= to_ms(now):
            return False
        passes = self.all("SELECT n, channel, categories FROM broadcast_pass WHERE broadcast_id = ?", row[0])
        late = set(categories).difference(*(json.loads(p[2]) for p in passes))
        if not late or not passes:
            return False
        channels = {p[1] for p in passes}
        n = 1 + max(p[0] for p in passes)
        self.run(_ADD_PASSES, row[0], n, listed(sorted(late)), None, listed(sorted(channels)))
        self.run(_REOPEN, row[0])
        self._follow_late(row[0], row[2])
        return True

    def version(self) -> int:
        """How many corrections have been made: texts begun before the newest may be wrong."""
        return int(self.value("SELECT value FROM meta WHERE key = 'version'") or 0)

    def next_version(self) -> int:
        """From now on texts are newer than every one that has begun."""
        self.run("INSERT OR REPLACE INTO meta VALUES ('version', ?)", str(self.version() + 1))
        return self.version()

    def standing_still(self) -> str:
        """Why nothing at all is sent to audiences (`restored`, …); empty when it is."""
        return self.value("SELECT value FROM meta WHERE key = 'paused'") or ""

    def stand_still(self, reason: str) -> None:
        """Send nothing to audiences until this is called with an empty reason."""
        if reason:
            self.run("INSERT OR REPLACE INTO meta VALUES ('paused', ?)", reason)
        else:
            self.run("DELETE FROM meta WHERE key = 'paused'")

    # What is said ---------------------------------------------------------------------------------------------------

    def broadcast(self, broadcast_id: int) -> Sent | None:
        """One broadcast, or None."""
        row = self.one(_SENT + "WHERE b.id = ?", broadcast_id)
        return None if row is None else _sent(row)

    def broadcasts(self, limit: int, status: str | None = None) -> list[Sent]:
        """The newest broadcasts, without digests and marks."""
        kinds = "WHERE b.kind NOT IN ('digest', 'mark') AND (?1 IS NULL OR b.status = ?1) ORDER BY b.id DESC LIMIT ?2"
        return [_sent(row) for row in self.all(_SENT + kinds, status, limit)]

    def story_broadcast(self, story_id: int) -> int | None:
        """The broadcast that told this story."""
        row = self.one(_STORY_BROADCAST, story_id)
        return None if row is None else int(row[0])

    def about(self, original: int) -> list[Sent]:
        """What has been said about this broadcast, oldest first."""
        return [_sent(row) for row in self.all(_SENT + "WHERE b.original_id = ? ORDER BY b.id", original)]

    def digests_since(self, at: datetime, broadcast_id: int) -> list[int]:
        """Digests since then, or made after this broadcast whatever the clock said: each may carry its story."""
        digests = "SELECT id FROM broadcast WHERE kind = 'digest' AND (expires_at >= ? OR id > ?) ORDER BY id"
        return [row[0] for row in self.all(digests, to_ms(at), broadcast_id)]

    def change_note(self, broadcast_id: int, note: Note) -> None:
        """What the broadcast says from now on."""
        self.run("UPDATE broadcast SET note = ? WHERE id = ?", note_to_json(note), broadcast_id)

    def change_story(self, story_id: int, title: str, summary: str) -> None:
        """What the story says from now on; empty leaves it."""
        change = "UPDATE story SET title = coalesce(nullif(?, ''), title), summary = coalesce(nullif(?, ''), summary)"
        self.run(f"{change} WHERE id = ?", title, summary, story_id)

    def contents(self, broadcasts: Collection[int]) -> dict[int, Content]:
        """What these broadcasts (no digests) say, in its present form."""
        rows = [self.broadcast(b) for b in broadcasts]
        stories = self.stories({sent.story_id for sent in rows if sent and sent.story_id})
        return {
            sent.id: Content(
                sent.kind, max(sent.created_at, sent.not_before), stories.get(sent.story_id or 0), sent.note,
                self._original_note(sent), follows=self._goes_on_from(sent),
            )
            for sent in rows if sent
        }  # fmt: skip

    def _original_note(self, sent: Sent) -> Note | None:
        note = self.value("SELECT note FROM broadcast WHERE id = ?", sent.original_id)
        return None if note is None else note_from_json(note)

    def _goes_on_from(self, sent: Sent) -> str | None:
        """Of what is about a follow-up: the title of what that one goes on from."""
        original = self.broadcast(sent.original_id) if sent.original_id is not None else None
        if original is None or original.kind is not BroadcastKind.FOLLOW_UP:
            return None
        first = self.broadcast(original.original_id) if original.original_id is not None else None
        return first.title.strip().partition("\n")[0] if first is not None else ""

    # Stopped and closed ---------------------------------------------------------------------------------------------

    def set_status(self, broadcast_id: int, status: Status, reason: str, now: datetime) -> None:
        """Pause, resume (its tellings become new), cancel, withdraw; readers of closed ones are not gone on with."""
        change = "UPDATE broadcast SET status = ?, reason = ?, done_at = NULL WHERE id = ?"
        self.run(change, status.value, reason, broadcast_id)
        if status is Status.RUNNING:
            self._tell_again(broadcast_id, to_ms(now))
        if status in _CLOSED:
            self.run("UPDATE broadcast_pass SET done = 1 WHERE broadcast_id = ?", broadcast_id)

    def _tell_again(self, broadcast_id: int, at: int) -> None:
        """Digests that were made meanwhile passed it over: its passes look for their readers once more."""
        story = self.value("SELECT story_id FROM broadcast WHERE id = ? AND kind = 'story'", broadcast_id)
        if story is not None:
            self.run(_TELL_AGAIN, broadcast_id)
            self.run(_WAKE_OWED, at, story)

    def close_broadcasts(self, now: datetime) -> list[int]:
        """Broadcasts that have just completed (all passes done, nothing queued or started) or expired; their ids."""
        at = to_ms(now)
        return [
            broadcast
            for broadcast, kind, status, late_by, passes in self.all(_OPEN_ONES, at)
            if self._close(broadcast, kind, Status(status), late_by, bool(passes), at)
        ]

    def _close(self, broadcast: int, kind: str, status: Status, late_by: int, passes: bool, at: int) -> bool:
        """What may not be sent any more lets its queue go; what is under way is waited for: its outcome is written."""
        late = late_by >= 0
        values = {"broadcast": broadcast, "now": at}
        if status in _CLOSED:
            self.conn.execute(_FAIL_SOME, values | {"code": status.value})
        elif (status is Status.PAUSED and not late) or (late and self._outlives(broadcast, at)):
            return False
        elif late_by in _LATE and kind == BroadcastKind.STORY and status is not Status.PAUSED:
            self._owe_queued(values)
            if passes and status is Status.RUNNING:
                return False  # the claim goes on: whoever has not had it is owed a digest
        elif late and kind == BroadcastKind.DIGEST:
            self._owe_queued(values)
        elif late:
            self._end_late(broadcast, kind, status, values)
        elif passes or kind == BroadcastKind.DIGEST:  # a digest's hour is open until it is late
            return False
        if self.value(HAS_OPEN, broadcast) or (late and self._has_passes(broadcast)):
            return False
        end = status if status in _CLOSED else Status.EXPIRED if late else Status.DONE
        if late and status is Status.PAUSED and kind == BroadcastKind.STORY:
            end = Status.CANCELLED  # it was never let go on: it stands in no digest either
        self.run("UPDATE broadcast SET status = ?, done_at = ? WHERE id = ?", end.value, at, broadcast)
        return True

    def _end_late(self, broadcast: int, kind: str, status: Status, values: dict[str, Any]) -> None:
        """Nobody is sent it any more, and of nobody it is forgotten: who was next fails with the reason."""
        self.conn.execute(_FAIL_SOME, values | {"code": "expired"})
        if kind == BroadcastKind.STORY and status is Status.PAUSED:  # told to nobody else, as if cancelled
            self.run("UPDATE broadcast_pass SET done = 1 WHERE broadcast_id = ?", broadcast)
        else:
            self._note_unreached(broadcast, values["now"])

    def _has_passes(self, broadcast: int) -> bool:
        return bool(self.value(_HAS_PASSES, broadcast))

    def _owe_queued(self, values: dict[str, Any]) -> None:
        for statement in (_OWE_SOME, _DIGEST_SOON, _FAIL_SOME):
            self.conn.execute(statement, values | {"code": "digest"})


def _sent(row: tuple[Any, ...]) -> Sent:
    (
        broadcast_id, kind, rank, level, status, story_id, original_id, note, title, categories, channels,
        created_at, not_before, expires_at, done_at, reason, made_by,
    ) = row  # fmt: skip
    said = None if note is None else note_from_json(note)
    return Sent(
        broadcast_id, BroadcastKind(kind), Rank(rank), Level(level), Status(status), story_id, original_id, said,
        title or (said.title or said.text if said else ""), tuple(json.loads(categories)), tuple(json.loads(channels)),
        from_ms(created_at), from_ms(not_before), from_ms(expires_at), from_ms_or_none(done_at), reason, made_by,
    )  # fmt: skip
