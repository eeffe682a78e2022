"""The office of the town's admins: feeds in every state, and what happens in its transcripts.

* empat sumber     four feeds: healthy, added by an admin, failing six times, holding back twelve stories
* label asing      two labels that no topic means
* portal berubah   one story more is held back
* WhatsApp menolak Meta says that nobody pays
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.delivery.halts import PAYMENT, PROBE_EVERY, Halt, Scope
from bot.ports import DeclaredFeed, FeedCheck, Tx
from tests.support.portal_behind import HEALTHY
from tests.support.team import TeamDriver, play_team
from tests.support.town import NOW
from tests.support.transcript import FOLDER, Transcript, transcripts

OFFICE_FOLDER: Final = FOLDER / "admin"
ADDED: Final = "https://target-24jam.com/category/budaya/feed/"
FAILING: Final = "https://kabar-tetangga.example/feed/"
FLOODED: Final = "https://target-24jam.com/category/daerah/feed/"
HELD: Final = 12


def four_feeds(tx: Tx) -> None:
    """As days of polling leave them."""
    tx.declare_feeds([DeclaredFeed(HEALTHY), DeclaredFeed(FAILING), DeclaredFeed(FLOODED)])
    tx.add_feed(DeclaredFeed(ADDED, categories=("budaya",)))
    ids = {feed.url: feed.id for feed in tx.feeds()}
    for url, title, minutes in ((HEALTHY, "Berita Utama", 3), (ADDED, "Budaya", 12), (FLOODED, "Daerah", 1)):
        at = NOW - timedelta(minutes=minutes)
        check = FeedCheck(at, NOW + timedelta(minutes=5), title=title, imported=True, unconditional=True, volume=9.0)
        tx.feed_checked(ids[url], check)
    for n in range(6):
        at = NOW - timedelta(minutes=90 - 10 * n)
        fault = "http_status: 503 Service Unavailable, try again later"
        tx.feed_checked(ids[FAILING], FeedCheck(at, NOW + timedelta(minutes=25), error=fault))
    tx.hold_flood(ids[FLOODED], "many", range(101, 101 + HELD), NOW)


def strange_labels(tx: Tx) -> None:
    """As polls count them."""
    for _ in range(4):
        tx.count_unmapped(["Pertanian"], NOW)
    tx.count_unmapped(["Sosok & Tokoh"], NOW)


def one_more(tx: Tx) -> None:
    """Another poll has held back another story."""
    flooded = next(feed for feed in tx.feeds() if feed.url == FLOODED)
    tx.hold_flood(flooded.id, "many", [101 + HELD], NOW)


def refused(tx: Tx) -> None:
    """As an answer of Meta's leaves it."""
    tx.halt(Halt(Scope.PUSHES, PAYMENT, NOW, NOW + PROBE_EVERY))


ACTS: Final[dict[str, Callable[[Tx], None]]] = {
    "* empat sumber": four_feeds,
    "* label asing": strange_labels,
    "* portal berubah": one_more,
    "* WhatsApp menolak": refused,
}


def office_transcripts(folder: Path = OFFICE_FOLDER) -> list[Transcript]:
    """The admins' conversations."""
    return transcripts(folder)


async def play_office(transcript: Transcript, driver: TeamDriver, channel: str) -> None:
    """Play one of the admins' conversations."""
    await play_team(transcript, driver, channel, ACTS)
