"""Plain sentences of staff are no letters of readers, though they may begin like one."""

from dataclasses import replace

import pytest

from bot.chat.answer import answer
from bot.chat.turn import Command, Incoming, Person, Press, Role, Status, Text
from bot.chat.wishes import ContactKind, SetStep, TellNewsroom
from tests.support.town import NOW, TEXTS, board

EDITOR = Person("telegram", "1", Status.ACTIVE, Role.EDITOR, follows_all=True)
SENTENCES = {
    "a report's word": (Command("wrong", "tulis jam"), "tulis jam"),
    "the newsroom's word": (Command("contact", "sudah tahu"), "sudah tahu"),
}


@pytest.mark.parametrize("language", TEXTS.catalogs)
@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
@pytest.mark.parametrize(("typed", "words"), SENTENCES.values(), ids=SENTENCES)
def test_staff_are_asked_whether_it_is_a_letter(typed: Incoming, words: str, role: Role, language: str) -> None:
    turn = answer(replace(EDITOR, role=role, language=language), typed, board())
    assert (turn.changes, turn.asks) == ((SetStep(f"letter:{words}"),), ())
    (reply,) = turn.replies
    assert {"id": "/ralat", "en": "/correct"}[language] in reply.message.plain()
    assert [button.action for row in reply.message.rows for button in row] == ["letter", "cancel"]


def test_one_tap_sends_it_as_a_readers_letter() -> None:
    asked = replace(EDITOR, step="letter:tulis jam", step_at=NOW)
    assert answer(asked, Press("letter", "9"), board()).asks == (TellNewsroom(ContactKind.MESSAGE, "tulis jam"),)


@pytest.mark.parametrize("typed", ["Salah tulis jam", "redaksi sudah tahu"])
def test_what_residents_write_so_goes_at_once(typed: str) -> None:
    turn = answer(replace(EDITOR, role=Role.RESIDENT), Text(typed), board())
    assert [type(ask) for ask in turn.asks] == [TellNewsroom]
