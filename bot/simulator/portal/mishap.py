"""How each fault of the portal looks on the wire."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import cache

from aiohttp import web

from bot.simulator.portal.answer import Answer
from bot.simulator.portal.faults import Fault, Rule
from bot.simulator.portal.pages import CHALLENGE, PHP_WARNING

HUGE = 50 * 2**20
_CHUNK = 64 * 2**10
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>'


async def suffer(rule: Rule, request: web.Request, answer: Answer, drip_every: float) -> tuple[int, web.StreamResponse]:
    """What goes out instead of the answer, with its status (0: no whole answer)."""
    fault = rule.answer
    if fault in {Fault.HANG, Fault.DROP}:
        return 0, await _silence(request, fault)
    if fault in {Fault.ENDLESS, Fault.DRIP, Fault.HUGE, Fault.CUT}:
        return await _stream(request, fault, answer, drip_every)
    changed = _changed(rule, answer)
    return changed.status, changed.response()


def _changed(rule: Rule, answer: Answer) -> Answer:
    """A whole answer, but not the right one."""
    fault = rule.answer
    match fault.name:
        case "STATUS":
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return Answer(fault.status, f"<h1>{fault.status}</h1>".encode(), "text/html", headers)
        case "REDIRECT":
            return Answer(fault.status, b"", "text/html", {"Location": fault.location})
        case "CHALLENGE":
            return Answer(200, CHALLENGE.encode(), "text/html", {"Server": "cloudflare", "CF-Mitigated": "challenge"})
        case "STALE":
            rule.kept = rule.kept or replace(answer, headers={**answer.headers, "X-Cache": "HIT", "Age": "3600"})
            return rule.kept
        case _:
            return _spoiled(fault, answer)


def _spoiled(fault: Fault, answer: Answer) -> Answer:
    if fault.name not in _SPOILED:
        raise ValueError(f"no such fault: {fault.name}")
    return _SPOILED[fault.name](answer)


def _compressed(answer: Answer, body: bytes) -> Answer:
    return replace(answer, body=body, headers={**answer.headers, "Content-Encoding": "gzip"})


@cache
def _bomb() -> bytes:
    return gzip.compress(_HEAD + b" " * HUGE, mtime=0)


_SPOILED: dict[str, Callable[[Answer], Answer]] = {
    "EMPTY": lambda answer: replace(answer, status=200, body=b""),
    "TRUNCATED": lambda answer: replace(answer, body=answer.body[: len(answer.body) // 2]),
    "WRONG_TYPE": lambda answer: replace(answer, content_type="text/html"),
    "WRONG_CHARSET": lambda answer: replace(answer, charset="ISO-8859-1"),
    "PHP_WARNING": lambda answer: replace(answer, body=PHP_WARNING.encode() + answer.body),
    "PACKED_SILENTLY": lambda answer: replace(answer, body=gzip.compress(answer.body, mtime=0)),
    "GZIP": lambda answer: _compressed(answer, gzip.compress(answer.body, mtime=0)),
    "BOMB": lambda answer: _compressed(answer, _bomb()),
}


async def _silence(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault is Fault.HANG:
        await asyncio.Event().wait()  # until the server stops
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _stream(
    request: web.Request, fault: Fault, answer: Answer, drip_every: float
) -> tuple[int, web.StreamResponse]:
    response = web.StreamResponse(
        status=answer.status, headers={"Content-Type": f"{answer.content_type}; charset=UTF-8"}
    )
    if fault is not Fault.ENDLESS:
        response.content_length = HUGE if fault is Fault.HUGE else len(answer.body)
    try:
        await response.prepare(request)
        async for piece in _pieces(fault, answer.body, drip_every):
            await response.write(piece)
    except ConnectionError:  # the reader has had enough
        return 0, response
    if fault is Fault.CUT and request.transport is not None:
        request.transport.close()
    return (0 if fault is Fault.CUT else answer.status), response


async def _pieces(fault: Fault, body: bytes, drip_every: float) -> AsyncIterator[bytes]:
    if fault is Fault.CUT:
        yield body[: len(body) // 2]
    elif fault is Fault.DRIP:
        for at in range(len(body)):
            yield body[at : at + 1]
            await asyncio.sleep(drip_every)
    else:
        yield _HEAD
        left = HUGE - len(_HEAD)
        while fault is Fault.ENDLESS or left > 0:
            piece = b"x" * (_CHUNK if fault is Fault.ENDLESS else min(_CHUNK, left))
            left -= len(piece)
            yield piece
