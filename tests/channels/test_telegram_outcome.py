"""Every row of the outcome table, against servers that really misbehave, by both ways of the wire, on both loops."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, TimedOut

from bot.channels.lane.faults import TransportError, UnansweredError, UnwrittenError
from bot.channels.telegram.outcome import HOLD, classify
from bot.channels.telegram.transport import AiohttpRequest, result_of
from bot.channels.telegram.wire import Timeouts
from bot.delivery.outcome import Kind, Outcome
from tests.channels.misbehaving import (
    Serve,
    address,
    answering,
    bound,
    closed_after_reading,
    http,
    not_http,
    reset_after_reading,
    reset_before_reading,
    server,
    silent,
)

TOKEN = "123456:canary-canary-canary"
QUICK = Timeouts(connect=2, pool=0.2, write=2, read=1)


def refusal(code: int, description: str, **parameters: int) -> bytes:
    answer: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return http(code, json.dumps(answer).encode())


HALF = http(200, b'{"ok":true,"result":{"message_id":1', length=400)
PAGE = b"<html><body>Bad Gateway</body></html>"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


@dataclass(frozen=True)
class Row:
    """One row of the table: what the other side does, and what becomes of the send."""

    serve: Serve
    outcome: Outcome


def bad(description: str, kind: Kind, code: str, retry_after: float | None = None) -> Row:
    return Row(answering(refusal(400, f"Bad Request: {description}")), Outcome(kind, code, retry_after=retry_after))


def gone(description: str, code: str) -> Row:
    return Row(answering(refusal(403, f"Forbidden: {description}")), Outcome(Kind.GONE, code))


def page(status: int) -> Row:
    return Row(answering(http(status, PAGE, "text/html")), Outcome(Kind.UNKNOWN, f"page_{status}"))


ROWS = {
    "reset before reading": Row(reset_before_reading, Outcome(Kind.UNKNOWN, "connection_lost")),
    "reset after reading": Row(reset_after_reading, Outcome(Kind.UNKNOWN, "connection_lost")),
    "closed after reading": Row(closed_after_reading, Outcome(Kind.UNKNOWN, "connection_lost")),
    "half an answer": Row(answering(HALF), Outcome(Kind.UNKNOWN, "half_answer")),
    "half a header": Row(answering(b"HTTP/1.1 200 OK\r\nContent-"), Outcome(Kind.UNKNOWN, "connection_lost")),
    "something that is not HTTP": Row(not_http, Outcome(Kind.UNKNOWN, "strange_answer")),
    "no answer in time": Row(silent, Outcome(Kind.UNKNOWN, "read_timeout")),
    "200 that is not JSON": Row(answering(http(200, PAGE, "text/html")), Outcome(Kind.UNKNOWN, "strange_answer")),
    "200 without a result": Row(answering(http(200, b'{"ok":true}')), Outcome(Kind.UNKNOWN, "strange_answer")),
    "502 page": page(502),
    "504 page": page(504),
    "403 page of a firewall": page(403),
    "401 page of a proxy": page(401),
    "400 page of a gateway": page(400),
    "429 page of a gateway": page(429),
    "302 to a login page": page(302),
    "502 with JSON of somebody else": Row(
        answering(http(502, b'{"message":"upstream"}')), Outcome(Kind.UNKNOWN, "page_502")
    ),
    "whole 500": Row(
        answering(refusal(500, "Internal Server Error: sharding")), Outcome(Kind.NOT_SENT, "server_error")
    ),
    "whole 502": Row(answering(refusal(502, "Bad Gateway")), Outcome(Kind.NOT_SENT, "server_error")),
    "429 with seconds": Row(
        answering(refusal(429, "Too Many Requests: retry after 17", retry_after=17)),
        Outcome(Kind.LATER, "flood", retry_after=17.0),
    ),
    "429 with many seconds": Row(
        answering(refusal(429, "Too Many Requests: retry after 12345", retry_after=12345)),
        Outcome(Kind.LATER, "flood", retry_after=12345.0),
    ),
    "429 with 0 seconds": Row(
        answering(refusal(429, "Too Many Requests: retry after 0", retry_after=0)),
        Outcome(Kind.LATER, "flood", retry_after=1.0),
    ),
    "429 without seconds": Row(
        answering(refusal(429, "Too Many Requests")), Outcome(Kind.LATER, "flood", retry_after=1.0)
    ),
    "401": Row(answering(refusal(401, "Unauthorized")), Outcome(Kind.REFUSED, "unauthorized", account=True)),
    "404, which a malformed token gets": Row(
        answering(refusal(404, "Not Found")), Outcome(Kind.REFUSED, "unauthorized", account=True)
    ),
    "group became a supergroup": Row(
        answering(
            refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=-1001234567890,
            )
        ),
        Outcome(Kind.NOT_SENT, "migrated", new_address="-1001234567890"),
    ),
    "blocked": gone("bot was blocked by the user", "blocked"),
    "deactivated": gone("user is deactivated", "deactivated"),
    "kicked": gone("bot was kicked from the supergroup chat", "kicked"),
    "not a member": gone("bot is not a member of the channel chat", "not_a_member"),
    "never written to us": gone("bot can't initiate conversation with a user", "never_started"),
    "403 in new words": gone("the user has moved to the moon", "forbidden"),
    "chat not found": bad("chat not found", Kind.GONE, "chat_not_found"),
    "peer id invalid": bad("PEER_ID_INVALID", Kind.GONE, "chat_not_found"),
    "no rights": bad("not enough rights to send text messages to the chat", Kind.LATER, "no_rights", HOLD),
    "may not write": bad("CHAT_WRITE_FORBIDDEN", Kind.LATER, "no_rights", HOLD),
    "no plain texts here": bad("CHAT_SEND_PLAIN_FORBIDDEN", Kind.LATER, "no_rights", HOLD),
    "topic closed": bad("TOPIC_CLOSED", Kind.LATER, "topic_closed", HOLD),
    "thread not found": bad("message thread not found", Kind.LATER, "thread_not_found", HOLD),
    "not modified": bad(NOT_MODIFIED.removeprefix("Bad Request: "), Kind.SENT, "not_modified"),
    "entities": bad(
        'can\'t parse entities: Unsupported start tag "x" at byte offset 3', Kind.REFUSED, "parse_entities"
    ),
    "too long": bad("message is too long", Kind.REFUSED, "too_long"),
    "empty": bad("message text is empty", Kind.REFUSED, "empty"),
    "button": bad("BUTTON_DATA_INVALID", Kind.REFUSED, "button"),
    "400 in new words": bad("the moon is full", Kind.REFUSED, "bad_request"),
}


@asynccontextmanager
async def request(
    timeouts: Timeouts = QUICK, in_flight: int = 10, **connector: Any
) -> AsyncIterator[AiohttpRequest]:  # fmt: skip
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(**connector)) as session:
        api = AiohttpRequest(session, timeouts, in_flight)
        yield api
        await api.shutdown()


async def fail_by_bot(api: AiohttpRequest, base: str) -> Exception:
    """The exception of python-telegram-bot's own send_message."""
    bot = Bot(TOKEN, base_url=f"{base}/bot", request=api, get_updates_request=api)
    with pytest.raises(Exception) as caught:  # noqa: PT011 — which one it is, is what the rows say
        await bot.send_message(7, "Selamat pagi")
    return caught.value


async def fail_by_lane(api: AiohttpRequest, base: str) -> Exception:
    """The exception of a post on the lane whose answer is judged afterwards, as the channel does it."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 — which one it is, is what the rows say
        await result_of(*await api.wire.post(f"{base}/bot{TOKEN}/sendMessage", b'{"chat_id":7}'))
    return caught.value


Way = Callable[[AiohttpRequest, str], Awaitable[Exception]]

WAYS: dict[str, Way] = {"bot": fail_by_bot, "lane": fail_by_lane}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
async def test_each_row_of_the_table_has_its_outcome(row: Row, way: Way, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with server(row.serve) as base, request() as api:
        error = await way(api, base)
    assert classify(error) == row.outcome
    told = "".join(traceback.format_exception(error)) + caplog.text
    assert "canary" not in told, "the token stands in a traceback or a log"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_a_refused_connection_proves_that_nothing_was_written(way: Way) -> None:
    with bound() as unused:
        async with request() as api:
            error = await way(api, f"http://{address(unused)}")
    assert classify(error) == Outcome(Kind.NOT_SENT, "refused")


async def test_a_name_that_does_not_resolve_proves_that_nothing_was_written() -> None:
    class Nowhere(aiohttp.abc.AbstractResolver):
        async def resolve(self, *_: Any, **__: Any) -> Any:
            raise OSError(None, "no such name")

        async def close(self) -> None:
            pass

    async with request(resolver=Nowhere()) as api:
        error = await fail_by_bot(api, "http://telegram.invalid")
    assert classify(error) == Outcome(Kind.NOT_SENT, "dns")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_a_full_pool_proves_that_nothing_was_written(way: Way) -> None:
    async with server(silent) as base, request(Timeouts(pool=0.05, read=5), in_flight=1) as api:
        busy = asyncio.ensure_future(api.wire.post(base, b"{}"))
        await asyncio.sleep(0)  # it takes the one place before it waits for anything
        error = await way(api, base)
        busy.cancel()
    assert isinstance(error, TimedOut if way is fail_by_bot else UnwrittenError)
    assert classify(error) == Outcome(Kind.NOT_SENT, "pool_timeout")


async def test_a_full_pool_of_the_session_proves_that_nothing_was_written() -> None:
    async with server(silent) as base, request(Timeouts(connect=0.05, read=5), limit=1) as api:
        busy = asyncio.ensure_future(api.wire.send("POST", base, b"{}"))
        await asyncio.sleep(0)
        error = await fail_by_bot(api, base)
        busy.cancel()
    assert classify(error) == Outcome(Kind.NOT_SENT, "connect_timeout")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_a_closed_session_proves_that_nothing_was_written(way: Way) -> None:
    async with request() as api:
        pass
    assert classify(await way(api, "http://127.0.0.1:1")) == Outcome(Kind.NOT_SENT, "closed")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_a_server_without_tls_proves_that_nothing_was_written(way: Way) -> None:
    async def without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(http(400, PAGE, "text/html"))

    async with server(without_tls) as base, request() as api:
        error = await way(api, base.replace("http:", "https:"))
    assert classify(error) == Outcome(Kind.NOT_SENT, "tls")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_a_place_in_the_pool_is_free_again_after_a_fault(way: Way) -> None:
    async with server(closed_after_reading) as base, request(in_flight=1) as api:
        outcomes = [classify(await way(api, base)) for _ in range(3)]
    assert outcomes == [Outcome(Kind.UNKNOWN, "connection_lost")] * 3


LOOSE = {
    "TimedOut of unknown cause": (TimedOut(), Outcome(Kind.UNKNOWN, "read_timeout")),
    "BadRequest without the prefix": (BadRequest("Chat not found"), Outcome(Kind.GONE, "chat_not_found")),
    "some other exception": (KeyError("result"), Outcome(Kind.UNKNOWN, "strange_answer")),
    "unwritten by itself": (UnwrittenError("refused"), Outcome(Kind.NOT_SENT, "refused")),
    "unanswered by itself": (UnansweredError("half_answer"), Outcome(Kind.UNKNOWN, "half_answer")),
}


@pytest.mark.parametrize(("error", "outcome"), LOOSE.values(), ids=LOOSE.keys())
def test_exceptions_without_a_network_have_outcomes_too(error: Exception, outcome: Outcome) -> None:
    assert classify(error) == outcome


async def test_a_network_error_names_its_proof() -> None:
    async with server(silent) as base, request() as api:
        error = await fail_by_bot(api, base)
    assert isinstance(error, NetworkError)
    assert isinstance(error.__cause__, TransportError)
    assert str(error) == "read_timeout"
