"""All subjects of a transaction in one."""

from datetime import datetime

from sqlite_utils import Database

from storage.sqlite.broadcasts import Broadcasts
from storage.sqlite.digests import Digests
from storage.sqlite.erasure import Erasure
from storage.sqlite.feeds import Feeds
from storage.sqlite.imports import Imports
from storage.sqlite.inbox import Inbox
from storage.sqlite.lately import Lately
from storage.sqlite.newsdesk import Newsdesk
from storage.sqlite.nonces import Nonces
from storage.sqlite.reports import Reports
from storage.sqlite.retention import Retention
from storage.sqlite.search import Search
from storage.sqlite.stats import Stats
from storage.sqlite.suppressions import Suppressions
from storage.sqlite.team import Team
from storage.sqlite.templates import Templates
from storage.sqlite.whatsapp import WhatsApp
from storage.sqlite.withdrawals import Withdrawals
from storage.stops import ERASE, Departures


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
        if self._departures is not None and not gone:
            self._departures.note(channel, address, now)

    def _is_back(self, channel: str, address: str, now: datetime) -> None:
        if self._departures is not None:
            self._departures.note_return(channel, address, now)

    def erase(self, channel: str, address: str, now: datetime) -> None:
        """Forget somebody; it is noted, hashed, so that no backup brings them back."""
        super().erase(channel, address, now)
        if self._departures is not None:
            self._departures.note(channel, address, now, ERASE)
