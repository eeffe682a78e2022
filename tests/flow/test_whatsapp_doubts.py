"""When a doubt is over: only what was worked on has been heard, and only what is about our number."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.inbox import Inbox
from bot.channels.whatsapp.receive import POSTS
from bot.ports import Tx
from bot.simulator.whatsapp import Fault
from tests.flow.test_whatsapp_outbox import states, subscribed
from tests.support.at_whatsapp import NUMBER_ID, AtWhatsApp, at_whatsapp


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[AtWhatsApp]:
    async with at_whatsapp(tmp_path) as made:
        yield made


def told(number: str | None, tag: str = "d:99:99:1") -> str:
    """A post with one status."""
    status = {"id": "wamid.x", "status": "sent", "timestamp": "1709200000", "recipient_id": "62811",
              "biz_opaque_callback_data": tag}  # fmt: skip
    value: dict[str, Any] = {"statuses": [status]}
    if number is not None:
        value["metadata"] = {"phone_number_id": number}
    return json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})


async def comes(person: AtWhatsApp, body: str = "{}") -> int:
    """A post is stored, and nobody has worked on it yet."""
    now = person.clock.now()

    def work(tx: Tx) -> int:
        number = (tx.last_update(POSTS) or 0) + 1
        tx.receive(POSTS, [(number, body)], now)
        return number

    return await person.store.write(work)


async def test_what_is_told_of_the_account_is_logged_and_the_next_post_is_worked_on(person: AtWhatsApp) -> None:
    """Through the program's own inbox: a fault there would end it."""
    update = {"event": "PHONE_NUMBER_QUALITY", "display_phone_number": "62811"}
    change = {"field": "account_update", "value": update}
    await comes(person, json.dumps({"entry": [{"id": "1", "changes": [change]}]}))
    await subscribed(person)
    await person.publish(7)
    assert len(person.arrived()) == 1
    assert not any(task.done() for task in person.parts.tasks)


async def work_on(person: AtWhatsApp) -> int:
    """Everything that has come; how many times something was heard."""
    heard: list[int] = []
    assert person.desk is not None
    inbox = Inbox(
        person.store, person.desk, NUMBER_ID, person.clock.now, heard=lambda: heard.append(1), stopped=lambda _: None
    )
    inbox.finish()
    await inbox.run()
    return len(heard)


async def test_a_doubt_waits_for_the_posts_that_had_come_when_it_was_listened_for_long_enough(
    person: AtWhatsApp,
) -> None:
    doubts = person.parts.doubts
    await subscribed(person)
    person.whatsapp.faults.add(Fault.DROP, times=1)
    await person.publish(7)
    assert await doubts.look() == 0
    first, second = await comes(person), await comes(person)
    doubts._listening.seconds += 121
    assert await doubts.look() == 0, "its receipt may be in one of them"
    await person.store.write(lambda tx: tx.handled(POSTS, first, person.clock.now()))
    assert await doubts.look() == 0
    await comes(person)
    await person.store.write(lambda tx: tx.handled(POSTS, second, person.clock.now()))
    assert await doubts.look() == 1, "what has come since does not hold it back"


async def test_what_a_post_of_the_backlog_settles_is_not_sent_again(person: AtWhatsApp) -> None:
    """A program that was stopped for long may take more than two minutes for what came meanwhile."""
    await subscribed(person)
    person.whatsapp.faults.add(Fault.DROP, times=1)
    await person.publish(7)
    (doubt,) = await person.store.read(lambda tx: tx.doubtful())
    assert await person.parts.doubts.look() == 0
    await comes(person, told(NUMBER_ID, str(doubt)))
    person.parts.doubts._listening.seconds += 121
    assert await person.parts.doubts.look() == 0
    await work_on(person)
    assert await person.parts.doubts.look() == 0
    assert await states(person) == {"sent": 1}


POSTED = {
    "a status of our number": (told(NUMBER_ID), 1),
    "one of another number": (told("999"), 0),
    "one of nobody knows which": (told(None), 0),
    "what is about the account": ('{"entry": [{"changes": [{"field": "account_update", "value": {}}]}]}', 0),
    "no JSON": ("{", 0),
}


@pytest.mark.parametrize(("body", "heard"), POSTED.values(), ids=POSTED)
async def test_only_what_is_about_our_number_shows_that_receipts_would_come(
    person: AtWhatsApp, body: str, heard: int
) -> None:
    await comes(person, body)
    assert await work_on(person) == heard
