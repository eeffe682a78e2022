"""Corrections of urgent alerts as editors see them: who must agree, and what becomes meanwhile of the rest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.broadcasts import broadcast_message
from bot.chat.message import Message
from bot.chat.newsroom import card as push_card
from bot.chat.newsroom.approvals import ask
from bot.chat.newsroom.corrected import corrected_form
from bot.chat.newsroom.guard import APPROVAL_HOLDS, fingerprint, has_lapsed, holds_rest
from bot.chat.newsroom.lapse import lapse
from bot.chat.newsroom.progress import progress
from bot.chat.newsroom.push import cancel, edit_text
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Aim, Colleague, Draft, Keep, LookIn, Room, Stage, Told
from bot.chat.scene import Scene
from bot.chat.turn import Person, Role, Turn
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.delivery.plan import Status
from tests.chat.test_every_screen import faults
from tests.support.town import NOW, STORIES, board

ALERT = Note("Tiga korban dirawat.", "Jembatan ditutup", level=Level.URGENT)
GOING = Told(
    3, BroadcastKind.ALERT, Level.URGENT, Status.RUNNING, "Jembatan ditutup", NOW - timedelta(minutes=1), ALERT,
    total=10, sent=4,
)  # fmt: skip
DONE = replace(GOING, status=Status.DONE, done_at=NOW)
SARI = Colleague("telegram", "2", None, "id", Role.EDITOR)
OPEN = Draft(7, 3, "telegram", "1", Aim.CORRECTION, note=Note("Dua korban", wrong="Tiga korban"), about=3)
WAITING = replace(OPEN, stage=Stage.WAITING, asked_at=NOW, asked_hash=fingerprint(OPEN, GOING))


def visit(
    draft: Draft = OPEN, told: Told = GOING, language: str = "id", colleagues: tuple[Colleague, ...] = (SARI,)
) -> Visit:
    person = Person("telegram", "1", role=Role.EDITOR, language=language)
    return Visit(
        Scene(person, board()), LookIn("x"), Room(b"k" * 32, 8, draft, told=told, colleagues=colleagues, editors=1)
    )


def said(turn: Turn) -> Message:
    (reply,) = turn.replies
    return reply.message


def of_lapse(at: Visit) -> Message:
    return lapse(at)[1]


# What is shown while the alert goes out; when all have it nothing of it is said.
SAID = {
    "the card": (push_card.card, OPEN, "id", "Begitu Anda meminta persetujuan, sisa kiriman kabar lama ditahan"),
    "its author waits": (push_card.waiting, WAITING, "id", "Selama itu sisa kiriman kabar lama ditahan."),
    "its author cancels it": (lambda v: said(cancel(v)), WAITING, "id", "Ralat dibatalkan. Sisa kiriman"),
    "its author writes anew": (lambda v: said(edit_text(v)), WAITING, "id", "berjalan lagi dengan teks lama.\n\nTulis"),
    "nobody decides": (of_lapse, WAITING, "id", "Sisa kiriman kabar lama berjalan lagi"),
    "the card in English": (push_card.card, OPEN, "en", "the rest of the old text is held until that is decided."),
    "waiting in English": (push_card.waiting, WAITING, "en", "Meanwhile the rest of the old text is held."),
    "cancelled in English": (lambda v: said(cancel(v)), WAITING, "en", "The correction is cancelled. The rest"),
    "lapsed in English": (of_lapse, WAITING, "en", "The rest of the alert goes on with the old text."),
}


@pytest.mark.parametrize(("screen", "draft", "language", "words"), SAID.values(), ids=SAID)
def test_what_becomes_of_the_rest_is_said_while_there_is_a_rest(
    screen: Callable[[Visit], Message], draft: Draft, language: str, words: str
) -> None:
    shown = screen(visit(draft, language=language))
    assert words in shown.plain()
    assert list(faults(shown)) == []
    assert words not in screen(visit(draft, DONE, language)).plain()


@pytest.mark.parametrize(("language", "words"), [("id", "Anda bisa menjedanya dulu"), ("en", "You can pause it")])
def test_with_nobody_to_ask_pausing_is_offered_while_it_goes_out(language: str, words: str) -> None:
    alone = push_card.card(visit(language=language, colleagues=()))
    assert words in alone.plain()
    assert [b.action.split(":")[1] for row in alone.rows for b in row] == ["pause", "txt", "no"]
    done = push_card.card(visit(told=DONE, language=language, colleagues=()))
    assert words not in done.plain()
    assert [b.action.split(":")[1] for row in done.rows for b in row] == ["txt", "no"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Sisanya ditahan: ralatnya menunggu persetujuan"), ("en", "The rest is held: its correction waits")],
)
def test_whoever_watches_it_sees_why_it_stands_still(language: str, words: str) -> None:
    held = progress(visit(language=language), replace(GOING, held=True)).plain()
    assert words in held
    assert "±" not in held  # nobody knows how long it takes now
    assert words not in progress(visit(language=language), GOING).plain()


@pytest.mark.parametrize(
    ("draft", "told", "holds"),
    [(WAITING, GOING, True), (OPEN, GOING, False), (WAITING, DONE, False),
     (WAITING, replace(GOING, status=Status.PAUSED), False), (replace(WAITING, aim=Aim.FOLLOW_UP), GOING, False)],
    ids=["waiting", "not asked for", "all have it", "paused by somebody", "a follow-up"],
)  # fmt: skip
def test_only_a_correction_that_waits_holds_the_rest(draft: Draft, told: Told, *, holds: bool) -> None:
    assert holds_rest(draft, told) is holds


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("told", "after", "over"),
    [
        (GOING, timedelta(0), False), (GOING, APPROVAL_HOLDS - SECOND, False), (GOING, APPROVAL_HOLDS, True),
        (GOING, -SECOND, False), (GOING, -APPROVAL_HOLDS, True), (DONE, SECOND, False),
        (replace(GOING, status=Status.WITHDRAWN), SECOND, True),
        (replace(GOING, note=replace(ALERT, text="Empat korban dirawat.")), SECOND, True),
    ],
    ids=["at once", "just in time", "too late", "the clock is put back a little", "the clock is put back a lot",
         "all have it meanwhile", "taken back meanwhile", "another text meanwhile"],
)  # fmt: skip
def test_it_can_be_approved_as_long_as_it_is_the_same_and_not_for_ever(
    told: Told, after: timedelta, *, over: bool
) -> None:
    assert has_lapsed(WAITING, told, NOW + after) is over


def test_what_has_lapsed_is_its_authors_again_and_what_was_taken_back_is_over() -> None:
    back, shown = lapse(visit(WAITING))
    assert (back.stage, back.version, back.asked_hash, back.note) == (Stage.OPEN, 4, "", OPEN.note)
    assert [b.action.split(":")[1] for row in shown.rows for b in row] == ["see"]
    closed, told = lapse(visit(WAITING, replace(GOING, status=Status.WITHDRAWN)))
    assert closed.stage is Stage.CLOSED
    assert told.rows == ()


def test_asking_for_what_was_taken_back_meanwhile_asks_nobody() -> None:
    turn = ask(visit(told=replace(GOING, status=Status.WITHDRAWN)))
    assert [change.draft.stage for change in turn.changes if isinstance(change, Keep)] == [Stage.CLOSED]
    assert len(turn.changes) == 1


IN_THE_HEADING = Draft(
    7, 3, "telegram", "1", Aim.CORRECTION, note=Note("Jembatan dibuka", wrong="Jembatan ditutup"), about=3
)
OF_A_STORY = replace(GOING, kind=BroadcastKind.STORY, note=None, story=replace(STORIES[7], title="Jembatan ditutup"))
OF_A_FOLLOW_UP = replace(GOING, kind=BroadcastKind.FOLLOW_UP, story=STORIES[7])


@pytest.mark.parametrize(
    "told", [GOING, OF_A_STORY, OF_A_FOLLOW_UP], ids=["an alert", "a story", "a follow-up about a story"]
)
def test_the_preview_of_a_correction_is_headed_as_what_its_readers_get(told: Told) -> None:
    at = visit(IN_THE_HEADING, told)
    head, _, _ = push_card.preview(at).plain().partition("Tadi tertulis")
    assert ("Jembatan dibuka" in head, "Jembatan ditutup" in head) == (True, False)
    later = corrected_form(at)
    if told.note is not None:
        assert later is not None
        assert "Jembatan dibuka" in later.plain()
    assert f"Ralat untuk: “{told.title}”" in push_card.card(at).plain()  # what is to be corrected keeps its name


def test_what_the_editor_is_shown_of_a_correction_is_what_leaves() -> None:
    at = visit(IN_THE_HEADING, GOING)
    right = Note("Tiga korban dirawat.", "Jembatan dibuka", level=Level.URGENT)  # as flow/newsroom.py writes it
    leaves = Content(BroadcastKind.CORRECTION, NOW, None, IN_THE_HEADING.note, right)
    assert push_card.preview(at).plain() == broadcast_message(leaves, "id", board()).plain()
