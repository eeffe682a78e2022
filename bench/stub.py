"""The barest answering machine: every POST gets the same answer, Telegram's or (`whatsapp`) WhatsApp's."""

import asyncio
import sys
from typing import cast

import uvloop

BODY = (
    b'{"ok":true,"result":{"message_id":%d,"from":{"id":1,"is_bot":true,"first_name":"Kentongan","username":"kentongan_bot"},'
    b'"chat":{"id":1,"first_name":"Warga","type":"private"},"date":1771300000,"text":"' + b"x" * 420 + b'"}}'
)
WHATSAPP = (
    b'{"messaging_product":"whatsapp","contacts":[{"input":"6281200000001","wa_id":"6281200000001"}],'
    b'"messages":[{"id":"wamid.HBgNNjI4MTIwMDAwMDAwMRUCABEYEjlC%014d"}]}'
)


class Answering(asyncio.Protocol):
    """Reads requests as fast as they come, knows only what aiohttp and httpx send."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass of it
        self._buffer, self._count = b"", 0

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            self._count += 1
            body = ANSWER % self._count
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )


ANSWER = WHATSAPP if "whatsapp" in sys.argv[1:] else BODY


async def serve() -> None:
    """Listen on a free port of the loopback, print its address, answer until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve())
