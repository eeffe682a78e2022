"""What follows from one event: changes, asks, and how the answer reaches the screen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import steps
from bot.chat.answer import answer
from bot.chat.turn import (
    Blocked,
    Command,
    Draft,
    FindSaved,
    FindStories,
    FindStory,
    Follow,
    Incoming,
    InvitationChecked,
    Mode,
    Person,
    Press,
    RedeemInvitation,
    Reply,
    Role,
    Save,
    SetLanguage,
    Status,
    Stop,
    StoriesFound,
    StoryFound,
    Text,
)
from bot.chat.wishes import SetStep
from tests.support.alone import Alone
from tests.support.town import STORIES, board

NEW = Person("telegram", "1")
TICKING = replace(NEW, draft=frozenset({"daerah"}))
ACTIVE = replace(NEW, status=Status.ACTIVE, categories=frozenset({"daerah", "budaya"}), quiet=(1260, 300))
LAST = replace(ACTIVE, categories=frozenset({"daerah"}))
EVERYTHING = replace(ACTIVE, categories=frozenset(), follows_all=True)
STOPPED = replace(NEW, status=Status.STOPPED)
GONE = replace(NEW, status=Status.GONE)
EDITOR = replace(ACTIVE, role=Role.EDITOR)
STATES = {
    "new": NEW, "ticking": TICKING, "active": ACTIVE, "last": LAST, "everything": EVERYTHING, "stopped": STOPPED,
    "gone": GONE, "editor": EDITOR,
}  # fmt: skip
every_state = pytest.mark.parametrize("person", STATES.values(), ids=STATES)


def seen(person: Person, incoming: Incoming) -> list[Reply]:
    """All that is answered, whatever has to be looked up for it."""
    return Alone(person=person).meet(incoming)


def said(person: Person, incoming: Incoming) -> str:
    """The same, in one text."""
    return "\n".join(reply.message.plain() for reply in seen(person, incoming))


# Stopping -----------------------------------------------------------------------------------------------------------


@every_state
@pytest.mark.parametrize(
    "way", [Command("stop"), Command("berhenti"), Text("STOP"), Text("unreg"), Text("/stop"), Press("stop")], ids=str
)
def test_one_message_stops_from_every_state_without_a_question(person: Person, way: Incoming) -> None:
    turn = answer(person, way, board())
    assert turn.changes == (Stop(),)
    assert turn.asks == ()
    (reply,) = turn.replies
    assert "?" not in reply.message.plain()
    assert "Pintu selalu terbuka." in reply.message.plain()
    assert ("permintaan persetujuan" in reply.message.plain()) == (person.role is not Role.RESIDENT)


@given(
    st.sampled_from(["STOP", "UNREG", "OFF", "HENTI", "KELUAR", "BERHENTI"]),
    st.sampled_from(list(STATES.values())),
    st.sampled_from(["id", "en", "xx"]),
    st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_stop_words_stop_in_any_case_and_language(word: str, person: Person, language: str, high: list[bool]) -> None:
    typed = "".join(c.upper() if up else c.lower() for c, up in zip(word, high, strict=False))
    assert Stop() in answer(replace(person, language=language), Text(typed), board()).changes


@every_state
def test_whoever_blocks_us_is_gone_and_hears_nothing(person: Person) -> None:
    turn = answer(person, Blocked(), board())
    assert (turn.replies, turn.changes, turn.asks) == ((), (Stop(gone=True),), ())
    back = answer(person, Blocked(back=True), board())
    assert (back.replies, back.changes, back.asks) == ((), (), ())


# Subscribing --------------------------------------------------------------------------------------------------------


async def test_a_subscription_takes_three_taps_at_most() -> None:
    person = Alone()
    await person.say("/start")
    await person.press("Daerah")
    await person.press("Selesai")
    assert person.person.status is Status.ACTIVE
    assert person.person.categories == {"daerah"}


def test_a_newcomers_ticks_are_only_a_draft() -> None:
    turn = answer(NEW, Press("t:daerah"), board())
    assert turn.changes == (Draft(frozenset({"daerah"})),)
    assert turn.replies[0].mode is Mode.REPLACE
    assert answer(TICKING, Press("t:daerah"), board()).changes == (Draft(frozenset()),)


def test_done_is_the_consent_with_the_words_that_stood_on_the_screen() -> None:
    turn = answer(TICKING, Press("done"), board())
    follow, forget = turn.changes
    assert isinstance(follow, Follow)
    assert follow.categories == {"daerah"}
    assert not follow.follows_all
    assert follow.wording == answer(NEW, Press("t:daerah"), board()).replies[0].message.plain()
    assert forget == Draft(None)


def test_all_topics_are_followed_as_all_so_that_later_ones_count_too() -> None:
    draft = answer(NEW, Press("all"), board()).changes[0]
    assert draft == Draft(frozenset({"semua"}))
    follow = answer(replace(NEW, draft=draft.categories), Press("done"), board()).changes[0]
    assert isinstance(follow, Follow)
    assert (follow.categories, follow.follows_all) == (frozenset(), True)


def test_letting_one_of_all_topics_go_leaves_all_the_others() -> None:
    follow = answer(EVERYTHING, Press("t:daerah"), board()).changes[0]
    assert isinstance(follow, Follow)
    assert follow.categories == frozenset(board().by_id) - {"daerah"}
    assert not follow.follows_all


def test_done_without_a_tick_changes_nothing() -> None:
    turn = answer(NEW, Press("done"), board())
    assert (turn.changes, turn.replies[0].mode) == ((), Mode.TOAST)
    typed = answer(NEW, Text("selesai"), board())
    assert (typed.changes, typed.replies[0].mode) == ((), Mode.NEW)


def test_a_subscribers_tick_counts_at_once_with_the_words_of_the_screen() -> None:
    turn = answer(ACTIVE, Press("t:hukrim"), board())
    follow, step = turn.changes
    assert isinstance(follow, Follow)
    assert step == SetStep(steps.TOPICS), "what is typed now may be numbers of topics"
    assert follow.categories == {"daerah", "budaya", "hukrim"}
    assert follow.wording == turn.replies[0].message.plain()


def test_the_last_topic_is_not_unticked() -> None:
    turn = answer(LAST, Press("t:daerah"), board())
    assert turn.changes == (SetStep(steps.TOPICS),)
    assert turn.replies[0].mode is Mode.TOAST
    assert turn.replies[0].message.plain() == "Pilih sedikitnya satu topik, atau ketuk Berhenti."


def test_topics_that_are_no_more_are_not_confirmed_again() -> None:
    turn = answer(replace(TICKING, draft=frozenset({"daerah", "dulu"})), Press("done"), board())
    assert isinstance(turn.changes[0], Follow)
    assert turn.changes[0].categories == {"daerah"}


def test_a_subscriber_whose_topics_are_no_more_is_asked_to_choose() -> None:
    left = replace(ACTIVE, categories=frozenset({"dulu"}))
    assert "Topik: belum ada" in said(left, Command("menu"))
    assert said(left, Press("done")) == "Pilih sedikitnya satu topik, atau ketuk Berhenti."
    assert answer(left, Press("t:daerah"), board()).changes[0] == Follow(
        frozenset({"daerah"}), follows_all=False, wording=said(left, Press("t:daerah"))
    )


@pytest.mark.parametrize(
    ("person", "payload", "categories", "follows_all"),
    [
        (NEW, "daerah-hukrim", {"daerah", "hukrim"}, False),
        (TICKING, "hukrim", {"hukrim"}, False),
        (STOPPED, "hukrim", {"hukrim"}, False),
        (ACTIVE, "hukrim", {"daerah", "budaya", "hukrim"}, False),
        (ACTIVE, "semua", set(), True),
        (EVERYTHING, "hukrim", set(), True),
    ],
)
def test_a_link_subscribes_at_once_and_adds_to_what_is_there(
    person: Person, payload: str, categories: set[str], follows_all: bool
) -> None:
    turn = answer(person, Command("start", payload), board())
    follow = turn.changes[0]
    assert isinstance(follow, Follow)
    assert follow.categories == categories
    assert follow.follows_all is follows_all
    assert follow.wording == turn.replies[0].message.plain()
    assert follow.wording.startswith("Siap, langganan Anda aktif: ")


def test_what_is_said_about_quiet_hours_is_what_will_hold() -> None:
    off = board(quiet=None)
    assert "tidak mengirim" not in answer(TICKING, Press("done"), off).replies[0].message.plain()
    assert "21.00–05.00" in answer(TICKING, Press("done"), board()).replies[0].message.plain()
    own = replace(ACTIVE, quiet=(22 * 60, 4 * 60 + 30))
    assert "22.00–04.30" in said(own, Press("done"))
    assert "tidak mengirim" not in said(replace(ACTIVE, quiet=(60, 60)), Press("done"))
    assert "Jam tenang: tidak ada" in said(replace(ACTIVE, quiet=None), Command("menu"))


def test_a_greeting_without_an_area_is_still_a_sentence() -> None:
    text = answer(NEW, Command("start"), board(area="")).replies[0].message.plain()
    assert text.startswith("Selamat datang di Target 24 Jam. Berita kami langsung ke sini.")


# Screens ------------------------------------------------------------------------------------------------------------


@every_state
def test_screens_change_in_place_when_tapped_and_are_new_when_typed(person: Person) -> None:
    for name in ("menu", "topics", "help", "language", "start"):
        assert [r.mode for r in seen(person, Press(name))] == [Mode.REPLACE]
        assert [r.mode for r in seen(person, Command(name))] == [Mode.NEW]


@every_state
@pytest.mark.parametrize(
    "action",
    ["", "x", "t:", "t:tidakada", "t:daerah:1", "save:", "save:-1", "save:x", "save:" + "9" * 40, "save:²", "less:1.5",
     "lang:", "lang:xx", "un:", "un:tidakada:1", "menu:1", "q:on", ":", "🙂"],
)  # fmt: skip
def test_an_outdated_button_is_answered_with_the_menu_below(person: Person, action: str) -> None:
    toast, menu = answer(person, Press(action), board()).replies
    assert toast.mode is Mode.TOAST
    assert toast.message.plain() == "Tombol ini sudah kedaluwarsa. Ini menu terbarunya."
    assert menu.mode is Mode.NEW
    assert menu.message == seen(person, Command("menu"))[0].message


@every_state
def test_another_language_is_spoken_at_once(person: Person) -> None:
    turn = answer(person, Press("lang:en"), board())
    assert turn.changes == (SetLanguage("en"),)
    assert list(turn.replies) == seen(replace(person, language="en"), Press("menu"))
    assert answer(person, Text("/bahasa inggris"), board()).changes == (SetLanguage("en"),)
    assert answer(person, Text("/bahasa jawa"), board()).changes == (SetStep(steps.LANGUAGES),)


@every_state
def test_a_command_that_does_not_exist_is_answered_kindly(person: Person) -> None:
    unknown: list[Incoming] = [Command("nothing"), Command("")]
    if person.role is Role.RESIDENT:  # what staff write may answer a question: tests/chat/test_editors.py
        unknown += [Text("apa ini"), Text("")]
    for incoming in unknown:
        assert said(person, incoming) == "Maaf, kami belum paham. Balas MENU untuk melihat pilihan."


@pytest.mark.parametrize("person", [person for person in STATES.values() if person.role is Role.RESIDENT])
@pytest.mark.parametrize("refused", [Command("push"), Text("push")], ids=str)
def test_what_only_staff_may_say_is_refused_to_everyone_else(person: Person, refused: Incoming) -> None:
    assert said(person, refused).startswith("Perintah ini khusus redaksi.")


def test_staff_see_their_role_and_what_they_may_do() -> None:
    assert "Peran: editor" in said(EDITOR, Command("menu"))
    assert "Peran" not in said(ACTIVE, Command("menu"))
    assert "/push" in said(EDITOR, Command("help"))
    assert "/push" not in said(ACTIVE, Command("help"))


# Stories ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "among"),
    [(NEW, None), (TICKING, None), (STOPPED, None), (EVERYTHING, None), (LAST, frozenset({"daerah"}))],
)
def test_the_latest_news_is_that_of_the_readers_topics(person: Person, among: frozenset[str] | None) -> None:
    assert answer(person, Command("latest"), board()).asks == (FindStories(among),)


def test_titles_of_a_list_are_links() -> None:
    turn = answer(ACTIVE, StoriesFound((STORIES[7],)), board())
    links = [(s.text, s.link) for s in turn.replies[0].message.text if s.link]
    assert links == [(STORIES[7].title, STORIES[7].link)]
    assert turn.replies[0].mode is Mode.NEW


def test_a_story_is_looked_up_before_it_is_saved() -> None:
    assert answer(ACTIVE, Press("save:7"), board()).asks == (FindStory(7, "save"),)
    found = answer(ACTIVE, StoryFound(STORIES[7], "save"), board())
    assert (found.changes, found.replies[0].mode) == ((Save(7),), Mode.TOAST)
    lost = answer(ACTIVE, StoryFound(None, "save"), board())
    assert (lost.changes, lost.replies[0].mode) == ((), Mode.TOAST)


@pytest.mark.parametrize(
    ("person", "found", "words"),
    [
        (NEW, StoriesFound(()), "Belum ada berita. Silakan coba lagi nanti."),
        (ACTIVE, StoryFound(None, "less"), "Berita itu sudah tidak ada pada kami."),
        (replace(ACTIVE, categories=frozenset({"investigasi"})), Command("menu"), "Kiriman: langsung saat terbit\n"),
    ],
)
def test_what_is_not_there_is_said_plainly(person: Person, found: Incoming, words: str) -> None:
    assert words in said(person, found)


def test_letting_a_saved_story_go_shows_the_list_again() -> None:
    turn = answer(ACTIVE, Press("drop:7"), board())
    assert (turn.changes, turn.asks) == ((Save(7, keep=False),), (FindSaved(),))
    assert answer(ACTIVE, StoriesFound((), saved=True), board()).replies[0].mode is Mode.REPLACE


def test_less_of_the_only_topic_offers_to_stop_at_once() -> None:
    for incoming in (StoryFound(STORIES[6], "less"), Press("un:daerah:6")):
        (reply,) = answer(LAST, incoming, board()).replies
        assert [b.action for row in reply.message.rows for b in row][:3] == ["topics", "stop", "stay"]


def test_less_of_this_offers_only_the_topics_that_are_followed() -> None:
    person = replace(ACTIVE, categories=frozenset({"utama", "budaya"}))
    (reply,) = answer(person, StoryFound(STORIES[7], "less"), board()).replies
    assert [b.action for row in reply.message.rows for b in row] == ["un:utama:7", "stay", "why:7", "wrong:7"]
    assert reply.mode is Mode.NEW


def test_a_topic_is_let_go_and_the_last_one_only_by_stopping() -> None:
    (follow,) = answer(ACTIVE, Press("un:daerah:6"), board()).changes
    assert isinstance(follow, Follow)
    assert follow.categories == {"budaya"}
    turn = answer(LAST, Press("un:daerah:6"), board())
    assert turn.changes == ()
    assert [b.action for row in turn.replies[0].message.rows for b in row] == ["topics", "stop", "stay"]
    gone = answer(replace(ACTIVE, categories=frozenset({"budaya"})), Press("un:daerah:6"), board())
    assert gone.changes == ()


def test_less_of_a_topic_that_has_been_let_go_says_so() -> None:
    person = replace(ACTIVE, categories=frozenset({"kesehatan"}))
    assert said(person, StoryFound(STORIES[7], "less")) == "Topik berita ini sudah tidak Anda ikuti."


# Invitations --------------------------------------------------------------------------------------------------------


@every_state
def test_an_invitation_is_tried_whoever_holds_it(person: Person) -> None:
    turn = answer(person, Command("start", "undang-AbC_1-2"), board())
    assert (turn.asks, turn.changes, turn.replies) == ((RedeemInvitation("AbC_1-2"),), (), ())


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        (InvitationChecked(Role.EDITOR), "Peran: editor"),
        (InvitationChecked(Role.ADMIN), "Peran: admin"),
        (InvitationChecked(None, "unknown"), "tidak kami kenal"),
        (InvitationChecked(None, "expired"), "sudah kedaluwarsa"),
        (InvitationChecked(None, "used"), "sudah dipakai"),
        (InvitationChecked(None, "too_many"), "Coba lagi besok"),
        (InvitationChecked(None, "something later"), "tidak kami kenal"),
    ],
)
def test_the_outcome_of_an_invitation_is_said(checked: InvitationChecked, words: str) -> None:
    assert words in said(NEW, checked)
