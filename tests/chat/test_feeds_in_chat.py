"""Admins and their feeds in the chat: an address that was asked for, and how a feed stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.answer import answer
from bot.chat.fit import LONGEST_TEXT, units
from bot.chat.office import Enquire, Enquired, FeedSeen, Office
from bot.chat.push_seal import ADMINS, sealed
from bot.chat.turn import Command, Incoming, Person, Role, Status, Text, Turn
from bot.chat.wishes import SetStep
from bot.news.opml import Outline, read_opml
from tests.support.town import NOW, board

KEY = b"k" * 32


def person(role: Role = Role.ADMIN, minutes: int = 5) -> Person:
    return Person("telegram", "1", Status.ACTIVE, role, step="address", step_at=NOW - timedelta(minutes=minutes))


def test_the_button_asks_for_an_address() -> None:
    action = sealed(KEY, "telegram", "1", "fh", prefix=ADMINS)
    turn = answer(
        Person("telegram", "1", role=Role.ADMIN), Enquired(Enquire(action, pressed=True), Office(KEY)), board()
    )
    assert turn.changes == (SetStep("address"),)
    assert "kentongan feeds import" in turn.replies[0].message.plain()


@pytest.mark.parametrize(
    "typed", ["kabar-desa.example", " https://kabar-desa.example/feed/\n", "http://localhost.example"]
)
def test_the_next_text_is_the_address(typed: str) -> None:
    turn = answer(person(), Text(typed), board())
    assert turn == Turn(changes=(SetStep(""),), asks=(Enquire("feeds", typed.strip()),))


def test_what_is_no_address_is_asked_for_again() -> None:
    turn = answer(person(), Text("yang punya desa"), board())
    assert (turn.changes, turn.asks) == ((SetStep("address"),), ())
    assert turn.replies[0].message.plain().startswith("Tulis alamat situs")


def asks_nothing_of_feeds(who: Person, incoming: Incoming) -> bool:
    turn = answer(who, incoming, board())
    return not any(isinstance(ask, Enquire) for ask in turn.asks) and SetStep("address") not in turn.changes


def test_the_question_ends_with_batal_after_an_hour_and_with_the_role() -> None:
    assert asks_nothing_of_feeds(person(), Text("BATAL"))
    assert asks_nothing_of_feeds(person(), Command("cancel"))
    assert asks_nothing_of_feeds(person(minutes=61), Text("kabar-desa.example"))
    for role in (Role.EDITOR, Role.RESIDENT):
        turn = answer(person(role), Text("kabar-desa.example"), board())
        assert turn.replies[0].message.plain().startswith("Perintah ini khusus redaksi.")
        assert asks_nothing_of_feeds(person(role), Text("kabar-desa.example"))


# How a feed stands ----------------------------------------------------------------------------------------------------

HELD = FeedSeen(3, "https://a.example/feed/", "Daerah", held=12)
STATES = {
    "holds stories": (HELD, "12 berita ditahan, menunggu keputusan Anda"),
    "paused by an admin, holds stories": (
        replace(HELD, halted=True), "dijeda · 12 berita ditahan, menunggu keputusan Anda",
    ),
    "paused by feeds.yaml, holds stories": (
        replace(HELD, paused=True), "dijeda · 12 berita ditahan, menunggu keputusan Anda",
    ),
    "paused": (replace(HELD, halted=True, held=0), "dijeda"),
}  # fmt: skip


@pytest.mark.parametrize(("feed", "state"), STATES.values(), ids=STATES)
def test_a_feed_says_all_of_how_it_stands(feed: FeedSeen, state: str) -> None:
    admin = Person("telegram", "1", role=Role.ADMIN)
    listed = answer(admin, Enquired(Enquire("feeds"), Office(KEY, feeds=(feed,))), board())
    assert f"1. Daerah · {state}" in listed.replies[0].message.plain().splitlines()
    action = sealed(KEY, "telegram", "1", "f", 3, prefix=ADMINS)
    whole = answer(admin, Enquired(Enquire(action, pressed=True), Office(KEY, feed=feed)), board())
    assert f"Keadaan: {state}" in whole.replies[0].message.plain().splitlines()


def test_a_feed_that_is_gone_says_so_beside_what_it_holds() -> None:
    admin, gone = Person("telegram", "1", role=Role.ADMIN), replace(HELD, gone=True)
    listed = answer(admin, Enquired(Enquire("feeds"), Office(KEY, feeds=(gone,))), board()).replies[0].message.plain()
    alone = answer(admin, Enquired(Enquire("feeds"), Office(KEY, feeds=(replace(gone, held=0),))), board())
    assert alone.replies[0].message.plain() + " · 12 berita ditahan, menunggu keputusan Anda" == listed


# As OPML --------------------------------------------------------------------------------------------------------------

MANY = tuple(
    FeedSeen(n, f"https://kampung-{n}.example/feed/?a=1&b=2", f"Kampung <{n}> & Sekitarnya", ("daerah",))
    for n in range(1, 121)
)  # fmt: skip


def opml(*feeds: FeedSeen) -> Turn:
    action = sealed(KEY, "telegram", "1", "fo", prefix=ADMINS)
    admin = Person("telegram", "1", role=Role.ADMIN)
    return answer(admin, Enquired(Enquire(action, pressed=True), Office(KEY, feeds=feeds)), board())


def test_the_list_as_opml_takes_as_many_messages_as_needed_and_reads_back_whole() -> None:
    told, *parts = [reply.message for reply in opml(*MANY).replies]
    assert told.plain().startswith(f"Daftar sumber Anda (120) sebagai OPML, dalam {len(parts)} pesan berikut.")
    assert len(parts) > 1
    assert all(units(part.plain()) <= LONGEST_TEXT and not part.rows for part in parts)
    assert not any(span.bold or span.italic for part in parts for span in part.text)
    read = read_opml("\n".join(part.plain() for part in parts).encode())
    assert read == tuple(Outline(feed.url, feed.title, ("Daerah",)) for feed in MANY)


def test_a_list_too_long_for_messages_is_not_sent_in_part() -> None:
    (reply,) = opml(*(replace(feed, url=f"{feed.url}&{'x' * 1000}") for feed in MANY)).replies
    assert reply.message.plain().startswith("Daftar 120 sumber terlalu panjang untuk pesan.")


def test_the_word_opml_behind_the_command_does_what_the_button_does() -> None:
    typed = Enquired(Enquire("feeds", "OPML"), Office(KEY, feeds=MANY))
    assert answer(Person("telegram", "1", role=Role.ADMIN), typed, board()).replies == opml(*MANY).replies
