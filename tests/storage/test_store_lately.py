"""What groups had just before a start: found by group, whatever became of it and of its broadcast."""

from datetime import timedelta

from bot.ports import Store, Tx
from tests.storage.makers import NOW, SENT, TELEGRAM, claim, imported, settle, tell

GROUPS = ("-7", "-1001", "@kabar_desa")


def started(tx: Tx) -> None:
    """A story leaves for three groups and two people; what the last two groups had has arrived."""
    tx.import_subscribers([imported(n, "daerah") for n in range(2)], NOW)
    for group in GROUPS:
        tx.follow(TELEGRAM, group, ("daerah",), False, "ya", None, "id", NOW)
    epoch = tx.begin_epoch(NOW).epoch
    left = claim(tx, tell(tx), 9, epoch)
    settle(tx, left[-2:], SENT, epoch)


async def test_what_groups_had_is_found_and_what_people_had_is_not(store: Store) -> None:
    await store.write(started)
    found = await store.read(lambda tx: tx.started_to_groups(TELEGRAM, NOW - timedelta(minutes=1)))
    assert sorted(found) == sorted((group, NOW) for group in GROUPS)
    assert await store.read(lambda tx: tx.started_to_groups("whatsapp", NOW - timedelta(minutes=1))) == []


async def test_what_is_older_is_not_and_what_is_done_is(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        started(tx)
        begin = tx.begin_epoch(NOW)  # what was under way is over
        assert begin.unknown == 3
        tx.close_broadcasts(NOW + timedelta(hours=13))
        spans = (timedelta(seconds=1), timedelta(0))
        return [len(tx.started_to_groups(TELEGRAM, NOW - span)) for span in spans]

    assert await store.write(work) == [3, 0]
