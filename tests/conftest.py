"""What every test may use: worlds, and a canary that no log, database or page may ever show."""

import io
import logging
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from tests.support.world import World, scanned, world

MakeWorld = Callable[..., AbstractAsyncContextManager[World]]

# A background job of a shell ignores Ctrl-C, and so would all that it starts; what is tested here must hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bot's token for the whole session: everything is logged at debug, and at the end it stands nowhere."""
    token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(27)[:35]}"
    written = io.StringIO()
    logs.configure("json", "debug", [token], stream=written)
    yield token
    secret = token.split(":")[1]
    assert secret not in written.getvalue(), "the token stands in the log"
    for path, content in scanned(tmp_path_factory.getbasetemp()):
        assert secret.encode() not in content, f"the token stands in {path}"
    assert written.getvalue().count("\n") > 0, "nothing was logged: the canary proves nothing"
    logging.getLogger().handlers.clear()


@pytest.fixture
async def make_world(tmp_path: Path, canary: str) -> AsyncIterator[Callable[..., Any]]:
    """Worlds of this test; all are taken down at its end."""
    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> World:
            folder = tmp_path / secrets.token_hex(4)
            folder.mkdir()
            return await stack.enter_async_context(world(folder, canary, **options))

        yield make
