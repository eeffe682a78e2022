"""Updates are stored before they are confirmed, handled once, and none blocks another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from bot.channels.telegram.inbox import Inbox, describe
from bot.channels.telegram.parts import build_application
from bot.channels.telegram.receive import (
    LARGEST,
    RETRY_AFTER,
    SECRET_HEADER,
    UpdatePoller,
    Webhook,
    parse_update,
    webhook_secret,
)
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.wire import Timeouts
from bot.chat.turn import Incoming, Status
from bot.errors import StoreError
from bot.flow.desk import Desk, Sender
from tests.channels.telegram_rig import NOW, SARI, TOKEN, Json, Rig, ears, message, rig, update

SECRET = webhook_secret(TOKEN)


# Polling ------------------------------------------------------------------------------------------------------------


class Answers:
    """A Telegram that answers getUpdates from a list, and notes what it was asked and what we had stored by then."""

    def __init__(self, *answers: tuple[int, Json]) -> None:
        self.answers = list(answers)
        self.asked: list[Json] = []
        self.stored: list[int | None] = []
        self.exhausted = asyncio.Event()
        self.rig: Rig | None = None

    async def handle(self, request: web.Request) -> web.Response:
        assert self.rig is not None
        self.asked.append(await request.json())
        self.stored.append(await self.rig.last_update())
        if not self.answers:
            self.exhausted.set()
            await asyncio.Event().wait()  # a long poll in which nothing happens
        status, answer = self.answers.pop(0)
        return web.json_response(answer, status=status)


def updates(*ids: int) -> tuple[int, Json]:
    return 200, {"ok": True, "result": [update(i, message=message("/start")) for i in ids]}


def refusal(status: int, description: str, **parameters: int) -> tuple[int, Json]:
    return status, {"ok": False, "error_code": status, "description": description, "parameters": parameters}


@asynccontextmanager
async def polling(folder: Path, answers: Answers) -> AsyncIterator[tuple[Rig, UpdatePoller, list[float]]]:
    """A poller at such a Telegram; its pauses are noted, not slept."""
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/getUpdates", answers.handle)
    pauses: list[float] = []

    async def rest(pause: float) -> None:
        pauses.append(pause)

    async with rig(folder, api=app) as made, ears_of_nobody(made) as inbox:
        answers.rig = made
        api = AiohttpRequest(made.session, Timeouts(read=2))
        yield made, UpdatePoller(api, f"{made.base}/bot{TOKEN}", inbox, rest=rest), pauses


@asynccontextmanager
async def ears_of_nobody(made: Rig) -> AsyncIterator[Inbox]:
    """An inbox that only keeps."""
    yield Inbox(made.store, build_application(TOKEN, made.base, AiohttpRequest(made.session)), lambda: NOW)


async def until_exhausted(poller: UpdatePoller, answers: Answers) -> None:
    running = asyncio.create_task(poller.run())
    waiting = asyncio.create_task(answers.exhausted.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=5)
    assert waiting.done(), running
    running.cancel()
    await asyncio.wait({running})


async def test_an_offset_confirms_only_what_is_stored(tmp_path: Path) -> None:
    answers = Answers(updates(5, 6), updates(7))
    async with polling(tmp_path, answers) as (made, poller, _):
        await until_exhausted(poller, answers)
        assert [a.get("offset") for a in answers.asked] == [None, 7, 8]
        assert answers.stored == [None, 6, 7]
        assert await made.waiting() == [5, 6, 7]


async def test_a_restart_asks_from_where_the_store_ends(tmp_path: Path) -> None:
    answers = Answers()
    async with polling(tmp_path, answers) as (made, poller, _):
        await made.store.write(lambda tx: tx.receive("telegram", [(41, "{}")], NOW))
        await until_exhausted(poller, answers)
    assert [a["offset"] for a in answers.asked] == [42]


async def test_polling_asks_for_long_and_for_what_the_handlers_take(tmp_path: Path) -> None:
    answers = Answers()
    async with polling(tmp_path, answers) as (_, poller, _):
        await until_exhausted(poller, answers)
    wanted = ["message", "channel_post", "callback_query", "my_chat_member"]
    assert answers.asked[0] == {"timeout": 50, "allowed_updates": wanted}


async def test_an_update_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    answers = Answers(updates(5), updates(5, 6))
    async with polling(tmp_path, answers) as (made, poller, _):
        await until_exhausted(poller, answers)
        assert await made.waiting() == [5, 6]


async def test_the_raw_update_is_kept_with_what_nobody_knows_yet(tmp_path: Path) -> None:
    raw = update(5, message=message("Halo 😀", new_field={"x": [1, None]}))
    answers = Answers((200, {"ok": True, "result": [raw]}))
    async with polling(tmp_path, answers) as (made, poller, _):
        await until_exhausted(poller, answers)
        [(_, body)] = await made.store.read(lambda tx: tx.waiting_updates("telegram", 9))
    assert parse_update(body.encode()) == raw


FAULTS = {
    "server error": ([refusal(500, "Internal Server Error")] * 3, [1.0, 2.0, 4.0], "server_error"),
    "flood": ([refusal(429, "Too Many Requests", retry_after=17)], [17.0], "flood"),
    "conflict": ([refusal(409, "Conflict: terminated by other getUpdates request")], [1.0], "conflict"),
    "rubbish": ([(200, {"ok": True})], [1.0], "strange_answer"),
}


@pytest.mark.parametrize(("bad", "pauses", "code"), FAULTS.values(), ids=FAULTS.keys())
async def test_polling_outlives_faults_with_growing_pauses(
    tmp_path: Path, bad: list[tuple[int, Json]], pauses: list[float], code: str
) -> None:
    answers = Answers(*bad, updates(5))
    async with polling(tmp_path, answers) as (made, poller, rested):
        seen: list[str] = []
        poller._rest = noting(poller, seen, rested)
        await until_exhausted(poller, answers)
        assert await made.waiting() == [5]
    assert rested == pauses
    assert set(seen) == {code}
    assert poller.fault == ""


def noting(poller: UpdatePoller, seen: list[str], rested: list[float]) -> Any:
    async def rest(pause: float) -> None:
        seen.append(poller.fault)
        rested.append(pause)

    return rest


async def test_a_refused_token_ends_polling_and_says_where_to_get_one(tmp_path: Path) -> None:
    answers = Answers(refusal(401, "Unauthorized"))
    async with polling(tmp_path, answers) as (_, poller, rested):
        with capture_logs() as logged:
            await asyncio.wait_for(poller.run(), 5)
    assert (poller.fault, rested) == ("unauthorized", [])
    told = str(logged)
    assert "@BotFather" in told
    assert "canary" not in told


async def test_a_store_that_refuses_confirms_nothing(tmp_path: Path) -> None:
    answers = Answers(updates(5), updates(5))
    async with polling(tmp_path, answers) as (made, poller, rested):
        refuse_once(made, "disk_full")
        await until_exhausted(poller, answers)
        assert await made.waiting() == [5]
    assert [a.get("offset") for a in answers.asked] == [None, None, 6]
    assert rested == [1.0]


def refuse_once(made: Rig, reason: str) -> None:
    """Let the next transaction fail as a full disk does."""
    write = made.store.write

    async def refusing(_: Any) -> Any:
        made.store.write = write  # type: ignore[method-assign]
        raise StoreError(reason, "no room")

    made.store.write = refusing  # type: ignore[method-assign, assignment]


# The inbox ----------------------------------------------------------------------------------------------------------


class FailsOnBudi(Desk):
    """A desk that breaks over one sender, as a fault of ours would."""

    async def handle(self, update_id: int, sender: Sender, incoming: Incoming, **where: Any) -> None:
        if sender.address == "102":
            raise KeyError("rahasia Budi")
        await super().handle(update_id, sender, incoming, **where)


BUDI = {"id": 102, "type": "private", "first_name": "Budi"}
POISON = {
    "not an object": "[1, 2]",
    "not JSON": "{",
    "a message without its parts": '{"update_id": 1, "message": {"text": "rahasia"}}',
    "a message that is a number": '{"update_id": 1, "message": 7}',
}


@pytest.mark.parametrize("body", POISON.values(), ids=POISON.keys())
async def test_a_poisonous_update_is_marked_and_the_next_is_handled(tmp_path: Path, body: str) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await made.store.write(lambda tx: tx.receive("telegram", [(1, body)], NOW))
        with capture_logs() as logged:
            await heard.hear(update(2, message=message("/start daerah")))
        assert await made.waiting() == []
        assert (await made.person(SARI)).status is Status.ACTIVE
    told = str(logged)
    assert "rahasia" not in told


async def test_a_callback_that_breaks_is_logged_without_what_was_written(tmp_path: Path) -> None:
    async with rig(tmp_path, FailsOnBudi) as made, ears(made) as heard:
        with capture_logs() as logged:
            await heard.hear(
                update(1, message=message("rahasia", chat=BUDI)), update(2, message=message("/start daerah"))
            )
        assert await made.waiting() == []
        assert (await made.person(SARI)).status is Status.ACTIVE
    told = str(logged)
    assert "KeyError" in told
    assert "rahasia" not in told


class RefusesOnce(Desk):
    """A desk whose store is full at the first try."""

    refused = False

    async def handle(self, update_id: int, sender: Sender, incoming: Incoming, **where: Any) -> None:
        if not RefusesOnce.refused:
            RefusesOnce.refused = True
            raise StoreError("disk_full", "no room")
        await super().handle(update_id, sender, incoming, **where)


async def test_a_stop_is_not_lost_when_the_store_refuses(tmp_path: Path) -> None:
    RefusesOnce.refused = True
    async with rig(tmp_path, RefusesOnce) as made, ears(made) as heard:
        await heard.hear(update(1, message=message("/start daerah")))
        RefusesOnce.refused = False
        await heard.hear(update(2, message=message("/stop")))
        assert await made.waiting() == [2]
        await heard.hear()
        assert (await made.person(SARI)).status is Status.STOPPED
        assert await made.waiting() == []


async def test_what_an_earlier_life_left_is_handled_first(tmp_path: Path) -> None:
    handled: list[int] = []

    class Notes(Desk):
        async def handle(self, update_id: int, sender: Sender, incoming: Incoming, **where: Any) -> None:
            handled.append(update_id)
            await super().handle(update_id, sender, incoming, **where)

    async with rig(tmp_path, Notes) as made, ears(made) as heard:
        inbox = Inbox(made.store, heard.application, lambda: NOW)
        await inbox.keep([update(i, message=message("menu")) for i in (3, 4)])
        await heard.hear(update(5, message=message("menu")))
    assert handled == [3, 4, 5]


async def test_more_updates_than_a_page_are_all_handled(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        await heard.hear(*[update(i, edited_message=message("x")) for i in range(1, 131)])
        assert await made.waiting() == []


def test_a_fault_is_described_by_its_kind_and_place() -> None:
    try:
        int("rahasia")
    except ValueError as error:
        told = describe(error)
    assert told.startswith("ValueError at test_telegram_receive.py:")
    assert "rahasia" not in told


# Webhook ------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def webhook(folder: Path) -> AsyncIterator[tuple[Rig, str, ClientSession]]:
    """The webhook behind a real server; its address."""
    async with rig(folder) as made, ears_of_nobody(made) as inbox:
        app = web.Application(client_max_size=64)  # the server's own limit must not stand in the way
        app.router.add_post("/telegram", Webhook(SECRET, inbox).handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield made, f"http://127.0.0.1:{runner.addresses[0][1]}/telegram", made.session
        await runner.cleanup()


GOOD = {SECRET_HEADER: SECRET}
REQUESTS: dict[str, tuple[dict[str, str], bytes, int]] = {
    "no secret": ({}, b'{"update_id": 5}', 401),
    "an empty secret": ({SECRET_HEADER: ""}, b'{"update_id": 5}', 401),
    "another secret": ({SECRET_HEADER: webhook_secret("other")}, b'{"update_id": 5}', 401),
    "the token itself": ({SECRET_HEADER: TOKEN}, b'{"update_id": 5}', 401),
    "a secret of other letters": ({SECRET_HEADER: "rahasia…"}, b'{"update_id": 5}', 401),
    "not JSON": (GOOD, b"update_id=5", 400),
    "not an object": (GOOD, b"[5]", 400),
    "no id": (GOOD, b'{"message": {}}', 400),
    "an id that is a word": (GOOD, b'{"update_id": "5"}', 400),
    "an id that is a truth": (GOOD, b'{"update_id": true}', 400),
    "not UTF-8": (GOOD, b'{"update_id": 5, "x": "\xff"}', 400),
    "too large": (GOOD, b'{"update_id": 5, "x": "' + b"x" * LARGEST + b'"}', 413),
}


@pytest.mark.parametrize(("headers", "body", "status"), REQUESTS.values(), ids=REQUESTS.keys())
async def test_what_is_not_telegrams_call_is_refused_and_not_stored(
    tmp_path: Path, headers: dict[str, str], body: bytes, status: int
) -> None:
    async with webhook(tmp_path) as (made, url, session):
        async with session.post(url, data=BytesIO(body), headers=headers) as answer:
            assert answer.status == status
        assert await made.last_update() is None


async def test_an_endless_body_is_cut_off(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 65536 + 2):
            yield b" " * 65536

    async with webhook(tmp_path) as (_, url, session), session.post(url, data=endless(), headers=GOOD) as answer:
        assert answer.status == 413


async def test_an_update_is_stored_when_200_is_answered(tmp_path: Path) -> None:
    async with webhook(tmp_path) as (made, url, session):
        for update_id in (5, 5, 6):
            async with session.post(url, json=update(update_id, message=message("Halo")), headers=GOOD) as answer:
                assert answer.status == 200
        assert await made.waiting() == [5, 6]


async def test_a_store_that_refuses_makes_telegram_come_again(tmp_path: Path) -> None:
    async with webhook(tmp_path) as (made, url, session):
        refuse_once(made, "disk_full")
        async with session.post(url, json=update(5), headers=GOOD) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (500, RETRY_AFTER["Retry-After"])
        async with session.post(url, json=update(5), headers=GOOD) as answer:
            assert answer.status == 200


def test_the_secret_is_of_telegrams_letters_and_tells_nothing_of_the_token() -> None:
    assert webhook_secret(TOKEN) == webhook_secret(TOKEN)
    assert webhook_secret(TOKEN) != webhook_secret(TOKEN + "x")
    assert 1 <= len(SECRET) <= 256
    assert set(SECRET) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
