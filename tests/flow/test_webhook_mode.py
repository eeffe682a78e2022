"""The whole program with Telegram calling it: TELEGRAM_MODE=webhook, over real HTTP."""

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager

import aiohttp
import pytest
from sqlite_utils import Database

from bot.simulator.telegram import Telegram
from tests.support.world import BODY, World

MakeWorld = Callable[..., Awaitable[World]]
SRI, BUDI = 11, 12
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def free_port() -> int:
    """A port that the program can have; it must be known before it starts, because Telegram is told it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
async def town(make_world: MakeWorld) -> World:
    port = free_port()
    town = await make_world(
        LISTEN=f"127.0.0.1:{port}", PUBLIC_URL=f"http://127.0.0.1:{port}", TELEGRAM_MODE="webhook"
    )  # fmt: skip
    town.telegram.webhook.backoff = (0.05, 0.1)
    town.telegram.add_user(SRI, "Bu Sri")
    town.telegram.add_user(BUDI, "Pak Budi")
    return town


def asked(telegram: Telegram, method: str) -> int:
    return sum(count for (name, _), count in telegram.counts.items() if name == method)


@contextmanager
def without_an_inbox(town: World) -> Iterator[None]:
    """For a while the database takes no updates."""
    with closing(Database(town.folder / "kentongan.db").conn) as connection:
        connection.execute("ALTER TABLE inbox RENAME TO inbox_away")
        connection.commit()
        yield
        connection.execute("ALTER TABLE inbox_away RENAME TO inbox")
        connection.commit()


async def test_from_start_to_a_story_without_one_question_for_updates(town: World) -> None:
    await town.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.polled()
    town.portal.publish("Balai RW buka pemeriksaan gratis", BODY, ["kesehatan"])
    await town.until(lambda: town.copies(SRI, "Balai RW"), what="the story on Bu Sri's phone")
    assert "sudah berhenti" in await town.says(SRI, "/stop")
    assert asked(town.telegram, "getupdates") == 0
    assert town.telegram.webhook.last_error == ""  # whoever is called at once is already listening


@pytest.mark.parametrize("shown", [{}, {HEADER: "guessed"}, {HEADER: ""}, {HEADER: "é"}], ids=str)
async def test_a_caller_without_the_secret_is_refused_and_leaves_nothing(town: World, shown: dict[str, str]) -> None:
    await town.start()
    forged = {"update_id": 5, "message": {"message_id": 1, "date": 0, "chat": {"id": SRI, "type": "private"}}}
    url = town.environment["PUBLIC_URL"] + "/telegram"
    async with aiohttp.ClientSession() as session, session.post(url, json=forged, headers=shown) as answer:
        assert answer.status == 401
    assert (await town.stats())["inbox"] == {"waiting": 0, "handled": 0, "with_error": 0}


async def test_what_is_written_while_the_program_is_down_is_answered_once_after_the_start(town: World) -> None:
    await town.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.stop()
    town.telegram.say(SRI, "/stop")
    town.telegram.say(BUDI, "/start")
    await town.until(lambda: town.telegram.webhook.last_error, what="Telegram calling in vain")
    await town.start()
    await town.until(lambda: "sudah berhenti" in town.texts(SRI)[-1], what="the answer to /stop")
    await town.until(lambda: town.texts(BUDI), what="the welcome")
    assert len(town.texts(BUDI)) == 1


async def test_an_update_that_could_not_be_stored_comes_again(town: World) -> None:
    await town.start()
    with without_an_inbox(town):
        town.telegram.say(SRI, "/start")
        await town.until(lambda: "500" in town.telegram.webhook.last_error, what="a call that was not taken")
        assert town.texts(SRI) == []
    await town.until(lambda: town.texts(SRI), what="the welcome after the retry")
    assert len(town.texts(SRI)) == 1


async def test_going_back_to_polling_takes_the_webhook_back_and_loses_nothing(town: World) -> None:
    await town.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.stop()
    town.telegram.say(SRI, "/stop")
    town.environment["TELEGRAM_MODE"] = "polling"
    await town.start()
    await town.until(lambda: "sudah berhenti" in town.texts(SRI)[-1], what="the answer to /stop")
    assert town.telegram.webhook.url == ""
