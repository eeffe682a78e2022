"""Webhooks over real HTTP: proven, stored before they are answered, worked on afterwards, each thing in them once."""

import asyncio
import hashlib
import hmac
import io
import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.whatsapp.receive import LARGEST, POSTS
from bot.channels.whatsapp.send import NAME
from bot.chat.turn import Status
from bot.errors import StoreError
from bot.ports import Tx
from tests.support.at_whatsapp import NUMBER_ID, PERSON, SECRET, VERIFY, AtWhatsApp, at_whatsapp
from tests.support.town import NOW

STAMP = str(int(NOW.timestamp()))
Json = dict[str, Any]


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[AtWhatsApp]:
    async with at_whatsapp(tmp_path) as made:
        yield made


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def said(text: str, message_id: str, phone: str = PERSON) -> Json:
    return {"id": message_id, "from": phone, "timestamp": STAMP, "type": "text", "text": {"body": text}}


def post(*messages: Json, number: str = NUMBER_ID, **more: Any) -> bytes:
    value = {"metadata": {"phone_number_id": number}, "messages": list(messages), **more}
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


async def send(person: AtWhatsApp, body: bytes, signature: str | None = None) -> int:
    headers = {"X-Hub-Signature-256": sign(body) if signature is None else signature}
    async with aiohttp.ClientSession() as session, session.post(person.hook, data=body, headers=headers) as answer:
        return answer.status


async def kept(person: AtWhatsApp) -> int:
    """How many posts are kept."""
    return await person.store.read(lambda tx: tx.last_update(POSTS) or 0)


async def answers(person: AtWhatsApp, phone: str = PERSON) -> int:
    """How many answers have left for this phone (the simulator lets nothing through to whoever never wrote there)."""
    await person.rested()
    return len(person.whatsapp.ledger(phone))


CHALLENGES = {
    "right": ({"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}, 200, "1158201444"),
    "another token": ({"hub.mode": "subscribe", "hub.verify_token": "x", "hub.challenge": "1"}, 401, "wrong token"),
    "another mode": ({"hub.mode": "look", "hub.verify_token": VERIFY, "hub.challenge": "1"}, 401, "wrong token"),
    "nothing": ({}, 401, "wrong token"),
    "a strange letter": ({"hub.mode": "subscribe", "hub.verify_token": "é", "hub.challenge": "1"}, 401, "wrong token"),
}


@pytest.mark.parametrize(("query", "status", "text"), CHALLENGES.values(), ids=CHALLENGES)
async def test_the_challenge_is_answered_to_whoever_knows_the_word(
    person: AtWhatsApp, query: dict[str, str], status: int, text: str
) -> None:
    async with aiohttp.ClientSession() as session, session.get(person.hook, params=query) as answer:
        assert (answer.status, await answer.text()) == (status, text)


SIGNATURES = {
    "none": "",
    "another secret": "another",
    "no scheme": "bare",
    "another scheme": "sha1=" + "0" * 64,
    "half of it": "half",
    "capitals": "capitals",
}


@pytest.mark.parametrize("how", SIGNATURES.values(), ids=SIGNATURES)
async def test_a_post_without_the_right_signature_is_not_even_kept(person: AtWhatsApp, how: str) -> None:
    body = post(said("halo", "wamid.1"))
    made = {"another": sign(body, "x"), "bare": sign(body)[7:], "half": sign(body)[:40], "capitals": sign(body).upper()}
    assert await send(person, body, made.get(how, how)) == 401
    assert await send(person, body + b" ", sign(body)) == 401
    assert await kept(person) == 0


async def test_what_is_too_large_is_not_read(person: AtWhatsApp) -> None:
    async with aiohttp.ClientSession() as session:
        with suppress(aiohttp.ClientConnectionError):  # we hang up on what is still being sent
            async with session.post(person.hook, data=io.BytesIO(b"x" * (LARGEST + 1))) as answer:
                assert answer.status == 413
    assert await kept(person) == 0


async def test_a_post_is_stored_before_it_is_answered(person: AtWhatsApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise StoreError("busy", "somebody else writes")

    body = post(said("halo", "wamid.1"))
    with monkeypatch.context() as broken:
        broken.setattr(person.store, "write", refuse)
        assert await send(person, body) == 500
    assert await kept(person) == 0
    assert await send(person, body) == 200
    assert await answers(person) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"entry":7}', b'"x"'])
async def test_what_is_proven_is_kept_whatever_it_is(person: AtWhatsApp, body: bytes) -> None:
    assert await send(person, body) == 200
    assert await send(person, post(said("halo", "wamid.1"))) == 200
    assert await kept(person) == 2
    assert await answers(person) == 1, "something poisonous blocked the way"


async def test_every_message_of_a_batch_is_answered_once_however_often_it_comes(person: AtWhatsApp) -> None:
    others = [f"62813{n:04d}" for n in range(5)]
    for phone in others:
        person.whatsapp.add_person(phone, "Warga")
        person.whatsapp.say(phone, "pagi")
    await person.rested()
    batch = post(*(said("menu", f"wamid.{n}", phone) for n, phone in enumerate(others)))
    assert [await send(person, batch) for _ in range(3)] == [200] * 3
    assert await send(person, post(said("menu", "wamid.4", others[4]), said("bantuan", "wamid.9", others[4]))) == 200
    assert [await answers(person, phone) for phone in others] == [2, 2, 2, 2, 3]


async def test_messages_to_another_number_of_the_app_are_not_ours(person: AtWhatsApp) -> None:
    assert await send(person, post(said("halo", "wamid.1"), number="999")) == 200
    await person.rested()
    assert await answers(person) == 0


async def test_what_nobody_foresaw_is_kept_and_nothing_follows(person: AtWhatsApp) -> None:
    strange = post({"id": "wamid.1", "from": PERSON, "timestamp": STAMP, "type": "hologram", "hologram": {"x": 1}})
    assert await send(person, strange) == 200
    await person.rested()
    assert await answers(person) == 0
    stored = await person.store.read(_bodies)
    assert any("hologram" in body for body in stored)


def _bodies(tx: Tx) -> list[str]:
    return [row[0] for row in tx.conn.execute("SELECT body FROM inbox")]  # type: ignore[attr-defined]


async def test_a_post_that_was_stored_before_a_crash_is_answered_after_it(tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path) as person:
        await person.parts.stop()  # nobody works on what comes in from here on
        person.parts._tasks = []
        assert await send(person, post(said("BERHENTI", "wamid.1"))) == 200
        await person.store.read(lambda tx: tx.waiting_updates(POSTS, 9))
        person.parts._inbox._finishing = False
        person.parts.start()
        await person.rested()
        assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status is Status.STOPPED


async def test_a_message_in_the_wrong_order_never_closes_a_window(person: AtWhatsApp) -> None:
    late = said("halo", "wamid.2") | {"timestamp": str(int((NOW - timedelta(hours=20)).timestamp()))}
    await person.say("halo")
    assert await send(person, post(late)) == 200
    await person.rested()
    assert await window(person) == NOW + timedelta(hours=24)


async def window(person: AtWhatsApp) -> datetime:
    def until(tx: Tx) -> int:
        (found,) = tx.conn.execute("SELECT window_until FROM subscriber").fetchone()  # type: ignore[attr-defined]
        return int(found)

    return datetime.fromtimestamp(await person.store.read(until) / 1000, UTC)


async def test_posts_are_answered_within_fifty_milliseconds(person: AtWhatsApp) -> None:
    """Twenty statuses a post, ten posts under way at once, while the program works on them."""
    took: list[float] = []
    seconds = int(NOW.timestamp())

    async def bring(session: aiohttp.ClientSession, n: int) -> None:
        statuses = [
            {"id": f"wamid.{n}.{k}", "status": "delivered", "timestamp": str(seconds), "recipient_id": PERSON,
             "biz_opaque_callback_data": f"d:{n}:{k}:1"} for k in range(20)
        ]  # fmt: skip
        body = post(statuses=statuses)
        began = time.perf_counter()
        async with session.post(person.hook, data=body, headers={"X-Hub-Signature-256": sign(body)}) as answer:
            assert answer.status == 200
        took.append(time.perf_counter() - began)

    async with aiohttp.ClientSession() as session:
        for start in range(0, 200, 10):
            await asyncio.gather(*(bring(session, n) for n in range(start, start + 10)))
    await person.rested()
    assert statistics.quantiles(took, n=20)[-1] < 0.25, "far more than the 0.05 s that an idle machine keeps"
    assert await kept(person) == 200
