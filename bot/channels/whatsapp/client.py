"""Posting to the Graph API on the lane, with faults told apart."""

from typing import Final

import aiohttp

from bot.channels.lane import Lane, UnwrittenError

API_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"
CONNECT, ANSWER = 5.0, 20.0  # seconds


class Client:
    """One business number's messages endpoint; shows its token to nobody but the API."""

    def __init__(
        self, session: aiohttp.ClientSession, token: str, number_id: str, api_url: str | None = None,
        answer: float = ANSWER,
    ) -> None:  # fmt: skip
        """`session` is the program's: when it is closed, nothing is sent any more."""
        self._session = session
        self._url = f"{(api_url or API_URL).rstrip('/')}/{VERSION}/{number_id}/messages"
        self._lane = Lane(CONNECT, answer, headers={"Authorization": f"Bearer {token}"})

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """One message: status and whole body, or a TransportError."""
        if self._session.closed:
            raise UnwrittenError("closed")
        return await self._lane.post(self._url, body)

    async def close(self) -> None:
        """Hang up idle connections; what is under way ends its own."""
        await self._lane.close()
