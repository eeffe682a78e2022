"""What is done to earlier messages over HTTP: replies, edits at any age, deletions by the bot and by people."""

from typing import Any

import pytest

from bot.simulator.clock import HandClock
from bot.simulator.telegram import NotPossible, Telegram
from tests.simulator.wire import SARI, Wire

REPLIES: dict[str, tuple[Any, str]] = {
    "to nothing that is there": ({"message_id": 99}, "message to be replied not found"),
    "to a message of another chat": ({"message_id": 1}, "message to be replied not found"),
    "in no object": ([1], "object expected as reply parameters"),
    "in words": ("satu", "can't parse reply parameters JSON object"),
    "without a message": ({"allow_sending_without_reply": True}, 'can\'t find field "message_id"'),
    "with a flag in words": (
        {"message_id": 99, "allow_sending_without_reply": "yes"},
        'field "allow_sending_without_reply" must be of type Boolean',
    ),
}


@pytest.mark.parametrize(("given", "description"), REPLIES.values(), ids=REPLIES)
async def test_a_reply_that_makes_no_sense_is_refused(
    wire: Wire, telegram: Telegram, given: Any, description: str
) -> None:
    telegram.add_user(8, "Budi")
    await wire.call("sendMessage", chat_id=8, text="milik Budi")
    refusal = await wire.refused("sendMessage", chat_id=SARI, text="a", reply_parameters=given)
    assert refusal == f"400 Bad Request: {description}"
    assert telegram.shown(SARI) == []


async def test_an_edit_works_at_any_age(wire: Wire, telegram: Telegram, clock: HandClock) -> None:
    sent = await wire.call("sendMessage", chat_id=SARI, text="satu")
    clock.turn(400 * 24 * 3600)
    await wire.call("editMessageText", chat_id=SARI, message_id=sent["message_id"], text="dua")
    assert telegram.shown(SARI)[0].text == "dua"


async def test_people_delete_messages_too_and_the_bot_is_not_told(wire: Wire, telegram: Telegram) -> None:
    sent = await wire.call("sendMessage", chat_id=SARI, text="satu")
    telegram.delete(SARI, sent["message_id"])
    assert telegram.shown(SARI) == []
    where = {"chat_id": SARI, "message_id": sent["message_id"]}
    assert await wire.refused("editMessageText", text="x", **where) == "400 Bad Request: message to edit not found"
    assert await wire.refused("deleteMessage", **where) == "400 Bad Request: message to delete not found"
    assert await wire.refused("deleteMessage", chat_id=SARI) == "400 Bad Request: message identifier is not specified"
    assert telegram.counts["deletemessage", 400] == 2
    with pytest.raises(NotPossible):
        telegram.delete(SARI, sent["message_id"])
