"""/ralat, /cabut, /laporan before the real desk: the alert first, pages, words or a link that name what is meant."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.chat.message import Message
from bot.chat.push_seal import sealed
from bot.chat.turn import Mode, Press, Reply
from bot.flow import newsroom as acts
from tests.support.newsroom_rig import ADI, SARI, Newsroom, staffed
from tests.support.platforms import refusals

EXPIRED = "Tombol ini sudah kedaluwarsa. Ini menu terbarunya."
LINK = "https://portal.example/2024/11/jembatan"
ASKED = {
    "/ralat": "Tulis bagian yang keliru, persis seperti yang terkirim.",
    "/cabut": "Tulis alasan pencabutan dalam satu kalimat. Pembaca akan melihatnya.",
    "/laporan": "Jembatan ditutup\nSelesai",
}


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """An alert in the evening, and twenty stories that came after it."""
    async with staffed(tmp_path, "100") as made:
        await made.outbox.alert("Arus dialihkan.", title="Jembatan ditutup", link=LINK)
        for n in range(1, 21):
            made.outbox.later(minutes=10)
            await made.outbox.tell(f"Berita{n}")
        await made.outbox.drain()
        yield made


def shown(newsroom: Newsroom, who: str = ADI) -> Message:
    return newsroom.seen[who][-1][0]


def titles(message: Message) -> list[str]:
    return [line for line in message.plain().splitlines() if line[:1].isdigit() and ". " in line]


@pytest.mark.parametrize("command", ASKED)
async def test_the_alert_of_the_evening_is_the_first_of_all_and_the_pages_hold_everything(
    newsroom: Newsroom, command: str
) -> None:
    await newsroom.say(ADI, command)
    pages = [shown(newsroom)]
    for _ in range(2):
        await newsroom.press(ADI, "Berikutnya ›")
        pages.append(shown(newsroom))
    expected = ["Jembatan ditutup", *(f"Berita{n}" for n in range(20, 0, -1))]
    listed = [title for page in pages for title in titles(page)]
    assert listed == [f"{n}. {title}" for n, title in enumerate(expected, 1)]
    assert [len(titles(page)) for page in pages] == [8, 8, 5]
    assert newsroom.seen[ADI][-1][1] is Mode.REPLACE
    assert [why for page in pages for why in refusals(Reply(page), "id")] == []
    labels = [[b.label for row in page.rows for b in row if not b.label.isdigit()] for page in pages]
    assert labels == [["Berikutnya ›"], ["‹ Sebelumnya", "Berikutnya ›"], ["‹ Sebelumnya"]]
    await newsroom.press(ADI, "‹ Sebelumnya")
    await newsroom.press(ADI, "‹ Sebelumnya")
    await newsroom.press(ADI, "1")
    assert newsroom.last(ADI).startswith(ASKED[command])


@pytest.mark.parametrize("command", ASKED)
@pytest.mark.parametrize("words", ["jembatan", "DITUTUP  jembatan"])
async def test_words_of_the_headline_go_straight_to_the_one_they_mean(
    newsroom: Newsroom, command: str, words: str
) -> None:
    await newsroom.say(ADI, f"{command} {words}")
    assert newsroom.last(ADI).startswith(ASKED[command])


async def test_what_the_words_chose_is_what_is_corrected(newsroom: Newsroom) -> None:
    await newsroom.say(ADI, f"/ralat {LINK}/?utm_source=x")
    await newsroom.say(ADI, "Arus dialihkan")
    await newsroom.say(ADI, "Arus ditutup")
    await newsroom.press(ADI, "Kirim ralat")
    (made,) = await newsroom.outbox.store.read(lambda tx: tx.broadcasts(1))
    assert (str(made.kind), made.original_id) == ("correction", 1)


async def test_words_that_mean_several_list_them(newsroom: Newsroom) -> None:
    await newsroom.say(ADI, "/laporan berita2")
    assert titles(shown(newsroom)) == ["1. Berita20", "2. Berita2"]
    assert [b.label for row in shown(newsroom).rows for b in row] == ["1", "2"]


@pytest.mark.parametrize("words", ["berita", "BERITA", "b e r i t a B E R I T A a"])
@pytest.mark.parametrize("command", ASKED)
async def test_words_that_mean_more_than_a_page_have_pages(newsroom: Newsroom, command: str, words: str) -> None:
    await newsroom.say(ADI, f"{command} {words}")
    pages = [shown(newsroom)]
    while any(b.label == "Berikutnya ›" for row in pages[-1].rows for b in row):
        await newsroom.press(ADI, "Berikutnya ›")
        pages.append(shown(newsroom))
    listed = [title for page in pages for title in titles(page)]
    assert listed == [f"{n}. Berita{21 - n}" for n in range(1, 21)]
    assert [why for page in pages for why in refusals(Reply(page), "id")] == []
    assert max(len(b.action.encode()) for page in pages for row in page.rows for b in row) <= 64
    await newsroom.press(ADI, "‹ Sebelumnya")
    await newsroom.press(ADI, "‹ Sebelumnya")
    assert titles(shown(newsroom)) == listed[:8]


async def test_words_that_no_button_can_carry_lead_to_the_whole_list(newsroom: Newsroom) -> None:
    await newsroom.say(ADI, f"/laporan {'berita ' * 9}")
    assert len(titles(shown(newsroom))) == 8
    assert newsroom.last(ADI).endswith("Masih ada yang lain. Tambah kata untuk mempersempit.")
    assert list(refusals(Reply(shown(newsroom)), "id")) == []
    await newsroom.press(ADI, "Lihat semua kiriman")
    assert titles(shown(newsroom))[0] == "1. Jembatan ditutup"


async def test_a_page_of_words_that_is_there_no_more_is_the_first_of_them_or_says_so(newsroom: Newsroom) -> None:
    await newsroom.say(ADI, "/cabut berita1")
    onward = newsroom.button(ADI, "Berikutnya ›")
    drop = [n for n in range(2, 22) if n != 11]
    for n in drop:
        await newsroom.outbox.write(partial(acts.withdraw, original_id=n, reason="x", by="x", now=newsroom.outbox.now))
    await newsroom.does(ADI, onward)
    assert titles(shown(newsroom)) == ["1. Berita10"]
    await newsroom.outbox.write(partial(acts.withdraw, original_id=11, reason="x", by="x", now=newsroom.outbox.now))
    await newsroom.does(ADI, onward)
    assert newsroom.last(ADI).startswith("Tidak ada kiriman yang cocok dengan berita1.")


@pytest.mark.parametrize("asked", ["gempa", "https://portal.example/lain", "x" * 3000, "%", "'", "** <b>"])
async def test_what_nothing_matches_is_said_plainly_with_a_way_to_the_whole_list(
    newsroom: Newsroom, asked: str
) -> None:
    await newsroom.say(ADI, f"/cabut {asked}")
    assert newsroom.last(ADI).startswith("Tidak ada kiriman yang cocok dengan ")
    assert list(refusals(Reply(shown(newsroom)), "id")) == []
    await newsroom.press(ADI, "Lihat semua kiriman")
    assert titles(shown(newsroom))[0] == "1. Jembatan ditutup"


async def test_a_page_that_is_there_no_more_is_the_first_and_nobody_elses_button_turns_it(newsroom: Newsroom) -> None:
    await newsroom.say(ADI, "/cabut")
    onward = newsroom.button(ADI, "Berikutnya ›")
    newsroom.seen[SARI] = []
    await newsroom.does(SARI, onward)
    assert newsroom.seen[SARI][0][0].plain() == EXPIRED
    for n in range(2, 22):
        await newsroom.outbox.write(partial(acts.withdraw, original_id=n, reason="x", by="x", now=newsroom.outbox.now))
    await newsroom.does(ADI, onward)
    assert titles(shown(newsroom)) == ["1. Jembatan ditutup"]


@pytest.mark.parametrize(
    "subject",
    [
        (),
        ("strange", 0),
        ("push", 1),
        ("queue", 0),
        ("correct", "x"),
        ("report", -1),
        ("correct", 0, "*"),
        ("correct", 1, "_w"),
        ("correct", 1, "_w=="),
    ],
)
async def test_no_button_of_a_list_breaks_whatever_it_names(newsroom: Newsroom, subject: tuple[str | int, ...]) -> None:
    key = await newsroom.outbox.write(lambda tx: tx.button_key())
    await newsroom.does(ADI, Press(sealed(key, "telegram", ADI, "ls", *subject), "1"))
    first = newsroom.last(ADI).splitlines()[0]
    known = {"Mana yang diralat? Ketuk nomornya.", "Laporan yang mana? Ketuk nomornya."}
    assert first in (known if subject[:1] in {("correct",), ("report",)} else {EXPIRED})
