"""What people do with their phones, and what the program and the page see of it."""

import pytest

from bot.simulator.clock import HandClock
from bot.simulator.telegram import Event, NotPossible, Telegram
from tests.simulator.wire import SARI, Wire

GROUP = -1001234567890
ROWS = {
    "inline_keyboard": [
        [{"text": "✅ Daerah", "callback_data": "t:daerah"}],
        [{"text": "Selesai", "callback_data": "x"}],
    ]
}
LINK = {"inline_keyboard": [[{"text": "Baca selengkapnya", "url": "https://a.example/x"}]]}


async def test_a_tap_is_a_callback_query(wire: Wire, telegram: Telegram) -> None:
    await wire.call("sendMessage", chat_id=SARI, text="Pilih", reply_markup=ROWS)
    telegram.tap(SARI, "Daerah")
    query = (await wire.call("getUpdates"))[0]["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["text"]) == ("t:daerah", SARI, "Pilih")
    assert query["message"]["reply_markup"] == ROWS


async def test_a_tap_takes_the_newest_button_of_that_name(wire: Wire, telegram: Telegram) -> None:
    for text in ("lama", "baru"):
        await wire.call("sendMessage", chat_id=SARI, text=text, reply_markup=ROWS)
    await wire.call("sendMessage", chat_id=SARI, text="tanpa tombol")
    telegram.tap(SARI, "Selesai")
    assert (await wire.call("getUpdates"))[0]["callback_query"]["message"]["text"] == "baru"
    with pytest.raises(NotPossible, match="Menu"):
        telegram.tap(SARI, "Menu")


async def test_a_link_button_opens_an_address_and_tells_the_program_nothing(wire: Wire, telegram: Telegram) -> None:
    await wire.call("sendMessage", chat_id=SARI, text="Kabar", reply_markup=LINK)
    telegram.tap(SARI, "Baca")
    assert telegram.opened(SARI) == ["https://a.example/x"]
    assert await wire.call("getUpdates") == []


async def test_a_tap_is_answered_once_and_shows_a_toast(wire: Wire, telegram: Telegram) -> None:
    sent = await wire.call("sendMessage", chat_id=SARI, text="Pilih", reply_markup=ROWS)
    query_id = telegram.press(SARI, sent["message_id"], "x")
    assert await wire.call("answerCallbackQuery", callback_query_id=query_id, text="Disimpan") is True
    assert telegram.toasts(SARI) == ["Disimpan"]
    again = await wire.refused("answerCallbackQuery", callback_query_id=query_id)
    assert again == "400 Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_a_tap_can_be_answered_for_fifteen_seconds(wire: Wire, telegram: Telegram, clock: HandClock) -> None:
    sent = await wire.call("sendMessage", chat_id=SARI, text="Pilih", reply_markup=ROWS)
    in_time, late = (telegram.press(SARI, sent["message_id"], data) for data in ("a", "b"))
    clock.turn(15.0)
    await wire.call("answerCallbackQuery", callback_query_id=in_time)
    clock.turn(0.1)
    assert "query is too old" in await wire.refused("answerCallbackQuery", callback_query_id=late)


async def test_a_toast_has_at_most_200_characters(wire: Wire, telegram: Telegram) -> None:
    query_id = telegram.press(SARI, 1, "x")
    refusal = await wire.refused("answerCallbackQuery", callback_query_id=query_id, text="a" * 201)
    assert refusal == "400 Bad Request: MESSAGE_TOO_LONG"


async def test_a_tap_on_a_deleted_message_tells_only_where_it_was(wire: Wire, telegram: Telegram) -> None:
    sent = await wire.call("sendMessage", chat_id=SARI, text="Pilih", reply_markup=ROWS)
    await wire.call("deleteMessage", chat_id=SARI, message_id=sent["message_id"])
    telegram.press(SARI, sent["message_id"], "x")
    message = (await wire.call("getUpdates"))[0]["callback_query"]["message"]
    assert (message["date"], message["message_id"], "text" in message) == (0, sent["message_id"], False)


def test_someone_who_blocks_cannot_write_until_they_unblock(telegram: Telegram) -> None:
    telegram.block(SARI)
    with pytest.raises(NotPossible, match="unblock"):
        telegram.say(SARI, "halo")
    telegram.unblock(SARI)
    assert telegram.say(SARI, "halo") == 1


def test_people_must_exist(telegram: Telegram) -> None:
    with pytest.raises(NotPossible, match="no user 99"):
        telegram.say(99, "halo")


GROUP_TALK = {
    "small talk stays private": ("halo semua", False),
    "a command comes": ("/menu", True),
    "a command for this bot comes": ("/menu@kentongan_bot", True),
    "a command for another does not": ("/menu@other_bot", False),
}


@pytest.mark.parametrize(("text", "comes"), GROUP_TALK.values(), ids=GROUP_TALK)
async def test_in_groups_the_bot_hears_commands_only(wire: Wire, telegram: Telegram, text: str, comes: bool) -> None:
    telegram.add_group(GROUP, "Warga")
    telegram.join(SARI, GROUP)
    telegram.say(SARI, text, chat_id=GROUP)
    assert bool(await wire.call("getUpdates")) is comes


async def test_in_groups_the_bot_hears_replies_to_itself(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(GROUP, "Warga")
    telegram.join(SARI, GROUP)
    sent = await wire.call("sendMessage", chat_id=GROUP, text="Apa?")
    telegram.say(SARI, "ini", chat_id=GROUP, reply_to=sent["message_id"])
    assert [update["message"]["text"] for update in await wire.call("getUpdates")] == ["ini"]


async def test_talking_in_a_group_does_not_open_a_private_chat(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(GROUP, "Warga")
    telegram.add_user(8, "Budi", started=False)
    telegram.join(8, GROUP)
    telegram.say(8, "/menu", chat_id=GROUP)
    assert "can't initiate" in await wire.refused("sendMessage", chat_id=8, text="a")
    assert (await wire.call("getChatMember", chat_id=GROUP, user_id=8))["status"] == "member"


async def test_an_anonymous_admin_writes_as_the_group(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(GROUP, "Warga", added_by=SARI)
    with pytest.raises(NotPossible, match="no administrator"):
        telegram.say(SARI, "/menu", chat_id=GROUP, anonymous=True)
    telegram.join(SARI, GROUP, admin=True)
    telegram.say(SARI, "/menu", chat_id=GROUP, anonymous=True)
    added, service, spoke = await wire.call("getUpdates")
    assert service["message"]["new_chat_members"][0]["is_bot"]
    assert added["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert spoke["message"]["from"]["username"] == "GroupAnonymousBot"
    assert spoke["message"]["sender_chat"]["id"] == GROUP


async def test_who_is_no_member_cannot_write_in_a_group(telegram: Telegram) -> None:
    telegram.add_group(GROUP, "Warga", forum=True).threads[5] = False
    with pytest.raises(NotPossible, match="no member"):
        telegram.say(SARI, "/menu", chat_id=GROUP)
    telegram.join(SARI, GROUP)
    with pytest.raises(NotPossible, match="topic 5"):
        telegram.say(SARI, "/menu", chat_id=GROUP, thread_id=5)
    telegram.leave(SARI, GROUP)
    with pytest.raises(NotPossible, match="no member"):
        telegram.say(SARI, "/menu", chat_id=GROUP)


async def test_what_somebody_is_in_a_group_is_told(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(GROUP, "Warga")
    telegram.join(SARI, GROUP, owner=True)

    async def status() -> str:
        return str((await wire.call("getChatMember", chat_id=GROUP, user_id=SARI))["status"])

    assert await status() == "creator"
    telegram.leave(SARI, GROUP)
    telegram.kick(SARI, GROUP)
    assert "bot was kicked" in await wire.refused("getChatMember", chat_id=GROUP, user_id=SARI)


async def test_only_administrators_post_in_a_channel_and_nobody_is_named(wire: Wire, telegram: Telegram) -> None:
    telegram.add_channel(-1009, "Kabar", added_by=SARI)
    telegram.say(SARI, "/start", chat_id=-1009)
    added, posted = await wire.call("getUpdates")
    assert added["my_chat_member"]["new_chat_member"]["status"] == "administrator"
    assert posted["channel_post"]["sender_chat"]["id"] == -1009
    assert "from" not in posted["channel_post"]
    telegram.add_user(8, "Budi")
    telegram.join(8, -1009)
    with pytest.raises(NotPossible, match="no administrator"):
        telegram.say(8, "/start", chat_id=-1009)


async def test_those_who_listen_hear_every_visible_change(wire: Wire, telegram: Telegram) -> None:
    heard: list[Event] = []
    deaf = telegram.listen(heard.append)
    telegram.say(SARI, "halo")
    sent = await wire.call("sendMessage", chat_id=SARI, text="Pilih", reply_markup=ROWS)
    where = {"chat_id": SARI, "message_id": sent["message_id"]}
    await wire.call("editMessageText", text="Dipilih", **where)
    query_id = telegram.press(SARI, sent["message_id"], "x")
    await wire.call("answerCallbackQuery", callback_query_id=query_id, text="Ya")
    await wire.call("deleteMessage", **where)
    telegram.block(SARI)
    seen = [(event.kind, event.text) for event in heard if event.kind != "update"]
    assert seen == [
        ("message", "halo"), ("message", "Pilih"), ("edit", "Dipilih"), ("toast", "Ya"), ("delete", ""),
        ("blocked", ""),
    ]  # fmt: skip
    deaf()
    telegram.unblock(SARI)
    assert heard[-1].kind != "unblocked"
