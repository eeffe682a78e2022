"""On which event loops the tests of this room run."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

Loops = Mapping[str, Callable[[], asyncio.AbstractEventLoop]]

# What speaks to sockets itself.
BOTH = {"test_lane.py", "test_lane_connections.py", "test_telegram_outcome.py"}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Loops:
    """The program runs on uvloop, and on asyncio's own loop where there is none."""
    if item.path.name not in BOTH:
        return {"asyncio": asyncio.new_event_loop}
    try:
        import uvloop  # noqa: PLC0415 — not on every platform
    except ImportError:
        return {"asyncio": asyncio.new_event_loop}
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
