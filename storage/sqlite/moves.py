"""When a chat gets a new address, and what happens if somebody is there already.

Whatever column names a person is carried along or settled here; a test finds those columns in the schema
(tests/storage/test_merging_everywhere.py).
"""

from typing import Final

from bot.chat.turn import Role, Status
from storage.sqlite.people import People

GONE: Final = "moved"  # the message id of what is under way to a chat that moves: whatever id it gets means nothing
# `?1` is kept, `?2` goes. Broadcast by broadcast, because nothing indexes deliveries by subscriber alone.
_DELIVERIES: Final = """
UPDATE OR IGNORE delivery SET subscriber_id = ?1
WHERE subscriber_id = ?2 AND broadcast_id IN (SELECT id FROM broadcast)
"""
# What was sent to the old chat cannot be changed any more: in the new one ids begin anew and name other messages.
FORGET_MESSAGES: Final = f"""
UPDATE delivery SET message_id = CASE state WHEN 'started' THEN '{GONE}' END
WHERE subscriber_id = ? AND (message_id IS NOT NULL OR state = 'started')
  AND broadcast_id IN (SELECT id FROM broadcast)
"""
_UNCOUNT: Final = """
UPDATE broadcast_count SET n = n - 1 WHERE (broadcast_id, channel, state, code) IN (
  SELECT d.broadcast_id, s.channel, d.state, coalesce(d.code, '')
  FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
  WHERE d.subscriber_id = ? AND d.finished_at IS NOT NULL AND d.broadcast_id IN (SELECT id FROM broadcast))
"""
# The outcome of what is under way will name a subscriber who is no more: whether it arrived before the move is unknown.
_UNDER_WAY: Final = """
UPDATE delivery SET state = 'unknown', code = 'moved', finished_at = started_at
WHERE subscriber_id = ? AND state = 'started' AND broadcast_id IN (SELECT id FROM broadcast WHERE done_at IS NULL)
"""
# Another subscriber's digest may hold what this one has had; they are owed what they followed themselves.
_DIGESTS: Final = """
UPDATE delivery SET state = 'failed', code = 'moved', finished_at = started_at, channel = NULL, rank = NULL,
  next_at = NULL
WHERE subscriber_id = ? AND state = 'queued'
  AND broadcast_id IN (SELECT id FROM broadcast WHERE kind = 'digest' AND done_at IS NULL)
"""
_SAVED: Final = "UPDATE OR IGNORE saved SET subscriber_id = ?1 WHERE subscriber_id = ?2"
_LETTERS: Final = "UPDATE contact SET subscriber_id = ?1 WHERE subscriber_id = ?2"
_INVITED: Final = "UPDATE invitation SET made_by = ?1 WHERE made_by = ?2"
_JOINED_BY: Final = "UPDATE invitation SET used_by = ?1 WHERE used_by = ?2"
# Their next text answers what they were asked last, under whichever name.
_STEP: Final = """
INSERT INTO talk SELECT ?1, step, at FROM talk WHERE subscriber_id = ?2
ON CONFLICT DO UPDATE SET step = excluded.step, at = excluded.at WHERE excluded.at > talk.at
"""
# What both had today is what one reader had: their limit for a day counts it.
_TODAY: Final = """
UPDATE subscriber SET day = other.day,
  day_count = other.day_count + CASE subscriber.day WHEN other.day THEN subscriber.day_count ELSE 0 END
FROM subscriber other WHERE subscriber.id = ?1 AND other.id = ?2 AND other.day >= coalesce(subscriber.day, 0)
"""
_STAFF: Final = """
INSERT INTO staff SELECT ?1, role, granted_at FROM staff WHERE subscriber_id = ?2
ON CONFLICT DO UPDATE SET role = excluded.role WHERE excluded.role = 'admin'
"""
_STAFF_NAME: Final = """
INSERT INTO staff_name SELECT ?1, name FROM staff_name WHERE subscriber_id = ?2 ON CONFLICT DO NOTHING
"""
_CARRIED: Final = (
    _DELIVERIES, _SAVED, _LETTERS, _STEP, _STAFF, _STAFF_NAME, _INVITED, _JOINED_BY, _TODAY,
)  # fmt: skip
# Kept under an address; what is at the new one already stays. Buttons of old screens are sealed for the old address.
_GOES_ALONG: Final = (
    "reply", "whatsapp_answer", "whatsapp_waiting", "push_draft", "push_screen", "invitation_try", "hold",
)  # fmt: skip
_ENDS: Final = ("push_screen", "hold", "screen_nonce")
_DEEDS: Final = "UPDATE audit SET who = ?1 WHERE who = ?2"
_MADE: Final = "UPDATE broadcast SET made_by = ?1 WHERE made_by = ?2 AND made_by <> ''"


class Moves(People):
    """Moving subscribers."""

    def _move(self, channel: str, subscriber: int, address: str) -> None:
        """Whoever has subscribed or stopped at the new address is kept as they are; else ours moves there."""
        there = self._subscriber(channel, address)
        if there == subscriber:  # another request was on its way when we heard of it
            return
        self.run(FORGET_MESSAGES, subscriber)
        self._readdress(channel, str(self.value("SELECT address FROM subscriber WHERE id = ?", subscriber)), address)
        if there is not None:
            if self.value("SELECT status FROM subscriber WHERE id = ?", there) != Status.NEW:
                self._merge(channel, keep=there, drop=subscriber)
                return
            self._merge(channel, keep=subscriber, drop=there)
        self.run("UPDATE subscriber SET address = ? WHERE id = ?", address, subscriber)

    def _readdress(self, channel: str, before: str, after: str) -> None:
        """What is kept under somebody's address goes with them, and so does what they have done."""
        if before == after:
            return
        for table in _GOES_ALONG:
            update = f"UPDATE OR IGNORE {table} SET address = ? WHERE channel = ? AND address = ?"
            self.run(update, after, channel, before)
        for table in _ENDS:
            self.run(f"DELETE FROM {table} WHERE channel = ? AND address = ?", channel, before)
        self._sign_deeds(channel, before, after)

    def _sign_deeds(self, channel: str, before: str, after: str) -> None:
        """Whatever they did in whichever role was done by whoever is called so now."""
        for role in ("", *(f"{role.value}:" for role in Role)):
            for statement in (_DEEDS, _MADE):
                self.run(statement, f"{role}{channel}:{after}", f"{role}{channel}:{before}")

    def _merge(self, channel: str, *, keep: int, drop: int) -> None:
        self.run(_UNDER_WAY, drop)
        self.run(_DIGESTS, drop)
        for statement in _CARRIED:
            self.run(statement, keep, drop)
        self.run(_UNCOUNT, drop)
        left = "DELETE FROM delivery WHERE subscriber_id = ? AND broadcast_id IN (SELECT id FROM broadcast)"
        self.run(left, drop)  # the one that is kept has had these broadcasts
        self._follow_nothing(channel, drop)
        self.run("DELETE FROM owed WHERE subscriber_id = ?", drop)
        self.run("DELETE FROM whatsapp_early WHERE kind = 'd' AND b = ?", drop)  # its attempts are over
        self.run("DELETE FROM subscriber WHERE id = ?", drop)
