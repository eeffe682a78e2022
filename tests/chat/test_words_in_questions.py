"""What typed words mean while something else was asked, and under screens that list something."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat import steps, words
from bot.chat.answer import answer
from bot.chat.turn import Person, Press, Role, SetLanguage, Status, Text
from bot.chat.wishes import ContactKind, FindMatches, SetStep, TellNewsroom
from tests.support.alone import Alone
from tests.support.town import NOW, TEXTS, board

READER = Person("telegram", "1", Status.ACTIVE, categories=frozenset({"daerah"}), quiet=(1260, 300))
NEWCOMER = Person("telegram", "1")
STEPS = (steps.SEARCH, steps.WORD, steps.ERASE, steps.CONTACT, steps.REPORT)
MENU = {
    "button.topics": "topics", "button.area": "keywords", "button.times": "times", "button.quiet": "quiet",
    "button.latest": "latest", "button.search": "search", "button.saved": "saved", "button.language": "language",
    "button.pause": "pause", "button.resume": "resume", "button.data": "mydata", "button.contact": "contact",
    "button.why": "why", "button.report": "wrong", "data.button_erase": "erase", "button.set_quiet": "quiet",
    "button.choose_area": "keywords",
}  # fmt: skip


def under(step: str, person: Person = READER) -> Person:
    """Somebody before the screen that was shown a minute ago."""
    return replace(person, step=step, step_at=NOW - timedelta(minutes=1))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("key", ["button.topics", "button.area", "button.times", "button.quiet", "button.latest",
                                 "button.search", "button.saved", "button.language", "button.pause", "button.resume",
                                 "button.data", "button.contact"])  # fmt: skip
def test_what_stands_on_the_menus_buttons_is_a_command_in_every_question(key: str, language: str) -> None:
    label = TEXTS.t(language, key)
    command = words.understand(label)
    assert command is not None
    assert command.name == MENU[key]
    for said in (label, label.upper(), f"{label}."):
        assert words.is_command(said), said


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("said", ["hapus data", "HAPUS DATA", "tolong hapus data saya", "delete my data"])
def test_to_be_forgotten_is_understood_in_every_question(step: str, said: str) -> None:
    turn = answer(under(step), Text(said), board())
    assert (turn.changes, turn.asks) == ((SetStep(steps.ERASE),), ())


@pytest.mark.parametrize("said", ["pagi", "berita pacet", "banjir data", "desa", "salah", "bahasa isyarat"])
def test_other_words_are_searched_for_when_that_was_asked(said: str) -> None:
    assert answer(under(steps.SEARCH), Text(said), board()).asks == (FindMatches(said, again=True),)


def test_a_search_without_a_find_opens_no_question() -> None:
    reader = Alone(person=READER)
    reader.meet(Text("cari zzzz"))
    assert reader.person.step == ""
    reader.meet(Text("cari"))
    reader.meet(Text("zzzz"))
    assert reader.person.step == steps.SEARCH, "what was asked for may be tried again"


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "opening", ["menu", "jeda", "tenang", "waktu", "bantuan", "cari zzzz", "simpanan", "kata PDAM"]
)
@pytest.mark.parametrize("said", ["1", "2", "3", "1 2", "1-3"])
def test_a_number_changes_nothing_under_a_screen_without_topics(opening: str, said: str) -> None:
    reader = Alone(person=READER)
    reader.meet(Text(opening))
    before = reader.person
    if opening == "tenang" and said == "1-3":
        return  # hours
    reader.meet(Text(said))
    assert replace(reader.person, step="", step_at=None) == replace(before, step="", step_at=None)


@pytest.mark.parametrize(("said", "follows"), [
    ("1-3", {"utama", "hukrim", "kesehatan", "daerah"}), ("1 sampai 3", {"utama", "hukrim", "kesehatan", "daerah"}),
    ("2", {"hukrim", "daerah"}), ("1 dan 3", {"utama", "kesehatan", "daerah"}),
])  # fmt: skip
def test_numbers_under_topics_are_topics(said: str, follows: set[str]) -> None:
    reader = Alone(person=READER)
    reader.meet(Text("topik"))
    reader.meet(Text(said))
    assert reader.person.categories == follows
    assert reader.person.quiet == READER.quiet
    reader.meet(Text("5"))
    assert reader.person.categories == follows | {"budaya"}, "the topics are shown still"


def test_an_hour_later_a_number_means_nothing_to_a_subscriber_and_a_topic_to_a_newcomer() -> None:
    shown = replace(READER, step=steps.TOPICS, step_at=NOW - timedelta(hours=1))
    assert answer(shown, Text("2"), board()).changes == (SetStep(""),)
    newcomer = Alone(person=NEWCOMER)
    newcomer.meet(Text("2"))
    assert newcomer.person.draft == frozenset({"hukrim"})


@pytest.mark.parametrize("person", [READER, NEWCOMER], ids=["subscriber", "newcomer"])
def test_a_number_under_the_languages_is_a_language(person: Person) -> None:
    assert answer(under(steps.LANGUAGES, person), Text("2"), board()).changes[0] == SetLanguage("en")
    beyond = answer(under(steps.LANGUAGES, READER), Text("3"), board())
    assert beyond.changes == (SetStep(""),)


def test_hours_without_minutes_are_quiet_ones_only_under_their_screen() -> None:
    assert answer(READER, Text("22-5"), board()).changes == ()
    assert answer(under(steps.TOPICS), Text("22-5"), board()).changes == (SetStep(""),)
    for person, said in ((under(steps.QUIET), "22-5"), (READER, "22.00-05.00"), (under(steps.TOPICS), "22:00-5")):
        reader = Alone(person=person)
        reader.meet(Text(said))
        assert reader.person.quiet == (1320, 300), said


# What is not understood -----------------------------------------------------------------------------------------------

SENTENCES = ("besok saya ke sana, Pak", "saya mau lapor jalan rusak di Pacet")


@pytest.mark.parametrize("said", SENTENCES)
def test_a_sentence_goes_to_the_newsroom_with_one_tap_as_it_was_written(said: str) -> None:
    lost = answer(READER, Text(said), board())
    assert [b.action for row in lost.replies[0].message.rows for b in row] == ["letter", "menu"]
    (step,) = lost.changes
    assert isinstance(step, SetStep)
    brought = answer(under(step.step), Press("letter"), board())
    assert brought.asks == (TellNewsroom(ContactKind.MESSAGE, said),)


def test_the_button_asks_anew_when_what_it_was_about_is_gone() -> None:
    for person in (READER, replace(READER, step="letter:lama sekali", step_at=NOW - timedelta(hours=2))):
        turn = answer(person, Press("letter"), board())
        assert (turn.changes, turn.asks) == ((SetStep(steps.CONTACT),), ())


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_the_newsroom_writes_itself_no_letters_by_chance(role: Role) -> None:
    (reply,) = Alone(person=replace(READER, role=role)).meet(Text(SENTENCES[0]))
    assert [b.action for row in reply.message.rows for b in row] == ["menu"]


@pytest.mark.parametrize(("said", "offered"), [
    ("tolong kalau bisa stop saja kiriman soal bola", True), ("saya tidak mau pesan seperti ini", True),
    ("keluarkan nomor saya dari daftar penerima", True), ("langganan saya kok tidak bisa diubah", True),
    ("saya mau lapor jalan rusak", False), ("kapan pasar buka", False), ("stok beras habis", False),
])  # fmt: skip
def test_who_may_want_to_stop_is_offered_it(said: str, offered: bool) -> None:
    (reply,) = answer(READER, Text(said), board()).replies
    assert ("stop" in {b.action for row in reply.message.rows for b in row}) is offered


@pytest.mark.parametrize("said", ["terima kasih", "Makasih infonya", "terima kasih banyak pak 🙏", "ok makasih",
                                  "matur nuwun", "thanks for the info"])  # fmt: skip
def test_thanks_are_answered_kindly(said: str) -> None:
    (reply,) = answer(READER, Text(said), board()).replies
    assert (reply.message.plain(), reply.message.rows) == ("Sama-sama. Senang bisa membantu.", ())


@pytest.mark.parametrize("said", ["terima kasih tapi jalannya masih rusak", "terima", "kasih"])
def test_thanks_with_something_else_are_no_mere_thanks(said: str) -> None:
    assert not words.thanks(said)
