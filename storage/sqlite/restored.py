"""What is done to a restored database before anything may leave from it, in one transaction.

A backup remembers a past. What happened since then happened all the same: people left, messages arrived, codes were
used. So everything that could be said a second time is closed, and whoever left since is taken out. What went out since
carries ids (a platform's receipts name broadcast, subscriber and answer; buttons name stories and drafts): none of them
is given again, and sealed buttons are those of another house from now on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from storage.sqlite.imports import WHATSAPP
from storage.sqlite.part import from_ms, from_ms_or_none, to_ms
from storage.sqlite.tx import SqliteTx
from storage.stops import Left, StopsLog

# Ids left out: more than are given between a backup and its restore, and ten for each second until the restore, so that
# the same backup can be restored twice.
GAP: Final = 10_000_000
_GAP_GROWS: Final = timedelta(seconds=0.1)
_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
CODE: Final = "restored"  # why such a delivery is unknown, and why nothing is sent until `resume`
_PEOPLE: Final = """
SELECT channel, address, status, stopped_at, max(coalesce(joined_at, 0), coalesce(chosen_at, 0),
  coalesce(min(consent_at, :backup), 0)), p.phone, p.user_id
FROM subscriber s LEFT JOIN whatsapp_person p ON p.subscriber_id = s.id ORDER BY s.id
"""
_RUNNING: Final = """
SELECT b.id, b.kind, b.created_at, b.status IN ('running', 'paused'),
  coalesce(s.title, nullif(json_extract(b.note, '$.title'), ''), json_extract(b.note, '$.text'), b.slot, '')
FROM broadcast b LEFT JOIN story s ON s.id = b.story_id
WHERE b.done_at IS NULL ORDER BY b.id
"""
_UNKNOWN: Final = """
UPDATE delivery SET state = 'unknown', code = ?, finished_at = ?, channel = NULL, rank = NULL, next_at = NULL
WHERE broadcast_id = ? AND finished_at IS NULL
"""
_CLOSE: Final = """
UPDATE broadcast SET done_at = ?1, expires_at = min(expires_at, ?1),
  status = CASE WHEN status IN ('running', 'paused') THEN 'interrupted' ELSE status END
WHERE id = ?2
"""
# What the newsroom says to no category in particular is for everybody; a story of none, for those who follow all.
_BEYOND_IN_TOPICS: Final = """
SELECT count(*) FROM subscriber s WHERE s.status = 'active' AND (:kind <> 'story' OR s.mode = 'instant') AND s.id IN (
  SELECT f.subscriber_id FROM broadcast_pass p JOIN subscription f ON f.channel = p.channel
    AND f.category IN (SELECT '*' UNION ALL SELECT value FROM json_each(p.categories))
    AND f.subscriber_id > p.last_id AND f.subscriber_id <= p.max_id
  WHERE p.broadcast_id = :broadcast AND p.done = 0 AND p.source_id IS NULL
  UNION
  SELECT e.id FROM broadcast_pass p JOIN subscriber e ON e.channel = p.channel AND e.id > p.last_id AND e.id <= p.max_id
  WHERE p.broadcast_id = :broadcast AND p.done = 0 AND p.categories = '[]' AND :kind <> 'story' AND p.source_id IS NULL)
AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.broadcast_id = :broadcast AND d.subscriber_id = s.id)
"""
_BEYOND_AMONG_READERS: Final = """
SELECT count(DISTINCT r.subscriber_id) FROM broadcast_pass p JOIN delivery r ON r.broadcast_id = p.source_id
  AND r.subscriber_id > p.last_id AND r.subscriber_id <= p.max_id AND r.state IN ('started', 'sent', 'unknown')
WHERE p.broadcast_id = :broadcast AND p.done = 0
AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.broadcast_id = :broadcast AND d.subscriber_id = r.subscriber_id)
"""
_BEYOND: Final = (_BEYOND_IN_TOPICS, _BEYOND_AMONG_READERS)
_FIRST_IMPORT_AGAIN: Final = """
UPDATE feed SET imported_at = NULL, etag = NULL, last_modified = NULL, next_check = NULL, unconditional_at = NULL,
  held_flood = NULL, gap_since = NULL
"""
_OWE_NOTHING: Final = """
UPDATE subscriber SET covered_until = ?, digest_at = NULL,
  covered_telling = (SELECT coalesce(max(telling), 0) FROM broadcast_pass)
WHERE status = 'active'
"""
# SQLite remembers the last id of an AUTOINCREMENT table from its first row on.
_LEAVE_OUT: Final = "UPDATE sqlite_sequence SET seq = seq + ?"
_LEAVE_OUT_OF_UNUSED: Final = """
INSERT INTO sqlite_sequence (name, seq) SELECT name, ? FROM sqlite_master
WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)
"""
_FIRST_STORY: Final = """
INSERT OR REPLACE INTO meta SELECT 'first_story', CAST(?1 + max(coalesce((SELECT max(id) FROM story), 0),
  coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'first_story'), 0)) AS TEXT)
"""
_DROP_UPDATE: Final = "UPDATE inbox SET handled_at = ?, error = 'restored' WHERE id = ?"
_PAUSE: Final = "INSERT INTO meta VALUES ('paused', ?) ON CONFLICT DO UPDATE SET value = excluded.value"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A broadcast that was under way when the backup was made."""

    id: int
    kind: str
    title: str
    created_at: datetime
    unknown: int  # under way or waiting then
    beyond: int  # not reached then, as far as the backup knows


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done to a restored database."""

    interrupted: tuple[Interrupted, ...]
    stopped: int  # stops since the backup, done again
    erased: int
    replies: int  # answers that waited then, dropped
    updates: int  # messages that waited then, dropped
    invitations: int  # codes that were not used then, withdrawn


def settle(
    tx: SqliteTx, stops: StopsLog, backup_at: datetime, now: datetime, leaves: Callable[[str], bool]
) -> Settled:  # fmt: skip
    """Make a restored database safe to run; inside a transaction. `leaves` tells updates that ask to stop."""
    stopped, erased = _let_go(tx, stops, backup_at)  # before anything else
    closed = [(_interrupt(tx, row, to_ms(now)), row[3]) for row in tx.all(_RUNNING)]
    # What was cancelled or withdrawn, and only not yet closed, had come to its end.
    interrupted = tuple(broadcast for broadcast, went_on in closed if went_on or broadcast.unknown)
    _first_import_again(tx)
    _owe_nothing(tx, now)
    _name_nothing_again(tx, now)
    settled = Settled(
        interrupted, stopped, erased,
        replies=tx.run("DELETE FROM reply"),
        updates=_drop_updates(tx, now, leaves),
        invitations=tx.run("DELETE FROM invitation WHERE used_at IS NULL"),  # may have been used since
    )  # fmt: skip
    for table in ("whatsapp_answer", "whatsapp_early"):  # what was taken then has long been delivered, or refused
        tx.run(f"DELETE FROM {table}")
    tx.run("DELETE FROM meta WHERE key = 'backup_at'")
    tx.run(_PAUSE, CODE)
    return settled


def _let_go(tx: SqliteTx, stops: StopsLog, backup_at: datetime) -> tuple[int, int]:
    """Stops and erasures that the backup does not know; how many of each."""
    stopped, erased = 0, 0
    for row in tx.conn.execute(_PEOPLE, {"backup": to_ms(backup_at)}).fetchall():
        channel, address, status, stopped_at, joined, *aliases = row
        left = _left(stops, channel, {address, *aliases} - {None})
        if left is None:
            continue
        if left.erased_at is not None and _is_news(left.erased_at, backup_at, joined):
            tx.erase(channel, address, left.erased_at)
            erased += 1
        elif _is_news(left.at, backup_at, joined) and not (status == "stopped" and _knows(stopped_at, left)):
            tx.stop(channel, address, gone=False, now=left.at)
            stopped += 1
    return stopped, erased


def _left(stops: StopsLog, channel: str, names: set[str]) -> Left | None:
    """What the log knows of somebody under any of their names; the latest of it.

    The log's earlier lines have one name of them, and numbers as a file wrote them.
    """
    if channel == WHATSAPP:
        names |= {f"+{name}" for name in names if name.isdecimal()}
    known = [left for name in names if (left := stops.left(channel, name)) is not None]
    erased = [left.erased_at for left in known if left.erased_at is not None]
    return Left(max(left.at for left in known), max(erased, default=None)) if known else None


def _is_news(at: datetime, backup_at: datetime, joined: int) -> bool:
    """After the backup, or after the last thing by which they came, whatever the clock did between the two.

    A stop is in the log a moment before its commit: a backup made in between shows its person active.
    """
    return at > backup_at or to_ms(at) > joined


def _knows(stopped_at: int | None, left: Left) -> bool:
    return stopped_at is not None and stopped_at >= to_ms(left.at)


def _interrupt(tx: SqliteTx, row: tuple[Any, ...], now: int) -> Interrupted:
    """Close a broadcast of which nobody knows how far it went on after the backup."""
    broadcast, kind, created_at, _, title = row
    beyond = _beyond(tx, broadcast, kind)
    unknown = tx.run(_UNKNOWN, CODE, now, broadcast)
    tx.run("UPDATE broadcast_pass SET done = 1 WHERE broadcast_id = ?", broadcast)
    tx.run(_CLOSE, now, broadcast)
    return Interrupted(broadcast, kind, title, from_ms(created_at), unknown, beyond)


def _beyond(tx: SqliteTx, broadcast: int, kind: str) -> int:
    """Readers that its passes had not come to yet."""
    values = {"broadcast": broadcast, "kind": kind}
    return sum(int(tx.conn.execute(query, values).fetchone()[0]) for query in _BEYOND)


def _first_import_again(tx: SqliteTx) -> None:
    """What the feeds show now was told before the restore: it is taken in without a word."""
    tx.run(_FIRST_IMPORT_AGAIN)


def _owe_nothing(tx: SqliteTx, now: datetime) -> None:
    """No digest brings what was told before: whether it came is not known."""
    tx.run("DELETE FROM owed")
    tx.run(_OWE_NOTHING, to_ms(now))


def _name_nothing_again(tx: SqliteTx, now: datetime) -> None:
    """What still comes in about the time that was lost must find nothing, rather than something new of the same name.

    A new key also ends the buttons of what was there: a draft may have been changed, or sent, since the backup.
    """
    gap = GAP + max(0, (now - _SINCE) // _GAP_GROWS)
    for statement in (_LEAVE_OUT, _LEAVE_OUT_OF_UNUSED, _FIRST_STORY):
        tx.run(statement, gap)
    tx.run("INSERT OR REPLACE INTO meta VALUES ('button_key', ?)", token_hex(32))


def _drop_updates(tx: SqliteTx, now: datetime, leaves: Callable[[str], bool]) -> int:
    """Messages that waited when the backup was made were answered since; only who asks to stop is heard again."""
    waiting = tx.all("SELECT id, body FROM inbox WHERE handled_at IS NULL")
    answered = [(to_ms(now), update) for update, body in waiting if not leaves(body)]
    tx.conn.executemany(_DROP_UPDATE, answered)
    return len(answered)


def backup_moment(tx: SqliteTx) -> datetime | None:
    """When this file was made, if `backup` made it."""
    at = tx.value("SELECT value FROM meta WHERE key = 'backup_at'")
    return from_ms_or_none(None if at is None else int(at))
