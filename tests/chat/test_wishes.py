"""What residents wish beside their topics: what typed words mean, what is said, what changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat import pieces, steps
from bot.chat.answer import answer
from bot.chat.fit import LONGEST_TEXT, units
from bot.chat.message import Message
from bot.chat.residents import pause, times
from bot.chat.screens import OPEN_END
from bot.chat.turn import Command, Incoming, Mode, Person, Press, Role, Status, StoryFound, Text, Turn
from bot.chat.wishes import (
    AnswerContact,
    Contact,
    ContactAnswered,
    ContactFound,
    ContactKind,
    DataFound,
    Erase,
    FindContact,
    FindData,
    FindMatches,
    FollowWord,
    MatchesFound,
    ReasonFound,
    SetStep,
    SetTimes,
    SetUrgent,
    TellNewsroom,
)
from tests.support.alone import Alone
from tests.support.town import NOW, STORIES, board

NEW = Person("telegram", "1")
ACTIVE = replace(NEW, status=Status.ACTIVE, categories=frozenset({"daerah", "budaya"}), quiet=(1260, 300))
EDITOR = replace(ACTIVE, role=Role.EDITOR)
LETTER = Contact(7, ContactKind.MESSAGE, "Lampu jalan mati.", NOW)
LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])


def asked(step: str, person: Person = ACTIVE) -> Person:
    """Somebody who was asked something a minute ago."""
    return replace(person, step=step, step_at=NOW - timedelta(minutes=1))


def said(person: Person, incoming: Incoming) -> str:
    return "\n".join(reply.message.plain() for reply in answer(person, incoming, board()).replies)


def actions(message: Message) -> list[str]:
    return [b.action for row in message.rows for b in row if b.action]


# Times --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("3 hari", 3), ("sehari", 1), ("seminggu", 7), ("2 minggu", 14), ("satu pekan", 7), ("sebulan", 30),
        ("dua hari", 2), ("selama 3 hari", 3), ("1 day", 1), ("for 2 weeks", 14), ("a week", 7), ("minggu", 7),
        ("0 hari", None), ("400 hari", None), ("sebentar", None), ("3", None), ("", None), ("3 jam", None),
    ],
)  # fmt: skip
def test_a_pause_is_understood_or_asked_for(typed: str, days: int | None) -> None:
    assert pause.read_days(typed) == days


@pytest.mark.parametrize(
    ("typed", "mode"),
    [
        ("pagi", "morning"), ("sore", "evening"), ("pagi & sore", "both"), ("pagi dan sore", "both"),
        ("langsung", "instant"), ("Keduanya", "both"), ("both", "both"), ("evening", "evening"), ("besok", None),
        ("langsung pagi", None), ("", None),
    ],
)  # fmt: skip
def test_a_time_is_named(typed: str, mode: str | None) -> None:
    assert times.mode_named(typed) == mode


def test_times_change_one_at_a_time() -> None:
    until = NOW + timedelta(days=2)
    person = replace(ACTIVE, mode="both", paused_until=until)
    hours = SetStep(steps.QUIET)  # that are typed under this screen are quiet ones
    assert answer(person, Press("quiet:1200-360"), board()).changes == (SetTimes("both", (1200, 360), until), hours)
    assert answer(person, Press("mode:instant"), board()).changes == (SetTimes("instant", (1260, 300), until),)
    assert answer(person, Press("resume"), board()).changes == (SetTimes("both", (1260, 300), None),)
    assert answer(person, Press("urgent:0"), board()).changes == (SetUrgent(urgent=False), hours)
    week = SetTimes("both", (1260, 300), NOW + timedelta(days=7))
    assert answer(person, Press("pause:7"), board()).changes == (week,)
    assert answer(person, Press("pause:0"), board()).changes == (SetTimes("both", (1260, 300), OPEN_END),)
    assert answer(person, Press("quiet:off"), board()).changes == (SetTimes("both", None, until), hours)


def test_hours_that_were_typed_alone_are_quiet_hours_but_only_for_subscribers() -> None:
    quieter = (SetTimes("instant", (1320, 270), None), SetStep(steps.QUIET))
    assert answer(ACTIVE, Text("22.00-04.30"), board()).changes == quieter
    assert answer(NEW, Text("22.00-04.30"), board()).changes == ()


def test_a_pause_that_is_over_is_none() -> None:
    over = replace(ACTIVE, paused_until=NOW - timedelta(minutes=1))
    assert said(over, Command("resume")) == "Anda tidak sedang jeda. Berita tetap dikirim seperti biasa."
    assert "jeda" not in said(over, Command("menu"))


@pytest.mark.parametrize("name", ["times", "quiet", "pause", "resume", "keywords"])
@pytest.mark.parametrize("status", [Status.NEW, Status.STOPPED, Status.GONE])
def test_who_gets_nothing_is_asked_for_topics_first(name: str, status: Status) -> None:
    turn = answer(replace(NEW, status=status), Command(name, "pagi 3 hari 22-5"), board())
    assert turn.changes == ()
    assert turn.replies[0].message.plain().startswith("Ini bisa diatur setelah Anda memilih topik.")


@pytest.mark.parametrize(
    "action",
    ["mode:", "mode:x", "mode:instant:1", "quiet:x", "quiet:1260-1260", "quiet:1260", "quiet:1440-300", "quiet:²-3",
     "urgent:", "urgent:2", "pause:2", "pause:x", "pause:-1", "resume:1", "unword:", "unword:x", "word:", "find:",
     "find:5:", "find:x:banjir", "find:99999:banjir", "erase:no", "wrong:x", "why:", "why:x", "data:1", "cancel:1"],
)  # fmt: skip
def test_a_button_of_another_time_says_so(action: str) -> None:
    toast = answer(ACTIVE, Press(action), board()).replies[0]
    assert (toast.mode, toast.message.plain()) == (Mode.TOAST, "Tombol ini sudah kedaluwarsa. Ini menu terbarunya.")


# Questions and their answers ----------------------------------------------------------------------------------------


STEPS = ["search", "word", "erase", "contact", "report", "report:7", "answer:1"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("word", ["STOP", "berhenti", "UNREG", "keluar", "tolong berhenti ya", "/stop", "stoppp"])
def test_stopping_takes_one_message_whatever_was_asked(step: str, word: str) -> None:
    turn = answer(asked(step, EDITOR), Text(word), board())
    assert [type(change).__name__ for change in turn.changes] == ["Stop", "SetStep"]
    assert (turn.asks, turn.changes[-1]) == ((), SetStep(""))
    assert len(turn.replies) == 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "incoming",
    [Command("menu"), Press("help"), Text("menu"), Press("cancel"), Text("batal"), Text("Wilayah"), Text("hapus data")],
    ids=str,
)
def test_a_question_is_over_when_something_else_is_done(step: str, incoming: Incoming) -> None:
    (change,) = answer(asked(step), incoming, board()).changes
    assert change == SetStep({"Wilayah": "word", "hapus data": "erase"}.get(getattr(incoming, "text", ""), ""))


def test_what_stands_under_a_story_interrupts_no_question() -> None:
    for action in ("save:7", "less:7", "why:7"):
        assert answer(asked("contact"), Press(action), board()).changes == ()


def test_a_question_of_yesterday_is_forgotten() -> None:
    person = replace(ACTIVE, step="contact", step_at=NOW - timedelta(hours=1))
    turn = answer(person, Text("terima kasih"), board())
    assert (turn.asks, turn.changes) == ((), (SetStep(""),))


@pytest.mark.parametrize(
    ("step", "typed", "follows"),
    [
        ("search", "pagi", FindMatches("pagi", again=True)),
        ("search", "berita banjir", FindMatches("berita banjir", again=True)),
        ("search", "cari banjir", FindMatches("banjir")),
        ("contact", "Kata orang ada longsor", TellNewsroom(ContactKind.MESSAGE, "Kata orang ada longsor")),
        ("report", "Tanggalnya salah", TellNewsroom(ContactKind.REPORT, "Tanggalnya salah")),
        ("report:7", "Tanggalnya salah", TellNewsroom(ContactKind.REPORT, "Tanggalnya salah", 7)),
        ("answer:3", "Terima kasih", AnswerContact(3, "Terima kasih")),
    ],
)  # fmt: skip
def test_the_next_text_is_the_answer(step: str, typed: str, follows: object) -> None:
    person = EDITOR if step.startswith("answer") else ACTIVE
    assert answer(asked(step, person), Text(typed), board()).asks == (follows,)


def test_a_word_that_greets_can_be_followed_where_a_word_was_asked_for() -> None:
    turn = answer(asked("word"), Text("Halo"), board())
    assert turn.changes == (FollowWord("halo"), SetStep(""))


def test_a_photo_is_no_letter_and_the_question_stays() -> None:
    turn = answer(asked("contact"), Text(""), board())
    assert turn.changes == (SetStep("contact"),)
    assert turn.replies[0].message.plain().startswith("Kami hanya bisa meneruskan tulisan.")


# Words --------------------------------------------------------------------------------------------------------------


def test_a_followed_word_is_let_go_with_its_button_whatever_its_letters() -> None:
    word = "ꦩꦗꦏꦼꦂꦠ " * 2 + "ꦥꦕꦼꦠ꧀"
    person = replace(ACTIVE, words=(word, "pacet"))
    (reply,) = answer(person, Command("keywords"), board()).replies
    drop = next(action for action in actions(reply.message) if action.startswith("unword:"))
    assert answer(person, Press(drop), board()).changes[0] == FollowWord(word, follow=False)


def test_less_of_this_offers_the_word_for_which_a_story_came() -> None:
    person = replace(ACTIVE, categories=frozenset({"kesehatan"}), words=("pasar malam",))
    (reply,) = answer(person, StoryFound(STORIES[7], "less", ("pasar malam", "pacet")), board()).replies
    assert [b.label for row in reply.message.rows for b in row][:2] == ["Lepas “pasar malam”", "Tetap seperti sekarang"]


# Search -------------------------------------------------------------------------------------------------------------


def test_a_long_list_is_gone_on_with_and_counted_on() -> None:
    found = tuple(STORIES[n] for n in (1, 2, 3, 4, 5))
    (reply,) = answer(ACTIVE, MatchesFound(FindMatches("pasar", 5), found, more=True), board()).replies
    assert "\n6. Posyandu" in reply.message.plain()
    assert actions(reply.message) == ["find:10:pasar", "word:pasar", "menu"]
    assert answer(ACTIVE, Press("find:10:pasar"), board()).asks == (FindMatches("pasar", 10),)


def test_a_question_too_long_for_a_button_has_none() -> None:
    query = "sangat " * 12
    (reply,) = answer(ACTIVE, MatchesFound(FindMatches(query), (STORIES[1],), more=True), board()).replies
    assert actions(reply.message) == ["menu"]


@LANGUAGES
def test_the_end_of_a_list_is_said(language: str) -> None:
    turn = answer(replace(ACTIVE, language=language), MatchesFound(FindMatches("pasar", 5), ()), board())
    assert "“pasar”" in turn.replies[0].message.plain()


# Why ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (ReasonFound("story", "Judul", ("daerah", "kata:pacet")), "karena Anda mengikuti topik Daerah."),
        (ReasonFound("story", "Judul", ("kata:pdam",)), "Judul\nBerita ini menyebut “pdam”, yang Anda ikuti."),
        (ReasonFound("digest"), "Anda mengikuti Budaya dan Daerah, serta kata “pdam”."),
        (ReasonFound("alert"), "Kabar ini dikirim Redaksi Target 24 Jam kepada semua pelanggan."),
        (ReasonFound("alert", "", ("daerah", "asing")), "Redaksi Target 24 Jam kepada pengikut Daerah."),
        (ReasonFound("follow_up"), "Ini perkembangan dari kabar yang sudah Anda terima."),
        (ReasonFound("correction"), "Ralat dikirim kepada semua"),
        (ReasonFound(), "Belum ada yang kami kirim kepada Anda."),
    ],
    ids=lambda value: value.kind if isinstance(value, ReasonFound) else "",
)  # fmt: skip
@LANGUAGES
def test_the_rule_that_matched_is_named(reason: ReasonFound, words: str, language: str) -> None:
    text = said(replace(ACTIVE, words=("pdam",), language=language), reason)
    assert text
    if language == "id":
        assert words in text.replace("Daerah dan Budaya", "Budaya dan Daerah")


# Data ---------------------------------------------------------------------------------------------------------------


def stored(**more: Any) -> dict[str, Any]:
    """A subscriber's row as the store has it."""
    ms = int(datetime(2024, 2, 1, 2, 0, tzinfo=UTC).timestamp() * 1000)
    row = {
        "id": 4, "channel": "telegram", "address": "62811", "thread": "9", "language": "id", "mode": "both",
        "quiet_from": 1260, "quiet_to": 300, "status": "active", "consent_at": ms, "consent_wording": "Ketuk topik",
        "joined_at": ms, "chosen_at": ms, "stopped_at": ms, "draft": '["daerah"]', "urgent": 1, "daily_limit": 5,
        "paused_until": int(OPEN_END.timestamp() * 1000), "later_column": "apa pun", "digest_at": None,
    }  # fmt: skip
    return row | more


TABLES: dict[str, list[dict[str, Any]]] = {
    "subscriber": [stored()], "saved": [{"story_id": 1}], "contact": [{}, {}], "delivery": [{}] * 3, "inbox": [{}],
    "staff": [{}], "subscription": [{}],
}  # fmt: skip


def test_every_stored_field_is_shown_literally() -> None:
    text = said(ACTIVE, DataFound(FindData(), TABLES))
    for line in (
        "Alamat di saluran itu: 62811", "Jam tenang mulai: 21.00", "Persetujuan Anda: Kamis 1 Feb 2024, 09.00 WIB",
        "Bunyi persetujuan: Ketuk topik", "Jeda sampai: Anda lanjutkan", "later_column: apa pun",
        "Pesan kepada redaksi: 2", "Catatan kiriman: 3, paling lama 30 hari", "Batas kiriman sehari: 5",
    ):  # fmt: skip
        assert line in text
    assert "digest_at" not in text  # nothing is stored there
    assert said(replace(ACTIVE, language="en"), DataFound(FindData(), TABLES))


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "id",
            (
                "Pesan Anda yang baru masuk: 2, paling lama 2 hari",
                "Catatan masuk dari WhatsApp, seperti tanda terima dan salinan pesan Anda: 3, paling lama 2 hari",
            ),
        ),
        (
            "en",
            (
                "Your latest messages: 2, for 2 days at most",
                "Records from WhatsApp, such as receipts and copies of your messages: 3, for 2 days at most",
            ),
        ),
    ],
)
def test_what_whatsapp_posted_is_not_counted_as_what_somebody_wrote(language: str, lines: tuple[str, ...]) -> None:
    inbox = [{"channel": "whatsapp", "n": n} for n in range(2)] + [{"channel": "whatsapp-posts"}] * 3
    text = said(replace(ACTIVE, language=language), DataFound(FindData(), {"subscriber": [stored()], "inbox": inbox}))
    for line in lines:
        assert line in text


@LANGUAGES
def test_the_download_is_everything_in_messages_that_fit(language: str) -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "subscriber": [stored()],
        "delivery": [{"n": n, "text": "🙂" * 70} for n in range(200)],
    }
    replies = answer(replace(ACTIVE, language=language), DataFound(FindData(whole=True), tables), board()).replies
    texts = [reply.message.plain() for reply in replies]
    assert 2 < len(texts) <= pieces.MOST
    assert max(map(units, texts)) <= LONGEST_TEXT
    whole = "".join(text.partition("\n")[2] for text in texts)
    assert all(f'"n": {n},' in whole for n in range(200))
    assert '"address": "62811"' in whole


@LANGUAGES
def test_a_download_without_end_ends_and_says_so(language: str) -> None:
    tables = {"inbox": [{"body": "x" * 200_000}]}
    replies = answer(replace(ACTIVE, language=language), DataFound(FindData(whole=True), tables), board()).replies
    assert len(replies) == pieces.MOST
    assert replies[-1].message.plain().splitlines()[-1].startswith("… ")


def test_deleting_asks_once_and_an_old_button_asks_anew() -> None:
    for incoming in (Text("HAPUS DATA"), Press("erase"), Press("erase:yes")):
        turn = answer(ACTIVE, incoming, board())
        assert turn.changes == (SetStep("erase"),)
        assert actions(turn.replies[0].message) == ["erase:yes", "cancel"]
    for incoming in (Press("erase:yes"), Text("ya"), Text("YA."), Text("yes")):
        assert answer(asked("erase"), incoming, board()).changes == (Erase(),)
    for incoming in (Text("ya nanti"), Text("tidak"), Text("y"), Text("")):
        assert answer(asked("erase"), incoming, board()).changes == (SetStep(""),)


# The newsroom -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", [None, LETTER])
@LANGUAGES
def test_only_staff_answer_letters_and_the_role_is_looked_up_each_time(found: Contact | None, language: str) -> None:
    resident, editor = replace(ACTIVE, language=language), replace(EDITOR, language=language)
    assert answer(resident, Press("answer:7"), board()).asks == ()
    assert answer(asked("answer:7", resident), Text("Halo"), board()).asks == ()
    assert answer(resident, ContactFound(LETTER), board()).changes == ()
    assert answer(editor, Press("answer:7"), board()).asks == (FindContact(7),)
    expected = (SetStep("answer:7"),) if found else ()
    assert answer(editor, ContactFound(found), board()).changes == expected
    assert said(editor, ContactAnswered(brought=False)) != said(editor, ContactAnswered(brought=True))


@pytest.mark.parametrize("step", ["contact", "report", "report:7", "answer:1"])
@pytest.mark.parametrize("letter", ["p" * 2001, "\U0001f30a" * 1001])  # such a sign counts as two
def test_a_letter_that_is_too_long_is_not_cut_and_the_question_stays_open(step: str, letter: str) -> None:
    turn = answer(replace(asked(step), role=Role.EDITOR), Text(letter), board())
    assert turn.asks == ()
    assert turn.changes == (SetStep(step),)
    assert "2.000" in turn.replies[0].message.plain()


@pytest.mark.parametrize("step", ["contact", "answer:1"])
def test_a_letter_of_just_the_limit_goes_whole(step: str) -> None:
    (told,) = answer(replace(asked(step), role=Role.EDITOR), Text("p" * 2000), board()).asks
    assert isinstance(told, TellNewsroom | AnswerContact)
    assert told.text == "p" * 2000


@pytest.mark.parametrize("text", [Text("Jalan rusak", "AgACphoto"), Text("Jalan rusak", attached=True)])
@pytest.mark.parametrize("step", ["contact", "report", "answer:1"])
def test_who_sends_a_photo_with_a_letter_hears_that_only_the_words_go_on(step: str, text: Text) -> None:
    turn = answer(replace(asked(step), role=Role.EDITOR), text, board())
    assert [reply.message.plain() for reply in turn.replies] == [
        "Hanya tulisannya yang kami teruskan. Foto, video, dan berkas tidak ikut terkirim."
    ]
    assert len(turn.asks) == 1


def test_a_photo_below_a_command_that_brings_its_letter_is_told_of_too() -> None:
    turn = answer(asked(""), Text("redaksi jalan rusak", "AgACphoto"), board())
    assert len(turn.replies) == len(turn.asks) == 1


# Sharing ------------------------------------------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize(
    ("person", "link"),
    [
        (ACTIVE, "https://t.me/kabar?start=budaya-daerah"),
        (replace(ACTIVE, follows_all=True), "https://t.me/kabar?start=semua"),
        (NEW, "https://t.me/kabar"),
    ],
)
def test_the_address_that_is_passed_on_leads_to_the_same_topics(person: Person, link: str, language: str) -> None:
    where = replace(board(), address="https://t.me/kabar")
    turn: Turn = answer(replace(person, language=language), Command("share"), where)
    message = turn.replies[0].message
    assert message.plain().splitlines()[-1] == link
    assert message.rows[0][0].url.startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fkabar")


async def test_whoever_is_forgotten_is_a_stranger_again() -> None:
    alone = Alone()
    for text in ("/start daerah", "kata pacet", "jeda 3 hari", "HAPUS DATA", "ya"):
        await alone.say(text)
    assert alone.person == Person("telegram", "1")
