"""Every screen that can be reached, in every language, keeps the limits of every platform; nothing ever raises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import screen_seal
from bot.chat.answer import ACTIONS as ALL_ACTIONS
from bot.chat.answer import answer
from bot.chat.fit import LONGEST_ACTION, LONGEST_TEXT, MOST_BUTTONS, WIDEST_ROW, units
from bot.chat.message import Message, from_json, to_json
from bot.chat.registry import needs_seal
from bot.chat.residents.wishing import ACTIONS
from bot.chat.stories import story_message
from bot.chat.turn import Board, Category, Command, Incoming, Mode, Person, Press, Role, Status, Stop, Text
from bot.chat.words import COMMANDS
from tests.support.alone import Alone
from tests.support.town import NOW, STORIES, TEXTS, board

SMALL = replace(board(), categories=board().categories[:2] + board().categories[3:4])
WIDE = replace(
    board(),
    portal="Portal Berita " * 60,
    area="Kabupaten " * 200,
    categories=tuple(
        Category(f"topik_ke_{n:011d}", {"id": f"{n}. " + "Nama yang panjang sekali " * 9}, 3) for n in range(120)
    ),
)
BARE = replace(board(), categories=(), quiet=None, area="")
PEOPLE = {
    "new": Person("telegram", "1"),
    "active": Person("telegram", "1", Status.ACTIVE, categories=frozenset({"daerah"}), quiet=(1260, 300)),
    "everything": Person("telegram", "1", Status.ACTIVE, Role.ADMIN, follows_all=True),
    "stopped": Person("telegram", "1", Status.STOPPED, Role.EDITOR),
    "wishing": Person(
        "telegram",
        "1",
        Status.ACTIVE,
        categories=frozenset({"daerah"}),
        quiet=(1335, 285),
        mode="both",
        urgent=False,
        paused_until=NOW + timedelta(days=3),
        words=tuple(f"nama tempat yang panjang sekali ke {n}" for n in range(10)),
    ),
}
LONGEST_TOAST = 200
OPENINGS: list[Incoming] = [
    *(Command(entry.name) for entry in COMMANDS),
    *(Text(t) for t in ("apa ini", "1 2", "99", "bahasa jawa", "/start undang-KodeEditor-1", "/start undang-x")),
    *(Command("start", p) for p in ("daerah", "semua", "asing", "asing-daerah", "???", "-".join(["x"] * 32))),
    *(Press(f"{verb}:{story}") for verb in ("save", "less", "drop", "why", "wrong") for story in (5, 7, 8, 99)),
    *(Text(t) for t in ("cari pasar malam", "cari " + "panjang " * 60, "kata Pacet", "kata yang", "waktu pagi")),
    *(
        Text(t)
        for t in ("tenang 22.00-04.30", "tenang besok", "jeda 3 hari", "HAPUS DATA", "redaksi halo", "koreksi x")
    ),
    *(Press(action) for action in ("download", "erase:yes", "find:5:pasar", "answer:1", "pause:0", "quiet:off")),
]


def faults(message: Message) -> Iterator[str]:
    """What a platform would refuse."""
    buttons = [button for row in message.rows for button in row]
    if not 1 <= units(message.plain()) <= LONGEST_TEXT or not message.plain().strip():
        yield f"{units(message.plain())} units of text"
    if len(buttons) > MOST_BUTTONS or any(not 1 <= len(row) <= WIDEST_ROW for row in message.rows):
        yield "too many buttons, or an empty row"
    for button in buttons:
        if not button.label.strip() or bool(button.action) == bool(button.url):
            yield f"an unusable button: {button}"
        longest = screen_seal.LONGEST if needs_seal(button.action, ALL_ACTIONS) else LONGEST_ACTION
        if button.action and not 1 <= len(button.action.encode()) <= longest:
            yield f"an action of {len(button.action.encode())} bytes"
    if from_json(to_json(message)) != message:
        yield "it does not survive the store"


def walk(begin: Person, where: Board, depth: int) -> Iterator[tuple[str, Message]]:
    """Every message on every way of at most `depth` taps; a state that was seen is not walked again."""
    return ((way, message) for way, message, _ in steps(begin, where, depth))


def steps(begin: Person, where: Board, depth: int) -> Iterator[tuple[str, Message, Person]]:
    """The same, with who somebody is then."""
    seen: set[tuple[Person, str]] = set()
    edge: list[tuple[Person, Incoming]] = [(begin, opening) for opening in OPENINGS]
    for _ in range(depth):
        following: list[tuple[Person, Incoming]] = []
        for person, incoming in edge:
            if (person, str(incoming)) in seen:
                continue
            seen.add((person, str(incoming)))
            alone = Alone(person=person, at=where)
            alone.saved = list(STORIES)
            for reply in alone.meet(incoming):
                yield f"{person} {incoming}", reply.message, alone.person
                actions = (b.action for row in reply.message.rows for b in row if b.action)
                following += [(alone.person, Press(action)) for action in actions]
        edge = following


@pytest.mark.parametrize("language", sorted(TEXTS.catalogs))
@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
@pytest.mark.parametrize(
    ("where", "depth"), [(SMALL, 4), (WIDE, 2), (BARE, 3)], ids=["a small board", "a huge board", "a bare board"]
)
def test_every_screen_keeps_the_limits(person: Person, language: str, where: Board, depth: int) -> None:
    count = 0
    for way, message in walk(replace(person, language=language), where, depth):
        count += 1
        assert list(faults(message)) == [], f"{way}: {message.plain()[:200]}"
    assert count > len(OPENINGS)


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_one_message_stops_from_every_state_that_can_be_reached(person: Person) -> None:
    states = {reached for _, _, reached in steps(person, SMALL, 4)}
    assert len(states) > len(PEOPLE)
    for state in states:
        for word in ("BERHENTI", "stop"):
            turn = answer(state, Text(word), SMALL)
            assert turn.changes[0] == Stop(), state
            assert (len(turn.replies), turn.asks) == (1, ())
            assert "?" not in turn.replies[0].message.plain()


def test_the_last_buttons_of_a_huge_board_are_not_crowded_out() -> None:
    (reply,) = Alone(at=WIDE).meet(Command("start"))
    assert [row[0].action for row in reply.message.rows[-2:]] == ["all", "done"]


@pytest.mark.parametrize("where", [board(), WIDE, BARE], ids=["town", "huge", "bare"])
@pytest.mark.parametrize("language", [*sorted(TEXTS.catalogs), "xx"])
def test_every_story_keeps_the_limits(language: str, where: Board) -> None:
    for story in STORIES.values():
        assert list(faults(story_message(story, language, where))) == []
        huge = replace(story, title="Judul panjang " * 400, summary="Ringkasan " * 900)
        assert list(faults(story_message(huge, language, where))) == []


ANYTHING = st.one_of(
    st.builds(Text, st.text()),
    st.builds(Command, st.text(max_size=12), st.text(max_size=70)),
    st.builds(Command, st.sampled_from([e.name for e in COMMANDS]), st.text(max_size=70)),
    st.builds(Command, st.just("start"), st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)),
    st.builds(Press, st.text(max_size=64)),
    st.builds(Press, st.from_regex(r"(mode|quiet|urgent|pause|word|find|erase|why):?[a-z0-9:-]{0,9}", fullmatch=True)),
    st.sampled_from([Press(verb) for verb in ACTIONS] + [Press("erase:yes"), Text("ya"), Text("Pacet")]),
    st.builds(Press, st.from_regex(r"(t|lang|un|save|less|drop|menu|all|done):?[a-z0-9_:]{0,20}", fullmatch=True)),
)


@settings(max_examples=200)
@given(st.lists(ANYTHING, max_size=8), st.sampled_from(sorted(PEOPLE)), st.sampled_from(["id", "en", "xx", ""]))
def test_whatever_comes_in_is_answered_within_the_limits(events: list[Incoming], name: str, language: str) -> None:
    alone = Alone(person=replace(PEOPLE[name], language=language))
    for incoming in events:
        replies = alone.meet(incoming)
        assert replies, f"{incoming} was answered with silence"
        assert [fault for reply in replies for fault in faults(reply.message)] == []
        assert all(len(r.message.plain()) <= LONGEST_TOAST for r in replies if r.mode is Mode.TOAST)
    followed = alone.person.categories or alone.person.words
    assert alone.person.status is not Status.ACTIVE or alone.person.follows_all or followed
