"""Reads feeds in a child process that can be killed; `python -m bot.sandbox` is that child.

A hostile document can make a parser eat minutes and gigabytes. The child has a limit on both, knows no secrets, holds
no descriptors but its two pipes, and ends when its standard input closes, however the program ends.

On the pipes: a frame is four bytes of length, then that many bytes. A request is a frame of JSON (url, content_type)
and a frame with the document. The answer is a frame of JSON, either {"error": [reason, message]} or the document's head
with `count`, and then `count` frames, one an item: so the event loop never decodes more than one item at a time.
"""

import asyncio
import contextlib
import json
import math
import os
import signal
import struct
import sys
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.errors import FeedError
from bot.news.item import Document, Item

CPU_SECONDS = 5
WALL_SECONDS = 5.0  # the same by the clock, for a child that waits instead of working
START_SECONDS = 20.0
GRACE_SECONDS = 1.0
MEMORY = 256 * 2**20  # bytes of address space
LARGEST = 16 * 2**20  # bytes of a document that are passed on at all

_LENGTH = struct.Struct(">I")
_READY = b"ready"
_OUT_OF_MEMORY = 71  # the child's exit status
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH")  # what a Python may need to start; nothing else of the environment
_ROOT = Path(__file__).resolve().parent.parent


class Sandbox:
    """A `Parse` (bot.ports): one document after the other, in a child that is started when the first one comes."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None

    async def __call__(self, body: bytes, *, url: str, content_type: str | None = None) -> Document:
        """The document, or FeedError: what `bot.news.feed.read` says, or `too_slow`, `too_big`, `crashed`."""
        if len(body) > LARGEST:
            raise FeedError("too_big", f"the document has {len(body) / 2**20:.0f} MB")
        async with self._one_at_a_time:
            child = await self._ready()
            try:
                async with asyncio.timeout(WALL_SECONDS):
                    return await _ask(child, body, url, content_type)
            except FeedError:
                raise  # the child's own answer: it is in order
            except TimeoutError:
                await self._end(kill=True)
                raise FeedError("too_slow", f"reading the document took more than {CPU_SECONDS} s") from None
            except (OSError, EOFError):
                raise _verdict(await self._end()) from None
            except BaseException:  # cancelled half-way: nobody could go on reading this pipe
                await self._end(kill=True)
                raise

    async def close(self) -> None:
        """End the child; a document that is being read is given up."""
        await self._end(kill=self._one_at_a_time.locked())

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            await self._end()
            self._child = await _start()
            try:
                async with asyncio.timeout(START_SECONDS):
                    await _receive(self._child)
            except (OSError, EOFError) as error:  # a TimeoutError is an OSError
                await self._end(kill=True)
                raise FeedError("crashed", "the process that reads feeds does not start") from error
            except BaseException:
                await self._end(kill=True)
                raise
        return self._child

    async def _end(self, *, kill: bool = False) -> int | None:
        """See the child off, if there is one, and say its exit status; it ends by itself when its pipe closes."""
        child, self._child = self._child, None
        if child is None:
            return None
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.close()
        if kill:
            _kill(child)
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await child.stdout.read()  # to its end: a full pipe would keep the child from ending
                return await child.wait()
        except TimeoutError:
            _kill(child)
            return await child.wait()
        finally:
            with contextlib.suppress(OSError):
                await child.stdin.wait_closed()


def _kill(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()


async def _start() -> asyncio.subprocess.Process:
    """A fresh Python (spawned, not forked) that inherits two pipes and no secret."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-X", "utf8", "-m", "bot.sandbox",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        close_fds=True, cwd=_ROOT, env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )  # fmt: skip


async def _ask(child: asyncio.subprocess.Process, body: bytes, url: str, content_type: str | None) -> Document:
    assert child.stdin is not None
    request = json.dumps({"url": url, "content_type": content_type}).encode()
    for frame in (request, body):
        child.stdin.write(_LENGTH.pack(len(frame)))
        child.stdin.write(frame)
    await child.stdin.drain()
    head: dict[str, Any] = json.loads(await _receive(child))
    if "error" in head:
        raise FeedError(*head["error"])
    items = [_item(json.loads(await _receive(child))) for _ in range(head.pop("count"))]
    return Document(**head | {"items": tuple(items), "notes": tuple(head["notes"])})


async def _receive(child: asyncio.subprocess.Process) -> bytes:
    assert child.stdout is not None
    (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
    return await child.stdout.readexactly(length)


def _item(fields: dict[str, Any]) -> Item:
    times = {name: datetime.fromisoformat(fields[name]) for name in ("published", "modified") if fields[name]}
    return Item(**fields | times | {"labels": tuple(fields["labels"])})


def _verdict(status: int | None) -> FeedError:
    """What the death of a child in the middle of a document says about the document."""
    if status == _OUT_OF_MEMORY:
        return FeedError("too_big", f"reading the document takes more than {MEMORY // 2**20} MB of memory")
    if hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU:
        return FeedError("too_slow", f"reading the document took more than {CPU_SECONDS} s")
    return FeedError("crashed", f"the process that reads feeds died of the document (status {status})")


# The child ----------------------------------------------------------------------------------------------------------


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the program, which then closes the pipe
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not stand between two frames
    try:
        from bot.news import feed  # noqa: PLC0415 — only the child needs the parsers

        _limit_memory()
        _send(answers, _READY)
        while (request := _take(requests)) is not None and (body := _take(requests)) is not None:
            _limit_time()
            _answer(answers, feed, json.loads(request), body)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # at once: cleaning up would want memory too
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # the program is gone


def _answer(answers: BinaryIO, feed: Any, request: dict[str, Any], body: bytes) -> None:  # noqa: ANN401 — the module
    try:
        document: Document = feed.read(body, url=request["url"], content_type=request["content_type"])
    except FeedError as error:
        _send(answers, json.dumps({"error": [error.reason, str(error)]}).encode())
        return
    head = {field.name: getattr(document, field.name) for field in fields(Document) if field.name != "items"}
    _send(answers, json.dumps(head | {"count": len(document.items)}).encode())
    for item in document.items:
        _send(answers, json.dumps(asdict(item), default=datetime.isoformat).encode())


def _take(stream: BinaryIO) -> bytes | None:
    """The next frame, or None when the other side has closed the pipe."""
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    wanted = _LENGTH.unpack(length)[0]
    frame = stream.read(wanted)
    return frame if len(frame) == wanted else None


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(_LENGTH.pack(len(frame)) + frame)
    stream.flush()


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limit on Windows; the wall clock still holds
        import resource  # noqa: PLC0415 — POSIX only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _limit_time() -> None:
    """From now on so many seconds of CPU; the limit counts from the start of the process, so it is raised each time."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 — POSIX only

        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    _main()
