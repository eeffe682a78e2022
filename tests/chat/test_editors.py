"""The newsroom's acts: who may do each of them, and that no button does more than it was made for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.answer import answer
from bot.chat.message import Message
from bot.chat.newsroom.acts import BUTTONS, COMMANDS, Handler, Names
from bot.chat.newsroom.guard import fingerprint
from bot.chat.newsroom.offers import offers
from bot.chat.push import Aim, Colleague, Draft, LookedIn, LookIn, Room, Stage, Step, Told
from bot.chat.push_seal import sealed
from bot.chat.turn import Command, Mode, Person, Press, Role, Status, Text, Turn
from bot.chat.words import COMMANDS as WORDS
from bot.chat.words import understand
from bot.delivery.content import BroadcastKind, Level, Note
from bot.delivery.plan import Status as Sending
from tests.chat.test_every_screen import faults
from tests.support.town import NOW, STORIES, TEXTS, board

KEY = b"k" * 32
ME, SARI, BUDI = "1", "2", "3"
DRAFT = Draft(7, 3, "telegram", ME, note=Note("Arus dialihkan.", "Jembatan ditutup"))
COLLEAGUES = (Colleague("telegram", SARI, None, "id", "editor"), Colleague("telegram", BUDI, None, "en", "admin"))
TOLD = Told(5, BroadcastKind.ALERT, Level.ORDINARY, Sending.RUNNING, "Jembatan ditutup", NOW, Note("Arus.", "Jembatan"))
URGENT = replace(DRAFT, note=replace(DRAFT.note, level=Level.URGENT))
ASKED = replace(URGENT, stage=Stage.WAITING, asked_at=NOW, asked_hash=fingerprint(URGENT), screen="9")
LONG_AGO = replace(ASKED, asked_at=NOW - timedelta(minutes=20))
SENT = replace(DRAFT, stage=Stage.SENT, broadcast_id=5)
ROLES = list(Role)


def person(address: str = ME, role: Role = Role.EDITOR, language: str = "id") -> Person:
    return Person("telegram", address, Status.ACTIVE, role, language, follows_all=True)


def room(draft: Draft | None = DRAFT, **fields: object) -> Room:
    known = {"colleagues": COLLEAGUES, "audience": {"telegram": 9812}, "rates": {"telegram": 30.0}, "told": TOLD}
    return Room(KEY, 8, draft=draft, stories=tuple(STORIES.values()), story=STORIES[7], recent=(TOLD,),
                scheduled=(replace(TOLD, at=NOW + timedelta(hours=1)),), before="Judul lama", **(known | fields))  # type: ignore[arg-type]  # fmt: skip


def subject(handler: Handler, verb: str) -> tuple[str | int, ...]:
    """What the button of this act names."""
    if handler.names in {Names.OWN, Names.REQUEST, Names.LEFT}:
        more = {"take": (7,), "lvs": ("darurat",), "audt": ("daerah",), "fu": (5,)}.get(verb, ())
        return (7, 3, *more)
    return () if handler.names is Names.NOTHING else (7 if handler.names is Names.STORY else 5,)


def draft_for(handler: Handler) -> Draft:
    return {Names.REQUEST: ASKED, Names.LEFT: SENT}.get(handler.names, DRAFT)


def action(verb: str, whose: str = ME, *, version: int = 3) -> str:
    parts = subject(BUTTONS[verb], verb)
    if BUTTONS[verb].names in {Names.OWN, Names.REQUEST, Names.LEFT}:
        parts = (parts[0], version, *parts[2:])
    return sealed(KEY, "telegram", whose, verb, *parts)


def pressed(verb: str, who: Person, found: Room, *, whose: str = "", version: int = 3) -> Turn:
    """The second half of an act: it is decided before what was looked up."""
    asked = LookIn(action(verb, whose or who.address, version=version), screen="9", pressed=True)
    return answer(who, LookedIn(asked, found), board())


def said(turn: Turn) -> str:
    return "\n".join(reply.message.plain() for reply in turn.replies)


# Role and act ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", BUTTONS)
def test_every_act_says_who_may_do_it(verb: str) -> None:
    assert BUTTONS[verb].roles
    assert BUTTONS[verb].roles <= set(Role)
    assert Role.RESIDENT not in BUTTONS[verb].roles


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", BUTTONS)
def test_who_may_not_is_told_so_and_nothing_follows(verb: str, role: Role) -> None:
    who = person(role=role)
    turn = answer(who, Press(action(verb), "9"), board())
    if role in BUTTONS[verb].roles:
        assert turn == Turn(asks=(LookIn(action(verb), screen="9", pressed=True),))
    else:
        assert said(turn).startswith("Perintah ini khusus redaksi.")
        assert (turn.changes, turn.asks) == ((), ())


@pytest.mark.parametrize(
    ("verb", "role"), [(verb, role) for verb in BUTTONS for role in ROLES if role not in BUTTONS[verb].roles]
)
def test_a_role_that_was_lost_between_asking_and_deciding_counts_for_nothing(verb: str, role: Role) -> None:
    turn = pressed(
        verb, person(SARI if BUTTONS[verb].names is Names.REQUEST else ME, role), room(draft_for(BUTTONS[verb]))
    )
    assert (turn.changes, turn.asks) == ((), ())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_newsroom_is_for_the_roles_that_it_names(name: str, role: Role) -> None:
    (entry,) = (entry for entry in WORDS if entry.name == name)
    assert entry.roles == COMMANDS[name].roles
    turn = answer(person(role=role), Command(name), board())
    if role in entry.roles:
        assert turn == Turn(asks=(LookIn(name),))
    else:
        assert said(turn).startswith("Perintah ini khusus redaksi.")
        assert (turn.changes, turn.asks) == ((), ())


# Whose button ---------------------------------------------------------------------------------------------------------


def expired(turn: Turn) -> bool:
    """Said so, nothing changed, and what is current is shown next."""
    told = turn.replies[0]
    begun = told.mode is Mode.TOAST and told.message.plain() == "Tombol ini sudah kedaluwarsa. Ini menu terbarunya."
    return begun and turn.changes == () and turn.asks == (LookIn("current"),)


@pytest.mark.parametrize("verb", BUTTONS)
def test_a_button_made_for_somebody_else_does_nothing(verb: str) -> None:
    """A forwarded preview, a copied button: whoever presses it is not the one it was made for."""
    assert expired(pressed(verb, person(BUDI, Role.ADMIN), room(draft_for(BUTTONS[verb])), whose=ME))


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.NOTHING])
def test_a_forwarded_preview_answers_no_question(step: Step) -> None:
    forwarded = Text("KABAR\nJembatan ditutup\n\nArus dialihkan.", photo="p", ours=True)
    (asked,) = answer(person(), forwarded, board()).asks
    assert asked == LookIn("say", forwarded.text, photo="p", ours=True)
    turn = answer(person(), LookedIn(asked, room(replace(DRAFT, note=Note(""), step=step))), board())
    assert (turn.changes, turn.asks) == ((), ())
    assert said(turn).startswith("Itu pesan dari kami, seperti pratinjau yang diteruskan")


@pytest.mark.parametrize("verb", [verb for verb, h in BUTTONS.items() if h.names in {Names.OWN, Names.LEFT}])
def test_a_button_of_an_earlier_version_does_nothing(verb: str) -> None:
    for version in (0, 2, 4):
        assert expired(pressed(verb, person(role=Role.ADMIN), room(draft_for(BUTTONS[verb])), version=version))


@pytest.mark.parametrize("verb", [verb for verb, h in BUTTONS.items() if h.names is Names.OWN])
def test_nobody_else_works_on_a_draft_even_with_a_sealed_button(verb: str) -> None:
    assert expired(pressed(verb, person(SARI), room(DRAFT)))


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.CLOSED])
@pytest.mark.parametrize("verb", [verb for verb, h in BUTTONS.items() if h.names is Names.OWN])
def test_a_button_of_what_was_sent_or_left_does_nothing(verb: str, stage: Stage) -> None:
    turn = pressed(verb, person(role=Role.ADMIN), room(replace(DRAFT, stage=stage)))
    again = verb == "no" and stage is Stage.CLOSED  # they have what they want
    assert (said(turn) == "Sudah dibatalkan. Tidak ada yang dikirim." and not turn.changes) if again else expired(turn)


def test_another_time_that_was_set_is_not_called_cancelled() -> None:
    moved = replace(DRAFT, stage=Stage.CLOSED, aim=Aim.MOVE)
    assert expired(pressed("no", person(role=Role.ADMIN), room(moved)))


def test_whoever_presses_an_old_button_sees_what_is_current() -> None:
    shown = answer(person(), LookedIn(LookIn("current"), room()), board())
    assert [m.plain().split("\n")[0] for m in (r.message for r in shown.replies)] == ["KABAR", "Tingkat: Biasa"]
    nothing = answer(person(), LookedIn(LookIn("current"), room(None)), board())
    assert said(nothing).startswith("Topik: semua topik")


# Approval -------------------------------------------------------------------------------------------------------------


def test_a_colleague_approves_and_it_leaves_in_ten_seconds() -> None:
    turn = pressed("ok", person(SARI), room(ASKED, colleagues=(Colleague("telegram", ME, None, "id", "editor"),)))
    (sent,) = (change for change in turn.changes if type(change).__name__ == "Send")
    assert getattr(sent, "begins", None) == NOW + timedelta(seconds=10)
    assert said(turn) == "Mulai dikirim dalam 10 detik."


@pytest.mark.parametrize(("today", "noted"), [(3, False), (4, True)])
def test_an_approved_alert_beyond_the_days_count_is_noted_as_such(today: int, noted: bool) -> None:
    author = Colleague("telegram", ME, None, "id", "editor")
    turn = pressed("ok", person(SARI), room(ASKED, colleagues=(author,), today=today))
    (sent,) = (change for change in turn.changes if type(change).__name__ == "Send")
    detail: str = getattr(sent, "detail", "")
    assert detail.startswith("approved ")
    assert ("over the limit of 4 a day" in detail) is noted


def test_nobody_approves_what_they_wrote() -> None:
    for verb in ("ok", "nok"):
        turn = pressed(verb, person(ME), room(ASKED))
        assert said(turn) == "Anda tidak bisa menyetujui kabar yang Anda tulis sendiri."
        assert turn.changes == ()


AUTHOR = Colleague("telegram", ME, None, "id", "editor")
VOID = "Persetujuan ini tidak berlaku lagi: teksnya berubah atau dibatalkan. Penulisnya bisa meminta persetujuan lagi."
LATE = "Waktu persetujuannya sudah habis, dan penulisnya sudah diberi tahu. Anda tidak perlu melakukan apa-apa."


@pytest.mark.parametrize(
    ("draft", "colleagues", "why"),
    [
        (replace(ASKED, note=replace(ASKED.note, text="Lain.")), (AUTHOR,), VOID),
        (replace(ASKED, version=4), (AUTHOR,), VOID),
        (replace(ASKED, stage=Stage.OPEN), (AUTHOR,), VOID),
        (replace(ASKED, stage=Stage.SENT), (AUTHOR,), VOID),
        (replace(ASKED, asked_at=NOW - timedelta(minutes=15)), (AUTHOR,), LATE),
        (replace(ASKED, at=NOW), (AUTHOR,), LATE),  # the time for which it was scheduled has come meanwhile
        (ASKED, (), VOID),  # the author is of staff no longer
        (replace(LONG_AGO, stage=Stage.OPEN, version=ASKED.version + 1), (AUTHOR,), LATE),
        (replace(LONG_AGO, stage=Stage.OPEN, version=ASKED.version + 1, asked_at=None), (AUTHOR,), VOID),
        (replace(ASKED, version=ASKED.version + 3), (AUTHOR,), VOID),
    ],
    ids=[
        "another text",
        "another version",
        "taken back",
        "sent already",
        "too late",
        "its time is past",
        "author gone",
        "given back to its author",
        "given back and changed since",
        "given back and asked for again",
    ],
)
def test_what_is_not_exactly_what_was_seen_is_not_approved(
    draft: Draft, colleagues: tuple[Colleague, ...], why: str
) -> None:
    for verb in ("ok", "nok"):
        turn = pressed(verb, person(SARI), room(draft, colleagues=colleagues))
        if verb == "ok" or draft.stage is not Stage.WAITING:
            assert said(turn) == why
            assert turn.changes == ()


def test_an_urgent_alert_does_not_leave_by_its_authors_hand() -> None:
    for verb in ("send", "sendx"):
        turn = pressed(verb, person(), room(URGENT))
        assert not [change for change in turn.changes if type(change).__name__ == "Send"]


@pytest.mark.parametrize("today", [4, 9])
def test_more_than_a_days_alerts_is_said_twice_also_for_urgent_ones(today: int) -> None:
    assert "Tetap kirim?" in said(pressed("send", person(), room(today=today)))
    turn = pressed("sendx", person(), room(URGENT, today=today))
    assert not [change for change in turn.changes if type(change).__name__ == "Send"]


# Words ----------------------------------------------------------------------------------------------------------------


def test_words_of_staff_may_answer_a_question_and_else_mean_what_they_always_mean() -> None:
    assert answer(person(), Text("apa ini"), board()) == Turn(asks=(LookIn("say", "apa ini"),))
    lost = answer(person(), LookedIn(LookIn("say", "apa ini"), room(DRAFT)), board())
    assert said(lost).startswith("Maaf, kami belum paham.")
    waiting = replace(DRAFT, step=Step.TIME)
    turn = answer(person(), LookedIn(LookIn("say", "besok 07.00"), room(waiting)), board())
    assert [type(change).__name__ for change in turn.changes] == ["Keep"]


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.NOTHING])
def test_stopping_works_from_every_question(step: Step) -> None:
    assert understand("berhenti") == Command("stop")
    turn = answer(person(), Text("berhenti"), board())
    assert [type(change).__name__ for change in turn.changes] == ["Stop"], step


def test_without_stories_there_is_nothing_to_pick() -> None:
    found = replace(room(replace(DRAFT, step=Step.TEXT)), stories=())
    assert said(pressed("pick", person(), found)).startswith("Belum ada berita.")


@pytest.mark.parametrize("language", sorted(TEXTS.catalogs))
@pytest.mark.parametrize("kind", ["revised", "withdrawn"])
def test_what_the_portal_did_is_offered_with_one_button(kind: str, language: str) -> None:
    ((button,),) = offers(kind, 7, TEXTS.voice(language), KEY, "telegram", ME)
    turn = answer(
        person(),
        LookedIn(LookIn(button.action, pressed=True), room(None, told=replace(TOLD, story=STORIES[7]))),
        board(),
    )
    (kept,) = turn.changes
    assert getattr(kept, "draft", DRAFT).aim is (Aim.CORRECTION if kind == "revised" else Aim.WITHDRAWAL)
    assert offers("failing", 7, TEXTS.voice(language), KEY, "telegram", ME) == ()
    assert offers(kind, None, TEXTS.voice(language), KEY, "telegram", ME) == ()


# Whatever comes in ----------------------------------------------------------------------------------------------------

NASTY = ("Judul *tebal* _miring_ <b>&amp;", "\u202eterbalik", "🙂" * 150, "{title} {n}", "a" * 200, "\n\n\n", "")
DRAFTS = [
    replace(DRAFT, aim=aim, stage=stage, step=step, note=Note(text, title, wrong=text), about=5)
    for aim in Aim for stage in Stage for step in Step for title, text in zip(NASTY, reversed(NASTY), strict=True)
]  # fmt: skip


def messages(turn: Turn) -> Iterator[Message]:
    for reply in turn.replies:
        yield reply.message
    for change in turn.changes:
        if isinstance(shown := getattr(change, "message", None), Message):
            yield shown


@pytest.mark.parametrize("language", sorted(TEXTS.catalogs))
@pytest.mark.parametrize("verb", BUTTONS)
def test_every_act_on_every_draft_is_answered_within_the_limits(verb: str, language: str) -> None:
    who = person(SARI if BUTTONS[verb].names is Names.REQUEST else ME, Role.ADMIN, language)
    for draft in DRAFTS:
        turn = pressed(verb, who, room(draft))
        assert turn.replies or turn.asks or turn.changes
        assert [fault for message in messages(turn) for fault in faults(message)] == [], draft


@settings(max_examples=300)
@given(st.text(max_size=80), st.sampled_from(DRAFTS), st.booleans())
def test_whatever_is_written_or_pressed_is_answered(text: str, draft: Draft, as_button: bool) -> None:
    asked = LookIn(f"e:{text}" if as_button else "say", text, pressed=as_button)
    turn = answer(person(), LookedIn(asked, room(draft)), board())
    assert turn.replies or turn.asks
    assert [fault for message in messages(turn) for fault in faults(message)] == []
