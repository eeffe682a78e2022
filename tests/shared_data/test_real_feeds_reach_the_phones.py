"""Real feeds, served locally, go the whole way: fetched, read, filtered, shown on the simulator's phones."""

import html
import os
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web

from bot.simulator.telegram import Limits, Shown
from tests.support.world import World

pytestmark = [pytest.mark.shared, pytest.mark.timeout(240)]

SHARED = Path(os.environ.get("KENTONGAN_SHARED", Path(__file__).parents[3] / "shared")) / "fixtures"
MakeWorld = Callable[..., Awaitable[World]]
NOTHING_YET = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Kosong</title></channel></rss>'
FEEDS_YAML = """\
portal: {name: Target 24 Jam, url: "https://target-24jam.com", language: id, timezone: Asia/Jakarta}
defaults: {quiet: off}
categories:
  - {id: berita, name: {id: Berita}, labels: [News]}
  - {id: kaget, name: {id: Dana Kaget}, labels: [dana kaget]}
  - {id: ramadhan, name: {id: Ramadhan}, labels: [Ramadhan]}
  - {id: ojk, name: {id: Pengawas Keuangan}, labels: [OJK, Otoritas Jasa Keuangan]}
  - {id: antara, name: {id: Kantor Berita}, labels: []}
feeds:
"""
FOLLOWS = {1: {"Berita"}, 2: {"Dana Kaget"}, 3: {"Ramadhan"}, 4: {"Pengawas Keuangan"}, 5: {"Kantor Berita"},
           6: {"Berita", "Dana Kaget"}}  # fmt: skip
MEANS = {"news": "Berita", "dana kaget": "Dana Kaget", "ramadhan": "Ramadhan", "ojk": "Pengawas Keuangan",
         "otoritas jasa keuangan": "Pengawas Keuangan"}  # fmt: skip
UNCLEAN = (
    "Baca Juga",
    "BACA JUGA",
    "Reporter:",
    "Editor:",
    "Tanggal asli",
    "appeared first",
    "Share",
    "<",
    "&#",
    "[…]",
)


class Served:
    """Feeds under their names: empty at first, real once they are published."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.asked: dict[str, int] = {}
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        application = web.Application()
        application.router.add_get("/{name}.xml", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked[name] = self.asked.get(name, 0) + 1
        return web.Response(body=self.bodies.get(name, NOTHING_YET), content_type="application/rss+xml")


def of_today(feed: bytes) -> bytes:
    """The feed with its stories a minute apart up to now: news of long ago would be held back as a flood."""
    now = datetime.now(UTC)  # noqa: TID251 — the portal's own clock
    age = count(1)
    return re.sub(
        rb"<pubDate>[^<]*</pubDate>",
        lambda _: f"<pubDate>{format_datetime(now - timedelta(minutes=next(age)))}</pubDate>".encode(),
        feed,
    )


def expected(name: str) -> dict[str, set[str]]:
    """Each title of a feed with the topics that it belongs to, as another parser reads them."""
    titles: dict[str, set[str]] = {}
    for item in ET.parse(SHARED / "feeds" / f"{name}.xml").getroot().iter("item"):  # noqa: S314 — our own data
        title = " ".join((item.findtext("title") or "").split())
        labels = {(c.text or "").strip().casefold() for c in item.findall("category")}
        titles.setdefault(title, set()).update(MEANS[label] for label in labels if label in MEANS)
        if name == "tartar-antara":
            titles[title].add("Kantor Berita")
    return titles


def summary_of(shown: Shown) -> str:
    """What stands between the title and the line with the date, "" when nothing does."""
    parts = shown.text.split("\n\n")
    return "\n\n".join(parts[1:-1])


async def town_with(make_world: MakeWorld, served: Served, feeds: dict[str, str], people: dict[int, set[str]]) -> World:
    url = await served.start()
    town = await make_world(limits=Limits.off())
    lines = [
        f'  - {{url: "{url}/{name}.xml", every: 1s{", categories: [" + own + "]" if own else ""}}}'
        for name, own in feeds.items()
    ]
    Path(town.environment["FEEDS_FILE"]).write_text(FEEDS_YAML + "\n".join(lines))
    for user, topics in people.items():
        town.telegram.add_user(user, f"Warga {user}")
        assert topics
    await town.start()
    for user, topics in people.items():
        await town.subscribes(user, *sorted(topics))
    await town.until(lambda: all(served.asked.get(name, 0) >= 2 for name in feeds), what="the first imports")
    return town


async def test_every_real_story_arrives_once_on_the_right_phones_with_a_clean_summary(make_world: MakeWorld) -> None:
    names = {"disway": "", "poskota": "", "tartar-antara": "antara"}
    wanted = {title: topics for name in names for title, topics in expected(name).items()}
    served = Served()
    town = await town_with(make_world, served, names, FOLLOWS)
    try:
        before = {user: len(town.texts(user)) for user in FOLLOWS}
        served.bodies = {name: of_today((SHARED / "feeds" / f"{name}.xml").read_bytes()) for name in names}
        await town.told(len(wanted), within=120)
        for user, follows in FOLLOWS.items():
            messages = [s for s in town.telegram.shown(user) if s.from_bot][before[user] :]
            titles = sorted(s.text.split("\n\n")[0] for s in messages)
            assert titles == sorted(title for title, topics in wanted.items() if topics & follows), user
            for shown in messages:
                summary = summary_of(shown)
                assert len(summary) <= 320
                assert not [word for word in UNCLEAN if word in summary], summary
                assert not summary or summary.rstrip("”\"')").endswith((".", "!", "?")), summary
    finally:
        await town.stop()
        await served.stop()


async def test_the_portals_own_article_arrives_with_its_first_sentences_and_nothing_around_them(
    make_world: MakeWorld,
) -> None:
    lines = [line.strip() for line in (SHARED / "article-mojokerto.txt").read_text().splitlines() if line.strip()]
    title = lines[2]
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines[1:])
    served = Served()
    town = await town_with(make_world, served, {"portal": "berita"}, {1: {"Berita"}})
    try:
        served.bodies["portal"] = of_today(
            (
                '<?xml version="1.0" encoding="UTF-8"?>'
                '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
                "<channel><title>Target 24 Jam</title><link>https://target-24jam.com</link>"
                f"<item><title>{html.escape(title)}</title>"
                "<link>https://target-24jam.com/2024/02/28/pj-wali-kota/</link>"
                "<guid isPermaLink='false'>https://target-24jam.com/?p=991</guid>"
                "<pubDate>Wed, 28 Feb 2024 06:40:00 +0000</pubDate>"
                f"<content:encoded><![CDATA[{body}]]></content:encoded>"
                "</item></channel></rss>"
            ).encode()
        )
        await town.until(lambda: town.copies(1, title), within=20)
        assert summary_of(town.last(1)) == SUMMARY
    finally:
        await town.stop()
        await served.stop()


SUMMARY = (
    "Pj Wali kota Mojokerto Moh. Ali Kuncoro menekankan pentingnya inovasi dalam upaya peningkatan kinerja"
    " penyelenggaraam pelayaan publik kepada masyarakat."
)
