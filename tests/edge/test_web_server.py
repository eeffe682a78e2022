"""What the web server takes: bodies as they are, for they are signed so, and nothing that would have to be unpacked."""

import gzip

import aiohttp
import pytest
from aiohttp import web

from bot.web.server import WebServer

BODY = b"kabar " * 10

POSTS = {
    "as it is": ({}, BODY, 200),
    "called as it is": ({"Content-Encoding": "Identity"}, BODY, 200),
    "packed": ({"Content-Encoding": "gzip"}, gzip.compress(BODY), 415),
    "called packed": ({"Content-Encoding": "deflate"}, BODY, 415),
    "in a way that nobody knows": ({"Content-Encoding": "x-mesiu"}, BODY, 415),
}


@pytest.mark.parametrize(("headers", "body", "status"), POSTS.values(), ids=POSTS)
async def test_a_body_is_taken_as_it_is_and_never_unpacked(headers: dict[str, str], body: bytes, status: int) -> None:
    taken: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(await request.read())
        return web.Response()

    server = WebServer(("127.0.0.1", 0), [web.post("/", take)])
    await server.start()
    try:
        url = f"http://127.0.0.1:{server.address[1]}/"
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            assert answer.status == status
    finally:
        await server.stop()
    assert taken == ([BODY] if status == 200 else [])
