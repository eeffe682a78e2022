"""Groups: who may do what where many read along, for every command and every button there is."""

import re
from dataclasses import replace

import pytest

from bot.chat.answer import ACTIONS, answer
from bot.chat.commands import BY_WORD, COMMANDS
from bot.chat.registry import InGroup
from bot.chat.residents import groups
from bot.chat.turn import Blocked, Command, Incoming, Mode, Moved, Person, Press, Role, Status, Text, Turn
from bot.chat.wishes import DataFound, Erase, FindData, SetStep
from tests.chat.test_catalogs import keys_of, po
from tests.support.group import GroupAlone, group_transcripts, play_group
from tests.support.town import NOW, TEXTS, board
from tests.support.transcript import Transcript

GROUP = Person("telegram", "-500", group=True)
ACTIVE = replace(GROUP, status=Status.ACTIVE, categories=frozenset({"daerah"}))
MEMBER = replace(ACTIVE, manages=False)
STRANGER = replace(ACTIVE, manages=None)
REFUSALS = {
    "Hanya admin grup ini yang bisa mengubah pengaturan.",
    "Itu hanya bisa dalam percakapan pribadi dengan kami.",
    "Kami belum bisa memastikan bahwa Anda admin grup ini. Coba lagi sebentar lagi.",
}


def refused(turn: Turn) -> bool:
    return {reply.message.plain() for reply in turn.replies} <= REFUSALS and bool(turn.replies)


@pytest.mark.parametrize("transcript", group_transcripts(), ids=lambda t: t.name)
async def test_the_group_alone_says_what_the_transcript_says(transcript: Transcript) -> None:
    await play_group(transcript, GroupAlone(transcript.language))


EVERYTHING: list[Incoming] = [
    *(Command(entry.name) for entry in COMMANDS),
    *(Command(entry.name, "daerah") for entry in COMMANDS),
    *(Press(verb) for verb in ACTIONS),
    *(Press(f"{verb}:{rest}") for verb in ACTIONS for rest in ("daerah", "5", "en", "yes", "1-2", "7:2", "morning")),
    *(Press(action) for action in ("e:send:1.1:AAAAAAAAAAA", "a:fz:1:AAAAAAAAAAA", "apa", "")),
    *(Text(text) for text in ("halo", "berhenti", "1 2", "mulai semua", "pacet", "mulai undang-KodeAdmin-2")),
]


POWERLESS = {
    "a member": MEMBER,
    "somebody whom Telegram does not know": STRANGER,
    "a member amid a question": replace(MEMBER, step="word", step_at=NOW),
    "somebody whom Telegram does not know amid a question": replace(STRANGER, step="word", step_at=NOW),
}


@pytest.mark.parametrize("who", POWERLESS.values(), ids=POWERLESS.keys())
def test_who_is_no_administrator_changes_nothing_whatever_they_do(who: Person) -> None:
    for incoming in EVERYTHING:
        turn = answer(who, incoming, board())
        theirs = isinstance(incoming, Press) and groups.about_presser(incoming.action, ACTIONS)
        assert turn.changes == () or theirs, incoming
        reads = {type(ask).__name__ for ask in turn.asks}
        assert reads <= {"FindStories", "FindStory", "FindMatches"}, incoming


def test_a_question_in_a_group_is_over_when_its_administrator_does_anything_else() -> None:
    turn = answer(replace(ACTIVE, step="word", step_at=NOW), Command("latest"), board())
    assert turn.changes == (SetStep(""),)


def test_nobody_holds_a_role_in_a_group_and_no_staff_button_works_there() -> None:
    for incoming in EVERYTHING:
        turn = answer(ACTIVE, incoming, board())
        assert not {type(ask).__name__ for ask in turn.asks} & {"LookIn", "Enquire", "RedeemInvitation"}, incoming


def test_what_staff_says_and_what_is_ones_own_is_refused_to_administrators_too() -> None:
    own = [entry for entry in COMMANDS if not groups.in_a_group(entry.name)]
    assert {"feeds", "push", "contact", "saved", "why"} <= {entry.name for entry in own}
    for entry in own:
        assert refused(answer(ACTIVE, Command(entry.name), board())), entry.name
    for verb, handler in ACTIONS.items():
        if handler.group is InGroup.NOBODY:
            assert refused(answer(ACTIVE, Press(verb), board())), verb


def test_an_invitation_is_never_redeemed_by_a_group() -> None:
    for said in (Command("start", "undang-KodeAdmin-2"), Command("start", "UNDANG-x"), Text("mulai undang-x")):
        turn = answer(replace(GROUP, role=Role.RESIDENT), said, board())
        assert turn.asks == ()
        assert refused(turn)


def test_a_group_stops_in_one_message_of_its_administrator() -> None:
    for said in (Command("stop"), Text("berhenti"), Press("stop")):
        assert answer(ACTIVE, said, board()).changes


def test_talk_in_answer_to_us_is_passed_over_in_silence() -> None:
    assert answer(ACTIVE, Text("wah bagus sekali"), board()) == Turn()
    assert answer(MEMBER, Text("berhenti"), board()) == Turn()


def test_a_group_that_takes_us_in_is_greeted_unless_it_follows_already() -> None:
    (hello,) = answer(GROUP, Blocked(back=True), board()).replies
    assert hello.mode is Mode.NEW
    assert "Hanya admin grup atau kanal ini" in hello.message.plain()
    assert answer(ACTIVE, Blocked(back=True), board()) == Turn()
    assert answer(ACTIVE, Blocked(), board()).changes
    assert answer(Person("telegram", "1"), Blocked(back=True), board()) == Turn()


def test_a_move_follows_from_itself() -> None:
    assert answer(ACTIVE, Moved("-1005"), board()).changes == (Moved("-1005"),)


def test_buttons_that_lead_nowhere_in_a_group_are_not_shown_there() -> None:
    (menu,) = answer(ACTIVE, Command("menu"), board()).replies
    (own,) = answer(replace(ACTIVE, group=False), Command("menu"), board()).replies
    shown = {button.action for row in menu.message.rows for button in row}
    assert {b.action for row in own.message.rows for b in row} - shown == {"saved", "contact"}


ASKED = replace(ACTIVE, step="erase", step_at=NOW)
YES: dict[str, Incoming] = {"tapped": Press("erase:yes"), "in words": Text("ya"), "in English": Text("Yes.")}


@pytest.mark.parametrize("yes", YES.values(), ids=YES.keys())
def test_a_group_is_forgotten_once_its_administrator_has_been_asked(yes: Incoming) -> None:
    for said in (Command("erase"), Press("erase")):
        assert answer(ACTIVE, said, board()).changes == (SetStep("erase"),)
    assert answer(ASKED, yes, board()).changes == (Erase(),)


@pytest.mark.parametrize("no", [Text("jangan"), Text("tidak"), Press("cancel")], ids=repr)
def test_a_group_stays_as_it_is_after_anything_but_yes(no: Incoming) -> None:
    assert Erase() not in answer(ASKED, no, board()).changes


@pytest.mark.parametrize(
    "who", [replace(ASKED, manages=False), replace(ASKED, manages=None)], ids=["member", "unknown"]
)
def test_nobody_else_answers_for_a_group_whether_it_is_forgotten(who: Person) -> None:
    for said in (Command("erase"), Command("mydata"), Press("data"), Press("download"), Press("erase"), *YES.values()):
        turn = answer(who, said, board())
        assert turn.changes == ()
        assert turn.asks == ()


TABLES = {
    "subscriber": [{"channel": "telegram", "address": "-500"}],
    "inbox": [{"body": '{"from": {"id": 7, "first_name": "Wiwik"}}'}],
}


def test_what_a_group_takes_away_does_not_name_its_members() -> None:
    (look,) = answer(ACTIVE, DataFound(FindData(), TABLES), board()).replies
    assert "Pesan kepada kami yang baru masuk: 1" in look.message.plain()
    (taken,) = answer(ACTIVE, DataFound(FindData(whole=True), TABLES), board()).replies
    assert '"address": "-500"' in taken.message.plain()
    assert "Wiwik" not in taken.message.plain()
    (own,) = answer(replace(ACTIVE, group=False), DataFound(FindData(whole=True), TABLES), board()).replies
    assert "Wiwik" in own.message.plain()


@pytest.mark.parametrize("who", [ACTIVE, MEMBER, STRANGER], ids=["admin", "member", "stranger"])
def test_the_help_in_a_group_lists_what_a_group_can_do_and_nothing_else(who: Person) -> None:
    (shown,) = answer(who, Command("help"), board()).replies
    listed = re.findall(r"^/(\w+)", shown.message.plain(), re.MULTILINE)
    assert {"menu", "terbaru", "cari", "berhenti"} <= set(listed)
    for word in listed:
        command = Command(BY_WORD[word].name)
        assert not refused(answer(replace(who, manages=True), command, board())), word
    alone = answer(replace(who, group=False), Command("help"), board()).replies[0].message.plain()
    assert "/simpanan" in alone
    assert "simpanan" not in listed


def test_every_text_of_groups_is_said() -> None:
    everything = (
        Command("saved"), Command("stop"), Command("menu"), Blocked(back=True), Command("erase"), Press("erase:yes"),
        Text("tidak"), DataFound(FindData(), TABLES), DataFound(FindData(whole=True), TABLES),
    )  # fmt: skip
    replies = [
        reply.message
        for who in (ACTIVE, MEMBER, STRANGER, GROUP, ASKED)
        for incoming in everything
        for reply in answer(who, incoming, board()).replies
    ]
    labels = [button.label for message in replies for row in message.rows for button in row]
    said = {*(message.plain() for message in replies), *labels}
    keys = [key for key in keys_of(po("id")) if key.startswith("group.")]
    assert keys
    for key in keys:
        values = {"n": 1} if key == "group.data_updates" else {"number": 1, "last": 1}
        text = "".join(span.text for span in TEXTS.voice("id").rich(key, **values))
        assert any(text in shown for shown in said), key
