"""The player of transcripts itself: it reads what editors write, and it can fail."""

import pytest

from bot.chat.words import COMMANDS, EVERYONE, understand
from tests.support.alone import Alone
from tests.support.transcript import Screen, matches, play, read, transcripts, written


def test_a_transcript_is_read() -> None:
    made = read("contoh", "# Judul\n@ bahasa en\n@ tombol lama\n\n> /start\nHalo\n[A | B]\n> ketuk A\n* terbit 3\n")
    assert (made.title, made.language, made.old_buttons) == ("Judul", "en", True)
    assert [(s.act, s.line, s.expected) for s in made.steps] == [
        ("> /start", 5, ["Halo", "[A | B]"]), ("> ketuk A", 8, []), ("* terbit 3", 9, []),
    ]  # fmt: skip


def test_a_line_that_nobody_said_is_named() -> None:
    with pytest.raises(ValueError, match="contoh, line 2: nothing has been said yet"):
        read("contoh", "# Judul\nHalo\n> /start\n")


def test_screens_are_written_as_an_editor_reads_them() -> None:
    screens = [Screen("Halo.\n\nPilih:", (("A", "✅ B"), ("C",))), Screen("Sudah.", passing=True)]
    assert written(screens) == ["Halo.", "", "Pilih:", "[A | ✅ B]", "[C]", "--", "(Sudah.)"]


@pytest.mark.parametrize(
    ("expected", "matching"),
    [
        (["a", "b", "c"], True), (["a", "…", "c"], True), (["…"], True), (["a", "…", "b", "c", "…"], True),
        (["a", "b", "c", ""], True), (["a", "b"], False), (["a", "…", "d"], False), ([], False),
        (["A", "b", "c"], False),
    ],
)  # fmt: skip
def test_lines_match_or_not(expected: list[str], matching: bool) -> None:
    assert matches(["a", "b", "c"], expected) is matching


@pytest.mark.parametrize(
    "wrong",
    [
        "> /start\nSelamat pagi\n",
        "> /start\n",
        "> /start\n…\n[Selesai]\n[Lagi]\n",
        "> /start\n…\n[Selesai]\n> ketuk Tidak ada\n",
        "> /start daerah\n…\n[Ubah topik]\n* terbit 6\n",
        "> /start daerah\n…\n[Ubah topik]\n* terbit 3\nWayang\n",
    ],
)
async def test_a_conversation_that_goes_otherwise_fails(wrong: str) -> None:
    with pytest.raises(AssertionError):
        await play(read("salah", wrong), Alone())


def test_there_are_conversations_for_every_command_in_both_languages() -> None:
    made = transcripts()
    assert len(made) >= 25
    assert all(t.title and t.steps for t in made)
    for language in ("id", "en"):
        typed = [step.act[2:] for t in made if t.language == language for step in t.steps if step.act[0] == ">"]
        called = {command.name for command in map(understand, typed) if command}
        tapped = {label for act in typed if act.startswith(("ketuk ", "tap ")) for label in [act.partition(" ")[2]]}
        assert tapped, language
        for_everyone = {entry.name for entry in COMMANDS if entry.roles == EVERYONE}
        assert called | {"finish"} == for_everyone, language
