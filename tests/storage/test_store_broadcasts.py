"""Broadcasts: told once, read by their audience in pages, closed when everything has settled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Broadcast, Rank, Settled, State
from bot.delivery.plan import Status as Ended
from bot.ports import Store, Tx
from tests.storage.makers import (
    NOW,
    SENT,
    TELEGRAM,
    addresses,
    alert,
    claim,
    codes,
    delivery,
    due,
    follow,
    hours,
    imported,
    settle,
    story,
    tell,
    told,
)  # fmt: skip


async def test_a_pass_carries_what_the_deliverer_needs(store: Store) -> None:
    def work(tx: Tx) -> Broadcast:
        for n in "abc":
            follow(tx, n, "daerah")
        return tell(tx, categories=["hukrim", "daerah"])

    assert await store.write(work) == Broadcast(
        1, BroadcastKind.STORY, Rank.STORY, 1, 1, ("daerah", "hukrim"), 0, 3, NOW, NOW + hours(12), telling=1
    )  # fmt: skip


async def test_a_story_is_told_once(store: Store) -> None:
    def work(tx: Tx) -> tuple[int, int, int]:
        first = tell(tx)
        again = tx.add_broadcast("story", Rank.STORY, first.story_id, ["budaya"], [TELEGRAM], NOW, NOW + hours(1))
        return first.id, again, len(tx.open_passes(TELEGRAM, NOW))

    first, again, passes = await store.write(work)
    assert (again, passes) == (first, 1)


async def test_each_channel_has_a_pass_of_its_own(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        follow(tx, "t", "daerah")
        follow(tx, "w", "daerah", channel="whatsapp")
        broadcast = tell(tx, channels=[TELEGRAM, "whatsapp"])
        tx.move_pass(TELEGRAM, broadcast, 99, done=True)
        (left,) = tx.open_passes("whatsapp", NOW)
        assert tx.open_passes(TELEGRAM, NOW) == []
        return addresses(tx.readers("whatsapp", left, 9))

    assert await store.write(work) == ["w"]


AUDIENCES = {
    "one category": (["daerah"], ["1", "3", "5"]),
    "several, each reader once": (["daerah", "budaya"], ["1", "2", "3", "5"]),
    "nobody's category: those who follow all": (["hukrim"], ["5"]),
    "no category: those who follow all": ([], ["5"]),
}


@pytest.mark.parametrize("name", AUDIENCES)
async def test_who_is_meant(store: Store, name: str) -> None:
    categories, expected = AUDIENCES[name]

    def work(tx: Tx) -> list[str]:
        follow(tx, "1", "daerah")
        follow(tx, "2", "budaya")
        follow(tx, "3", "daerah", "budaya")
        follow(tx, "4", "daerah")
        follow(tx, "5", "*")
        tx.stop(TELEGRAM, "4", False, NOW)
        return addresses(tx.readers(TELEGRAM, tell(tx, categories=categories), 10))

    assert await store.write(work) == expected


async def test_nobody_who_came_after_the_snapshot(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        follow(tx, "1", "daerah")
        broadcast = tell(tx)
        follow(tx, "2", "daerah")
        return addresses(tx.readers(TELEGRAM, broadcast, 10))

    assert await store.write(work) == ["1"]


async def test_digest_readers_stand_among_the_readers_with_their_mode(store: Store) -> None:
    """The pass goes over them: it sets their timers."""

    def work(tx: Tx) -> list[str]:
        rows = [imported(n, "daerah") for n in range(3)]
        tx.import_subscribers([rows[0], replace(rows[1], mode="morning"), rows[2]], NOW)
        return [reader.mode for reader in tx.readers(TELEGRAM, tell(tx), 3)]

    assert await store.write(work) == ["instant", "morning", "instant"]


async def test_stopped_readers_are_passed_over_however_many_they_are(store: Store) -> None:
    """Fewer than the limit means the end: a page that was thinned out must not end the pass."""

    def work(tx: Tx) -> tuple[list[str], list[str]]:
        tx.import_subscribers([imported(n, "daerah") for n in range(500)], NOW)
        broadcast = tell(tx)
        for n in range(1, 497):
            tx.stop(TELEGRAM, str(n), True, NOW)
        return addresses(tx.readers(TELEGRAM, broadcast, 3)), addresses(tx.readers(TELEGRAM, broadcast, 5))

    assert await store.write(work) == (["0", "497", "498"], ["0", "497", "498", "499"])


async def test_pages_follow_the_cursor_and_the_last_is_short(store: Store) -> None:
    def work(tx: Tx) -> list[list[str]]:
        for n in range(7):
            follow(tx, str(n), "daerah", "budaya")
        tell(tx, categories=["daerah", "budaya"])
        epoch = tx.begin_epoch(NOW).epoch
        pages = []
        while passes := tx.open_passes(TELEGRAM, NOW):
            pages.append(addresses(claim(tx, passes[0], 3, epoch)))
        return pages

    assert await store.write(work) == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


async def test_a_cursor_never_goes_back(store: Store) -> None:
    def work(tx: Tx) -> int:
        broadcast = tell(tx)
        tx.move_pass(TELEGRAM, broadcast, 5, done=False)
        tx.move_pass(TELEGRAM, broadcast, 3, done=False)
        return tx.open_passes(TELEGRAM, NOW)[0].last_id

    assert await store.write(work) == 5


async def test_passes_come_by_rank_and_then_by_age(store: Store) -> None:
    def work(tx: Tx) -> list[Rank]:
        for n, rank in enumerate((Rank.STORY, Rank.DIGEST, Rank.STORY, Rank.ALERT)):
            tell(tx, str(n), rank=rank, now=NOW - timedelta(minutes=n))
        return [b.rank for b in tx.open_passes(TELEGRAM, NOW)]

    assert await store.write(work) == [Rank.ALERT, Rank.STORY, Rank.STORY, Rank.DIGEST]
    assert [b.story_id for b in await store.read(lambda tx: tx.open_passes(TELEGRAM, NOW))] == [4, 3, 1, 2]


async def test_an_alert_that_has_expired_is_not_sent_and_closes(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[Broadcast], list[int], list[int]]:
        follow(tx, "1", "daerah")
        broadcast = alert(tx, life=hours(1))
        tx.queue_deliveries(broadcast, [(tx.readers(TELEGRAM, broadcast, 1)[0], NOW)], NOW)
        late = NOW + hours(1)
        return tx.open_passes(TELEGRAM, late), tx.close_broadcasts(late), tx.close_broadcasts(late)

    passes, closed, again = await store.write(work)
    assert (passes, closed, again) == ([], [1], [])
    assert await store.read(codes) == {"expired": 1}


async def test_a_story_that_has_expired_goes_into_digests_and_closes_when_everybody_was_looked_at(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[int], list[int], list[str]]:
        follow(tx, "1", "daerah")
        broadcast = tell(tx, life=hours(1))
        tx.queue_deliveries(broadcast, [(tx.readers(TELEGRAM, broadcast, 1)[0], NOW)], NOW)
        late = NOW + hours(1)
        first = tx.close_broadcasts(late)
        (open_still,) = tx.open_passes(TELEGRAM, late)
        tx.move_pass(TELEGRAM, open_still, 1, done=True)
        owed = [reader.address for reader, _ in tx.digests_due(TELEGRAM, late, 9, "x")]
        return first, tx.close_broadcasts(late), owed

    assert await store.write(work) == ([], [1], ["1"])
    assert await store.read(codes) == {"digest": 1}


async def test_a_broadcast_completes_when_its_passes_are_done_and_everything_has_settled(store: Store) -> None:
    def work(tx: Tx) -> list[list[int]]:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, "1", "daerah")
        follow(tx, "2", "daerah")
        broadcast = tell(tx)
        closed = [tx.close_broadcasts(NOW)]
        first, second = claim(tx, broadcast, 10, epoch)
        closed.append(tx.close_broadcasts(NOW))
        settle(tx, [first], SENT, epoch)
        settle(tx, [second], Settled(State.QUEUED, "timeout", next_at=NOW), epoch)
        closed.append(tx.close_broadcasts(NOW))
        again = due(tx, NOW, 10)
        tx.start_deliveries(again, epoch, NOW)
        settle(tx, again, Settled(State.FAILED, "server"), epoch)
        return [*closed, tx.close_broadcasts(NOW), tx.close_broadcasts(NOW)]

    assert await store.write(work) == [[], [], [], [1], []]


async def test_a_late_broadcast_waits_for_what_is_under_way(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[int], list[int]]:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, "1", "daerah")
        started = claim(tx, tell(tx, life=hours(1)), 1, epoch)
        late = NOW + hours(2)
        tx.move_pass(TELEGRAM, tx.open_passes(TELEGRAM, late)[0], 1, done=True)
        before = tx.close_broadcasts(late)
        settle(tx, started, SENT, epoch, late)
        return before, tx.close_broadcasts(late)

    assert await store.write(work) == ([], [1])
    assert (await store.read(lambda tx: tx.stats(NOW)))["broadcasts"] == {"expired": 1}


async def test_a_sleeping_city_is_let_go_over_several_ticks(store: Store) -> None:
    def work(tx: Tx) -> int:
        tx.import_subscribers([imported(n, "daerah") for n in range(4100)], NOW)
        broadcast = alert(tx, life=hours(1))
        tx.queue_deliveries(broadcast, [(r, NOW + hours(9)) for r in tx.readers(TELEGRAM, broadcast, 5000)], NOW)
        late, ticks = NOW + hours(1), 1
        while not tx.close_broadcasts(late) and ticks < 9:
            ticks += 1
        return ticks

    assert await store.write(work) == 3
    assert await store.read(codes) == {"expired": 4100}


async def test_followers_of_a_late_category_get_a_pass_that_leaves_out_who_had_it(store: Store) -> None:
    def work(tx: Tx) -> tuple[bool, list[str], list[int]]:
        epoch = tx.begin_epoch(NOW).epoch
        for address, category in {"1": "daerah", "2": "budaya", "3": "daerah"}.items():
            follow(tx, address, category)
        follow(tx, "1", "daerah", "budaya")
        follow(tx, "4", "*")
        broadcast = tell(tx)
        settle(tx, claim(tx, broadcast, 10, epoch), SENT, epoch)
        tx.close_broadcasts(NOW)
        added = tx.add_pass(told(broadcast), ["budaya", "daerah"], NOW - hours(1), NOW)
        (late,) = tx.open_passes(TELEGRAM, NOW)
        assert late.categories == ("budaya",)
        readers = addresses(claim(tx, late, 10, epoch))
        return added, readers, tx.close_broadcasts(NOW)

    assert await store.write(work) == (True, ["2"], [])


LATE = {
    "no new category": (["daerah"], -1, 0),
    "no category at all": ([], -1, 0),
    "told too long ago": (["budaya"], 0, 0),
    "expired": (["budaya"], -1, 12),
}


@pytest.mark.parametrize("name", LATE)
async def test_no_further_pass(store: Store, name: str) -> None:
    categories, younger_than, now = LATE[name]

    def work(tx: Tx) -> bool:
        story_id = told(tell(tx))
        return tx.add_pass(story_id, categories, NOW + hours(younger_than), NOW + hours(now))

    assert not await store.write(work)


@pytest.mark.parametrize("status", [Ended.CANCELLED, Ended.WITHDRAWN, Ended.INTERRUPTED])
async def test_what_was_stopped_gets_no_further_pass(store: Store, status: Ended) -> None:
    def work(tx: Tx) -> bool:
        broadcast = tell(tx)
        tx.set_status(broadcast.id, status, "", NOW)
        return tx.add_pass(told(broadcast), ["budaya"], NOW - hours(1), NOW)

    assert not await store.write(work)


async def test_what_is_paused_stays_so_and_tells_the_late_category_when_it_is_resumed(store: Store) -> None:
    def work(tx: Tx) -> tuple[bool, int, list[tuple[str, ...]]]:
        broadcast = tell(tx)
        tx.set_status(broadcast.id, Ended.PAUSED, "", NOW)
        added = tx.add_pass(told(broadcast), ["budaya"], NOW - hours(1), NOW)
        meanwhile = len(tx.open_passes(TELEGRAM, NOW))
        tx.set_status(broadcast.id, Ended.RUNNING, "", NOW)
        tx.move_pass(TELEGRAM, broadcast, 0, done=True)
        return added, meanwhile, [b.categories for b in tx.open_passes(TELEGRAM, NOW)]

    assert await store.write(work) == (True, 0, [("budaya",)])


async def test_a_story_that_was_never_told_gets_no_pass(store: Store) -> None:
    assert not await store.write(lambda tx: tx.add_pass(story(tx), ["budaya"], NOW - hours(1), NOW))


async def test_of_one_broadcast_one_pass_at_a_time_is_open(store: Store) -> None:
    """A tick claims from all open passes before it starts anything: two of one broadcast could name a reader twice."""

    def work(tx: Tx) -> list[int]:
        broadcast = tell(tx)
        tx.add_pass(told(broadcast), ["budaya"], NOW - hours(1), NOW)
        seen = [b.pass_no for b in tx.open_passes(TELEGRAM, NOW)]
        tx.move_pass(TELEGRAM, broadcast, 0, done=True)
        return seen + [b.pass_no for b in tx.open_passes(TELEGRAM, NOW)]

    assert await store.write(work) == [1, 2]


async def test_no_copy_is_started_twice(store: Store) -> None:
    def work(tx: Tx) -> None:
        epoch = tx.begin_epoch(NOW).epoch
        follow(tx, "1", "daerah")
        broadcast = tell(tx)
        reader = tx.readers(TELEGRAM, broadcast, 1)[0]
        tx.start_deliveries([delivery(broadcast, reader)], epoch, NOW)
        tx.start_deliveries([delivery(broadcast, reader, attempt=2)], epoch, NOW)

    with pytest.raises(ValueError, match="one copy"):
        await store.write(work)
