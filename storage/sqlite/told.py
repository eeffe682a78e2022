"""What has been told, as editors look for it: alerts and what is under way first, by pages, by words or by address."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from bot.delivery.content import BroadcastKind, Note, note_from_json
from bot.news import identity
from bot.news.item import Item
from bot.ports import Sent
from storage.sqlite.broadcasts import Broadcasts
from storage.sqlite.part import listed, to_ms

ALERTS_FIRST: Final = timedelta(hours=48)  # so long an alert stands before the stories that came after it
LOOKED_THROUGH: Final = 5_000  # broadcasts, the newest: four months of forty stories a day
_TELLABLE: Final = (BroadcastKind.STORY, BroadcastKind.ALERT, BroadcastKind.FOLLOW_UP)
_ABOUT: Final = (BroadcastKind.CORRECTION, BroadcastKind.WITHDRAWAL)
# What was taken back, or stopped before anybody had it, is nothing to correct.
_OUT: Final = """
b.kind IN (SELECT value FROM json_each(:kinds)) AND b.not_before <= :now AND (:all OR (b.status <> 'withdrawn' AND
  (b.status <> 'cancelled' OR EXISTS (SELECT 1 FROM broadcast_count c WHERE c.broadcast_id = b.id AND c.n > 0
    AND (c.state IN ('sent', 'recalled', 'unknown', 'started') OR c.code = 'digest')))))
"""
_URGENCY: Final = """
CASE WHEN b.kind IN ('alert', 'follow_up') AND b.not_before > :lately THEN 0
  WHEN b.status IN ('running', 'paused') AND b.done_at IS NULL THEN 1 ELSE 2 END, b.not_before DESC, b.id DESC
"""
_PAGE: Final = f"SELECT b.id FROM broadcast b WHERE {_OUT} ORDER BY {_URGENCY} LIMIT :limit OFFSET :offset"
_NAMED: Final = f"""
SELECT b.id, coalesce(b.story_id, 0), coalesce(s.title, ''), coalesce(o.note, b.note)
FROM (SELECT * FROM broadcast b WHERE {_OUT} ORDER BY b.id DESC LIMIT {LOOKED_THROUGH}) b
LEFT JOIN story s ON s.id = b.story_id LEFT JOIN broadcast o ON o.id = b.original_id AND b.kind <> 'follow_up'
ORDER BY {_URGENCY}
"""


class TellingLists(Broadcasts):
    """What has been told, as editors look for it."""

    def told_page(self, *, every: bool, now: datetime, offset: int, limit: int) -> list[Sent]:
        """What has begun: alerts of two days, what is under way, then the newest.

        With `every` also what can be neither corrected nor withdrawn.
        """
        rows = self.conn.execute(_PAGE, _values(every, now) | {"limit": limit, "offset": offset})
        return self._each(row[0] for row in rows.fetchall())

    def told_about(self, asked: str, *, every: bool, now: datetime, limit: int, offset: int = 0) -> list[Sent]:
        """The same, of that which these words or this address name: all words stand in its headline, in any case."""
        rows = self.conn.execute(_NAMED, _values(every, now)).fetchall()
        link = _address(asked)
        wanted, keys = asked.casefold().split(), _link_keys(link)
        story = next(iter(self.known_keys(_keys(link)).values()), None) if link else None
        found = [
            row[0]
            for row in rows
            if ((row[1] == story and story is not None) or keys & _link_keys(_link_of(row[3])) if link
                else all(word in _headline(row[2], row[3]).casefold() for word in wanted))
        ]  # fmt: skip
        return self._each(iter(found[offset : offset + limit]))

    def _each(self, ids: Iterator[int]) -> list[Sent]:
        return [sent for sent in map(self.broadcast, ids) if sent is not None]


def _values(every: bool, now: datetime) -> dict[str, Any]:
    kinds = listed([str(kind) for kind in (*_TELLABLE, *(_ABOUT if every else ()))])
    return {"kinds": kinds, "now": to_ms(now), "all": every, "lately": to_ms(now - ALERTS_FIRST)}


def _note(note: str | None) -> Note:
    return Note("") if note is None else note_from_json(note)


def _headline(title: str, note: str | None) -> str:
    said = _note(note)
    return title or said.title or said.text


def _link_of(note: str | None) -> str:
    return _note(note).link


def _address(asked: str) -> str:
    """The address in what was asked, which may stand behind a headline as phones share it; "" where there is none."""
    return next((word for word in asked.split() if word.startswith(("http://", "https://"))), "")


def _keys(link: str) -> tuple[str, ...]:
    return identity.keys(Item(link, link, ""), "")


def _link_keys(link: str) -> frozenset[str]:
    return frozenset(key for key in _keys(link) if key.startswith("l:")) if link else frozenset()
