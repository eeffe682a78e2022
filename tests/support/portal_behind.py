"""The world behind admins' errands: portals that are found, a network written by hand, a store in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from bot.chat.office import Copy
from bot.errors import FetchError
from bot.flow.errands import Errands
from bot.news import feed
from bot.news.category import LabelMap
from bot.news.item import Document
from bot.ports import Answer, Store, Tx
from tests.support.town import NAMES, NOW

T = TypeVar("T")
HEALTHY: Final = "https://target-24jam.com/feed/"
_ITEM: Final = """<item><title>{title}</title><link>https://suara-kampung.example/{slug}/</link>
<guid>https://suara-kampung.example/?p={n}</guid><category>{label}</category>
<pubDate>Wed, 28 Feb 2024 0{n}:15:00 +0700</pubDate><description>{text}</description></item>"""
_STORIES: Final = (
    ("Jembatan bambu diganti beton", "jembatan-bambu", "Daerah", "Warga tiga dusun bergotong royong sejak Minggu."),
    ("Kelompok tani panen padi organik", "panen-padi", "Pertanian", "Hasilnya dijual langsung di pasar kecamatan."),
    ("Perpustakaan desa buka malam hari", "perpustakaan", "Pendidikan", "Anak-anak dapat belajar sampai pukul 21.00."),
)
FEED: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Suara Kampung</title>'
    "<link>https://suara-kampung.example/</link><description>x</description>"
    + "".join(
        _ITEM.format(title=title, slug=slug, label=label, text=text, n=6 - n)
        for n, (title, slug, label, text) in enumerate(_STORIES)
    )
    + "</channel></rss>"
).encode()
_LINK: Final = '<link rel="alternate" type="application/rss+xml" href="{}">'
PAGES: Final = {
    "https://suara-kampung.example/feed/": FEED,
    "https://suara-kampung.example": f"<html><head>{_LINK.format('/feed/')}</head></html>".encode(),
    "https://dua-sumber.example": (
        f"<html><head>{_LINK.format('/berita/feed/')}{_LINK.format('/olahraga/feed/')}</head></html>"
    ).encode(),
    "https://dua-sumber.example/berita/feed/": FEED,
    "https://dua-sumber.example/olahraga/feed/": FEED.replace(b"Suara Kampung", b"Olahraga Kampung"),
    HEALTHY: FEED.replace(b"Suara Kampung", b"Target 24 Jam"),
}


# The world behind errands ---------------------------------------------------------------------------------------------


async def fetch(url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:  # noqa: ARG001 — the port
    """The network, written by hand."""
    body = PAGES.get(url)
    if body is None:
        raise FetchError("dns", "the name cannot be found")
    kind = "application/rss+xml" if body.startswith(b"<?xml") else "text/html"
    return Answer(url, 200, body, {"content-type": f"{kind}; charset=utf-8"})


async def read(body: bytes, *, url: str, content_type: str | None = None) -> Document:
    """The real reader, without a child around it."""
    return feed.read(body, url=url, content_type=content_type)


def errands(store: Store, mapping: LabelMap, now: Callable[[], datetime] = lambda: NOW) -> Errands:
    """Errands into that world."""
    return Errands(store, fetch, read, lambda: mapping, lambda: Copy(NOW, 3_200_000), now)


@dataclass
class InMemory:
    """A store for errands, around the transaction of a newsroom in memory."""

    tx: Tx

    async def write(self, work: Callable[[Tx], T]) -> T:
        """At once."""
        return work(self.tx)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Likewise."""
        return work(self.tx)

    async def changed_elsewhere(self) -> bool:
        """Nobody else is there."""
        return False

    def close(self) -> None:
        """Nothing is open."""


def memory_mapping() -> LabelMap:
    """The town's labels are its topics' names."""
    return LabelMap([(category, tuple(names.values())) for category, names in NAMES.items()])
