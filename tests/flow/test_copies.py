"""One press release, two portals: told once, both named, and given back when an admin knows better. Over real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flow import record
from bot.ports import DeclaredFeed, Tx
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from tests.support.feed_desk import LABELS, FeedDesk, feed_desk

RELEASE = (
    "<p>Dinas Perhubungan Kabupaten Mojokerto menutup Jembatan Gedang di Kecamatan Pungging mulai Senin, 2 Februari"
    " 2026 pukul 22.00. Penutupan berlangsung selama 14 hari karena dua balok penyangga di sisi timur retak.</p>"
    "<p>Kendaraan roda empat dialihkan lewat Desa Tunggalpager, sedangkan pengendara motor masih boleh menyeberang"
    " satu per satu dengan dipandu petugas. Kepala dinas, Rahmat Wibisono, meminta warga memaklumi perjalanan yang"
    " lebih lama.</p><p>Perbaikan memakai anggaran pemeliharaan sebesar Rp 480 juta. Lampu penerangan sementara"
    " dipasang di kedua ujung jembatan supaya pengguna jalan tetap terlihat pada malam hari.</p>"
)
OTHER = (
    "<p>Kelompok tani Dusun Balongsari memanen bawang merah seluas tiga hektare pada akhir pekan. Hasilnya dijual"
    " langsung ke pasar induk tanpa perantara, sehingga harga yang diterima petani naik.</p><p>Ketua kelompok berharap"
    " irigasi segera diperbaiki sebelum musim tanam berikutnya agar panen tidak lagi bergantung pada hujan.</p>"
)
OURS, THEIRS = "Jembatan Gedang Ditutup Dua Pekan", "Retak, Jembatan di Pungging Diperbaiki"
CHANNELS = ["telegram"]


@dataclass
class Two:
    """A desk that reads two portals."""

    desk: FeedDesk
    other: Portal
    other_url: str

    async def poll_other(self) -> int:
        self.desk.clock.turn(300)
        feeds = await self.desk.store.read(lambda tx: tx.feeds())
        return (await self.desk.poller.poll(next(f for f in feeds if f.url.startswith(self.other_url)))).told

    async def suppressed(self) -> list[tuple[str, str]]:
        rows = await self.desk.store.read(lambda tx: tx.suppressions(9))
        return [(row.story_title, row.copy.title) for row in rows]


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Two]:
    """The other portal has never been read."""
    async with feed_desk(tmp_path) as desk:
        other = Portal(name="Suara Brantas", categories=LABELS, clock=desk.clock)
        simulator = Simulator(Telegram("2:" + "y" * 35), other)
        # Another host: two portals on one would share the numbers of their posts.
        other.base_url = url = (await simulator.start()).replace("127.0.0.1", "localhost")
        feeds = [DeclaredFeed(desk.url + "/feed/"), DeclaredFeed(url + "/feed/")]
        await desk.store.write(lambda tx: tx.declare_feeds(feeds))
        desk.publish(*desk.numbered(1, 3))
        await desk.poll()
        try:
            yield Two(desk, other, url)
        finally:
            await simulator.stop()


@pytest.fixture
async def two(before: Two) -> Two:
    """Both have been read."""
    before.other.publish("Lomba mewarnai tingkat kecamatan", OTHER, ["hukrim"])
    await before.poll_other()
    return before


async def test_a_release_of_two_portals_is_told_once_and_names_both(two: Two) -> None:
    two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    assert (await two.desk.poll()).told == 1
    two.other.publish(THEIRS, RELEASE, ["daerah"])
    assert await two.poll_other() == 0
    assert two.desk.told() == [OURS]
    assert await two.suppressed() == [(OURS, THEIRS)]
    (story,) = await two.desk.store.read(lambda tx: tx.latest(None, 1))
    assert story.portals == (two.desk.url.removeprefix("http://"), two.other_url.removeprefix("http://"))


async def test_the_followers_of_the_copys_topic_get_the_story_too(two: Two) -> None:
    two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    await two.desk.poll()
    two.other.publish(THEIRS, RELEASE, ["hukrim"])
    await two.poll_other()
    passes = await two.desk.store.read(
        lambda tx: [b.categories for b in tx.open_passes("telegram", two.desk.clock.now())]
    )
    (told,) = await two.desk.store.read(lambda tx: tx.broadcasts(9))
    assert told.categories == ("daerah", "hukrim")
    assert passes == [("daerah",)]  # the first pass; the one for the late topic follows it


async def test_a_copy_is_no_news_again_and_revises_nothing(two: Two) -> None:
    two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    await two.desk.poll()
    post = two.other.publish(THEIRS, RELEASE, ["daerah"])
    await two.poll_other()
    two.other.edit(post, title="Judul ketiga")
    assert await two.poll_other() == 0
    (story,) = await two.desk.store.read(lambda tx: tx.latest(None, 1))
    assert story.title == OURS
    assert len(await two.suppressed()) == 1


async def test_what_an_admin_gives_back_is_told(two: Two) -> None:
    two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    await two.desk.poll()
    two.other.publish(THEIRS, RELEASE, ["daerah"])
    await two.poll_other()
    now = two.desk.clock.now()

    def undo(tx: Tx) -> bool:
        return record.undo(tx, tx.suppressions(1)[0].id, CHANNELS, now) is not None

    assert await two.desk.store.write(undo)
    assert two.desk.told() == [OURS, THEIRS]
    assert not await two.desk.store.write(undo)
    assert await two.poll_other() == 0
    latest = await two.desk.store.read(lambda tx: tx.latest(None, 9))
    assert [story.portals for story in latest] == [()] * 6


async def test_a_copy_of_what_a_first_import_took_in_silently_tells_it(before: Two) -> None:
    """The other portal's past is nobody's news; this portal's readers wait for this portal's story."""
    before.other.publish(THEIRS, RELEASE, ["hukrim"])
    assert await before.poll_other() == 0
    before.desk.portal.publish(OURS, RELEASE, ["daerah"])
    assert (await before.desk.poll()).told == 1
    assert before.desk.told() == [THEIRS]
    assert await before.suppressed() == [(THEIRS, OURS)]


async def test_within_one_portal_the_same_text_under_another_title_is_told_and_related(two: Two) -> None:
    two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    await two.desk.poll()
    two.desk.portal.publish("Jembatan Gedang: yang perlu Anda tahu", RELEASE, ["daerah"])
    assert (await two.desk.poll()).told == 1
    first, second = (await two.desk.store.read(lambda tx: tx.latest(None, 2)))[::-1]
    assert [s.id for s in await two.desk.store.read(lambda tx: tx.related(second.id, 5))] == [first.id]


# Taken down, retitled -------------------------------------------------------------------------------------------------


async def test_a_told_story_that_the_portal_takes_down_is_offered_as_a_withdrawal_once(two: Two) -> None:
    post = two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    await two.desk.poll()
    two.desk.publish("Kabar sesudahnya", "Kabar lain lagi")
    await two.desk.poll()
    two.desk.portal.withdraw(post)
    for _ in range(4):
        await two.desk.poll(after=1900)
    offered = [(n.kind, n.story.title) for n in two.desk.notices if n.story]
    assert offered == [("withdrawn", OURS)]
    assert [
        s.title for s in await two.desk.store.read(lambda tx: tx.withdrawn(two.desk.clock.now() - timedelta(days=1)))
    ] == [OURS]


async def test_what_only_left_the_feed_is_looked_for_and_stays(tmp_path: Path) -> None:
    """A story moves to another category: gone from this feed, its page is there."""
    path = "/category/daerah/feed/"
    async with feed_desk(tmp_path, path) as desk:
        desk.publish(*desk.numbered(1, 3))
        await desk.poll(path)
        post = desk.portal.publish(OURS, RELEASE, ["daerah"])
        await desk.poll(path)
        desk.publish("Kabar sesudahnya")
        desk.portal.edit(post, categories=["hukrim"])
        for _ in range(3):
            await desk.poll(path, after=1900)
        assert desk.asked(desk.portal.post(post).slug) == [f"/{desk.portal.post(post).slug}/"]
        assert not desk.notices
        assert not await desk.store.read(lambda tx: tx.withdrawn(desk.clock.now() - timedelta(days=1)))


async def test_a_new_headline_of_a_told_story_is_offered_once_for_each_form(two: Two) -> None:
    post = two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    await two.desk.poll()
    for title in (THEIRS, OURS, THEIRS):  # a stale cache shows the old one again
        two.desk.portal.edit(post, title=title)
        assert (await two.desk.poll()).told == 0
    revised = [(n.kind, n.text, n.story.title) for n in two.desk.notices if n.story]
    assert revised == [("revised", OURS, THEIRS)]


async def test_what_an_editor_corrected_is_not_undone_by_the_next_poll(two: Two) -> None:
    post = two.desk.portal.publish(OURS, RELEASE, ["daerah"])
    await two.desk.poll()
    (story,) = await two.desk.store.read(lambda tx: tx.latest(None, 1))
    await two.desk.store.write(lambda tx: tx.change_story(story.id, "Jembatan Gedang Ditutup 14 Hari", ""))
    two.desk.portal.edit(post, categories=["daerah", "hukrim"])  # so that the feed is read again
    await two.desk.poll()
    (story,) = await two.desk.store.read(lambda tx: tx.latest(None, 1))
    assert story.title == "Jembatan Gedang Ditutup 14 Hari"
    assert not two.desk.notices
