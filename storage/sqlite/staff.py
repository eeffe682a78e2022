"""What transactions say about invitations and roles."""

from datetime import datetime, timedelta
from typing import Final

from bot.chat.turn import Role, Status
from bot.ports import StaffMember
from storage.sqlite.part import from_ms_or_none, to_ms
from storage.sqlite.people import People

_HEIGHT: Final = {Role.RESIDENT: 0, Role.EDITOR: 1, Role.ADMIN: 2}
_WRONG_TRIES: Final = 5
_TRY_WINDOW: Final = timedelta(hours=24)
_STAFF: Final = """
SELECT s.channel, s.address, s.thread, s.language, f.role, s.status, s.window_until
FROM staff f JOIN subscriber s ON s.id = f.subscriber_id ORDER BY f.granted_at, f.subscriber_id
"""
# As those of staff are who never subscribed; when they stopped stays written down, for imports look at it.
_REACH: Final = """
UPDATE subscriber SET status = 'new' WHERE channel = ? AND address = ? AND status IN ('gone', 'stopped')
  AND id IN (SELECT subscriber_id FROM staff)
"""


class Invitations(People):
    """One-time codes and the roles they give."""

    def add_invitation(
        self, code_hash: str, role: Role, now: datetime, expires_at: datetime, made_by: tuple[str, str] | None = None
    ) -> None:
        """A one-time code, kept hashed; `made_by` is the channel and address of who may lose their role."""
        insert = "INSERT INTO invitation (code_hash, role, created_at, expires_at, made_by) VALUES (?, ?, ?, ?, ?)"
        maker = None if made_by is None else self._subscriber(*made_by)
        self.run(insert, code_hash, role.value, to_ms(now), to_ms(expires_at), maker)

    def redeem_invitation(self, channel: str, address: str, code_hash: str, now: datetime) -> tuple[Role | None, str]:
        """The role now held (never lowered), or None and why: unknown, expired, used, too_many (5 wrong in 24 h)."""
        if self._wrong_tries(channel, address, now) >= _WRONG_TRIES:
            return None, "too_many"
        row = self.one("SELECT role, expires_at, used_at FROM invitation WHERE code_hash = ?", code_hash)
        wrong = _why_not(row, to_ms(now))
        if wrong:
            self.run("INSERT INTO invitation_try (channel, address, at) VALUES (?, ?, ?)", channel, address, to_ms(now))
            return None, wrong
        subscriber = self._known(channel, address)
        use = "UPDATE invitation SET used_at = ?, used_by = ? WHERE code_hash = ?"
        self.run(use, to_ms(now), subscriber, code_hash)
        return self._grant(subscriber, Role(row[0]), now), ""

    def has_admin(self) -> bool:
        """Whether anyone holds the role admin."""
        return bool(self.value("SELECT EXISTS (SELECT 1 FROM staff WHERE role = 'admin')"))

    def staff(self) -> list[StaffMember]:
        """All editors and admins, in the order in which they came."""
        return [
            StaffMember(channel, address, thread, language or "id", Role(role), Status(status), from_ms_or_none(window))
            for channel, address, thread, language, role, status, window in self.all(_STAFF)
        ]

    def reach_again(self, channel: str, address: str) -> None:
        """A member of staff who was gone or had stopped hears of the newsroom's matters again, and of nothing else."""
        self.run(_REACH, channel, address)

    def _wrong_tries(self, channel: str, address: str, now: datetime) -> int:
        since = to_ms(now - _TRY_WINDOW)
        if self.writes:
            self.run("DELETE FROM invitation_try WHERE at <= ?", since)
        count = "SELECT count(*) FROM invitation_try WHERE channel = ? AND address = ? AND at > ?"
        return int(self.value(count, channel, address, since))

    def _grant(self, subscriber: int, role: Role, now: datetime) -> Role:
        held = Role(self.value("SELECT role FROM staff WHERE subscriber_id = ?", subscriber) or Role.RESIDENT)
        if _HEIGHT[held] >= _HEIGHT[role]:
            return held
        grant = "INSERT INTO staff VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role"
        self.run(grant, subscriber, role.value, to_ms(now))
        return role


def _why_not(row: tuple[str, int, int | None] | None, now: int) -> str:
    if row is None:
        return "unknown"
    _, expires_at, used_at = row
    if used_at is not None:
        return "used"
    return "expired" if expires_at <= now else ""
