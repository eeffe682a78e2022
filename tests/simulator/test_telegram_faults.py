"""Scripted misfortune: how each fault looks on the wire, and what was done behind it."""

import asyncio
from random import Random
from typing import Any

import aiohttp
import pytest

from bot.simulator.clock import HandClock
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Fault, Faults, Network, Telegram
from tests.simulator.wire import SARI, TOKEN, Wire, until

MESSAGE: dict[str, Any] = {"chat_id": SARI, "text": "a"}

ANSWERED = {
    "FORBIDDEN": (Fault.FORBIDDEN, "403 Forbidden: bot was blocked by the user"),
    "DEACTIVATED": (Fault.DEACTIVATED, "403 Forbidden: user is deactivated"),
    "KICKED": (Fault.KICKED, "403 Forbidden: bot was kicked from the supergroup chat"),
    "CHAT_NOT_FOUND": (Fault.CHAT_NOT_FOUND, "400 Bad Request: chat not found"),
    "NO_RIGHTS": (Fault.NO_RIGHTS, "400 Bad Request: not enough rights to send text messages to the chat"),
    "TOPIC_CLOSED": (Fault.TOPIC_CLOSED, "400 Bad Request: TOPIC_CLOSED"),
    "CANNOT_EDIT": (Fault.CANNOT_EDIT, "400 Bad Request: message can't be edited"),
    "CANNOT_DELETE": (Fault.CANNOT_DELETE, "400 Bad Request: message can't be deleted for everyone"),
    "UNAUTHORIZED": (Fault.UNAUTHORIZED, "401 Unauthorized"),
    "SERVER_ERROR": (Fault.SERVER_ERROR, "500 Internal Server Error: restart"),
    "FLOOD": (Fault.FLOOD(17), "429 Too Many Requests: retry after 17"),
    "MIGRATE": (Fault.MIGRATE, "400 Bad Request: group chat was upgraded to a supergroup chat"),
}


@pytest.mark.parametrize(("fault", "answer"), ANSWERED.values(), ids=ANSWERED)
async def test_a_refusal_does_nothing_and_says_why(wire: Wire, telegram: Telegram, fault: Fault, answer: str) -> None:
    telegram.faults.add(answer=fault, method="sendMessage", times=1)
    assert await wire.refused("sendMessage", **MESSAGE) == answer
    assert telegram.shown(SARI) == []
    await wire.call("sendMessage", **MESSAGE)


async def test_the_parameters_of_refusals_are_there(wire: Wire, telegram: Telegram) -> None:
    telegram.add_group(-5, "RT 05")
    telegram.faults.add(answer=Fault.FLOOD(17), chat_id=SARI)
    telegram.faults.add(answer=Fault.MIGRATE, chat_id=-5, times=1)
    assert (await wire.ask("sendMessage", **MESSAGE))[1]["parameters"] == {"retry_after": 17}
    moved = (await wire.ask("sendMessage", chat_id=-5, text="a"))[1]["parameters"]["migrate_to_chat_id"]
    await wire.call("sendMessage", chat_id=moved, text="a")


@pytest.mark.parametrize(
    ("fault", "done"), [(Fault.DROP, 0), (Fault.ACCEPT_THEN_DROP, 1)], ids=["before the work", "after the work"]
)
async def test_a_dropped_connection_tells_nothing(wire: Wire, telegram: Telegram, fault: Fault, done: int) -> None:
    telegram.faults.add(answer=fault)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await wire.ask("sendMessage", **MESSAGE)
    assert len(telegram.shown(SARI)) == done
    entry = telegram.ledger(SARI)[0]
    assert (entry.status, entry.ok, entry.fault) == (0, bool(done), fault.name)


async def test_half_an_answer_breaks_off(wire: Wire, telegram: Telegram) -> None:
    telegram.faults.add(answer=Fault.HALF_ANSWER)
    with pytest.raises(aiohttp.ClientPayloadError):
        await wire.ask("sendMessage", **MESSAGE)
    assert len(telegram.shown(SARI)) == 1


@pytest.mark.parametrize(
    ("fault", "status", "done"), [(Fault.BAD_GATEWAY_HTML, 502, 0), (Fault.GATEWAY_TIMEOUT_HTML, 504, 1)]
)
async def test_a_proxys_page_is_no_bot_api_answer(
    wire: Wire, telegram: Telegram, fault: Fault, status: int, done: int
) -> None:
    telegram.faults.add(answer=fault)
    async with wire.session.post(f"{wire.url}/bot{TOKEN}/sendMessage", json=MESSAGE) as answer:
        assert (answer.status, answer.content_type) == (status, "text/html")
        assert "nginx" in await answer.text()
    assert len(telegram.shown(SARI)) == done


@pytest.mark.parametrize(("fault", "done"), [(Fault.HANG, 0), (Fault.ACCEPT_THEN_HANG, 1)])
async def test_a_hanging_request_gets_no_answer(wire: Wire, telegram: Telegram, fault: Fault, done: int) -> None:
    telegram.faults.add(answer=fault)
    timeout = aiohttp.ClientTimeout(total=0.05)
    with pytest.raises(TimeoutError):
        await wire.session.post(f"{wire.url}/bot{TOKEN}/sendMessage", json=MESSAGE, timeout=timeout)
    assert len(telegram.shown(SARI)) == done


async def test_a_hanging_request_does_not_hold_up_the_end() -> None:
    telegram = Telegram(TOKEN)
    simulator = Simulator(telegram, Portal(name="x", categories={}))
    url = await simulator.start()
    telegram.faults.add(answer=Fault.HANG)
    async with aiohttp.ClientSession() as session:
        hanging = asyncio.create_task(session.post(f"{url}/bot{TOKEN}/getMe"))
        await until(telegram.ledger)
        async with asyncio.timeout(30):
            await simulator.stop()
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await hanging


def strikes(faults: Faults, requests: int, method: str = "sendmessage", chat_id: int = 1) -> list[int]:
    return [n for n in range(1, requests + 1) if faults.strike(method, chat_id)]


def test_rules_choose_by_method_chat_number_and_share() -> None:
    faults = Faults(Random(3))
    rule = faults.add(answer=Fault.DROP, method="sendMessage", chat_id=1, every=3, times=2)
    assert strikes(faults, 12) == [3, 6]
    assert strikes(faults, 12, chat_id=2) == []
    assert strikes(faults, 12, method="getme") == []
    assert (rule.seen, rule.struck) == (12, 2)
    faults.remove(rule)
    faults.add(answer=Fault.DROP, share=0.05)
    assert 30 <= len(strikes(faults, 1000)) <= 70
    faults.clear()
    assert strikes(faults, 100) == []


async def test_the_ledger_keeps_what_was_asked_and_answered(wire: Wire, telegram: Telegram, clock: HandClock) -> None:
    clock.turn(3.5)
    await wire.call("sendMessage", **MESSAGE)
    assert len(telegram.ledger(SARI)) == 1
    await wire.call("deleteMessage", chat_id=SARI, message_id=1)
    await wire.refused("sendMessage", chat_id=99, text="a")
    assert [(e.method, e.message_id) for e in telegram.ledger(SARI)] == [("sendmessage", 1), ("deletemessage", 1)]
    entry = telegram.ledger(SARI)[0]
    assert (entry.at, entry.wall, entry.method) == (3.5, clock.now(), "sendmessage")
    assert (entry.message_id, entry.status, entry.ok, entry.params) == (1, 200, True, MESSAGE)
    assert [(e.chat_id, e.status, e.ok) for e in telegram.ledger()] == [
        (SARI, 200, True),
        (SARI, 200, True),
        (99, 400, False),
    ]
    assert telegram.counts == {("sendmessage", 200): 1, ("deletemessage", 200): 1, ("sendmessage", 400): 1}


async def test_a_ledger_that_keeps_nothing_still_counts(wire: Wire, telegram: Telegram) -> None:
    telegram._ledger.keep = 0
    await wire.call("sendMessage", **MESSAGE)
    assert (telegram.ledger(), telegram.counts) == ([], {("sendmessage", 200): 1})


def test_the_way_takes_latency_and_seeded_jitter() -> None:
    network = Network(latency=0.2, jitter=0.1, way_there=0.25)
    first, again = network.delays(Random(5)), network.delays(Random(5))
    assert first == again
    assert 0.2 <= sum(first) <= 0.3
    assert first[0] == pytest.approx(sum(first) / 4)
    assert Network().delays(Random(5)) == (0.0, 0.0)


async def test_a_message_appears_before_its_answer_has_come_back() -> None:
    telegram = Telegram(TOKEN, network=Network(latency=0.02, way_there=0.0))
    telegram.add_user(SARI, "Sari")
    simulator = Simulator(telegram, Portal(name="x", categories={}))
    url = await simulator.start()
    async with aiohttp.ClientSession() as session:
        request = asyncio.create_task(session.post(f"{url}/bot{TOKEN}/sendMessage", json=MESSAGE))
        await until(lambda: telegram.shown(SARI))
        assert not request.done()
        (await request).close()
    await simulator.stop()
