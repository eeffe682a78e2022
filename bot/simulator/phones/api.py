"""The page's files and its JSON: state, events, and the few things that a person at the page can do."""

import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from functools import cache
from importlib.resources import files
from typing import Any

from aiohttp import web

from bot.simulator.phones.guard import HEADERS, refusal
from bot.simulator.phones.phones import Phones
from bot.simulator.stories import CATEGORIES, plain_body
from bot.simulator.telegram import NotPossible
from bot.simulator.whatsapp import NotPossible as NotPossibleThere

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Act = Callable[[Phones, web.Request, Json], None]

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
BODY_LIMIT = 64 * 1024
SLUGS = {category.slug for category in CATEGORIES}


class BadRequest(Exception):  # noqa: N818 — named as HTTP names it
    """The page sent something that makes no sense; `word` says what."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(word)


def routes(phones: Phones) -> list[web.RouteDef]:
    """Everything that the page needs, at `/`, `/phones/…` and `/newsroom/…`."""
    return [
        web.get("/", _reads(lambda _: _file("index.html"))),
        web.get("/phones/page/{name}", _reads(lambda request: _file(request.match_info["name"]))),
        web.get("/phones/state", _reads(lambda _: _answer(phones.state()))),
        web.get("/phones/events", _events(phones)),
        web.post("/phones/{user_id}/say", _writes(phones, _say)),
        web.post("/phones/{user_id}/press", _writes(phones, _press)),
        web.post("/newsroom/publish", _writes(phones, _publish)),
        web.post("/newsroom/edit", _writes(phones, _edit)),
        web.post("/newsroom/withdraw", _writes(phones, _withdraw)),
    ]


# What a person at the page does -------------------------------------------------------------------------------------


def _say(phones: Phones, request: web.Request, body: Json) -> None:
    user_id = _owner(phones, request)
    text = _text(body, "text", 4096)
    phones.touched.add(user_id)
    phones.say(user_id, text)


def _press(phones: Phones, request: web.Request, body: Json) -> None:
    user_id = _owner(phones, request)
    message_id, data = _number(body, "message_id"), _text(body, "data", 256)
    phones.touched.add(user_id)
    phones.press(user_id, message_id, data)


def _publish(phones: Phones, _: web.Request, body: Json) -> None:
    categories = body.get("categories")
    if not isinstance(categories, list) or not categories or not SLUGS.issuperset(map(str, categories)):
        raise BadRequest("categories")
    text = body.get("text", "")
    if not isinstance(text, str):
        raise BadRequest("text")
    phones.publish(_text(body, "title", 200), plain_body(text), [str(slug) for slug in categories])


def _edit(phones: Phones, _: web.Request, body: Json) -> None:
    phones.edit(_post(phones, body), _text(body, "title", 200))


def _withdraw(phones: Phones, _: web.Request, body: Json) -> None:
    phones.withdraw(_post(phones, body))


# Reading what was sent ----------------------------------------------------------------------------------------------


def _owner(phones: Phones, request: web.Request) -> int:
    word = request.match_info["user_id"]
    if not word.isdecimal() or int(word) not in phones.owners:
        raise BadRequest("phone")
    return int(word)


def _post(phones: Phones, body: Json) -> int:
    try:
        post = phones.post(_number(body, "id"))
    except LookupError:
        raise BadRequest("id") from None
    if post.withdrawn:
        raise BadRequest("withdrawn")
    return post.id


def _number(body: Json, name: str) -> int:
    value = body.get(name)
    if type(value) is not int:
        raise BadRequest(name)
    return value


def _text(body: Json, name: str, limit: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise BadRequest(name)
    return value.strip()


async def _json(request: web.Request) -> Json:
    raw = await request.content.read(BODY_LIMIT + 1)
    while not request.content.at_eof() and len(raw) <= BODY_LIMIT:
        raw += await request.content.read(BODY_LIMIT + 1 - len(raw))
    if len(raw) > BODY_LIMIT:
        raise BadRequest("too_large")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("json") from None
    if not isinstance(body, dict):
        raise BadRequest("json")
    return body


# Answering ----------------------------------------------------------------------------------------------------------


def _reads(answer: Callable[[web.Request], web.Response]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return _refusal(request, writes=False) or answer(request)

    return handler


def _writes(phones: Phones, act: Act) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        refused = _refusal(request, writes=True)
        if refused is not None:
            return refused
        try:
            act(phones, request, await _json(request))
        except BadRequest as bad:
            return _answer({"error": bad.word}, 400)
        except (NotPossible, NotPossibleThere):
            return _answer({"error": "not_possible"}, 409)
        return _answer({"ok": True})

    return handler


def _events(phones: Phones) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        refused = _refusal(request, writes=False)
        if refused is not None:
            return refused
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionResetError):  # the page was closed
            async with aclosing(phones.follow(request.headers.get("Last-Event-ID", ""))) as events:
                async for event in events:
                    await response.write(event)
        return response

    return handler


def _refusal(request: web.Request, *, writes: bool) -> web.Response | None:
    refused = refusal(request.headers, writes=writes)
    return _answer({"error": refused[1]}, refused[0]) if refused else None


def _answer(data: Json, status: int = 200) -> web.Response:
    return web.json_response(data, status=status, headers=HEADERS)


@cache
def _page() -> dict[str, tuple[bytes, str]]:
    """The page's files by name with their types; what is not among them does not exist."""
    folder = files("bot.simulator.phones") / "page"
    names = [(entry, TYPES.get("." + entry.name.rpartition(".")[2])) for entry in folder.iterdir()]
    return {entry.name: (entry.read_bytes(), kind) for entry, kind in names if kind}


def _file(name: str) -> web.Response:
    if name not in _page():
        return _answer({"error": "no_such_file"}, 404)
    content, kind = _page()[name]
    return web.Response(body=content, content_type=kind, charset="utf-8", headers=HEADERS)
