"""python-telegram-bot on the program's one HTTP session.

Its exceptions do not say whether a request left; here each one that the network causes carries the proof as its
`__cause__`, a TransportError.
"""

import json
import logging
import os
from dataclasses import replace
from http import HTTPStatus
from typing import Any, NoReturn

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels.lane.faults import TransportError, UnansweredError
from bot.channels.telegram.wire import IN_FLIGHT, Timeouts, Wire

# python-telegram-bot 22 warns whenever it makes a RetryAfter unless this is set: its seconds are a timedelta then.
os.environ.setdefault("PTB_TIMEDELTA", "true")

# At debug level it logs the bot's address with the token in it, the webhook's secret and what people write.
logging.getLogger("telegram").setLevel(logging.INFO)


def is_bot_api_error(payload: bytes) -> bool:
    """Whether this is a whole refusal by the Bot API itself, not a page of something that stands in between."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("ok") is False and isinstance(answer.get("error_code"), int)


def require_bot_api(status: int, payload: bytes) -> None:
    """Raise UnansweredError unless the answer is a success or the Bot API's own refusal.

    A firewall's 403 page must not unsubscribe anybody, and a gateway's 502 does not say what happened behind it.
    """
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and not is_bot_api_error(payload):
        raise UnansweredError(f"page_{status}")


class AiohttpRequest(BaseRequest):
    """python-telegram-bot on the program's own HTTP session, which stays open when the bot shuts down."""

    def __init__(
        self, session: aiohttp.ClientSession, timeouts: Timeouts | None = None, in_flight: int = IN_FLIGHT
    ) -> None:
        self.wire = Wire(session, timeouts, in_flight)

    @property
    def read_timeout(self) -> float | None:
        """Seconds that are waited for an answer unless a call says otherwise."""
        return self.wire.timeouts.read

    async def initialize(self) -> None:
        """Do nothing: the session is open already."""

    async def shutdown(self) -> None:
        """Hang up the lane; whoever opened the session closes it."""
        await self.wire.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request; a NetworkError's cause is always a TransportError."""
        usual = self.wire.timeouts
        uploads = request_data is not None and request_data.contains_files
        timeouts = Timeouts(
            connect=_seconds(connect_timeout, usual.connect),
            pool=_seconds(pool_timeout, usual.pool),
            write=_seconds(write_timeout, usual.media if uploads else usual.write),
            read=_seconds(read_timeout, usual.read),
        )
        body = None if method == "GET" else _body(request_data)
        try:
            status, payload = await self.wire.send(method, URL(url, encoded=True), body, timeouts)
            require_bot_api(status, payload)
        except TransportError as error:
            raise_as_telegram(error)
        return status, payload

    async def call(self, url: str, parameters: dict[str, Any], read_timeout: float | None = None) -> Any:  # noqa: ANN401 — JSON
        """A method's result exactly as it came; unlike the Bot's own methods it is logged nowhere."""
        body = json.dumps(parameters, ensure_ascii=False).encode("utf-8", "replace")
        timeouts = replace(self.wire.timeouts, read=_seconds(read_timeout, self.wire.timeouts.read))
        try:
            status, payload = await self.wire.send("POST", URL(url, encoded=True), body, timeouts)
        except TransportError as error:
            raise_as_telegram(error)
        return await result_of(status, payload)

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:  # noqa: ANN401 — the library's own signature, JSON
        """A result or a refusal; unlike the library's own parser it logs no pages and lets nothing else pass."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        if isinstance(answer, dict) and ("result" in answer or answer.get("ok") is False):
            return answer
        raise TelegramError("Invalid server response") from UnansweredError("strange_answer")


class Replay(AiohttpRequest):
    """Lets python-telegram-bot judge an answer that was received elsewhere, so that there is one translation."""

    def __init__(self, status: int, payload: bytes) -> None:
        self._answer = status, payload

    @property
    def read_timeout(self) -> float | None:
        """Nothing is read."""
        return None

    async def do_request(self, *_: object, **__: object) -> tuple[int, bytes]:
        """The answer, once more."""
        try:
            require_bot_api(*self._answer)
        except TransportError as error:
            raise_as_telegram(error)
        return self._answer


async def result_of(status: int, payload: bytes) -> Any:  # noqa: ANN401 — JSON
    """What an answer holds, or the exception that python-telegram-bot makes of it."""
    return await Replay(status, payload).post("")


def raise_as_telegram(error: TransportError) -> NoReturn:
    """Raise python-telegram-bot's exception for a fault of the network, with the proof as its cause."""
    if error.code.endswith("timeout"):
        raise TimedOut(error.code) from error
    raise NetworkError(error.code) from error


def _seconds(given: object, usual: float) -> float:
    """A timeout as callers of python-telegram-bot give it; left out (or None, for ever) is the usual one."""
    return float(given) if isinstance(given, int | float) else usual


def _body(data: RequestData | None) -> bytes | aiohttp.FormData:
    if data is None or not data.contains_files:
        return json.dumps(data.parameters if data else {}, ensure_ascii=False).encode("utf-8", "replace")
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
