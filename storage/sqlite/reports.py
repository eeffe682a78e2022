"""What transactions say about how far broadcasts have come, and about who did what."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.ports import Report
from storage.sqlite.following import Following
from storage.sqlite.part import from_ms, listed, to_ms

_COUNTS: Final = "SELECT channel, state, code, n FROM broadcast_count WHERE broadcast_id = ? AND n > 0"
_OPEN: Final = """
SELECT coalesce(s.channel, ''), d.state, count(*) FROM delivery d INDEXED BY delivery_open
LEFT JOIN subscriber s ON s.id = d.subscriber_id
WHERE d.broadcast_id = ? AND d.finished_at IS NULL GROUP BY 1, 2
"""
_DELAYS: Final = "SELECT channel, bucket, n FROM broadcast_delay WHERE broadcast_id = ? ORDER BY 1, 2"
_MISSED: Final = """
SELECT d.subscriber_id, s.channel, s.address, d.state, coalesce(d.code, '')
FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
WHERE d.broadcast_id = ? AND d.subscriber_id > ? AND d.state IN ('failed', 'unknown') AND d.code IS NOT 'digest'
ORDER BY d.subscriber_id LIMIT ?
"""
ACCEPTED: Final = 16  # in `doubts`: what came of earlier attempts is doubtful, and an editor had it sent all the same
_MISS_AGAIN: Final = f"""
UPDATE delivery SET state = 'queued', finished_at = NULL, attempt = 0, next_at = :now,
  doubts = CASE WHEN state = 'unknown' OR doubts > 0 THEN {ACCEPTED + 1} ELSE 0 END,  -- once more means once
  channel = (SELECT channel FROM subscriber WHERE id = subscriber_id),
  rank = (SELECT rank FROM broadcast WHERE id = broadcast_id)
WHERE broadcast_id = :broadcast AND subscriber_id IN (
  SELECT d.subscriber_id FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
  WHERE d.broadcast_id = :broadcast AND s.status = 'active' AND d.code IS NOT 'digest'
    AND d.state IN (SELECT value FROM json_each(:states))
    AND (:codes IS NULL OR d.code IN (SELECT value FROM json_each(:codes)))
    AND NOT EXISTS (
      SELECT 1 FROM json_each(:digests) digest CROSS JOIN delivery c ON c.broadcast_id = digest.value
        AND c.subscriber_id = d.subscriber_id AND (c.state <> 'failed' OR c.doubts > 0)
      CROSS JOIN json_each(c.stories) carried WHERE carried.value = :story)
  LIMIT :limit)
"""
# Of a story: itself, and the digests that may have carried it.
_STORY: Final = """
SELECT b.story_id, (SELECT json_group_array(g.id) FROM broadcast g
  WHERE g.kind = 'digest' AND (g.id > b.id OR g.expires_at >= b.created_at))
FROM broadcast b WHERE b.id = ? AND b.kind = 'story'
"""
# What is being said about it looks for its readers once more: some of them wait again now, whom it passes over.
_ANOTHER_ROUND: Final = "UPDATE broadcast_pass SET final = 0 WHERE source_id = ? AND done = 0"
_REOPEN: Final = """
UPDATE broadcast SET status = CASE status WHEN 'paused' THEN status ELSE 'running' END, done_at = NULL,
  expires_at = max(expires_at, ?) WHERE id = ?
"""
_EVERYBODY: Final = "SELECT count(*) FROM subscriber WHERE channel = ? AND status = 'active'"
_FOLLOWERS: Final = """
SELECT count(*) FROM (SELECT DISTINCT f.subscriber_id FROM subscription f
  WHERE f.channel = ? AND (f.category = '*' OR f.category IN (SELECT value FROM json_each(?)))) f
JOIN subscriber s ON s.id = f.subscriber_id WHERE s.status = 'active'
"""


class Reports(Following):
    """Reports and the audit log."""

    def report(self, broadcast_id: int) -> list[Report]:
        """How far it has come, by channel."""
        ended: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for channel, state, code, n in self.all(_COUNTS, broadcast_id):
            ended[channel][state][code] = n
        opened: dict[str, dict[str, int]] = defaultdict(dict)
        for channel, state, n in self.all(_OPEN, broadcast_id):
            opened[channel][state] = n
        delays: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for channel, bucket, n in self.all(_DELAYS, broadcast_id):
            delays[channel].append((bucket, n))
        channels = "SELECT DISTINCT channel FROM broadcast_pass WHERE broadcast_id = ?"
        names = {row[0] for row in self.all(channels, broadcast_id)} | ended.keys() | opened.keys()
        return [_report(name, ended[name], opened[name], delays[name]) for name in sorted(names)]

    def missed(self, broadcast_id: int, after: int, limit: int) -> list[tuple[int, str, str, str, str]]:
        """Failed and unknown deliveries by subscriber: id, channel, address, state, code."""
        return self.all(_MISSED, broadcast_id, after, limit)

    def miss_again(
        self, broadcast_id: int, states: Collection[str], codes: Collection[str] | None, now: datetime,
        until: datetime, limit: int,
    ) -> int:  # fmt: skip
        """Queue up to `limit` failed or unknown deliveries (codes None: all) once more; how many.

        Not those of readers who have had the story in a digest meanwhile.
        """
        story, digests = self.one(_STORY, broadcast_id) or (None, "[]")
        values = {
            "broadcast": broadcast_id, "states": listed(sorted(states)), "now": to_ms(now), "limit": limit,
            "story": story, "digests": digests, "codes": None if codes is None else listed(sorted(codes)),
        }  # fmt: skip
        again = self.conn.execute(_MISS_AGAIN, values).rowcount
        if again:
            self.run(_REOPEN, to_ms(until), broadcast_id)
            self.run(_ANOTHER_ROUND, broadcast_id)
            self._follow_late(broadcast_id, to_ms(until))
        return again

    def audience_size(self, channel: str, categories: Collection[str]) -> int:
        """How many active subscribers follow any of these (none given: all subscribers)."""
        if not categories:
            return int(self.value(_EVERYBODY, channel))
        return int(self.value(_FOLLOWERS, channel, listed(sorted(categories))))

    def note_live(self, channel: str, live: Mapping[str, Any]) -> None:
        """What the running program says about itself, for `stats`."""
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", f"live:{channel}", json.dumps(live))

    def live(self) -> dict[str, Any]:
        """What the running program last said about itself, by channel."""
        said = self.all("SELECT substr(key, 6), value FROM meta WHERE key LIKE 'live:%'")
        return {channel: json.loads(value) for channel, value in said}

    def add_audit(self, who: str, act: str, detail: str, now: datetime) -> None:
        """An act of an editor, an admin or the server's operator."""
        self.run("INSERT INTO audit (at, who, act, detail) VALUES (?, ?, ?, ?)", to_ms(now), who, act, detail)

    def audits(self, limit: int) -> list[tuple[datetime, str, str, str]]:
        """The newest acts: when, who, what, about what."""
        rows = self.all("SELECT at, who, act, detail FROM audit ORDER BY id DESC LIMIT ?", limit)
        return [(from_ms(at), who, act, detail) for at, who, act, detail in rows]


def _report(
    channel: str, ended: Mapping[str, Mapping[str, int]], opened: Mapping[str, int], delays: Sequence[tuple[int, int]]
) -> Report:  # fmt: skip
    failed = dict(ended.get("failed", {}))
    return Report(
        channel, sent=sum(ended.get("sent", {}).values()), digested=failed.pop("digest", 0), failed=failed,
        unknown=sum(ended.get("unknown", {}).values()), recalled=sum(ended.get("recalled", {}).values()),
        under_way=opened.get("started", 0), waiting=opened.get("queued", 0),
        p50=_percentile(delays, 0.5), p95=_percentile(delays, 0.95),
    )  # fmt: skip


def _percentile(delays: Sequence[tuple[int, int]], share: float) -> float | None:
    """The upper end, in seconds, of the bucket in which this share of the messages had arrived."""
    wanted = share * sum(n for _, n in delays)
    seen = 0
    for bucket, n in delays:
        seen += n
        if seen >= wanted and seen:
            return _upper_end(bucket)
    return None


def _upper_end(bucket: int) -> float:
    """Seconds; the buckets are those of `Deliveries.settle`."""
    if bucket < 240:  # noqa: PLR2004 — quarters of a second, for one minute
        return (bucket + 1) / 4
    if bucket < 948:  # noqa: PLR2004 — five seconds each, for one hour
        return 60.0 + (bucket - 239) * 5
    return 3600.0 + (bucket - 947) * 60
