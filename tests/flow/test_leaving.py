"""Whether a kept update asks to stop, as each channel keeps it."""

import json

import pytest

from bot.flow.leaving import asks_to_stop

UPDATES = {
    "a command": ({"message": {"text": "/stop", "chat": {"id": 1}}}, True),
    "a command to this bot in a group": ({"message": {"text": "/berhenti@kabar_bot", "chat": {"id": -1}}}, True),
    "a word": ({"message": {"text": "tolong berhenti ya"}}, True),
    "a button": ({"callback_query": {"data": "stop", "from": {"id": 1}}}, True),
    "a block": ({"my_chat_member": {"new_chat_member": {"status": "kicked"}}}, True),
    "a group that takes the bot out": ({"my_chat_member": {"new_chat_member": {"status": "left"}}}, True),
    "a line of the console": ({"text": "stop"}, True),
    "a start": ({"message": {"text": "/start"}}, False),
    "talk": ({"message": {"text": "keluar rumah jam berapa"}}, False),
    "another button": ({"callback_query": {"data": "topics"}}, False),
    "an unblock": ({"my_chat_member": {"new_chat_member": {"status": "member"}}}, False),
    "a list": ([["stop"]], True),
}


@pytest.mark.parametrize(("update", "stops"), UPDATES.values(), ids=UPDATES)
def test_an_update_asks_to_stop(update: object, stops: bool) -> None:
    assert asks_to_stop(json.dumps(update)) is stops


def test_what_is_no_json_asks_for_nothing() -> None:
    assert asks_to_stop("stop {") is False
