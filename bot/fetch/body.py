"""Reading an answer's body and unpacking it, both under one limit."""

import zlib
from collections.abc import Callable

import aiohttp

from bot.errors import FetchError

CHUNK = 65_536


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The unpacked body; FetchError `too_large` as soon as it is clear that it will not fit."""
    if (response.content_length or 0) > limit:
        raise too_large(limit)
    unpacker = Unpacker(response.headers.get("Content-Encoding", ""), limit)
    received = 0
    async for chunk in response.content.iter_chunked(CHUNK):
        received += len(chunk)
        if received > limit:
            raise too_large(limit)
        unpacker.feed(chunk)
    return unpacker.finish()


async def read_beginning(response: aiohttp.ClientResponse, most: int = 16_384) -> bytes:
    """The first bytes of an error's page, unpacked where that is possible; nothing when they cannot be read."""
    try:
        unpacker = Unpacker(response.headers.get("Content-Encoding", ""), most * 4)
        chunk = await response.content.readany()
        unpacker.feed(chunk[:most])
    except (FetchError, aiohttp.ClientError):
        return b""
    return unpacker.so_far


def too_large(limit: int) -> FetchError:
    """The one error for everything that is too big."""
    return FetchError("too_large", f"more than {limit / 1_000_000:g} MB; a feed of that size is not read")


class Unpacker:
    """Undoes a Content-Encoding piece by piece and never makes more than `limit` bytes (and one) of it."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise FetchError("broken", "the answer is packed in a way that we did not ask for")
        self._limit = limit
        self._out = bytearray()
        self._held = b""  # too little yet to know what it is
        self._member: zlib._Decompress | None = None
        self._step: Callable[[bytes], bytes] | None = None

    @property
    def so_far(self) -> bytes:
        """What has been unpacked by now."""
        return bytes(self._out)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes from the wire."""
        data = self._held + chunk
        self._held = b""
        while data and len(self._out) <= self._limit:
            if self._step is None:
                if len(data) < 2:  # noqa: PLR2004 — the first two bytes tell the format
                    self._held = data
                    return
                self._step = self._choose(data)
            data = self._step(data)
        if len(self._out) > self._limit:
            raise too_large(self._limit)

    def finish(self) -> bytes:
        """The whole body; FetchError `broken` when the packed data ends in the middle."""
        if self._member is None:
            return bytes(self._out) + self._held
        if not self._member.eof:
            raise FetchError("broken", "the answer was cut off in the middle")
        return bytes(self._out)

    def _choose(self, head: bytes) -> Callable[[bytes], bytes]:
        """By the first bytes: servers say gzip over plain text, nothing over gzip, and mean two things by deflate."""
        if head.startswith(b"\x1f\x8b"):
            self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)
            return self._inflate
        if self._member is not None:
            return self._skip  # padding behind the end
        if self._encoding != "deflate":
            return self._copy
        wrapped = head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0  # noqa: PLR2004 — RFC 1950
        self._member = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        return self._inflate

    def _copy(self, data: bytes) -> bytes:
        self._out += data
        return b""

    def _skip(self, _data: bytes) -> bytes:
        return b""

    def _inflate(self, data: bytes) -> bytes:
        """Unpack what fits; what is left over, to be looked at next."""
        assert self._member is not None
        try:
            self._out += self._member.decompress(data, self._limit + 1 - len(self._out))
        except zlib.error:
            raise FetchError("broken", "the answer's packed data is damaged") from None
        if self._member.eof:
            self._step = None
            return self._member.unused_data
        return self._member.unconsumed_tail
