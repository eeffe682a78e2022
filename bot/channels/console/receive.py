"""The console's incoming half: each typed line is kept in the inbox, then handed to the desk."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final, TextIO

from bot.channels.console.send import NAME, Terminal
from bot.chat.turn import Incoming, Press, Text
from bot.flow.desk import Desk, Sender
from bot.ports import Store, Tx

HELLO: Final = (
    "Ketik pesan atau nomor tombol, misalnya: /start. Selesai dengan Ctrl-D.\n"
    "Type a message or a button's number, for example: /start. End with Ctrl-D.\n"
)
_MOST_DIGITS: Final = 3  # longer numbers are no buttons


class Console(Terminal):
    """A terminal chat: one person, whose every line survives a kill."""

    def __init__(
        self, store: Store, desk: Desk, source: TextIO, out: TextIO, now: Callable[[], datetime], language: str = "id"
    ) -> None:  # fmt: skip
        super().__init__(out)
        self._store, self._desk, self._source, self._now = store, desk, source, now
        self._sender = Sender(channel=NAME, address=NAME, language=language)

    async def receive(self) -> None:
        """Answer what an earlier run left behind, then every line until the input ends."""
        self._out.write(HELLO)
        self._out.flush()
        for update_id, body in await self._store.read(lambda tx: tx.waiting_updates(NAME, 1000)):
            await self._handle(update_id, body)
        async for line in lines_of(self._source):
            await self.take(line)

    async def take(self, line: str) -> None:
        """Keep one typed line, then have it answered."""
        body = to_body(line.strip(), self.action)
        if body is None:
            return
        now = self._now()
        update_id = await self._store.write(lambda tx: _keep(tx, body, now))
        await self._handle(update_id, body)

    async def _handle(self, update_id: int, body: str) -> None:
        await self._desk.handle(update_id, self._sender, to_incoming(body))


def to_body(line: str, action: Callable[[int], str | None]) -> str | None:
    """The line as the inbox keeps it: a button's number has become its action. None for an empty line."""
    line = line.encode("utf-8", "replace").decode()  # a terminal in another encoding sends what is no text
    if not line:
        return None
    number = int(line) if line.isascii() and line.isdecimal() and len(line) <= _MOST_DIGITS else 0
    pressed = action(number)
    return json.dumps({"text": line} if pressed is None else {"press": pressed}, ensure_ascii=False)


def to_incoming(body: str) -> Incoming:
    """What `to_body` kept."""
    kept = json.loads(body)
    return Press(kept["press"]) if "press" in kept else Text(kept["text"])


def _keep(tx: Tx, body: str, now: datetime) -> int:
    update_id = (tx.last_update(NAME) or 0) + 1
    tx.receive(NAME, [(update_id, body)], now)
    return update_id


async def lines_of(source: TextIO) -> AsyncIterator[str]:
    """Lines as they are typed, until the input ends.

    A thread reads them, for a terminal, a pipe and a file alike; nobody waits for it when the program ends.
    """
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()

    def read() -> None:
        with contextlib.suppress(RuntimeError, ValueError):  # the loop or the stream was closed meanwhile
            for line in iter(source.readline, ""):
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, name="console", daemon=True).start()
    while line := await lines.get():
        yield line
