"""All subjects of a transaction in one."""

from datetime import datetime
from typing import Final

from sqlite_utils import Database

from storage.sqlite.broadcasts import Broadcasts
from storage.sqlite.digests import Digests
from storage.sqlite.erasure import Erasure
from storage.sqlite.feeds import Feeds
from storage.sqlite.imports import WHATSAPP, Imports
from storage.sqlite.inbox import Inbox
from storage.sqlite.lately import Lately
from storage.sqlite.newsdesk import Newsdesk
from storage.sqlite.nonces import Nonces
from storage.sqlite.part import from_ms
from storage.sqlite.reports import Reports
from storage.sqlite.retention import Retention
from storage.sqlite.search import Search
from storage.sqlite.stats import Stats
from storage.sqlite.suppressions import Suppressions
from storage.sqlite.team import Team
from storage.sqlite.templates import Templates
from storage.sqlite.whatsapp import WhatsApp
from storage.sqlite.withdrawals import Withdrawals
from storage.stops import ERASE, STOP, Departures

# Also the names they have left, for a backup may know them by these; not one that somebody else has now.
_NAMES: Final = """
SELECT phone FROM whatsapp_person WHERE subscriber_id = ?1 AND phone IS NOT NULL
UNION SELECT user_id FROM whatsapp_person WHERE subscriber_id = ?1 AND user_id IS NOT NULL
UNION SELECT alias FROM whatsapp_former f WHERE subscriber_id = ?1
  AND NOT EXISTS (SELECT 1 FROM whatsapp_person p WHERE f.alias IN (p.phone, p.user_id) AND p.subscriber_id <> ?1)
  AND NOT EXISTS (SELECT 1 FROM subscriber s WHERE s.channel = 'whatsapp' AND s.address = f.alias AND s.id <> ?1)
"""
_AWAY_SINCE: Final = "SELECT stopped_at FROM subscriber WHERE id = ? AND status = 'stopped'"


class SqliteTx(
    Feeds, Suppressions, Withdrawals, Search, Imports, Erasure, Team, Newsdesk, Broadcasts, WhatsApp, Stats,
    Reports, Digests, Inbox, Retention, Templates, Nonces, Lately,
):  # fmt: skip
    """Everything that a transaction can say (bot.ports.Tx)."""

    def __init__(self, db: Database, *, writes: bool, departures: Departures | None = None) -> None:
        super().__init__(db, writes=writes)
        self._departures = departures

    def stop(self, channel: str, address: str, gone: bool, now: datetime) -> None:
        """Unsubscribe; whoever says so themselves is noted outside of the database too (storage/stops.py)."""
        super().stop(channel, address, gone, now)
        if not gone:
            self._note(channel, self._called(channel, address), now)

    def _is_back(self, channel: str, address: str, now: datetime) -> None:
        if self._departures is not None:
            for name in self._called(channel, address):
                self._departures.note_return(channel, name, now)

    def erase(self, channel: str, address: str, now: datetime) -> None:
        """Forget somebody; it is noted, hashed, so that no backup brings them back."""
        names = self._called(channel, address)
        super().erase(channel, address, now)
        self._note(channel, names, now, ERASE)

    def _unite(self, *known: int) -> int:
        """Who turns out to have stopped under another name has left under all of them."""
        names = {self._address(subscriber) for subscriber in known} if len(known) > 1 else set()
        keep = super()._unite(*known)
        if names and (since := self.value(_AWAY_SINCE, keep)) is not None:
            self._note(WHATSAPP, names | self._called(WHATSAPP, self._address(keep)), from_ms(since))
        return keep

    def _note(self, channel: str, names: set[str], at: datetime, kind: str = STOP) -> None:
        if self._departures is not None:
            for name in sorted(names):
                self._departures.note(channel, name, at, kind)

    def _left_at(self, channel: str, addresses: list[str]) -> dict[str, datetime]:
        """What stops.log knows of these; StoreError when it cannot be read."""
        return {} if self._departures is None else self._departures.left_at(channel, addresses)

    def _called(self, channel: str, address: str) -> set[str]:
        """What a backup may know this person by."""
        if channel != WHATSAPP:
            return {address}
        return {address, *(name for (name,) in self.all(_NAMES, self._subscriber(channel, address)))}
