"""The small portal of the conversations' tests: six topics, eight stories, one moment. All of it is invented."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot import catalogs
from bot.chat.turn import Board, Category, Role
from bot.news.item import Item, Story

NOW: Final = datetime(2024, 2, 28, 6, 45, tzinfo=UTC)  # Wednesday, 13.45 in Mojokerto
ZONE: Final = ZoneInfo("Asia/Jakarta")
TEXTS: Final = catalogs.load()
QUIET: Final = (21 * 60, 5 * 60)
NAMES: Final = {
    "utama": {"id": "Berita Utama", "en": "Top News"},
    "hukrim": {"id": "Hukum & Kriminal", "en": "Law & Crime"},
    "kesehatan": {"id": "Kesehatan", "en": "Health"},
    "daerah": {"id": "Daerah", "en": "Regional"},
    "budaya": {"id": "Budaya", "en": "Culture"},
    "investigasi": {"id": "Investigasi", "en": "Investigation"},
}
INVITATIONS: Final = {"KodeEditor-1": Role.EDITOR, "KodeAdmin-2": Role.ADMIN, "KodeEditor-3": Role.EDITOR}


def _story(number: int, day: int, hour: int, categories: tuple[str, ...], title: str, summary: str) -> Story:
    published = datetime(2024, 2, day, hour, 10 + number, tzinfo=ZONE).astimezone(UTC)
    return Story(number, title, summary, f"https://target-24jam.com/2024/02/{number}/", published, categories)


STORIES: Final = {
    story.id: story
    for story in (
        _story(1, 22, 9, ("kesehatan",), "Posyandu lansia kini buka di lima kelurahan",
               "Warga lanjut usia dapat memeriksakan tekanan darah tanpa biaya setiap Kamis."),
        _story(2, 23, 16, ("hukrim",), "Dua sepeda motor curian dikembalikan kepada pemiliknya",
               "Kedua kendaraan itu ditemukan di sebuah rumah kosong di pinggir kota."),
        _story(3, 24, 19, ("budaya",), "Wayang kulit semalam suntuk di lapangan desa",
               "Dalang muda dari kampung sendiri membawakan lakon yang sudah lama tidak dimainkan."),
        _story(4, 25, 7, ("daerah",), "Jalan menuju pasar diperbaiki sampai akhir pekan",
               "Kendaraan dialihkan lewat jalan samping sekolah."),
        _story(5, 26, 11, ("hukrim", "utama"), "Pengadilan memutus perkara pupuk bersubsidi",
               "Terdakwa dihukum dua tahun dan mengembalikan kerugian kelompok tani."),
        _story(6, 27, 8, ("daerah",), "Air bersih mengalir lagi di tiga dusun",
               "Pipa yang patah karena longsor selesai disambung Senin malam."),
        _story(7, 28, 6, ("daerah", "utama"), "Pasar malam dipindah ke alun-alun mulai Jumat",
               "Pedagang lama mendapat tempat lebih dahulu. Pendaftaran dibuka di kantor kelurahan."),
        _story(8, 28, 12, (), "Ucapan terima kasih kepada para pembaca",
               "Redaksi berterima kasih atas kiriman foto dari warga."),
    )
}  # fmt: skip


def board(*, quiet: tuple[int, int] | None = QUIET, area: str = "Mojokerto") -> Board:
    """What a conversation may look at here."""
    weekly = {c: sum(c in story.categories for story in STORIES.values()) or None for c in NAMES}
    return Board(
        portal="Target 24 Jam", host="target-24jam.com", area=area, timezone=ZONE,
        categories=tuple(Category(c, names, weekly[c]) for c, names in NAMES.items()),
        texts=TEXTS, now=NOW, quiet=quiet,
    )  # fmt: skip


def item(story: Story) -> Item:
    """The story as a feed would bring it."""
    return Item(story.link, story.link, story.title, published=story.published, summary=story.summary)


def newest(categories: frozenset[str] | None, limit: int) -> tuple[Story, ...]:
    """The newest stories of these topics, as the store finds them."""
    among = [s for s in STORIES.values() if categories is None or categories.intersection(s.categories)]
    return tuple(sorted(among, key=lambda s: s.published, reverse=True)[:limit])
