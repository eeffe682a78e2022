"""Sending, changing and deleting over HTTP: shapes, limits and refusals."""

from typing import Any

import aiohttp
import pytest

from bot.simulator.clock import HandClock
from bot.simulator.telegram import Telegram
from tests.simulator.wire import SARI, TOKEN, Wire

FORUM = -1001234567890


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def button(**action: Any) -> dict[str, Any]:
    return {"text": "Ketuk", **action}


async def test_a_message_comes_back_in_full_and_is_shown(wire: Wire, telegram: Telegram) -> None:
    rows = keyboard([button(url="https://a.example/x"), button(callback_data="s:1")])
    result = await wire.call("sendMessage", chat_id=SARI, text="<b>Hai</b>", parse_mode="HTML", reply_markup=rows)
    assert result == {
        "message_id": 1,
        "from": {"id": 110201543, "is_bot": True, "first_name": "kentongan_bot", "username": "kentongan_bot"},
        "chat": {"id": SARI, "first_name": "Sari", "type": "private"},
        "date": 1795507200,
        "text": "Hai",
        "entities": [{"offset": 0, "length": 3, "type": "bold"}],
        "reply_markup": rows,
    }
    shown = telegram.shown(SARI)[0]
    assert (shown.from_bot, shown.text, shown.html, shown.edited) == (True, "Hai", "<b>Hai</b>", False)
    assert [(b.data, b.url) for row in shown.buttons for b in row] == [(None, "https://a.example/x"), ("s:1", None)]


@pytest.mark.parametrize("how", ["json", "form", "query", "multipart"])
async def test_parameters_may_come_in_every_way_the_server_knows(wire: Wire, telegram: Telegram, how: str) -> None:
    params = {"chat_id": str(SARI), "text": "é &", "disable_notification": "true"}
    url = f"{wire.url}/bot{TOKEN}/SENDMESSAGE"
    if how == "json":
        request = wire.session.post(url, json=params)
    elif how == "form":
        request = wire.session.post(url, data=params)
    elif how == "query":
        request = wire.session.get(url, params=params)
    else:
        form = aiohttp.FormData(params, default_to_multipart=True)
        request = wire.session.post(url, data=form)
    async with request as answer:
        assert answer.status == 200
    assert telegram.shown(SARI)[0].text == "é &"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no chat": ({"chat_id": "", "text": "a"}, "chat_id is empty"),
    "a stranger": ({"chat_id": 99, "text": "a"}, "chat not found"),
    "no text": ({"chat_id": SARI}, "message text is empty"),
    "a chat that is true": ({"chat_id": True, "text": "a"}, "chat not found"),
    "blank text": ({"chat_id": SARI, "text": " \n "}, "message text is empty"),
    "invisible text": ({"chat_id": SARI, "text": "\u200b\u2060\u00a0"}, "message text is empty"),
    "half a character": ({"chat_id": SARI, "text": "a\ud83d"}, "can't parse JSON object"),
    "an entity of no kind": (
        {"chat_id": SARI, "text": "a", "entities": [{"type": "loud", "offset": 0, "length": 1}]},
        "can't parse MessageEntity: Unsupported type specified",
    ),
    "a link without its address": (
        {"chat_id": SARI, "text": "a", "entities": [{"type": "text_link", "offset": 0, "length": 1}]},
        "can't parse MessageEntity: Can't find field \"url\"",
    ),
    "4,097 characters": ({"chat_id": SARI, "text": "a" * 4097}, "message is too long"),
    "2,049 emoji": ({"chat_id": SARI, "text": "😀" * 2049}, "message is too long"),
    "32,769 bytes": ({"chat_id": SARI, "text": "a" * 32769}, "text is too long"),
    "unknown parse mode": ({"chat_id": SARI, "text": "a", "parse_mode": "bbcode"}, "unsupported parse_mode"),
    "broken HTML": (
        {"chat_id": SARI, "text": "<b>a", "parse_mode": "HTML"},
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    "reply to nothing": (
        {"chat_id": SARI, "text": "a", "reply_parameters": {"message_id": 5}},
        "message to be replied not found",
    ),
}


@pytest.mark.parametrize(("params", "description"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_sent_is_refused_and_not_shown(
    wire: Wire, telegram: Telegram, params: dict[str, Any], description: str
) -> None:
    assert await wire.refused("sendMessage", **params) == f"400 Bad Request: {description}"
    assert telegram.shown(SARI) == []


async def test_the_length_counts_after_parsing(wire: Wire) -> None:
    text = "<b>" + "a" * 4096 + "</b>"
    assert len((await wire.call("sendMessage", chat_id=SARI, text=text, parse_mode="HTML"))["text"]) == 4096


KEYBOARDS: dict[str, tuple[Any, str]] = {
    "65 bytes of data": (keyboard([button(callback_data="é" * 32 + "x")]), "BUTTON_DATA_INVALID"),
    "no action": (
        keyboard([button()]),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    "no label": (keyboard([{"callback_data": "x"}]), "can't parse inline keyboard button: Can't find field \"text\""),
    "an odd scheme": (
        keyboard([button(url="ftp://a.example")]),
        "inline keyboard button URL 'ftp://a.example' is invalid: Unsupported URL protocol",
    ),
    "no real host": (
        keyboard([button(url="http://localhost/x")]),
        "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
    ),
    "101 buttons": (keyboard(*[[button(callback_data="x")]] * 101), "reply markup is too long"),
    "9 in a row": (keyboard([button(callback_data="x")] * 9), "reply markup is too long"),
    "no array": (
        {"inline_keyboard": "x"},
        'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ),
    "no JSON": ("{", "can't parse reply keyboard markup JSON object"),
}


@pytest.mark.parametrize(("markup", "description"), KEYBOARDS.values(), ids=KEYBOARDS)
async def test_bad_keyboards_are_refused(wire: Wire, markup: Any, description: str) -> None:
    refusal = await wire.refused("sendMessage", chat_id=SARI, text="a", reply_markup=markup)
    assert refusal == f"400 Bad Request: {description}"


async def test_the_greatest_keyboard_passes(wire: Wire) -> None:
    rows = keyboard(*[[button(callback_data="x" * 64)] * 8] * 12)
    assert (await wire.call("sendMessage", chat_id=SARI, text="a", reply_markup=rows))["reply_markup"] == rows


async def test_an_edit_shows_and_the_same_again_is_refused(wire: Wire, telegram: Telegram) -> None:
    sent = await wire.call("sendMessage", chat_id=SARI, text="satu", reply_markup=keyboard([button(callback_data="x")]))
    where = {"chat_id": SARI, "message_id": sent["message_id"]}
    edited = await wire.call("editMessageText", text="dua", **where)
    assert (edited["text"], edited["edit_date"], "reply_markup" in edited) == ("dua", 1795507200, False)
    assert telegram.shown(SARI)[0].edited
    assert await wire.refused("editMessageText", text="dua", **where) == (
        "400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )


async def test_only_the_bots_own_messages_that_exist_can_be_edited(wire: Wire, telegram: Telegram) -> None:
    typed = telegram.say(SARI, "halo")
    refusal = await wire.refused("editMessageText", chat_id=SARI, message_id=typed, text="x")
    assert refusal == "400 Bad Request: message can't be edited"
    refusal = await wire.refused("editMessageText", chat_id=SARI, message_id=99, text="x")
    assert refusal == "400 Bad Request: message to edit not found"


async def test_buttons_can_be_changed_alone(wire: Wire, telegram: Telegram) -> None:
    sent = await wire.call("sendMessage", chat_id=SARI, text="<b>a</b>", parse_mode="HTML")
    rows = keyboard([button(callback_data="x")])
    await wire.call("editMessageReplyMarkup", chat_id=SARI, message_id=sent["message_id"], reply_markup=rows)
    shown = telegram.shown(SARI)[0]
    assert (shown.html, shown.buttons[0][0].data, shown.edited) == ("<b>a</b>", "x", False)


async def test_deleting_works_for_48_hours(wire: Wire, telegram: Telegram, clock: HandClock) -> None:
    first = await wire.call("sendMessage", chat_id=SARI, text="a")
    second = await wire.call("sendMessage", chat_id=SARI, text="b")
    assert await wire.call("deleteMessage", chat_id=SARI, message_id=first["message_id"]) is True
    clock.turn(48 * 3600 + 1)
    where = {"chat_id": SARI, "message_id": second["message_id"]}
    assert await wire.refused("deleteMessage", **where) == "400 Bad Request: message can't be deleted for everyone"
    assert [shown.text for shown in telegram.shown(SARI)] == ["b"]
    where["message_id"] = first["message_id"]
    assert await wire.refused("deleteMessage", **where) == "400 Bad Request: message to delete not found"


async def test_a_preview_follows_the_options(wire: Wire, telegram: Telegram) -> None:
    options: list[dict[str, Any] | None] = [None, {"is_disabled": True}, {"url": "https://b.example/"}]
    for given in options:
        await wire.call("sendMessage", chat_id=SARI, text="https://a.example/", link_preview_options=given)
    assert [s.preview_url for s in telegram.shown(SARI)] == ["https://a.example/", None, "https://b.example/"]


async def test_a_photo_is_uploaded_once_and_used_again(wire: Wire) -> None:
    form = aiohttp.FormData({"chat_id": str(SARI), "caption": "Banjir"})
    form.add_field("photo", b"\x89PNG", filename="a.png")
    async with wire.session.post(f"{wire.url}/bot{TOKEN}/sendPhoto", data=form) as answer:
        sizes = (await answer.json())["result"]["photo"]
    again = await wire.call("sendPhoto", chat_id=SARI, photo=sizes[-1]["file_id"], caption="Lagi")
    assert (sizes[-1]["file_size"], again["caption"], "text" in again) == (4, "Lagi", False)
    refusal = await wire.refused("sendPhoto", chat_id=SARI, photo="unknown")
    assert refusal.startswith("400 Bad Request: wrong remote file identifier")
    refusal = await wire.refused("sendPhoto", chat_id=SARI, photo=sizes[-1]["file_id"], caption="a" * 1025)
    assert refusal == "400 Bad Request: message caption is too long"


async def test_a_person_who_blocks_is_out_of_reach_until_they_unblock(wire: Wire, telegram: Telegram) -> None:
    telegram.block(SARI)
    refusal = await wire.refused("sendMessage", chat_id=SARI, text="a")
    assert refusal == "403 Forbidden: bot was blocked by the user"
    telegram.unblock(SARI)
    await wire.call("sendMessage", chat_id=SARI, text="a")


async def test_a_bot_cannot_write_first(wire: Wire, telegram: Telegram) -> None:
    telegram.add_user(8, "Budi", started=False)
    refusal = await wire.refused("sendMessage", chat_id=8, text="a")
    assert refusal == "403 Forbidden: bot can't initiate conversation with a user"
    telegram.say(8, "/start")
    await wire.call("sendMessage", chat_id=8, text="a")


async def test_a_deleted_account_is_gone(wire: Wire, telegram: Telegram) -> None:
    telegram.add_user(8, "Budi").deactivated = True
    assert await wire.refused("sendMessage", chat_id=8, text="a") == "403 Forbidden: user is deactivated"


async def test_a_group_that_grows_tells_its_new_address(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(-55, "RT 05")
    new_id = telegram.migrate(-55)
    status, body = await wire.ask("sendMessage", chat_id=-55, text="a")
    assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": new_id})
    assert body["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert (await wire.call("sendMessage", chat_id=new_id, text="a"))["chat"]["type"] == "supergroup"


async def test_a_group_that_throws_the_bot_out_is_closed(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(FORUM, "Warga")
    telegram.kick(SARI, FORUM)
    refusal = await wire.refused("sendMessage", chat_id=FORUM, text="a")
    assert refusal == "403 Forbidden: bot was kicked from the supergroup chat"


async def test_forum_topics_must_exist_and_be_open(wire: Wire, telegram: Telegram) -> None:
    group = telegram.add_group(FORUM, "Warga", forum=True)
    group.threads.update({4: True, 6: False})
    sent = await wire.call("sendMessage", chat_id=FORUM, message_thread_id=4, text="a")
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (4, True)
    refusal = await wire.refused("sendMessage", chat_id=FORUM, message_thread_id=6, text="a")
    assert refusal == "400 Bad Request: TOPIC_CLOSED"
    refusal = await wire.refused("sendMessage", chat_id=FORUM, message_thread_id=5, text="a")
    assert refusal == "400 Bad Request: message thread not found"


async def test_a_reply_shows_what_it_answers(wire: Wire, telegram: Telegram) -> None:
    typed = telegram.say(SARI, "halo")
    sent = await wire.call("sendMessage", chat_id=SARI, text="hai", reply_parameters={"message_id": typed})
    assert sent["reply_to_message"]["text"] == "halo"
    lenient = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await wire.call("sendMessage", chat_id=SARI, text="a", reply_parameters=lenient)


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        (f"/bot{TOKEN}/flyAway", 404, "Not Found: method not found"),
        ("/bot110201543:wrong/getMe", 401, "Unauthorized"),
        ("/botwrong/getMe", 401, "Unauthorized: invalid token specified"),
    ],
)
async def test_wrong_addresses_are_refused(wire: Wire, path: str, status: int, description: str) -> None:
    async with wire.session.get(wire.url + path) as answer:
        assert (answer.status, await answer.json()) == (
            status,
            {"ok": False, "error_code": status, "description": description},
        )


def test_the_crowd_exists_without_being_added(clock: HandClock) -> None:
    crowd = Telegram(TOKEN, clock=clock, crowd=1000)
    assert crowd.say(1000, "/start") == 1
    assert [shown.sender for shown in crowd.shown(1000)] == ["Warga 1000"]


def test_a_short_history_forgets_the_oldest(clock: HandClock) -> None:
    telegram = Telegram(TOKEN, clock=clock, history_keep=2)
    telegram.add_user(SARI, "Sari")
    for text in ("satu", "dua", "tiga"):
        telegram.say(SARI, text)
    assert [shown.text for shown in telegram.shown(SARI)] == ["dua", "tiga"]


async def test_entities_may_be_given_instead_of_markup(wire: Wire, telegram: Telegram) -> None:
    bold = {"type": "bold", "offset": 2, "length": 3}
    await wire.call("sendMessage", chat_id=SARI, text="  <b> ", entities=[bold])
    assert telegram.shown(SARI)[0].html == "<b>&lt;b&gt;</b>"
    refusal = await wire.refused("sendMessage", chat_id=SARI, text="a", entities=[{"type": "bold"}])
    assert refusal == "400 Bad Request: can't parse MessageEntity: Can't find field"


async def test_a_caption_can_be_edited_and_a_text_is_no_caption(wire: Wire, telegram: Telegram) -> None:
    photo = await wire.call("sendPhoto", chat_id=SARI, photo="https://a.example/1.jpg", caption="satu")
    text = await wire.call("sendMessage", chat_id=SARI, text="a")
    where = {"chat_id": SARI, "message_id": photo["message_id"]}
    assert (await wire.call("editMessageCaption", caption="<i>dua</i>", parse_mode="HTML", **where))["caption"] == "dua"
    assert telegram.shown(SARI)[0].html == "<i>dua</i>"
    refusal = await wire.refused("editMessageText", text="x", **where)
    assert refusal == "400 Bad Request: there is no text in the message to edit"
    refusal = await wire.refused("editMessageCaption", chat_id=SARI, message_id=text["message_id"], caption="x")
    assert refusal == "400 Bad Request: there is no caption in the message to edit"


async def test_many_messages_are_deleted_at_once_and_others_passed_over(wire: Wire, telegram: Telegram) -> None:
    ids = [telegram.say(SARI, text) for text in ("satu", "dua", "tiga")]
    assert await wire.call("deleteMessages", chat_id=SARI, message_ids=[*ids[:2], 99]) is True
    assert [shown.text for shown in telegram.shown(SARI)] == ["tiga"]


@pytest.mark.parametrize(
    ("wanted", "description"),
    [
        ("[", "can't parse message_ids JSON object"),
        (7, "message identifiers are not specified"),
        ([*range(1, 102)], "too many message identifiers specified"),
        (["satu"], "invalid message identifier specified"),
    ],
)
async def test_what_is_no_list_of_messages_deletes_nothing(
    wire: Wire, telegram: Telegram, wanted: Any, description: str
) -> None:
    telegram.say(SARI, "satu")
    refusal = await wire.refused("deleteMessages", chat_id=SARI, message_ids=wanted)
    assert refusal == f"400 Bad Request: {description}"
    assert len(telegram.shown(SARI)) == 1


async def test_in_a_group_only_an_admin_bot_deletes_what_others_wrote(wire: Wire, telegram: Telegram) -> None:
    group = telegram.add_group(FORUM, "Warga")
    telegram.join(SARI, FORUM)
    typed = telegram.say(SARI, "/menu", chat_id=FORUM)
    refusal = await wire.refused("deleteMessage", chat_id=FORUM, message_id=typed)
    assert refusal == "400 Bad Request: message can't be deleted for everyone"
    group.admins.add(110201543)
    assert await wire.call("deleteMessage", chat_id=FORUM, message_id=typed) is True


async def test_an_action_shows_nothing_but_needs_an_open_chat(wire: Wire, telegram: Telegram) -> None:
    assert await wire.call("sendChatAction", chat_id=SARI, action="typing") is True
    telegram.block(SARI)
    assert (await wire.refused("sendChatAction", chat_id=SARI, action="typing")).startswith("403")


async def test_a_body_that_is_no_json_object_is_refused(wire: Wire) -> None:
    headers = {"Content-Type": "application/json"}
    async with wire.session.post(f"{wire.url}/bot{TOKEN}/getMe", data=b"[1", headers=headers) as answer:
        assert (answer.status, (await answer.json())["description"]) == (400, "Bad Request: can't parse JSON object")


async def test_supergroups_count_their_own_messages(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(FORUM, "Warga")
    telegram.add_group(-55, "RT 05")
    sent = [(await wire.call("sendMessage", chat_id=chat, text="a"))["message_id"] for chat in (SARI, -55, FORUM)]
    assert sent == [1, 2, 1]
