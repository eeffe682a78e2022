"""Notices reach every editor and admin who wants to hear, in their language, in the transaction of what they tell."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import catalogs
from bot.chat.message import from_json
from bot.chat.turn import Role
from bot.delivery.budget import Cap
from bot.delivery.content import Note
from bot.delivery.halts import Halt, Scope
from bot.delivery.plan import Rank
from bot.delivery.templates import DeclaredTemplate, TemplateNews
from bot.flow.notice import Notice
from bot.flow.tell_staff import StaffTeller
from bot.flow.templates import TemplateLearner
from bot.news.item import Item
from bot.ports import DeclaredFeed, FeedCheck, Store, Tx
from storage import open_store
from tests.storage.makers import NOW, TELEGRAM, follow, hours

TELL = StaffTeller(catalogs.load(), [TELEGRAM], lambda: NOW)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Nine feeds; an admin who never subscribed, an English editor who reads, one who left, one elsewhere."""
    store = open_store(f"sqlite:///{tmp_path}/k.db", now=NOW)

    def work(tx: Tx) -> None:
        tx.begin_epoch(NOW)
        tx.declare_feeds([DeclaredFeed(f"https://portal.example/{n}/feed/") for n in range(9)])
        for address, role, channel in (
            ("1", Role.ADMIN, TELEGRAM), ("2", Role.EDITOR, TELEGRAM), ("3", Role.EDITOR, TELEGRAM),
            ("4", Role.ADMIN, "pigeon"),
        ):  # fmt: skip
            tx.add_invitation(f"code{address}", role, NOW, NOW + hours(1))
            assert tx.redeem_invitation(channel, address, f"code{address}", NOW)[0] is role
        follow(tx, "2", "daerah")
        tx.set_language(TELEGRAM, "2", "en")
        follow(tx, "3", "daerah")
        tx.stop(TELEGRAM, "3", False, NOW)
        follow(tx, "9", "daerah")  # a resident

    await store.write(work)
    yield store
    store.close()


def said(tx: Tx) -> list[tuple[str, str]]:
    """What leaves for Telegram now: to whom, and its first line."""
    told = []
    while replies := tx.claim_replies(TELEGRAM, 1, NOW, 99):
        told += [(r.address, from_json(r.message).plain().splitlines()[0]) for r in replies]
        tx.conn.execute("DELETE FROM reply WHERE state = 'started'")  # type: ignore[attr-defined]
    return told


def fails(tx: Tx, feed_id: int) -> None:
    """Three times; the third is told."""
    for _ in range(3):
        tx.feed_checked(feed_id, FeedCheck(NOW, NOW, error="timeout: no answer"))
    feed = tx.feed(feed_id)
    assert feed is not None
    TELL(tx, Notice("failing", feed, feed.error))


def recovers(tx: Tx, feed_id: int) -> None:
    feed = tx.feed(feed_id)
    assert feed is not None
    tx.feed_checked(feed_id, FeedCheck(NOW, NOW))
    TELL(tx, Notice("recovered", feed))


async def test_who_hears_and_in_which_language(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, str]]:
        fails(tx, 1)
        return said(tx)

    assert sorted(await store.write(work)) == [
        ("1", "Sumber berita gagal dibaca tiga kali berturut-turut: https://portal.example/0/feed/"),
        ("2", "A feed could not be read three times in a row: https://portal.example/0/feed/"),
    ]


async def test_when_everything_fails_one_notice_says_so(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        for feed_id in range(1, 10):
            fails(tx, feed_id)
        down = [text for address, text in said(tx) if address == "1"]
        for feed_id in range(1, 10):
            recovers(tx, feed_id)
        return down + [text for address, text in said(tx) if address == "1"]

    told = await store.write(work)
    assert [text.split(":")[0] for text in told] == (
        ["Sumber berita gagal dibaca tiga kali berturut-turut"] * 3
        + ["Banyak sumber berita gagal dibaca sekaligus. Mungkin jaringan server terputus. Daftarnya"]
        + ["Sumber berita sudah pulih"] * 4
    )


async def test_a_paused_feed_that_failed_once_counts_no_more(store: Store) -> None:
    def work(tx: Tx) -> int:
        for feed_id in range(1, 5):
            fails(tx, feed_id)
        urls = [f"https://portal.example/{n}/feed/" for n in range(4, 9)]
        tx.declare_feeds([DeclaredFeed(url) for url in urls])  # the four are declared no more
        said(tx)
        fails(tx, 5)
        return len(said(tx))

    assert await store.write(work) == 2


async def test_refused_digests_are_told_as_what_they_are(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, str]]:
        sent = tx.broadcast(tx.digest_broadcast("2026-02-17T17", NOW, NOW + hours(3)))
        assert sent is not None
        TELL.refused(tx, sent, "parse_entities")
        return said(tx)

    assert await store.write(work) == [
        ("1", "Platform menolak banyak ringkasan pada jam ini (parse_entities)."),
        ("2", "The platform refuses many of this hour's digests (parse_entities)."),
    ]


async def test_what_is_rolled_back_was_never_told(store: Store) -> None:
    def work(tx: Tx) -> None:
        fails(tx, 1)
        raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError):
        await store.write(work)
    assert await store.write(said) == []


@pytest.mark.parametrize(("kind", "label"), [("revised", "Kirim sebagai ralat"), ("withdrawn", "Cabut dari pembaca")])
async def test_what_the_portal_did_to_a_story_comes_with_a_button_for_each(store: Store, kind: str, label: str) -> None:
    def work(tx: Tx) -> dict[str, tuple[str, str]]:
        story_id = tx.add_story(Item("g", "https://portal.example/1", "Judul"), NOW, ["daerah"], NOW)
        feed, story = tx.feeds()[0], tx.stories([story_id])[story_id]
        TELL(tx, Notice(kind, feed, "Judul lama", story=story))  # type: ignore[arg-type]  # one of its words
        heard = {r.address: from_json(r.message).rows for r in tx.claim_replies(TELEGRAM, 1, NOW, 99)}
        return {address: (row[0].label, row[0].action) for address, (row,) in heard.items()}

    heard = await store.write(work)
    assert heard["1"][0] == label
    assert heard["1"][1] != heard["2"][1]  # sealed for each


async def test_admins_hear_of_templates_and_what_is_sent_instead(store: Store) -> None:
    learn = TemplateLearner(TELL.templates)
    declared = [DeclaredTemplate(f"kabar_{n}_v1", "id", f"digest_{n}", "marketing") for n in (1, 2)]

    def told(n: int, status: str, minutes: float, reason: str = "") -> TemplateNews:
        return TemplateNews(f"kabar_{n}_v1", "id", NOW + hours(minutes / 60), status, reason=reason)

    def work(tx: Tx) -> list[tuple[str, str]]:
        heard = []
        tx.declare_templates(declared)
        for news in (
            [told(1, "APPROVED", 0), told(2, "APPROVED", 0)],  # the first look: nothing has changed
            [told(2, "PAUSED", 1, "INVALID_FORMAT")], [told(2, "PAUSED", 2)], [told(1, "DISABLED", 3)],
            [told(2, "APPROVED", 4), told(1, "APPROVED", 4)],
        ):  # fmt: skip
            learn(tx, news)
            heard += whole(tx)
        return heard

    nothing = "tidak ada yang dikirim kepada pembaca yang lama tidak menulis."
    heard = await store.write(work)
    assert {address for address, _ in heard} == {"1"}
    assert [text.split("\n\n") for _, text in heard] == [
        [BEGINS, "kabar_2_v1/id: PAUSED (INVALID_FORMAT). Sebagai gantinya dipakai kabar_1_v1/id.", ENDS],
        [BEGINS, f"kabar_1_v1/id: DISABLED. Tidak ada penggantinya, jadi untuk keperluan ini {nothing}", ENDS],
        [BEGINS, "kabar_1_v1/id: sekarang bisa dipakai.", "kabar_2_v1/id: sekarang bisa dipakai.", ENDS],
    ]


BEGINS = "Template WhatsApp berubah"
ENDS = "Apa yang bisa dilakukan: kentongan whatsapp templates status di server."


def whole(tx: Tx) -> list[tuple[str, str]]:
    """What leaves for Telegram now: to whom, and all of it."""
    replies = tx.claim_replies(TELEGRAM, 1, NOW, 99)
    tx.conn.execute("DELETE FROM reply WHERE state = 'started'")  # type: ignore[attr-defined]
    return [(reply.address, from_json(reply.message).plain()) for reply in replies]


async def test_many_templates_at_once_are_one_notice_that_names_some(store: Store) -> None:
    names = [f"kabar_{n}_v1" for n in range(12)]

    def work(tx: Tx) -> list[tuple[str, str]]:
        tx.declare_templates([DeclaredTemplate(name, "id", "digest_1", "marketing") for name in names])
        for minute, status in enumerate(("PENDING", "APPROVED")):
            news = [TemplateNews(name, "id", NOW + hours(minute), status) for name in names]
            TemplateLearner(TELL.templates)(tx, news)
        return whole(tx)

    ((_, text),) = await store.write(work)
    assert text.count("sekarang bisa dipakai") == 8
    assert "… dan 4 lainnya." in text


HALTS = {
    "marketing": (Halt(Scope.MARKETING, "spam_limit", NOW, NOW), False,
                  "WhatsApp tidak menerima berita dan ringkasan kita (WhatsApp membatasi kiriman kami)."),
    "payment": (Halt(Scope.PUSHES, "payment", NOW, NOW), False,
                "WhatsApp tidak menerima kiriman kita (pembayaran WhatsApp bermasalah)."),
    "everything": (Halt(Scope.ALL, "locked", NOW, NOW), False,
                   "WhatsApp tidak menerima apa pun dari kita (akun WhatsApp terkunci)."),
    "over": (Halt(Scope.ALL, "locked", NOW, NOW), True, "WhatsApp menerima lagi kiriman yang tadi ditahan."),
}  # fmt: skip


@pytest.mark.parametrize(("halt", "over", "line"), HALTS.values(), ids=HALTS)
async def test_admins_hear_what_whatsapp_does_not_take(store: Store, halt: Halt, over: bool, line: str) -> None:
    def work(tx: Tx) -> list[tuple[str, str]]:
        TELL.halted(tx, halt, over)
        return said(tx)

    assert await store.write(work) == [("1", line)]


UNREACHED = "Kiriman DARURAT belum sampai ke semua warga"
CAPS = {
    "of the day": (Cap("day", 50_000), "Anggaran WhatsApp hari ini sudah terpakai (0.05 IDR)."),
    "of the day with its reserve": (
        Cap("day", 50_000, urgent=True),
        "Anggaran WhatsApp hari ini sudah terpakai, termasuk cadangan untuk DARURAT (0.05 IDR).",
    ),
    "of the month with its reserve": (
        Cap("month", 50_000, urgent=True),
        "Anggaran WhatsApp bulan ini sudah terpakai, termasuk cadangan untuk DARURAT (0.05 IDR).",
    ),
    "of the portfolio": (
        Cap("portfolio", 250), "Batas warga baru di WhatsApp sudah tercapai (250 orang dalam 24 jam).",
    ),
    "of the portfolio with an urgent alert": (
        Cap("portfolio", 250, urgent=True),
        f"{UNREACHED}: batas warga baru di WhatsApp sudah tercapai (250 orang dalam 24 jam).",
    ),
    "no template": (
        Cap("template", 0), "Tidak ada template WhatsApp yang bisa dipakai untuk kiriman yang menunggu.",
    ),
    "no template for an urgent alert": (
        Cap("template", 0, urgent=True),
        f"{UNREACHED}: tidak ada template WhatsApp yang bisa dipakai.",
    ),
    "of one broadcast": (
        Cap("broadcast", 50_000, 1),
        "Kiriman WhatsApp #1 sudah memakai seluruh anggarannya (0.05 IDR): Jembatan ditutup",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cap", "line"), CAPS.values(), ids=CAPS)
async def test_admins_hear_what_is_used_up_or_lacking(store: Store, cap: Cap, line: str) -> None:
    def work(tx: Tx) -> list[tuple[str, str]]:
        note = Note("Sampai Kamis.", title="Jembatan ditutup")
        tx.add_broadcast("alert", Rank.ALERT, None, [], [TELEGRAM], NOW, NOW + hours(6), note=note)
        TELL.spent(tx, cap, "IDR")
        return said(tx)

    assert await store.write(work) == [("1", line)]
