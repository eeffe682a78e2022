"""One message stops, from every state that any conversation comes to, whoever it is; three taps subscribe."""

from datetime import timedelta

import pytest

from bot.chat import steps
from bot.chat.answer import answer
from bot.chat.turn import Command, Incoming, Person, Press, Role, Status, Stop, Text, Turn
from tests.pictures.screens import played
from tests.support.alone import Alone
from tests.support.town import NOW, board

WORDS = (
    "berhenti",
    "STOP",
    "Unreg",
    "/berhenti",
    "/stop@kentongan_bot",
    "tolong berhenti ya",
    "stop langganan",
    "unreg daerah",
    "udah stop",
    "s t o p",
    "matikan",
    "hentikan",
    "jangan kirim lagi",
)
# As people here say it, to whoever they think reads it; in every question too.
SPOKEN = (
    "stop mas", "stop mbak", "Berhenti mba", "stop bang", "stop bg", "berhenti cak", "stop cacak", "stop rek",
    "berhenti ning", "stop lah", "stop kk", "stop om", "berhenti tante", "stop gan", "stop bos", "stop bro",
    "stop sis", "stop aja lah", "berhenti dong bang", "berhenti, makasih infonya", "terima kasih beritanya, stop",
    "stop, terima kasih banyak atas infonya selama ini mas", "jangan kirim berita lagi ke saya",
    "jangan kirim lagi ya mas", "jangan kirim pesan ke nomor ini lagi", "stop kirim berita ke nomor ini",
    "stop kirim wa ke no hp saya", "berhentikan", "tolong berhentikan mas", "un reg", "UN REG", "quit", "end",
    "Quit!", "remove me", "please remove me from the list", "leave me alone", "end my subscription",
)  # fmt: skip
TALK = ("hentikan kebakaran di Pacet", "matikan lampu jalan di Sooko", "jangan kirim truk lewat desa kami lagi")
NO_STOP = (
    "berhentikan truk di jalan", "kecelakaan bang toyib", "bang", "mas", "om tante", "jangan kirim truk ke nomor ini",
    "stop truk ke Pacet mas", "terima kasih", "makasih infonya mas", "kereta berhenti, terima kasih infonya",
    "week end di Pacet", "quite", "remove the mud", "stop kontak rusak mas", "berhenti ning kene",
)  # fmt: skip
STEPS = ("", steps.SEARCH, steps.WORD, steps.ERASE, steps.CONTACT, f"{steps.REPORT}:7", f"{steps.ANSWER}:3", "nonsense")


def stops(turn: Turn) -> bool:
    """At once, with one answer that asks nothing."""
    quiet = len(turn.replies) == 1 and "?" not in turn.replies[0].message.plain()
    return turn.changes[:1] == (Stop(),) and quiet and turn.asks == ()


async def test_one_message_stops_from_every_state_of_every_conversation() -> None:
    states: set[Person] = set()
    for _, pair, _ in await played():
        states.update(pair.states)
    assert {state.role for state in states} == set(Role)
    assert {state.status for state in states} >= {Status.NEW, Status.ACTIVE, Status.STOPPED}
    assert any(state.group for state in states)
    assert len({state.step for state in states}) >= 5, "searching, a word, erasing, writing to the newsroom, answering"
    assert len(states) > 150
    for state in states:
        said: tuple[Incoming, ...] = (Command("stop"),) if state.group else (*map(Text, WORDS), Press("stop"))
        for incoming in said:
            if state.group and not state.manages:
                continue  # an ordinary member cannot stop for all
            assert stops(answer(state, incoming, board())), (state, incoming)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("step", STEPS)
def test_one_message_stops_whatever_was_asked_and_of_whom(role: Role, step: str) -> None:
    asked_at = NOW - timedelta(seconds=5)
    person = Person("telegram", "1", Status.ACTIVE, role, follows_all=True, step=step, step_at=asked_at)
    for word in WORDS:
        assert stops(answer(person, Text(word), board())), word


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("said", SPOKEN)
def test_a_stop_said_as_people_say_it_is_one_inside_and_outside_every_question(
    role: Role, step: str, said: str
) -> None:
    asked_at = NOW - timedelta(seconds=5)
    person = Person("telegram", "1", Status.ACTIVE, role, follows_all=True, step=step, step_at=asked_at)
    assert stops(answer(person, Text(said), board()))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("said", NO_STOP)
def test_what_only_sounds_like_that_stops_nothing(step: str, said: str) -> None:
    asked_at = NOW - timedelta(seconds=5)
    person = Person("telegram", "1", Status.ACTIVE, follows_all=True, step=step, step_at=asked_at)
    assert Stop() not in answer(person, Text(said), board()).changes


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("said", TALK)
def test_a_sentence_with_a_stop_word_in_it_stops_nothing(role: Role, step: str, said: str) -> None:
    asked_at = NOW - timedelta(seconds=5)
    person = Person("telegram", "1", Status.ACTIVE, role, follows_all=True, step=step, step_at=asked_at)
    assert Stop() not in answer(person, Text(said), board()).changes
    if step in {steps.SEARCH, steps.CONTACT}:
        (ask,) = answer(person, Text(said), board()).asks
        assert said in repr(ask), "it is searched for, or goes to the newsroom, as it was written"


def test_three_taps_subscribe() -> None:
    newcomer = Alone()
    (first,) = newcomer.meet(Command("start"))
    newcomer.meet(Press(first.message.rows[0][0].action))
    newcomer.meet(Press("done"))
    assert newcomer.person.status is Status.ACTIVE
    assert newcomer.person.categories


@pytest.mark.parametrize("payload", ["daerah", "daerah-hukrim", "semua"])
def test_a_link_with_topics_takes_one(payload: str) -> None:
    newcomer = Alone()
    newcomer.meet(Command("start", payload))
    assert newcomer.person.status is Status.ACTIVE
