"""What is said by messages that have yet to leave is at hand, however many different things leave with them."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import storage
from bot.delivery.content import BroadcastKind, Content
from bot.delivery.plan import Delivery
from bot.flow import forms
from bot.flow.deliver import Deliverer
from bot.flow.forms import Forms
from bot.flow.spread import announce
from bot.news.item import Item
from bot.ports import Store, Subscription, Tx
from tests.support.drain import EVENING, NOON, WIB, Onlooker

AT_MOST = 4
RATE = 400.0
READERS = 200
CATEGORIES = [f"k{n}" for n in range(6)]
# Whoever follows other categories has a digest of other stories: another content for each.
FOLLOWED = list(itertools.combinations(CATEGORIES, 3))


@pytest.fixture(autouse=True)
def _few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "AT_MOST", AT_MOST)


def delivery(broadcast: int) -> Delivery:
    return Delivery(broadcast, broadcast, 1, "1", None, "id")


def content(title: str) -> Content:
    return Content(BroadcastKind.STORY, NOON, template=title)


def test_what_has_yet_to_leave_stays_though_it_is_the_oldest_and_there_are_too_many() -> None:
    kept = Forms(lambda content, language: f"{content.template} {language}")
    leaving = [delivery(n) for n in range(AT_MOST + 2)]
    kept.keep({one.says: content(f"{one.broadcast_id}") for one in leaving}, leaving)
    kept.keep({delivery(99).says: content("99")}, [*leaving[:3], delivery(99)])
    assert {one.says for one in [*leaving[:3], delivery(99)]} == set(kept.known)
    assert kept.prepare(leaving[0], kept.content(leaving[0])) == "0 id"


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    kept = Forms(lambda content, _: content)
    for n in range(AT_MOST):
        kept.keep({delivery(n).says: content(f"{n}")}, [delivery(n)])
    kept.keep({}, [delivery(0)])
    kept.keep({delivery(9).says: content("9")}, [delivery(9)])
    assert set(kept.known) == {delivery(0).says, delivery(9).says}


async def test_a_story_reaches_everybody_beside_digests_of_ever_other_contents(tmp_path: Path) -> None:
    with capture_logs() as logged:
        async with sending(tmp_path, lambda content, _: content) as (store, channel, story):
            await channel.until(lambda: len(channel.left) >= READERS + len(FOLLOWED))
            assert [kind for _, _, kind in channel.left].count(BroadcastKind.DIGEST) == len(FOLLOWED)
            (report,) = await store.read(lambda tx: tx.report(story))
    assert (report.unknown, report.failed) == (0, {})
    assert not [line for line in logged if line["event"] == "sending broke"]


async def test_what_could_not_be_composed_has_not_left_and_leaves_later(tmp_path: Path) -> None:
    faults = itertools.count()

    def compose(content: Content, _: str) -> object:
        if content.kind is BroadcastKind.STORY and next(faults) < 2 * READERS // 10:  # more than the breaker bears
            raise RuntimeError("our fault")
        return content

    with capture_logs() as logged:
        async with sending(tmp_path, compose) as (store, channel, story):
            await channel.until(lambda: len(channel.left) >= READERS + len(FOLLOWED))
            (report,) = await store.read(lambda tx: tx.report(story))
            assert (report.unknown, report.failed) == (0, {})
    events = [line["event"] for line in logged]
    assert events.count("sending broke") == 2 * READERS // 10
    assert "sending stops" not in events  # our fault says nothing about the account


@asynccontextmanager
async def sending(
    folder: Path, compose: Callable[[Content, str], object]
) -> AsyncIterator[tuple[Store, Onlooker, int]]:
    """Digests are due and a story has just been told: the store, the channel, and the story's broadcast."""
    store = storage.open_store(f"sqlite:///{folder}/forms.db", now=NOON)
    story = await store.write(_tell)
    epoch = (await store.write(lambda tx: tx.begin_epoch(EVENING))).epoch
    channel, began = Onlooker(RATE), time.monotonic()

    def now() -> datetime:
        return EVENING + timedelta(seconds=time.monotonic() - began)

    deliverer = Deliverer(store, channel, compose, WIB, epoch, now, opened=began - 10)
    deliverer.start()
    try:
        async with asyncio.timeout(30):
            yield store, channel, story
    finally:
        await deliverer.stop(5)
        store.close()


def _tell(tx: Tx) -> int:
    evening = [Subscription("telegram", f"{n + 1}", c, "evening", consent_at=NOON) for n, c in enumerate(FOLLOWED)]
    at_once = [Subscription("telegram", f"{n + 1000}", ("desa",), consent_at=NOON) for n in range(READERS)]
    tx.import_subscribers([*evening, *at_once], NOON)
    for category in CATEGORIES:
        _announce(tx, category, NOON)
    for told in tx.open_passes("telegram", NOON):
        tx.move_pass("telegram", told, told.max_id, True)  # whoever has digests is passed over
    tx.owe_digests([(n + 1, EVENING) for n in range(len(FOLLOWED))])
    return _announce(tx, "desa", EVENING)


def _announce(tx: Tx, category: str, now: datetime) -> int:
    item = Item(category, f"https://portal.example/{category}", f"Kabar {category}", summary="Ringkasan.")
    return announce(tx, tx.add_story(item, now, [category], now), [category], ["telegram"], now)
