"""The story that the measurements send: the size of a usual one."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from bot import catalogs
from bot.chat.message import Message
from bot.chat.stories import story_message
from bot.chat.turn import Board, Category
from bot.news.item import Item, Story

PUBLISHED = datetime(2026, 2, 17, 6, 40, tzinfo=UTC)
TITLE = "Pemerintah Kota Buka Posko Aduan Air Bersih di Tiga Kecamatan Mulai Pekan Ini"
SUMMARY = (
    "Pemerintah kota membuka posko aduan air bersih di tiga kecamatan setelah debit sumur turun sejak awal bulan. "
    "Posko melayani warga setiap hari kerja pukul 08.00 sampai 15.00 dan akan ditinjau lagi akhir Maret."
)
LINK = "https://target-24jam.com/2026/02/17/pemerintah-kota-buka-posko-aduan-air-bersih-di-tiga-kecamatan/"
ITEM = Item(guid="https://target-24jam.com/?p=4711", link=LINK, title=TITLE, labels=("DAERAH",), summary=SUMMARY)


@cache
def story_message_of() -> Message:
    """The message as a reader in Indonesian gets it."""
    board = Board(
        portal="Target 24 Jam", host="target-24jam.com", area="", timezone=ZoneInfo("Asia/Jakarta"),
        categories=(Category("daerah", {"id": "Daerah", "en": "Regional"}),), texts=catalogs.load(), now=PUBLISHED,
    )  # fmt: skip
    return story_message(Story(1, TITLE, SUMMARY, LINK, PUBLISHED, ("daerah",)), "id", board)
