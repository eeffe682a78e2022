"""A digest that surely did not arrive: its stories come in another, unless the platform refuses just them."""

from datetime import datetime

import pytest

from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Delivery, Settled, State
from bot.ports import Tx
from tests.support.outbox import Outbox, local

FAILED = Settled(State.FAILED, "server_error")
REFUSED = Settled(State.FAILED, "parse_entities", refused=True)


async def told(outbox: Outbox, delivery: Delivery) -> list[str]:
    """The headlines of a digest's stories."""
    stories = await outbox.store.read(lambda tx: tx.stories(delivery.stories))
    return sorted(story.title for story in stories.values())


async def fail(outbox: Outbox, settled: Settled) -> list[Delivery]:
    """Whatever leaves now ends so."""
    left = await outbox.claim()
    outbox.answer(left, settled)
    await outbox.claim(slots=0)
    return left


async def hourly(outbox: Outbox, settled: Settled, hours: int) -> list[tuple[datetime, list[str]]]:
    """What leaves in these hours, all of it ending so."""
    seen = []
    for _ in range(hours * 4):
        outbox.later(minutes=15)
        seen += [(outbox.now, await told(outbox, d)) for d in await fail(outbox, settled)]
    return seen


@pytest.mark.parametrize("mode", ["evening", "both"])
@pytest.mark.parametrize("settled", [FAILED, REFUSED], ids=["trouble", "refused"])
async def test_its_stories_come_an_hour_later(outbox: Outbox, mode: str, settled: Settled) -> None:
    await outbox.readers("1", mode=mode)
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    assert [d.kind for d in await fail(outbox, settled)] == [BroadcastKind.DIGEST]
    arrived = await hourly(outbox, Settled(State.SENT, message_id="7"), 40)
    assert arrived == [(local(18), ["Pasar murah"])]


async def test_what_is_refused_again_is_dropped_and_newer_stories_go_on(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    await fail(outbox, REFUSED)
    await outbox.tell("Jalan mulus")
    seen = await hourly(outbox, REFUSED, 72)
    assert seen == [(local(18), ["Jalan mulus", "Pasar murah"]), (local(19), ["Jalan mulus"])]


async def test_a_chat_in_trouble_for_long_is_left_alone_after_a_day(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    assert len(await fail(outbox, FAILED)) == 1
    assert len(await hourly(outbox, FAILED, 72)) == 23


async def test_who_left_meanwhile_is_owed_nothing_also_when_they_are_back(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    left = await outbox.claim()
    await outbox.write(lambda tx: tx.stop("telegram", "1", False, outbox.now))
    outbox.answer(left, FAILED)
    await outbox.claim(slots=0)
    outbox.later(minutes=1)
    back = ("telegram", "1", ("daerah",), False, "ya", None, "id", outbox.now)
    await outbox.write(lambda tx: tx.follow(*back))
    assert await hourly(outbox, Settled(State.SENT, message_id="7"), 40) == []


async def test_a_digest_of_which_nobody_knows_is_not_sent_again(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    await fail(outbox, Settled(State.UNKNOWN, "read_timeout"))
    assert await hourly(outbox, Settled(State.SENT, message_id="7"), 40) == []


async def test_the_staff_hears_once_when_many_of_an_hours_digests_are_refused(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 130)), mode="evening")
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    for _ in range(3):
        outbox.answer(await outbox.claim(slots=10), REFUSED)
    left = await outbox.claim()
    assert left == []
    ((digest, code),) = outbox.refused
    assert code == "telegram: parse_entities"
    assert await outbox.status(digest) == "running"


async def test_some_odd_chats_alarm_nobody(outbox: Outbox) -> None:
    await outbox.readers(*(str(n) for n in range(100, 130)), mode="evening")
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    outbox.answer(await outbox.claim(slots=26))
    outbox.answer(await outbox.claim(), REFUSED)
    await outbox.claim(slots=0)
    assert outbox.refused == []


async def test_what_the_next_digest_brings_does_not_come_for_a_late_category_too(outbox: Outbox) -> None:
    await outbox.readers("1", topics=("daerah", "hukrim"), mode="evening")
    await outbox.tell("Pasar murah")
    await outbox.drain()
    outbox.now = local(17)
    await fail(outbox, REFUSED)
    await outbox.wishes("1")

    def gains(tx: Tx) -> bool:
        tx.add_categories(1, ["hukrim"])
        return tx.add_pass(1, ["hukrim"], local(0), outbox.now)

    assert await outbox.write(gains)
    left = await outbox.drain()
    outbox.now = local(18)
    left += await outbox.drain()
    assert [(d.kind, d.stories or (d.story_id,)) for d in left] == [(BroadcastKind.DIGEST, (1,))]
