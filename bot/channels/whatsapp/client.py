"""Posting to the Graph API on the program's one HTTP session, with faults told apart."""

import errno
from typing import Final

import aiohttp

from bot.channels.whatsapp.faults import TransportError, UnansweredError, UnwrittenError

API_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"
CONNECT, ANSWER = 5.0, 20.0  # seconds
MOST: Final = 1 << 20  # bytes of an answer

# What an error of aiohttp proves about the request; the first kind that fits decides.
_FAULTS: Final[tuple[tuple[type[Exception], type[TransportError], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, UnwrittenError, "connect_timeout"),
    (aiohttp.ClientConnectorDNSError, UnwrittenError, "dns"),
    (aiohttp.ClientConnectorSSLError, UnwrittenError, "tls"),
    (aiohttp.ClientConnectorCertificateError, UnwrittenError, "tls"),
    (aiohttp.ClientConnectorError, UnwrittenError, "connect"),
    (aiohttp.InvalidURL, UnwrittenError, "address"),
    (TimeoutError, UnansweredError, "read_timeout"),
    (aiohttp.ClientPayloadError, UnansweredError, "half_answer"),
    (aiohttp.ClientResponseError, UnansweredError, "strange_answer"),
    (Exception, UnansweredError, "connection_lost"),
)


class Client:
    """One business number's messages endpoint; shows its token to nobody but the API."""

    def __init__(
        self, session: aiohttp.ClientSession, token: str, number_id: str, api_url: str | None = None,
        answer: float = ANSWER,
    ) -> None:  # fmt: skip
        self._session = session
        self._url = f"{(api_url or API_URL).rstrip('/')}/{VERSION}/{number_id}/messages"
        self._headers = {
            "Authorization": f"Bearer {token}", "Content-Type": "application/json", "User-Agent": "kentongan",
        }  # fmt: skip
        self._timeout = aiohttp.ClientTimeout(
            CONNECT + answer, connect=CONNECT, sock_connect=CONNECT, sock_read=answer
        )  # fmt: skip

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """One message: status and whole body, or a TransportError."""
        if self._session.closed:
            raise UnwrittenError("closed")
        try:
            async with self._session.post(
                self._url, data=body, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                return answer.status, await _read(answer)
        except TransportError:
            raise
        except Exception as error:  # noqa: BLE001 — whatever aiohttp raises becomes one of two facts
            fault = _fault_of(error)
        # Raised out here, so that no traceback reaches aiohttp's error and the headers in it.
        raise fault


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    payload = await answer.content.read(MOST)
    while not answer.content.at_eof():
        more = await answer.content.read(MOST)
        payload += more
        if len(payload) > MOST:
            raise UnansweredError("strange_answer")
    return payload


def _fault_of(error: Exception) -> TransportError:
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.errno == errno.ECONNREFUSED:
        return UnwrittenError("refused")
    return next(fault(code) for kind, fault, code in _FAULTS if isinstance(error, kind))
