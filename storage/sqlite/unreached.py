"""Whom a pass had not come to when its news became old: each is written down, some at a time (promise 7)."""

from datetime import datetime
from typing import Any, Final

from bot.delivery.about import act_for
from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Broadcast, Reader
from bot.delivery.timing import is_meant
from storage.sqlite.audience import COLUMNS, LEFT_BEFORE, Audience, pass_of
from storage.sqlite.part import from_ms, listed, to_ms
from storage.sqlite.waiting import FAIL

_NEXT_PASS: Final = f"""
SELECT {COLUMNS}, p.channel FROM broadcast_pass p JOIN broadcast b ON b.id = p.broadcast_id
WHERE p.broadcast_id = ? AND p.done = 0 ORDER BY p.n, p.channel LIMIT 1
"""
_MOVE_ON: Final = """
UPDATE broadcast_pass SET last_id = ?, done = ? WHERE broadcast_id = ? AND n = ? AND channel = ?
"""
# Born and ended in one transaction: what ends is counted as everything that ends (schema_outbox).
_BORN: Final = f"""
INSERT INTO delivery (broadcast_id, subscriber_id, state, attempt) SELECT :broadcast, value, 'queued', 0
FROM json_each(:subscribers) WHERE true
ON CONFLICT DO UPDATE SET state = 'queued', finished_at = NULL WHERE state = 'failed' AND {LEFT_BEFORE}
"""
_ENDED: Final = f"""
{FAIL} WHERE broadcast_id = :broadcast AND state = 'queued'
  AND subscriber_id IN (SELECT value FROM json_each(:subscribers))
"""
_OWED_SOON: Final = """
UPDATE subscriber SET digest_at = ? WHERE digest_at IS NULL AND id IN (SELECT value FROM json_each(?))
"""
STORY_WAITS: Final = 24 * 3_600_000  # milliseconds that a late story's claim has for those whom it owes a digest
SOME_LEFT: Final = f"""
SELECT EXISTS (SELECT 1 FROM broadcast b WHERE b.done_at IS NULL
  AND b.expires_at <= ? - CASE b.kind WHEN 'story' THEN {STORY_WAITS} ELSE 0 END
  AND EXISTS (SELECT 1 FROM broadcast_pass p WHERE p.broadcast_id = b.id AND p.done = 0))
"""
_PAGE: Final = 1_000  # readers a tick: some ten milliseconds of the write lock


class Unreached(Audience):
    """What becomes of them: they can be sent it again, or are owed a story."""

    def _note_unreached(self, broadcast_id: int, at: int) -> bool:
        """Go on with a page of those whom it has not come to; whether there may be more."""
        row = self.one(_NEXT_PASS, broadcast_id)
        if row is None:
            return False
        broadcast, channel = pass_of(row[:-1]), row[-1]
        readers = self.readers(channel, broadcast, _PAGE)
        if broadcast.kind is BroadcastKind.STORY:
            self.run(_OWED_SOON, to_ms(broadcast.created_at), listed([r.subscriber_id for r in readers]))
        else:
            self._end_unreached(broadcast, [r for r in readers if _is_owed_it(broadcast, r, from_ms(at))], at)
        done = len(readers) < _PAGE
        last_id = broadcast.last_id if done else readers[-1].subscriber_id
        self.run(_MOVE_ON, last_id, done, broadcast_id, broadcast.pass_no, channel)
        return not done or self.one(_NEXT_PASS, broadcast_id) is not None

    def _end_unreached(self, broadcast: Broadcast, readers: list[Reader], at: int) -> None:
        values: dict[str, Any] = {"broadcast": broadcast.id, "code": "expired", "now": at}
        values["subscribers"] = listed([reader.subscriber_id for reader in readers])
        for statement in (_BORN, _ENDED):
            self.conn.execute(statement, values)


def _is_owed_it(broadcast: Broadcast, reader: Reader, now: datetime) -> bool:
    """Whether the claim would have sent it to them, sooner or later."""
    act = act_for(broadcast.kind, reader.had, erase=broadcast.erase)
    return is_meant(broadcast, reader, now) and (broadcast.source_id is None or act is not None)
