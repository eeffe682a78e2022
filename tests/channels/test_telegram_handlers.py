"""What Telegram's updates mean for the conversation: real handlers, desk and store; the effects tell."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.telegram.handlers import words_by_command
from bot.chat.message import from_json
from bot.chat.turn import Mode, Role, Status
from bot.chat.words import COMMANDS
from bot.delivery.plan import Settled, State
from bot.ports import Tx
from tests.channels.telegram_rig import NOW, SARI, Json, ears, member, message, press, rig, update, user, words_of

GROUP = {"id": -100500, "type": "supergroup", "title": "Warga"}
CHANNEL = {"id": -100600, "type": "channel", "title": "Kanal"}


async def test_start_is_answered_in_the_private_chat(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/start")))
        [answer] = await made.answers()
        assert (answer.address, answer.mode) == (str(SARI), Mode.NEW)
        assert "Target 24 Jam" in words_of(answer)
        assert await made.waiting() == []
        assert made.woken == ["telegram"]


async def test_the_payload_of_start_subscribes(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/start daerah-hukrim")))
        person = await made.person(SARI)
    assert person.status is Status.ACTIVE
    assert person.categories == {"daerah", "hukrim"}


STOPS = {
    "stop": "/stop",
    "berhenti": "/berhenti",
    "capitals": "/BERHENTI",
    "with our name": "/stop@kentongan_bot",
    "our name in capitals": "/stop@Kentongan_Bot",
    "as a word": "berhenti",
    "as a caption": None,
}


@pytest.mark.parametrize("said", STOPS.values(), ids=STOPS.keys())
async def test_stopping_works_however_it_is_said(tmp_path: Path, said: str | None) -> None:
    last = message(said) if said else message(caption="stop", photo=[])
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/start daerah")), update(2, message=last))
        assert (await made.person(SARI)).status is Status.STOPPED


def test_every_word_of_every_command_is_listened_to() -> None:
    words = words_by_command()
    assert {c.name for c in COMMANDS} == set(words)
    assert {w for c in COMMANDS for w in (c.name, *c.words["id"], *c.words["en"])} == {
        w for known in words.values() for w in known
    }


LANGUAGES = {"en-GB": "en", "en": "en", "id": "id", "jv": "id", None: "id"}


@pytest.mark.parametrize(("code", "language"), LANGUAGES.items(), ids=map(str, LANGUAGES))
async def test_a_stranger_is_spoken_to_in_the_language_of_their_phone(
    tmp_path: Path, code: str | None, language: str
) -> None:
    sender = user() | {"language_code": code} if code else {k: v for k, v in user().items() if k != "language_code"}
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/start", sender=sender)))
        [answer] = await made.answers()
    assert ("Welcome" in words_of(answer)) == (language == "en")


async def test_a_press_is_answered_in_place_of_the_message_it_stood_under(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/start")))
        [first] = await made.answers()
        await made.store.write(lambda tx: tx.settle_replies("telegram", [(first, Settled(State.SENT))], NOW))
        await heard.hear(update(2, callback_query=press(from_json(first.message).rows[0][0].action)))
        [answer] = await made.answers()
    assert (answer.mode, answer.target, answer.callback) == (Mode.REPLACE, "9", "777")
    assert from_json(answer.message).rows[0][0].label.startswith("✅")


async def test_blocking_is_the_end_and_unblocking_sends_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/start daerah")), update(2, my_chat_member=member("kicked")))
        assert (await made.person(SARI)).status is Status.GONE
        await heard.hear(update(3, my_chat_member=member("member")))
        assert (await made.person(SARI)).status is Status.GONE
        assert await made.waiting() == []


async def test_a_sticker_gets_an_answer_too(tmp_path: Path) -> None:
    sticker = {"file_id": "x", "file_unique_id": "y", "type": "regular", "width": 1, "height": 1}
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message(sticker=sticker | {"is_animated": False, "is_video": False})))
        assert len(await made.answers()) == 1


PASSED_OVER: dict[str, Json] = {
    "talk in a group": {"message": message("halo semua", chat=GROUP)},
    "a reply to somebody else in a group": {
        "message": message("stop", chat=GROUP, reply_to_message=message("Siapa?", chat=GROUP))
    },
    "a command for another bot in a group": {"message": message("/start@other_bot", chat=GROUP)},
    "a channel's ordinary post": {"channel_post": message("Kabar hari ini", chat=CHANNEL, sender_chat=CHANNEL)},
    "an automatic forward of a channel": {
        "message": message("/start", chat=GROUP, sender=user(is_bot=True), sender_chat=CHANNEL)
    },
    "another bot in a group": {"message": message("/start", chat=GROUP, sender=user(is_bot=True))},
    "a new chat's half of a move": {"message": message(chat=GROUP, migrate_from_chat_id=-5)},
    "other rights in a group": {
        "my_chat_member": member("member", GROUP) | {"old_chat_member": member("member", GROUP)["new_chat_member"]}
    },
    "another bot": {"message": message("/start", sender=user(is_bot=True))},
    "a command for another bot": {"message": message("/start@other_bot")},
    "an unknown command for another bot": {"message": message("/cuaca@other_bot besok")},
    "an edit": {"edited_message": message("/start")},
    "a service message": {"message": message(pinned_message=message("x"))},
    "a press of a game": {"callback_query": press(None, game_short_name="g")},
    "a press without a message": {
        "callback_query": {k: v for k, v in press("menu").items() if k != "message"} | {"inline_message_id": "i"}
    },
    "an update of a kind that nobody knows": {"moon_phase": {"full": True}},
}


@pytest.mark.parametrize("what", PASSED_OVER.values(), ids=PASSED_OVER.keys())
async def test_what_is_not_for_us_is_marked_handled_and_not_answered(tmp_path: Path, what: Json) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, **what))
        assert await made.waiting() == []
        assert await made.answers() == []
        assert made.woken == []


async def test_an_unknown_command_of_ours_is_answered(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/cuaca besok")))
        assert len(await made.answers()) == 1


FORWARDED = {"our own message": (4711, True), "somebody else's": (5, False)}


@pytest.mark.parametrize(("whose", "ours"), FORWARDED.values(), ids=FORWARDED)
async def test_a_message_of_ours_that_comes_back_is_no_alert(tmp_path: Path, whose: int, *, ours: bool) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        bot = heard.application.bot.id

        def hire(tx: Tx) -> None:
            tx.add_invitation("a", Role.EDITOR, NOW, NOW + timedelta(hours=1))
            tx.redeem_invitation("telegram", str(SARI), "a", NOW)

        await made.store.write(hire)
        author = user() | {"id": bot if ours else whose, "is_bot": ours}
        origin = {"type": "user", "date": 1709102400, "sender_user": author}
        await heard.hear(update(1, message=message("/push")))
        (question,) = await made.answers()
        await made.store.write(lambda tx: tx.settle_replies("telegram", [(question, Settled(State.SENT))], NOW))
        await heard.hear(update(2, message=message("Jembatan", forward_origin=origin)))
        (said,) = await made.answers()
    assert words_of(said).startswith("Itu pesan dari kami" if ours else "KABAR\nJembatan")
