"""What was told, as editors look for it: what is urgent first, by pages, by words, by address."""

from datetime import timedelta
from functools import partial

import pytest

from bot.delivery.content import Note
from bot.delivery.plan import Rank, Status
from bot.flow import newsroom
from bot.news import identity
from bot.news.item import Item
from bot.ports import Sent, Store, Tx
from tests.storage.makers import NOW, TELEGRAM

HOUR = timedelta(hours=1)
LINK = "https://kabar-sooko.example/2024/02/banjir-di-sooko"


def story(tx: Tx, title: str, link: str = "", status: Status = Status.DONE) -> int:
    """A story that was told to nobody in particular; the broadcast's id."""
    item = Item(link or f"https://kabar-sooko.example/{title}", link or f"https://kabar-sooko.example/{title}", title)
    told = tx.add_story(item, NOW, ("daerah",), NOW)
    tx.add_keys(told, identity.keys(item, "kabar-sooko.example"), NOW)
    made = tx.add_broadcast("story", Rank.STORY, told, ["daerah"], [TELEGRAM], NOW, NOW + 12 * HOUR)
    tx.set_status(made, status, "", NOW)
    return made


def alert(tx: Tx, title: str, link: str = "") -> int:
    made = newsroom.alert(tx, Note("Isi.", title, link), (), [TELEGRAM], "x", NOW - HOUR)
    tx.set_status(made, Status.DONE, "", NOW)
    return made


async def test_an_alert_stands_before_forty_stories_that_came_after_it_and_each_is_on_one_page(store: Store) -> None:
    def work(tx: Tx) -> tuple[int, int, list[int]]:
        first = alert(tx, "Jembatan ditutup")
        moving = story(tx, "masih dikirim", status=Status.RUNNING)
        return first, moving, [story(tx, f"Kabar {n}") for n in range(40)]

    def page(at: int, tx: Tx) -> list[Sent]:
        return tx.told_page(every=False, now=NOW, offset=at, limit=8)

    first, moving, stories = await store.write(work)
    pages = [[sent.id for sent in await store.read(partial(page, at))] for at in range(0, 48, 8)]
    assert pages[0] == [first, moving, *stories[::-1][:6]]
    assert [one for page in pages for one in page] == [first, moving, *stories[::-1]]


async def test_after_two_days_an_alert_stands_among_the_others_by_its_time(store: Store) -> None:
    first, later = await store.write(lambda tx: (alert(tx, "Jembatan ditutup"), story(tx, "Pasar")))
    told = await store.read(lambda tx: tx.told_page(every=False, now=NOW + 46 * HOUR, offset=0, limit=8))
    assert [sent.id for sent in told] == [first, later]
    old = await store.read(lambda tx: tx.told_page(every=False, now=NOW + 48 * HOUR, offset=0, limit=8))
    assert [sent.id for sent in old] == [later, first]


async def test_only_the_reports_list_what_was_taken_back_or_stopped_before_anybody_had_it(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        made = [alert(tx, "Ditarik"), alert(tx, "Ditahan"), alert(tx, "Beredar")]
        tx.set_status(made[0], Status.WITHDRAWN, "", NOW)
        tx.set_status(made[1], Status.CANCELLED, "", NOW)
        newsroom.alert(tx, Note("Nanti."), (), [TELEGRAM], "x", NOW, NOW + HOUR)  # has not begun
        return made

    made = await store.write(work)
    listed = await store.read(lambda tx: tx.told_page(every=False, now=NOW, offset=0, limit=8))
    assert [sent.id for sent in listed] == [made[2]]
    whole = await store.read(lambda tx: tx.told_page(every=True, now=NOW, offset=0, limit=8))
    assert [sent.id for sent in whole] == made[::-1]
    assert [s.id for s in await store.read(lambda tx: tx.told_about("di", every=False, now=NOW, limit=8))] == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("banjir", ["alert", "story"]),
        ("BANJIR sooko", ["story"]),
        ("sooko banjir", ["story"]),
        ("jalan éts", ["alert"]),
        ("Jalan ÉTS", ["alert"]),
        ("gempa", []),
        (LINK, ["alert", "story"]),
        (f"{LINK}/", ["alert", "story"]),
        (f"{LINK}/?utm_source=whatsapp&utm_medium=share", ["alert", "story"]),
        ("http://www.kabar-sooko.example/2024/02/banjir-di-sooko", ["alert", "story"]),
        (f"Banjir di Sooko surut {LINK}?fbclid=x", ["alert", "story"]),
        ("https://kabar-sooko.example/2024/02/lain", []),
    ],
)
async def test_words_and_addresses_find_what_they_mean(store: Store, asked: str, found: list[str]) -> None:
    def work(tx: Tx) -> None:
        alert(tx, "Banjir di Jalan ÉTS", f"{LINK}/?utm_source=x")
        story(tx, "Banjir di Sooko surut", LINK)
        story(tx, "Pasar malam dipindah")

    await store.write(work)
    told = await store.read(lambda tx: tx.told_about(asked, every=False, now=NOW, limit=9))
    assert [str(sent.kind) for sent in told] == found


async def test_a_correction_is_found_in_the_reports_by_what_it_puts_right(store: Store) -> None:
    def work(tx: Tx) -> None:
        first = alert(tx, "Jembatan ditutup")
        newsroom.correct(tx, first, Note("Dua jam.", wrong="Satu jam."), "x", NOW)

    await store.write(work)
    told = await store.read(lambda tx: tx.told_about("jembatan", every=True, now=NOW, limit=9))
    assert {str(sent.kind) for sent in told} == {"alert", "correction"}
