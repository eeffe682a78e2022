"""What transactions say to operators."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final

from storage.sqlite.part import from_ms_or_none, to_ms
from storage.sqlite.people import IS_WORD
from storage.sqlite.reports import Reports

_WINDOW: Final = timedelta(days=7)  # deliveries are counted row by row: older ones would make `stats` slow
_DELIVERIES: Final = """
SELECT d.state, coalesce(d.code, ''), count(*) FROM broadcast b JOIN delivery d ON d.broadcast_id = b.id
WHERE b.created_at > ? GROUP BY 1, 2
"""
_FOLLOWERS: Final = f"""
SELECT channel, category, count(*) FROM subscription WHERE NOT ({IS_WORD}) GROUP BY 1, 2
UNION ALL SELECT channel, 'kata:*', count(*) FROM subscription WHERE {IS_WORD} GROUP BY 1
"""  # words are many, and what people look for is theirs
_FEEDS: Final = """
SELECT count(*), sum(paused OR halted), sum(NOT paused AND NOT halted AND failures > 0), max(ok_at) FROM feed
"""
_INBOX: Final = """
SELECT (SELECT count(*) FROM inbox WHERE handled_at IS NULL),
  (SELECT count(*) FROM inbox WHERE handled_at IS NOT NULL),
  (SELECT count(*) FROM inbox WHERE handled_at IS NOT NULL AND error <> '')
"""
_STORIES: Final = """
SELECT (SELECT count(*) FROM story), (SELECT count(DISTINCT story_id) FROM broadcast),
  (SELECT count(*) FROM story WHERE first_seen > ?), (SELECT max(published) FROM story)
"""


class Stats(Reports):
    """Counts."""

    def stats(self, now: datetime) -> dict[str, Any]:
        """Counts for `stats`: subscribers, stories, broadcasts, deliveries by state and code, inbox, feeds."""
        since = now - _WINDOW
        return {
            "at": now.isoformat(timespec="seconds"),
            "subscribers": self._nested("SELECT channel, status, count(*) FROM subscriber GROUP BY 1, 2"),
            "followers": self._nested(_FOLLOWERS),
            "stories": self._stories(since),
            "broadcasts": dict(self.all("SELECT status, count(*) FROM broadcast GROUP BY 1")),
            "deliveries": self._deliveries(since),
            "replies": dict(self.all("SELECT state, count(*) FROM reply GROUP BY 1")),
            "holds": self.value("SELECT count(*) FROM hold WHERE until > ?", to_ms(now)),
            "inbox": dict(zip(("waiting", "handled", "with_error"), self.one(_INBOX), strict=True)),
            "feeds": self._feeds(),
            "standing_still": self.value("SELECT value FROM meta WHERE key = 'paused'"),
            "sending": self.live(),
        }

    def _nested(self, sql: str) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        for outer, inner, count in self.all(sql):
            counts[outer][inner] = count
        return dict(counts)

    def _stories(self, since: datetime) -> dict[str, Any]:
        total, told, recent, newest = self.one(_STORIES, to_ms(since))
        return {"total": total, "told": told, "last_7_days": recent, "newest": _iso(newest)}

    def _deliveries(self, since: datetime) -> dict[str, Any]:
        states: dict[str, int] = defaultdict(int)
        codes: dict[str, int] = defaultdict(int)
        for state, code, count in self.all(_DELIVERIES, to_ms(since)):
            states[state] += count
            if code and state != "sent":
                codes[code] += count
        return {"since": since.isoformat(timespec="seconds"), "by_state": dict(states), "by_code": dict(codes)}

    def _feeds(self) -> dict[str, Any]:
        total, paused, failing, ok_at = self.one(_FEEDS)
        return {"total": total, "paused": paused or 0, "failing": failing or 0, "last_ok": _iso(ok_at)}


def _iso(ms: int | None) -> str | None:
    at = from_ms_or_none(ms)
    return None if at is None else at.isoformat(timespec="seconds")
