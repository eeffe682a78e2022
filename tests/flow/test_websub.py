"""A hub tells us of a story the moment it is published; nobody else can."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from bot.errors import FetchError
from bot.fetch import Fetcher
from bot.flow.websub import WebSub, signed
from bot.ports import Hub
from bot.simulator.clock import HandClock, SystemClock
from bot.web.server import WebServer
from bot.web.websub import LARGEST, websub_routes
from tests.simulator.wire import until
from tests.support.feed_desk import FeedDesk, feed_desk

TITLE = "Lomba layang-layang di Trawas"


@dataclass
class Push:
    """A desk that a hub may reach."""

    desk: FeedDesk
    websub: WebSub
    woken: list[bool]

    async def known(self) -> Hub | None:
        """How we stand with the hub."""
        feed = await self.desk.feed()
        later = self.desk.clock.now() + timedelta(days=400)
        return next((hub for hub in await self.hubs(later) if hub.feed_id == feed.id), None)

    async def hubs(self, when: datetime) -> list[Hub]:
        return await self.desk.store.read(lambda tx: tx.due_hubs("", when))

    async def subscribe(self) -> Hub:
        """Poll, ask the hub, and wait until it has asked back."""
        await self.desk.poll()
        await self.websub.look()
        await self.desk.hub.quiet()
        known = await self.known()
        assert known is not None
        return known

    async def handled(self) -> None:
        """Wait until the hub has delivered and all deliveries are written."""
        await self.desk.hub.quiet()
        await asyncio.wait_for(self.websub._delivered.join(), 30)


@asynccontextmanager
async def pushing(folder: Path, clock: HandClock | None = None) -> AsyncIterator[Push]:
    async with feed_desk(folder, clock=clock) as desk:
        woken: list[bool] = []
        websub = WebSub(
            desk.store, desk.fetcher.post, desk.sandbox, desk.poller.recorder, "", desk.clock.now,
            lambda: woken.append(True),
        )  # fmt: skip
        server = WebServer(("127.0.0.1", 0), websub_routes(websub))
        await server.start()
        websub._base = "http://{}:{}/websub/".format(*server.address)  # known only now: the system chose the port
        websub.start()
        desk.poller.hub_named = websub.named
        desk.hub.start()
        try:
            desk.publish(*desk.numbered(1, 3), apart=1)
            yield Push(desk, websub, woken)
        finally:
            await desk.hub.quiet()
            await websub.stop()
            await server.stop()


@pytest.fixture
async def push(tmp_path: Path) -> AsyncIterator[Push]:
    async with pushing(tmp_path) as push:
        yield push


# The point of it ------------------------------------------------------------------------------------------------------


class RealClock(HandClock, SystemClock):
    """The machine's clock, in the place of one that is turned by hand."""

    def turn(self, seconds: float) -> None:
        """Time passes by itself."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 — this test measures


async def test_a_story_is_out_within_two_seconds_of_its_publication(tmp_path: Path) -> None:
    async with pushing(tmp_path, RealClock()) as push:
        await push.subscribe()
        took = []
        for title in ("Pasar malam dibuka", TITLE, "Jembatan gantung selesai"):
            began = asyncio.get_running_loop().time()
            push.desk.portal.publish(title, "<p>Isi.</p>", ["daerah"])
            await until(lambda title=title: title in push.desk.told())  # type: ignore[misc]
            took.append(asyncio.get_running_loop().time() - began)
        assert max(took) < 2
        assert push.woken
        assert len([hit for hit in push.desk.portal.hits if "Kentongan" in hit.headers["user-agent"]]) == 1  # one poll


async def test_what_was_pushed_is_no_news_to_the_next_poll(push: Push) -> None:
    await push.subscribe()
    push.desk.publish(TITLE)
    await push.handled()
    assert (await push.desk.poll()).new == 0
    assert push.desk.told() == [TITLE]
    assert await push.desk.wait() == 900  # the net may be wider now


async def test_a_hub_that_misses_a_story_is_relied_on_no_more(push: Push) -> None:
    await push.subscribe()
    push.desk.publish(TITLE)
    await push.handled()
    await push.desk.poll()
    push.desk.hub.subscriptions.clear()
    push.desk.publish("Jembatan gantung selesai")
    assert (await push.desk.poll()).told == 1
    await push.desk.poll()
    assert await push.desk.wait() == 300


async def test_more_than_a_delivery_holds_is_looked_for_at_once(push: Push) -> None:
    await push.subscribe()
    (subscription,) = push.desk.hub.subscriptions.values()
    push.desk.hub.subscriptions.clear()
    titles = push.desk.numbered(101, 160)
    push.desk.publish(*titles, apart=2)
    body = (await push.desk.fetcher(f"{push.desk.url}/feed/")).body
    await push.desk.hub.send(subscription, body)
    await push.handled()
    assert push.desk.told() == titles[-10:]
    now = push.desk.clock.now()
    assert len(await push.desk.store.read(lambda tx: tx.due_feeds(now))) == 1
    await push.desk.poll()
    assert sorted(push.desk.told()) == sorted(titles)


async def test_a_mere_note_makes_us_look(push: Push) -> None:
    push.desk.hub.thin = True
    await push.subscribe()
    push.desk.publish(TITLE, apart=1)
    await push.handled()
    assert push.desk.hub.delivered == [202]
    assert (await push.desk.feed()).next_check is None
    assert (await push.desk.poll()).told == 1


# Subscribing ----------------------------------------------------------------------------------------------------------


async def test_a_hub_is_asked_for_the_topic_with_an_address_that_nobody_guesses(push: Push) -> None:
    hub = await push.subscribe()
    (form,) = push.desk.hub.asked
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", f"{push.desk.url}/feed/")
    assert form["hub.callback"].endswith(f"/websub/{hub.token}")
    assert len(hub.token) >= 32
    assert form["hub.secret"] == hub.secret != hub.token
    assert hub.token not in repr(hub)
    assert push.desk.hub.confirmed == [(200, True)]
    assert hub.lease_until == push.desk.clock.now() + timedelta(days=10)
    await push.websub.look()
    assert len(push.desk.hub.asked) == 1


async def test_a_hub_may_ask_back_before_it_answers(push: Push) -> None:
    push.desk.hub.asks_back_first = True
    assert (await push.subscribe()).lease_until is not None


async def test_a_lease_is_renewed_before_it_ends(push: Push) -> None:
    push.desk.hub.lease = 3600
    first = await push.subscribe()
    push.desk.clock.turn(2870)
    await push.websub.look()
    assert len(push.desk.hub.asked) == 1
    push.desk.clock.turn(10)
    await push.websub.look()
    await push.desk.hub.quiet()
    assert len(push.desk.hub.asked) == 2
    second = await push.known()
    assert second is not None
    assert (second.token, second.lease_until) == (first.token, push.desk.clock.now() + timedelta(hours=1))


async def test_only_what_was_asked_is_confirmed(push: Push) -> None:
    hub = await push.subscribe()
    callback, topic = hub.callback, hub.topic
    for mode, of, to in (
        ("subscribe", "https://other.example/feed/", callback),
        ("unsubscribe", topic, callback),
        ("publish", topic, callback),
        ("subscribe", topic, callback[:-1] + ("a" if callback[-1] != "a" else "b")),
    ):
        assert await push.desk.hub.ask(to, mode, of) == (404, False)
    push.desk.clock.turn(2 * 86_400)  # we have asked for nothing since
    assert await push.desk.hub.ask(callback, "subscribe", topic) == (404, False)


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_a_hub_that_refuses_is_asked_again_later_and_later(push: Push, status: int) -> None:
    push.desk.hub.answers = status
    await push.subscribe()
    for hours, asked in ((0.9, 1), (0.2, 2), (1.0, 2), (1.1, 3), (30, 4), (24, 5)):
        push.desk.clock.turn(hours * 3600)
        await push.websub.look()
        assert len(push.desk.hub.asked) == asked
    push.desk.publish(TITLE)
    assert (await push.desk.poll()).told == 1


async def test_a_denial_is_heard(push: Push) -> None:
    hub = await push.subscribe()
    query = {"hub.mode": "denied", "hub.topic": hub.topic, "hub.reason": "tidak"}
    assert await push.websub.confirm(hub.token, query) == ""
    known = await push.known()
    assert known is not None
    assert (known.asked_at, known.refusals) == (None, 1)


async def test_a_new_public_address_is_told_at_once(push: Push) -> None:
    await push.subscribe()
    assert (
        await push.desk.store.read(lambda tx: tx.due_hubs("https://baru.example/websub/", push.desk.clock.now())) != []
    )
    assert await push.desk.store.read(lambda tx: tx.due_hubs(push.websub._base, push.desk.clock.now())) == []


async def test_a_hub_at_a_forbidden_address_is_not_asked(push: Push) -> None:
    async with aiohttp.ClientSession() as session:
        push.websub._post = Fetcher(session).post
        await push.subscribe()
        assert push.desk.hub.asked == []
        known = await push.known()
        assert known is not None
        assert known.refusals == 1
        with pytest.raises(FetchError, match="loopback"):
            await Fetcher(session).post(push.desk.portal.hub, {})


# Deliveries -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_signature_of_the_recommendation_is_understood(push: Push, method: str) -> None:
    push.desk.hub.method = method
    await push.subscribe()
    push.desk.publish(TITLE)
    await push.handled()
    assert push.desk.told() == [TITLE]


async def test_a_wrong_signature_is_acknowledged_and_ignored(push: Push) -> None:
    await push.subscribe()
    push.desk.hub.forges = True
    push.desk.publish(TITLE)
    await push.handled()
    assert push.desk.hub.delivered == [202]
    assert push.desk.told() == []


SIGNATURES = {
    "none": None,
    "empty": "",
    "no method": hmac.new(b"s", b"x", hashlib.sha256).hexdigest(),
    "a method that is none": "md5=" + hmac.new(b"s", b"x", hashlib.md5).hexdigest(),
    "another body's": "sha256=" + hmac.new(b"s", b"y", hashlib.sha256).hexdigest(),
    "cut off": "sha256=" + hmac.new(b"s", b"x", hashlib.sha256).hexdigest()[:-1],
    "no text": "sha256=ä\udcff",
    "only a method": "sha1=",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_what_is_no_signature(signature: str | None) -> None:
    assert not signed(b"x", signature, "s")
    assert signed(b"x", "SHA256=" + hmac.new(b"s", b"x", hashlib.sha256).hexdigest().upper(), "s")


async def test_what_is_too_large_or_goes_to_nobody_is_refused(push: Push) -> None:
    hub = await push.subscribe()
    async with aiohttp.ClientSession() as session:
        async with session.post(hub.callback, data=BytesIO(b"x" * (LARGEST + 1))) as answer:
            assert answer.status == 413
        async with session.post(hub.callback[:-1] + "~", data=b"x") as answer:
            assert answer.status == 404
        async with session.post(hub.callback[:-4] + "AAAA", data=b"x") as answer:
            assert answer.status == 404


async def test_more_than_can_be_taken_is_sent_again_by_the_hub(push: Push) -> None:
    hub = await push.subscribe()
    await push.websub.stop()
    signature = "sha1=" + hmac.new(hub.secret.encode(), b"<rss/>", hashlib.sha1).hexdigest()
    async with aiohttp.ClientSession() as session:
        statuses = []
        for _ in range(17):
            async with session.post(hub.callback, data=b"<rss/>", headers={"X-Hub-Signature": signature}) as answer:
                statuses.append(answer.status)
    assert statuses == [202] * 16 + [503]


async def test_a_hostile_delivery_hurts_nothing(push: Push) -> None:
    await push.subscribe()
    (subscription,) = push.desk.hub.subscriptions.values()
    assert await push.desk.hub.send(subscription, b"<" * 1_000_000) == 202
    await push.handled()
    push.desk.publish(TITLE)
    await push.handled()
    assert push.desk.told() == [TITLE]
