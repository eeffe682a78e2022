"""The lane to many for a test, and a server that counts what comes to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channels.lane.faults import TransportError
from bot.channels.lane.posts import KEEP_IDLE, Lane
from tests.channels.misbehaving import http, read_request

OK = http(200, b"{}")


@asynccontextmanager
async def lane(connect: float = 2, read: float = 2, keep_idle: float = KEEP_IDLE) -> AsyncIterator[Lane]:
    made = Lane(connect, read, keep_idle)
    yield made
    await made.close()


class Counting:
    """Answers every request with the next of some answers (the last again and again), and counts connections."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.connections: list[asyncio.StreamWriter] = []
        self.asked_of: list[int] = []
        self.hung_up, self.all_hung_up = asyncio.Event(), asyncio.Event()
        self.hang_ups = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.connections)
        self.connections.append(writer)
        try:
            while True:
                await read_request(reader)
                self.asked_of.append(number)
                writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hang_ups += 1
            if self.hang_ups == len(self.connections):
                self.all_hung_up.set()
            self.hung_up.set()
            raise asyncio.IncompleteReadError(b"", None) from None


async def fault(asked: Lane, url: str) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await asked.post(url, b"{}")
    return caught.value
