"""A simulator on a free port."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.simulator.clock import HandClock
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from tests.simulator.wire import LABELS, SARI, TOKEN, Wire


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def telegram(clock: HandClock) -> Telegram:
    telegram = Telegram(TOKEN, clock=clock)
    telegram.add_user(SARI, "Sari")
    return telegram


@pytest.fixture
def portal(clock: HandClock) -> Portal:
    return Portal(name="Kabar Uji", categories=LABELS, clock=clock)


@pytest.fixture
async def wire(telegram: Telegram, portal: Portal) -> AsyncIterator[Wire]:
    simulator = Simulator(telegram, portal)
    url = await simulator.start()
    async with aiohttp.ClientSession() as session:
        yield Wire(session, url)
    await simulator.stop()
