"""Whoever only nods or thanks is answered in one warm line, without a question or a button."""

from dataclasses import replace

import pytest

from bot.chat import words
from bot.chat.answer import answer
from bot.chat.push import LookedIn, LookIn, Room
from bot.chat.turn import Command, Person, Role, Status, Text, Turn
from tests.support.town import NOW, board

READER = Person("telegram", "1", Status.ACTIVE, categories=frozenset({"daerah"}))
WELCOME, FINE = "Sama-sama. Senang bisa membantu.", "Baik. Kami ada di sini kapan saja Anda perlu."
NODS = [
    "ok", "OK", "Ok.", "oke", "Okee", "okeee", "okay", "okey", "okeh", "oke deh", "ok min", "oke siap", "ok sip", "sip",
    "Sipp", "siiip", "siip 👍", "siap", "siap pak", "Siaaap", "baik", "baiklah", "baik kak",
    "yoi", "mantap",
    "mantaaap", "mantab min", "mantul", "bagus sekali", "keren banget", "noted", "paham", "good", "nice",
    "great", "nggih",
    "inggih pak", "sama-sama", "alhamdulillah", "👍", "👍🏽", "👍👍👍", "👌", "❤️", "😊🙏", "🔥", "oke 👌", "ok, baik",
]  # fmt: skip
THANKS = [
    "makasih", "Makasihh", "makasiiih", "terima kasih", "Terima kasih ya", "terimakasih", "trims", "mksh",
    "mksh min", "thx",
    "tq", "tks pak", "tengkyu", "trmksh", "suwun", "matur nuwun", "hatur nuhun", "ok makasih", "sip makasih",
    "🙏", "🙏🏻🙏",
    "makasih 🙏", "thanks", "thank you", "ty",
]  # fmt: skip
ELSE = [
    "ya",
    "Iya.",
    "yes",
    "ok stop",
    "oke kirim foto jembatan",
    "ok?",
    "sip kapan terbit",
    "ya ampun jalan rusak",
    "🤬",
    "👎",
    "😡",
    "baik buruknya jalan",
]
WHO = {
    "a subscriber": READER, "somebody new": Person("telegram", "1"),
    "who has stopped": replace(READER, status=Status.STOPPED),
    "on WhatsApp": replace(READER, channel="whatsapp"), "under hours": replace(READER, step="quiet", step_at=NOW),
    "under topics": replace(READER, step="topics", step_at=NOW),
}  # fmt: skip


def told(turn: Turn) -> list[tuple[str, int]]:
    return [(reply.message.plain(), len(reply.message.rows)) for reply in turn.replies]


@pytest.mark.parametrize("who", WHO.values(), ids=WHO.keys())
@pytest.mark.parametrize(("said", "line"), [*((n, FINE) for n in NODS), *((t, WELCOME) for t in THANKS)])
def test_a_nod_and_thanks_are_answered_in_one_line(who: Person, said: str, line: str) -> None:
    turn = answer(who, Text(said), board())
    assert told(turn) == [(line, 0)]
    assert turn.asks == ()


@pytest.mark.parametrize("said", ELSE)
def test_what_says_more_is_no_nod(said: str) -> None:
    assert not words.is_fine(said)
    assert not words.thanks(said)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_staff_who_are_asked_nothing_may_nod_too(role: Role) -> None:
    for said in ("ok", "👍"):
        found = LookedIn(LookIn("say", said), Room(b"k" * 32, 1))
        assert told(answer(replace(READER, role=role), found, board())) == [(FINE, 0)]


def test_in_a_group_nobody_is_answered() -> None:
    group = replace(READER, address="-5", group=True)
    assert answer(group, Text("ok"), board()) == Turn()


@pytest.mark.parametrize("said", [*NODS, *THANKS])
def test_a_nod_is_no_command(said: str) -> None:
    assert words.understand(said) in {None, Command("help")}
