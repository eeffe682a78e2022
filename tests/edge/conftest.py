"""Real servers on the loopback address for the tests of the program's edges."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import aiohttp
import pytest
from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[int]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Raw = Callable[[Talk], Awaitable[int]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The program's one client session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a well-behaved HTTP server that answers everything by one handler; its port."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler) -> int:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", handler)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return int(runner.addresses[0][1])

        yield start


@pytest.fixture
async def raw() -> AsyncIterator[Raw]:
    """Start a server that reads a request's head and then writes whatever it likes; its port."""
    async with AsyncExitStack() as stack:

        async def start(talk: Talk) -> int:
            async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                tasks.append(asyncio.current_task())
                with suppress(ConnectionError, asyncio.IncompleteReadError):
                    await reader.readuntil(b"\r\n\r\n")
                    await talk(reader, writer)
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()

            tasks: list[asyncio.Task[None] | None] = []
            server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
            stack.push_async_callback(everything_ends, tasks)
            stack.callback(server.close)
            return int(server.sockets[0].getsockname()[1])

        yield start


async def everything_ends(tasks: list[asyncio.Task[None] | None]) -> None:
    """Wait for the conversations that clients have left (the server itself waits for them only from Python 3.12 on)."""
    await asyncio.wait_for(asyncio.gather(*(task for task in tasks if task)), 30)
