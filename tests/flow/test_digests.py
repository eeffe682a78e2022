"""Digests: what could not be told at once comes together later, once, and nothing new sends nothing."""

from datetime import timedelta

import pytest

from bot.delivery.content import BroadcastKind, Level
from bot.delivery.plan import Delivery, Settled, State
from bot.flow import newsroom, spread
from bot.ports import Tx
from tests.support.outbox import NIGHT, Outbox, local, who


def titles(outbox: Outbox, address: str) -> list[list[str]]:
    """What one reader got, message by message."""
    return [
        [s.title for s in (content.story, *content.stories) if s is not None]
        for delivery, content in outbox.sent
        if delivery.address == address
    ]


MODES = {
    "morning": [local(6, day=18)],
    "evening": [local(17)],
    "both": [local(17), local(6, day=18)],
}


@pytest.mark.parametrize("mode", MODES)
async def test_a_digest_comes_at_its_hours_and_only_when_there_is_something(outbox: Outbox, mode: str) -> None:
    await outbox.readers("1", mode=mode)
    came = []
    await outbox.tell("Satu")
    assert await outbox.drain() == []
    for _ in range(48):
        outbox.now += timedelta(minutes=30)
        if outbox.now == local(20):
            await outbox.tell("Dua")
        came += [(outbox.now, d.kind, d.stories) for d in await outbox.drain()]
    expected = [(at, BroadcastKind.DIGEST) for at in MODES[mode]]
    assert [(at, kind) for at, kind, _ in came] == expected[: len(came)]
    assert titles(outbox, "1")[0][-1] == "Satu"
    told = [title for message in titles(outbox, "1") for title in message]
    assert len(told) == len(set(told))
    outbox.now = local(12, day=19)
    assert len(told) + (mode == "evening") == 2


async def test_what_is_told_at_night_comes_as_one_digest_when_the_night_ends(outbox: Outbox) -> None:
    await outbox.readers("1", quiet=NIGHT)
    await outbox.tell("Siang")
    await outbox.drain()
    outbox.now = local(22)
    for n in range(9):
        await outbox.tell(f"Malam {n}")
    assert await outbox.drain() == []
    outbox.now = local(5, day=18)
    (digest,) = await outbox.drain()
    assert (len(digest.stories), digest.more) == (7, 2)
    assert titles(outbox, "1") == [["Siang"], [f"Malam {n}" for n in range(8, 1, -1)]]
    await outbox.tell("Pagi")
    await outbox.drain()
    assert titles(outbox, "1")[-1] == ["Pagi"]


async def test_nobody_is_written_to_while_paused_and_the_digest_comes_afterwards(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    await outbox.wishes("1", paused_until=local(12, day=20))
    await outbox.tell("Satu")
    assert who(await outbox.drain()) == ["2"]
    await outbox.alert("Awas", level=Level.URGENT)
    assert who(await outbox.drain()) == ["2"]
    outbox.now = local(12, day=20)
    assert who(await outbox.drain()) == ["1"]
    assert titles(outbox, "1") == [["Satu"]]


async def test_whoever_goes_on_early_gets_it_at_once(outbox: Outbox) -> None:
    await outbox.readers("1")
    await outbox.wishes("1", paused_until=local(12, day=20))
    await outbox.tell("Satu")
    await outbox.drain()
    outbox.later(hours=1)
    await outbox.wishes("1")
    assert who(await outbox.drain()) == ["1"]


async def test_what_is_over_the_daily_limit_goes_into_the_digest(outbox: Outbox) -> None:
    def join(tx: Tx) -> None:
        tx.follow("telegram", "1", ["daerah"], False, "ya", None, "id", outbox.now, None, 3)

    await outbox.write(join)
    for n in range(5):
        await outbox.tell(f"Kabar {n}")
        await outbox.drain()
    assert titles(outbox, "1") == [["Kabar 0"], ["Kabar 1"], ["Kabar 2"]]
    outbox.now = local(17)
    await outbox.drain()
    assert titles(outbox, "1")[-1] == ["Kabar 4", "Kabar 3"]
    outbox.now = local(8, day=18)
    await outbox.tell("Besok")
    await outbox.drain()
    assert titles(outbox, "1")[-1] == ["Besok"]


async def test_a_digest_covers_stories_whose_pass_has_not_come_yet(outbox: Outbox) -> None:
    """Who is owed a digest the moment a story goes out gets that story in the digest, not twice."""
    await outbox.readers("1", "2", quiet=NIGHT)
    outbox.now = local(4)
    await outbox.tell("Malam")
    await outbox.drain()
    outbox.now = local(5)
    await outbox.tell("Fajar")
    await outbox.drain(slots=1)
    for address in "12":
        told = sorted(title for message in titles(outbox, address) for title in message)
        assert told == ["Fajar", "Malam"]


async def test_a_topic_followed_later_brings_nothing_old(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    await outbox.tell("Budaya lama", "budaya")
    await outbox.tell("Daerah", "daerah")
    await outbox.drain()
    await outbox.write(lambda tx: tx.follow("telegram", "1", ["daerah", "budaya"], False, "ya", None, "id", outbox.now))
    await outbox.tell("Budaya baru", "budaya")
    await outbox.drain()
    outbox.now = local(17)
    await outbox.drain()
    assert titles(outbox, "1") == [["Budaya baru", "Daerah"]]


async def test_a_late_category_brings_nothing_twice(outbox: Outbox) -> None:
    await outbox.readers("1", topics=("daerah", "budaya"), mode="evening")
    await outbox.readers("2", topics=("budaya",), mode="evening")
    outbox.now = local(16, 50)
    await outbox.tell("Satu", "daerah")
    await outbox.drain()
    outbox.now = local(17)
    await outbox.drain()
    await outbox.write(lambda tx: tx.add_categories(1, ["budaya"]))
    await outbox.write(lambda tx: spread.reach_further(tx, 1, ["budaya"], outbox.now))
    await outbox.drain()
    outbox.now = local(17, day=18)
    await outbox.drain()
    assert titles(outbox, "1") == [["Satu"]]
    assert titles(outbox, "2") == [["Satu"]]


async def test_a_story_that_waited_too_long_goes_into_the_digest(outbox: Outbox) -> None:
    await outbox.readers("1", "2")
    await outbox.tell("Satu")
    first = await outbox.claim(slots=1)
    outbox.answer(first, Settled(State.QUEUED, "server_error", next_at=outbox.now + timedelta(hours=13)))
    await outbox.claim(slots=0)
    outbox.later(hours=13)
    assert await outbox.drain() == []
    outbox.now = local(6, day=18)
    assert who(await outbox.drain()) == ["1", "2"]
    assert [kinds(d) for d, _ in outbox.sent[1:]] == ["digest", "digest"]


def kinds(delivery: Delivery) -> str:
    return delivery.kind.value


async def test_a_digest_that_could_not_leave_for_hours_waits_for_the_next_one(outbox: Outbox) -> None:
    await outbox.readers("1", mode="both")
    await outbox.tell("Satu")
    await outbox.drain()
    outbox.now = local(20, 30)  # the evening's was due at 17.00
    assert await outbox.drain() == []
    outbox.now = local(6, day=18)
    assert who(await outbox.drain()) == ["1"]


async def test_a_cancelled_story_stands_in_no_digest(outbox: Outbox) -> None:
    await outbox.readers("1", mode="evening")
    broadcast = await outbox.tell("Satu")
    await outbox.drain()
    outbox.later(minutes=1)
    await outbox.tell("Dua")
    await outbox.write(lambda tx: newsroom.withdraw(tx, broadcast, "Keliru", "redaksi", outbox.now))
    await outbox.drain()
    outbox.now = local(17)
    await outbox.drain()
    assert titles(outbox, "1") == [["Dua"]]
