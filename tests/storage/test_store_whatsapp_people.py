"""People on WhatsApp: two names of one subscriber, moves, whose word counts, windows."""

import json
from datetime import datetime

import pytest

from bot.chat.turn import Status
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.receipts import MARKETING_STOPPED, Receipt, failed
from bot.ports import Store, Tx
from tests.storage.makers import NOW, due, follow, hours, tell

WA, SARI, ID = "whatsapp", "6281200000001", "ID.77"


def names(tx: Tx) -> list[tuple[str, tuple[str, ...]]]:
    return [(s.address, s.categories) for _, s in tx.subscribers(0, 99)]


async def test_a_number_and_an_id_that_were_told_together_are_one_person_ever_after(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        first = tx.whatsapp_address(SARI, ID, NOW)
        follow(tx, first, "daerah", channel=WA)
        return [first, tx.whatsapp_address(SARI, None, NOW), tx.whatsapp_address(None, ID, NOW)]

    assert await store.write(work) == [SARI] * 3
    assert await store.read(names) == [(SARI, ("daerah",))]


async def test_whoever_hides_the_number_is_reached_by_the_id_until_the_number_is_told(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        hidden = tx.whatsapp_address(None, ID, NOW)
        follow(tx, hidden, "daerah", channel=WA)
        tx.open_window(hidden, NOW, NOW)
        tx.add_reply(WA, hidden, None, "[]", "new", NOW)
        told = tx.whatsapp_address(SARI, ID, NOW)
        return [hidden, told, tx.claim_replies(WA, 1, NOW, 9)[0].address]

    assert await store.write(work) == [ID, SARI, SARI]
    assert await store.read(names) == [(SARI, ("daerah",))]


async def test_what_comes_late_under_the_number_that_a_united_person_gave_up_is_theirs(store: Store) -> None:
    other = "6281200000077"

    def work(tx: Tx) -> tuple[str, str, str]:
        tx.whatsapp_address(SARI, None, NOW)
        tx.whatsapp_address(other, ID, NOW)
        one = tx.whatsapp_address(SARI, ID, NOW)
        late = tx.whatsapp_address(other, None, NOW - hours(1))
        return one, late, tx.whatsapp_address(other, None, NOW + hours(1))

    assert await store.write(work) == (SARI, SARI, other), "later it is somebody else's"


async def test_an_imported_subscriber_is_recognised_by_the_number(store: Store) -> None:
    def work(tx: Tx) -> str:
        follow(tx, SARI, "budaya", channel=WA)
        tx.whatsapp_address(SARI, ID, NOW)
        return tx.whatsapp_address(None, ID, NOW)

    assert await store.write(work) == SARI


LAST_WORDS = {
    "stopped under the id": (["follow phone", "follow id", "stop id"], Status.STOPPED, frozenset()),
    "stopped under the number": (["follow id", "follow phone", "stop phone"], Status.STOPPED, frozenset()),
    "subscribed under the id after stopping": (["stop phone", "follow id"], Status.ACTIVE, {"id"}),
    "subscribed under the number after stopping": (["stop id", "follow phone"], Status.ACTIVE, {"phone"}),
    "only the number was known": (["follow phone"], Status.ACTIVE, {"phone"}),
    "only the id was known": (["follow id"], Status.ACTIVE, {"id"}),
}


@pytest.mark.parametrize(("acts", "status", "topics"), LAST_WORDS.values(), ids=LAST_WORDS)
async def test_two_who_turn_out_to_be_one_keep_their_last_word(
    store: Store, acts: list[str], status: Status, topics: set[str]
) -> None:
    def act(tx: Tx, what: str, now: datetime) -> None:
        verb, name = what.split()
        address = tx.whatsapp_address(SARI if name == "phone" else None, ID if name == "id" else None, now)
        if verb == "follow":
            follow(tx, address, name, channel=WA, now=now)
        else:
            tx.stop(WA, address, False, now)

    for n, what in enumerate(acts):
        await store.write(lambda tx, w=what, n=n: act(tx, w, NOW + hours(n)))  # type: ignore[misc]  # bound at once
    assert await store.write(lambda tx: tx.whatsapp_address(SARI, ID, NOW + hours(9))) == SARI
    person = await store.read(lambda tx: tx.person(WA, SARI))
    assert (person.status, set(person.categories)) == (status, set(topics))
    assert await store.read(lambda tx: tx.person(WA, ID).status) is Status.NEW


async def test_a_move_is_followed_and_the_old_number_belongs_to_nobody(store: Store) -> None:
    def work(tx: Tx) -> tuple[str, str, str]:
        follow(tx, tx.whatsapp_address(SARI, ID, NOW), "daerah", channel=WA)
        tx.whatsapp_moved((SARI, ID), ("6299", "ID.78"), NOW)
        by_new_id = tx.whatsapp_address(None, "ID.78", NOW)
        late = tx.whatsapp_address(SARI, None, NOW - hours(1))  # said before the move, heard after it
        stranger = tx.whatsapp_address(SARI, None, NOW + hours(1))
        return by_new_id, late, stranger

    assert await store.write(work) == ("6299", "6299", SARI)
    assert await store.read(names) == [("6299", ("daerah",))]
    assert await store.read(lambda tx: tx.person(WA, SARI).status) is Status.NEW


async def test_a_new_id_is_followed_without_a_number(store: Store) -> None:
    def work(tx: Tx) -> tuple[str, str]:
        follow(tx, tx.whatsapp_address(None, ID, NOW), "daerah", channel=WA)
        tx.whatsapp_moved((None, ID), (None, "ID.78"), NOW)
        moved = tx.whatsapp_address(None, "ID.78", NOW)
        tx.whatsapp_moved((None, "ID.unknown"), ("6299", None), NOW)
        return moved, tx.person(WA, "6299").status

    assert await store.write(work) == ("ID.78", Status.NEW)


async def test_a_move_to_a_number_that_we_know_makes_one_of_two(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, tx.whatsapp_address("6299", None, NOW), "budaya", channel=WA)
        follow(tx, tx.whatsapp_address(SARI, ID, NOW), "daerah", channel=WA, now=NOW + hours(1))
        tx.whatsapp_moved((SARI, ID), ("6299", None), NOW + hours(2))

    await store.write(work)
    assert await store.read(names) == [("6299", ("daerah",))]


async def test_a_reader_has_no_window_before_they_write_and_one_of_a_day_after(store: Store) -> None:
    def window(tx: Tx) -> object:
        follow(tx, SARI, "daerah", channel=WA)
        return tx.conn.execute("SELECT window_until FROM subscriber").fetchall()  # type: ignore[attr-defined]

    def wrote(tx: Tx, at: datetime, now: datetime) -> object:
        tx.open_window(SARI, at, now)
        (until,) = tx.conn.execute("SELECT window_until FROM subscriber").fetchone()  # type: ignore[attr-defined]
        return until - NOW.timestamp() * 1000

    assert await store.write(window) == [(0,)]
    day = 24 * 3600 * 1000
    assert await store.write(lambda tx: wrote(tx, NOW, NOW)) == day
    assert await store.write(lambda tx: wrote(tx, NOW - hours(3), NOW)) == day, "an old message closed it"
    assert await store.write(lambda tx: wrote(tx, NOW + hours(99), NOW)) == day, "a clock of the future opened it"


async def test_what_is_owed_comes_when_the_window_opens(store: Store) -> None:
    def work(tx: Tx) -> list[datetime | None]:
        first = follow(tx, SARI, "daerah", channel=WA)
        second = follow(tx, "6299", "daerah", channel=WA)
        tx.set_times(WA, "6299", "evening", None, None, NOW)
        tx.owe_digests([(first, NOW + hours(9)), (second, NOW + hours(9))])
        before = tx.next_due(WA, NOW)
        tx.open_window("6299", NOW, NOW)
        between = tx.next_due(WA, NOW)
        tx.open_window(SARI, NOW, NOW)
        return [before, between, tx.next_due(WA, NOW)]

    assert await store.write(work) == [NOW + hours(9), NOW + hours(9), NOW]


async def test_what_numbers_mean_is_remembered_and_forgotten(store: Store) -> None:
    def work(tx: Tx) -> list[str | None]:
        address = tx.whatsapp_address(SARI, ID, NOW)
        seen = [tx.options_of(address)]
        for options in ('["menu"]', None):
            tx.keep_options(address, options)
            seen.append(tx.options_of(address))
        return [*seen, tx.options_of("stranger")]

    assert await store.write(work) == [None, '["menu"]', None, None]


async def test_people_of_other_channels_are_not_meant(store: Store) -> None:
    def work(tx: Tx) -> str:
        follow(tx, SARI, "daerah")
        tell(tx)
        return tx.whatsapp_address(SARI, None, NOW)

    assert await store.write(work) == SARI
    assert await store.read(lambda tx: tx.person(WA, SARI).status) is Status.NEW
    assert await store.read(lambda tx: due(tx, NOW, 9, WA)) == []


async def test_whoever_is_forgotten_is_gone_from_what_was_posted_and_from_all_names(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        post = json.dumps(
            {"entry": [{"changes": [{"value": {"messages": [{"from": SARI, "text": {"body": "halo"}}]}}]}]}
        )
        tx.receive("whatsapp-posts", [(1, post), (2, post.replace(SARI, "6299"))], NOW)
        for number in (1, 2):
            tx.handled("whatsapp-posts", number, NOW)
        follow(tx, tx.whatsapp_address(SARI, ID, NOW), "daerah", channel=WA)
        tx.whatsapp_moved((None, ID), (None, "ID.78"), NOW)
        tx.first_sight(f"wamid.{SARI}", "message", NOW)
        tx.erase(WA, SARI, NOW)
        tables = [row[0] for row in tx.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]  # type: ignore[attr-defined]
        rows = [str(row) for table in tables for row in tx.conn.execute(f'SELECT * FROM "{table}"')]  # type: ignore[attr-defined]  # noqa: S608
        return [row for row in rows if SARI in row or ID in row or "ID.78" in row]

    assert await store.write(work) == []
    assert len(await store.read(lambda tx: tx.waiting_updates("whatsapp-posts", 9))) == 0


STOPS = {
    "said before they joined": (-3, 0, Status.ACTIVE),
    "said before they joined, and that was handled late": (-3, -2, Status.ACTIVE),
    "said after they joined": (0.5, 0, Status.STOPPED),
    "said between their word and its handling": (-1, -2, Status.STOPPED),
    "said before they joined elsewhere than in the chat": (-3, None, Status.ACTIVE),
    "said at the same time": (0, 0, Status.STOPPED),
}


@pytest.mark.parametrize("failed_status", [False, True], ids=["in the menu", "told by a status"])
@pytest.mark.parametrize(("stop", "joined", "then"), STOPS.values(), ids=STOPS)
async def test_a_stop_that_is_told_late_takes_back_no_consent_that_was_given_since(
    store: Store, stop: float, joined: float | None, then: Status, failed_status: bool
) -> None:
    """Hours from when the consent was handled: when the stop was said, when the consent was."""

    def work(tx: Tx) -> Status:
        address = tx.whatsapp_address(SARI, None, NOW)
        if joined is not None:
            tx.open_window(address, NOW + hours(joined), NOW)
        follow(tx, address, "daerah", channel=WA)
        said, now = NOW + hours(stop), NOW + hours(1)
        if failed_status:
            gone = failed(Outcome(Kind.GONE, MARKETING_STOPPED), now)
            tx.take_receipts([Receipt("wamid.1", "failed", None, phone=SARI, failed=gone, at=said)], now)
        else:
            tx.whatsapp_stopped((SARI, None), said, now)
        return tx.person(WA, SARI).status

    assert await store.write(work) is then
