"""Seals on the buttons of screens, and the few buttons that have none because they stand under what goes to many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp.templates.fill import ACTIONS as UNDER_TEMPLATES
from bot.chat.answer import ACTIONS, answer
from bot.chat.broadcasts import broadcast_message
from bot.chat.fit import LONGEST_ACTION
from bot.chat.message import Button, Message, Span
from bot.chat.registry import needs_seal
from bot.chat.screen_seal import LONGEST, NONCE, Sealed, read, sealed
from bot.chat.turn import Incoming, Person, Press, Role, Save, Status, Stop, StoriesFound, StoryFound
from bot.delivery.content import BroadcastKind, Content, Note
from tests.support.town import NOW, STORIES, TEXTS, board

KEY, NONE = b"k" * 32, "AbC-1"
ME = ("telegram", "77")


def button(action: str, *, key: bytes = KEY, who: tuple[str, str] = ME, nonce: str = NONE) -> str:
    message = sealed(Message((Span("x"),), ((Button("x", action),),)), key, *who, nonce, lambda _: True)
    return message.rows[0][0].action


def test_what_we_sealed_for_a_chat_holds_there() -> None:
    came = read(button("t:daerah"))
    assert (came.action, came.nonce) == ("t:daerah", NONE)
    assert came.holds(KEY, *ME)


FORGED = {
    "for another chat": button("menu", who=("telegram", "78")),
    "for the same address elsewhere": button("menu", who=("whatsapp", "77")),
    "by another key": button("menu", key=b"x" * 32),
    "another action": button("menu").replace("menu", "erase:yes"),
    "another screen's nonce": button("menu").replace(NONE, "AbC-2"),
    "a cut seal": button("menu")[:-1],
    "none": "menu",
    "nothing but the sign": "menu~",
}


@pytest.mark.parametrize("action", FORGED.values(), ids=FORGED)
def test_what_was_not_made_for_this_chat_does_not_hold(action: str) -> None:
    assert not read(action).holds(KEY, *ME)


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=10))
def test_whatever_comes_in_is_read_and_holds_only_as_we_made_it(action: str, address: str, nonce: str) -> None:
    assert not read(action).holds(KEY, *ME)
    ours = button(action, who=("telegram", address), nonce=NONE)
    assert read(ours) == Sealed(action, NONE, ours[-11:])
    assert read(ours).holds(KEY, "telegram", address)
    assert read(f"{action}~{nonce}").holds(KEY, *ME) is False


def test_the_longest_action_fits_with_its_seal() -> None:
    assert len(button("x" * LONGEST, nonce="n" * NONCE).encode()) == LONGEST_ACTION


# What has no seal ---------------------------------------------------------------------------------------------------

OPEN = {verb for verb, handler in ACTIONS.items() if handler.open}
TOLD = [
    Content(BroadcastKind.STORY, NOW, STORIES[7]),
    Content(BroadcastKind.DIGEST, NOW, stories=tuple(STORIES.values()), more=40),
    *(
        Content(kind, NOW, story, Note("Isi.", "Judul", "https://target-24jam.com/x", wrong="Isu"), Note("Lama"))
        for kind in (BroadcastKind.ALERT, BroadcastKind.FOLLOW_UP, BroadcastKind.MARK, BroadcastKind.CORRECTION,
                     BroadcastKind.WITHDRAWAL)
        for story in (None, STORIES[7])
    ),
]  # fmt: skip


@pytest.mark.parametrize("language", sorted(TEXTS.catalogs))
def test_buttons_under_what_goes_to_many_are_the_same_for_all(language: str) -> None:
    actions = {b.action for c in TOLD for row in broadcast_message(c, language, board()).rows for b in row if b.action}
    assert {action.partition(":")[0] for action in actions} == {"save", "less", "more"}
    assert not [action for action in {*actions, *UNDER_TEMPLATES.values()} if needs_seal(action, ACTIONS)]


def test_only_what_stands_under_them_or_begins_and_ends_everything_has_no_seal() -> None:
    assert sorted(OPEN) == ["less", "more", "save", "start", "stop"]


PEOPLE = [
    Person(*ME, status, role, categories=frozenset({"daerah"}), group=group)
    for status in Status for role in Role for group in (False, True)
]  # fmt: skip


@pytest.mark.parametrize("verb", sorted(OPEN))
def test_a_button_without_a_seal_does_nothing_but_what_is_its_pressers_own(verb: str) -> None:
    subject = {"save": ":7", "less": ":7", "more": ":7:3"}.get(verb, "")
    for person in PEOPLE:
        events: list[Incoming] = [Press(verb + subject)]
        while events:
            turn = answer(person, events.pop(), board())
            assert all(isinstance(change, Save | Stop) for change in turn.changes), (verb, person)
            events += [
                StoryFound(STORIES[7], getattr(ask, "purpose", "")) if hasattr(ask, "story_id") else StoriesFound(())
                for ask in turn.asks
            ]
