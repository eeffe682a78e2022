"""Messages as lines of a terminal."""

import pytest

from bot.channels.console.render import choices, screen, toast
from bot.chat.message import Button, Message, Span
from bot.chat.stories import story_message
from tests.support.town import STORIES, board

MESSAGE = Message(
    (Span("Pilih "), Span("topik", bold=True), Span(".")),
    ((Button("Daerah", "t:daerah"), Button("Budaya", "t:budaya")), (Button("Selesai", "done"),)),
)


def test_buttons_are_numbered_across_their_rows() -> None:
    assert screen(MESSAGE) == "Pilih topik.\n[1] Daerah   [2] Budaya\n[3] Selesai"
    assert [button.action for button in choices(MESSAGE)] == ["t:daerah", "t:budaya", "done"]


def test_two_buttons_of_one_name_and_action_keep_one_number_each() -> None:
    twins = Message((Span("x"),), ((Button("A", "a"), Button("B", "b")), (Button("A", "a"),)))
    assert screen(twins) == "x\n[1] A   [2] B\n[3] A"


def test_a_story_shows_its_address_and_no_button_that_only_telegram_understands() -> None:
    assert screen(story_message(STORIES[4], "id", board())) == (
        "Jalan menuju pasar diperbaiki sampai akhir pekan\n\nKendaraan dialihkan lewat jalan samping sekolah.\n\n"
        "#Daerah · Minggu 25 Feb 2024, 07.14 WIB · target-24jam.com\n"
        "Baca selengkapnya: https://target-24jam.com/2024/02/4/\n[1] Simpan   [2] Kurangi ini"
    )


def test_bold_is_shown_where_a_terminal_can_show_it() -> None:
    assert screen(MESSAGE, looks=True).startswith("Pilih \x1b[1mtopik\x1b[0m.")


def test_a_linked_title_is_followed_by_its_address() -> None:
    assert screen(Message((Span("Judul", link="https://a.id/1"),))) == "Judul <https://a.id/1>"


@pytest.mark.parametrize("written", ["\x1b[2Jhapus", "\x07bel", "a\rb", "\x9b31m", "\ud800"])
def test_what_a_portal_writes_does_not_steer_the_terminal(written: str) -> None:
    message = Message((Span(written, link=f"https://a.id/{written}"),), ((Button(written, "a"),),))
    for shown in (screen(message), toast(message)):
        assert not set(shown) & {"\x1b", "\x07", "\r", "\x9b", "\ud800"}


def test_a_passing_line_is_set_apart() -> None:
    assert toast(Message((Span("Sudah."),))) == "(Sudah.)"
