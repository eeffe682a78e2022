"""The page's JSON: what it takes, what it refuses, and events that survive a break."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.simulator.demo import Demo
from bot.simulator.phones import RESIDENTS
from bot.simulator.phones.stream import BEHIND, KEEP, Stream
from bot.simulator.telegram import Limits
from tests.support.standin import StandIn

SRI = RESIDENTS[0].user_id
Json = dict[str, Any]


class Page:
    """What the page's scripts do, without a browser."""

    def __init__(self, demo: Demo, session: aiohttp.ClientSession) -> None:
        self.demo = demo
        self.url = demo.simulator.base_url
        self._session = session

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Json]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", "Origin": self.url, **headers}
        async with self._session.post(self.url + path, data=content, headers=sent) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, **headers: str) -> tuple[int, aiohttp.ClientResponse, bytes]:
        async with self._session.get(self.url + path, headers=headers) as answer:
            return answer.status, answer, await answer.read()

    async def state(self) -> Json:
        return dict(json.loads((await self.get("/phones/state"))[2]))

    async def events(self, last_id: str = "") -> AsyncIterator[tuple[str, str, Any]]:
        """Each event as (id, kind, data)."""
        headers = {"Last-Event-ID": last_id} if last_id else {}
        async with self._session.get(self.url + "/phones/events", headers=headers) as answer:
            assert answer.content_type == "text/event-stream"
            buffer = b""
            async for chunk in answer.content.iter_any():
                buffer += chunk
                *whole, buffer = buffer.split(b"\n\n")
                for event in whole:
                    if not event.startswith(b":"):
                        fields = dict(line.split(": ", 1) for line in event.decode().splitlines())
                        yield fields["id"], fields["event"], json.loads(fields["data"])


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    demo = Demo(tell=lambda _: None, limits=Limits.off())
    await demo.start()
    async with StandIn(demo), aiohttp.ClientSession() as session:
        yield Page(demo, session)
    await demo.stop()


async def first(events: AsyncIterator[tuple[str, str, Any]], kind: str) -> tuple[str, Any]:
    async with asyncio.timeout(30):
        async for number, name, data in events:
            if name == kind:
                return number, data
    raise AssertionError(f"no event {kind}")


# Files and headers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["main.js", "phone.js", "desk.js", "message.js", "page.css", "phone.css", "icon.svg"])
async def test_the_pages_files_are_served_with_a_strict_policy(page: Page, name: str) -> None:
    status, answer, content = await page.get(f"/phones/page/{name}")
    assert status == 200
    assert content
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["..%2fapi.py", "api.py", "index.html.bak", ""])
async def test_no_other_file_is_served(page: Page, name: str) -> None:
    assert (await page.get(f"/phones/page/{name}"))[0] == 404


async def test_no_file_of_the_page_names_another_server(page: Page) -> None:
    for name in (
        "main.js",
        "phone.js",
        "desk.js",
        "message.js",
        "dom.js",
        "talk.js",
        "words.js",
        "page.css",
        "phone.css",
    ):
        content = (await page.get(f"/phones/page/{name}"))[2].decode()
        assert "innerHTML" not in content
        addresses = [word for word in content.split('"') if word.startswith("http")]
        assert addresses in ([], ["http://www.w3.org/2000/svg"])


# Who may drive ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status", "word"),
    [
        ({"Origin": "http://evil.example"}, 403, "origin"),
        ({"Origin": "null"}, 403, "origin"),
        ({"Origin": ""}, 403, "origin"),
        ({"Origin": "https://127.0.0.1"}, 403, "origin"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "origin"),
        ({"Sec-Fetch-Site": "same-site"}, 403, "origin"),
        ({"Content-Type": "text/plain"}, 415, "content_type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "content_type"),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 403, "host"),
        ({"Host": "127.0.0.1.evil.example", "Origin": "http://127.0.0.1.evil.example"}, 403, "host"),
        ({"Host": "", "Origin": "http://"}, 403, "host"),
    ],
)
async def test_a_foreign_page_cannot_drive_the_phones(page: Page, headers: Json, status: int, word: str) -> None:
    assert await page.post(f"/phones/{SRI}/say", {"text": "/stop"}, **headers) == (status, {"error": word})
    assert page.demo.telegram.shown(SRI) == []


async def test_a_rebound_name_cannot_even_read(page: Page) -> None:
    assert (await page.get("/phones/state", Host="evil.example"))[0] == 403
    assert (await page.get("/phones/events", Host="evil.example"))[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "[::1]:99", "192.168.1.20"])
async def test_addresses_and_localhost_are_ours(page: Page, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert await page.post(f"/phones/{SRI}/say", {"text": "halo"}, **headers) == (200, {"ok": True})


# What a person at the page does -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("/phones/1/say", {"text": "halo"}, "phone"),
        ("/phones/x/say", {"text": "halo"}, "phone"),
        (f"/phones/{SRI}/say", {"text": "  "}, "text"),
        (f"/phones/{SRI}/say", {"text": 5}, "text"),
        (f"/phones/{SRI}/say", {"text": "x" * 4097}, "text"),
        (f"/phones/{SRI}/say", [], "json"),
        (f"/phones/{SRI}/say", b"{", "json"),
        (f"/phones/{SRI}/say", b"\xff", "json"),
        (f"/phones/{SRI}/say", b"[" * 5000, "json"),
        (f"/phones/{SRI}/say", b" " * 70_000, "too_large"),
        (f"/phones/{SRI}/press", {"message_id": "1", "data": "x"}, "message_id"),
        (f"/phones/{SRI}/press", {"message_id": True, "data": "x"}, "message_id"),
        (f"/phones/{SRI}/press", {"message_id": 1}, "data"),
        ("/newsroom/publish", {"title": "", "text": "a", "categories": ["daerah"]}, "title"),
        ("/newsroom/publish", {"title": "a", "text": "a", "categories": []}, "categories"),
        ("/newsroom/publish", {"title": "a", "text": "a", "categories": ["olahraga"]}, "categories"),
        ("/newsroom/publish", {"title": "a", "text": "a", "categories": [["daerah"]]}, "categories"),
        ("/newsroom/publish", {"title": "a", "text": None, "categories": ["daerah"]}, "text"),
        ("/newsroom/edit", {"id": 10**9, "title": "a"}, "id"),
        ("/newsroom/withdraw", {}, "id"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_word(page: Page, path: str, body: Any, word: str) -> None:
    assert await page.post(path, body) == (400, {"error": word})


async def test_who_has_blocked_the_bot_cannot_write_to_it(page: Page) -> None:
    page.demo.telegram.block(SRI)
    assert await page.post(f"/phones/{SRI}/say", {"text": "halo"}) == (409, {"error": "not_possible"})


async def test_a_person_subscribes_and_gets_what_they_publish(page: Page) -> None:
    events = page.events()
    _, state = await first(events, "state")
    assert [phone["name"] for phone in state["phones"]] == ["Bu Sri", "Pak Budi", "Redaksi"]
    await page.post(f"/phones/{SRI}/say", {"text": "/start"})
    await until(page, lambda phone: phone["messages"] and phone["messages"][-1]["rows"])
    keyboard = (await page.state())["phones"][0]["messages"][-1]["id"]
    for data in ("kesehatan", "done"):
        await page.post(f"/phones/{SRI}/press", {"message_id": keyboard, "data": data})
    await until(page, lambda phone: phone["topics"] == ["kesehatan"])
    story = {"title": "Posyandu <b>Baru</b> & Buka", "text": "Satu.\n\nDua.", "categories": ["kesehatan"]}
    assert await page.post("/newsroom/publish", story) == (200, {"ok": True})
    phone = await until(page, lambda phone: phone["messages"][-1]["seconds"] is not None)
    message = phone["messages"][-1]
    assert message["text"] == story["title"]
    assert message["card"]["title"] == story["title"]
    assert message["rows"][0][0]["url"].startswith(page.url)
    newest = (await page.state())["stories"][0]
    assert newest["phones"][str(SRI)]["state"] == "arrived"
    assert newest["phones"][str(RESIDENTS[1].user_id)]["state"] == "new"


async def test_the_newsroom_edits_and_withdraws(page: Page) -> None:
    await page.post("/newsroom/publish", {"title": "Satu", "text": "", "categories": ["daerah"]})
    number = (await page.state())["stories"][0]["id"]
    assert (await page.post("/newsroom/edit", {"id": number, "title": "Dua"}))[0] == 200
    assert (await page.post("/newsroom/withdraw", {"id": number}))[0] == 200
    line = (await page.state())["stories"][0]
    assert (line["title"], line["retitled"], line["withdrawn"]) == ("Dua", True, True)
    assert await page.post("/newsroom/edit", {"id": number, "title": "Tiga"}) == (400, {"error": "withdrawn"})


async def until(page: Page, true: Any, owner: int = 0) -> Json:
    """The phone, once this holds of it."""
    async with asyncio.timeout(30):
        async for _ in page.events():
            if true(phone := (await page.state())["phones"][owner]):
                return dict(phone)
    raise AssertionError("the events ended")


# Events -------------------------------------------------------------------------------------------------------------


async def test_a_page_that_comes_back_gets_only_what_it_missed(page: Page) -> None:
    seen, _ = await first(page.events(), "state")
    await page.post("/newsroom/publish", {"title": "Sementara itu", "text": "", "categories": ["daerah"]})
    _, line = await first(page.events(seen), "story")
    assert line["title"] == "Sementara itu"
    kinds = [kind async for _, kind, _ in take(page.events(seen), 1)]
    assert "state" not in kinds


@pytest.mark.parametrize("last_id", ["", "nonsense", "00000000-3", "x-y"])
async def test_a_page_of_another_time_begins_anew(page: Page, last_id: str) -> None:
    kinds = [kind async for _, kind, _ in take(page.events(last_id), 1)]
    assert kinds == ["state"]


async def take(events: AsyncIterator[Any], count: int) -> AsyncIterator[Any]:
    async for event in events:
        yield event
        count -= 1
        if not count:
            return


async def test_an_event_too_old_to_be_kept_means_beginning_anew() -> None:
    stream = Stream()
    first_id = stream.whole({}).split(b"\n")[1].removeprefix(b"id: ").decode()
    stream.publish("story", 1)
    assert stream.missed(first_id) == [stream.missed(first_id)[0]]  # type: ignore[index]
    for number in range(KEEP):
        stream.publish("story", number)
    assert stream.missed(first_id) is None


async def test_a_page_that_does_not_read_is_cut_off() -> None:
    stream = Stream()
    events = stream.listen([])
    stream.publish("story", "before anybody listens")
    reading = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    for number in range(BEHIND + 10):
        stream.publish("story", number)
    got = [await reading, *[event async for event in events]]
    assert len(got) <= BEHIND + 1
    assert stream.pages == 0


async def test_a_quiet_stream_still_beats() -> None:
    stream = Stream(heartbeat=0.01)
    events = stream.listen([])
    assert await anext(events) == b": still here\n\n"
    await events.aclose()
    assert stream.pages == 0


async def test_an_open_page_does_not_hold_up_the_end() -> None:
    demo = Demo(tell=lambda _: None)
    await demo.start()
    async with aiohttp.ClientSession() as session:
        events = Page(demo, session).events()
        await first(events, "state")
        began = asyncio.get_running_loop().time()
        await demo.stop()
        assert asyncio.get_running_loop().time() - began < 2
        assert [event async for event in events] == []
