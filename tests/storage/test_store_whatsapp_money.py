"""What messages cost: reserved with them, settled by what the platform says, summed by day, month and broadcast."""

from datetime import date, timedelta

import pytest

from bot.delivery.budget import Charge, Spent
from bot.delivery.cadence import NOTHING, Pushed, marketing_from
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Delivery, Settled, State
from bot.delivery.receipts import Billed, DeliveryTag, Receipt, ReplyTag, Tag, failed, tag_of
from bot.delivery.tariff import Category, Prices
from bot.ports import Charged, Store, Tx, Windows
from tests.storage.makers import NOW, follow, hours
from tests.storage.test_store_whatsapp_receipts import SARI, UNKNOWN, WA, told

TODAY = date(2026, 2, 17)
PRICES = Prices(41, 25)
OTHERS = ("6281200000002", "6281200000003")


def reserve(tx: Tx, tag: Tag, category: Category, amount: int, template: str = "", day: date = TODAY) -> None:
    tx.charge([Charged(tag, Charge(category, amount, PRICES), template)], day)


def billed(tag: Tag, category: str, *, billable: bool = True, word: str = "sent", message: str = "wamid.1") -> Receipt:
    return Receipt(message, word, tag, billed=Billed(billable, category))


def lost(tag: Tag, message: str = "wamid.1") -> Receipt:
    return Receipt(message, "failed", tag, failed=failed(Outcome(Kind.REFUSED, "media"), NOW))


def marketing(tx: Tx) -> tuple[int, Delivery]:
    """A template under way, paid for as marketing."""
    epoch, (delivery,) = told(tx, "alert")
    reserve(tx, tag_of(delivery), Category.MARKETING, 41, "ringkasan/id")
    tx.note_templates([(tag_of(delivery), True)], NOW)
    return epoch, delivery


SETTLED = {
    "billed as foreseen": (("marketing", True), 41),
    "in the platform's other word for it": (("marketing_lite", True), 41),
    "billed as something else": (("utility", True), 25),
    "as a service message": (("service", True), 25),
    "not billed": (("marketing", False), 0),
}


@pytest.mark.parametrize(("word", "amount"), SETTLED.values(), ids=SETTLED)
async def test_what_was_reserved_becomes_what_is_billed(store: Store, word: tuple[str, bool], amount: int) -> None:
    def work(tx: Tx) -> tuple[Spent, dict[int, int], list[tuple[date, str, int, int, int]]]:
        _, delivery = marketing(tx)
        tag = tag_of(delivery)
        assert tx.spent(TODAY) == Spent(41, 41, 0)
        for status in ("sent", "delivered", "read"):
            tx.take_receipts([billed(tag, word[0], billable=word[1], word=status)], NOW)
        return tx.spent(TODAY), tx.spent_on([delivery.broadcast_id]), tx.spending(TODAY)

    spent, on, figures = await store.write(work)
    assert spent == Spent(amount, amount, 0)
    assert list(on.values()) == [amount]
    assert figures == [(TODAY, "marketing", 1, 41, amount)]


async def test_what_did_not_arrive_costs_nothing_and_nobody_has_left_it_unread(store: Store) -> None:
    def work(tx: Tx) -> None:
        _, delivery = marketing(tx)
        assert tx.pushed([delivery.subscriber_id])[delivery.subscriber_id].unread == 1
        tx.take_receipts([billed(tag_of(delivery), "marketing"), lost(tag_of(delivery))], NOW)
        assert tx.spent(TODAY) == Spent()
        assert tx.spent_on([delivery.broadcast_id]) == {delivery.broadcast_id: 0}
        pushed = tx.pushed([delivery.subscriber_id])[delivery.subscriber_id]
        assert pushed == Pushed(None, NOW, NOW, 0), "it counts for the day all the same"
        tx.take_receipts([billed(tag_of(delivery), "marketing", word="delivered")], NOW)
        assert tx.spent(TODAY) == Spent(), "a late word about it"

    await store.write(work)


ENDS = {
    "never left": (Settled(State.QUEUED, "connect", next_at=NOW), Spent(), None),
    "refused": (Settled(State.FAILED, "parameter"), Spent(), NOW),
    "arrived": (Settled(State.SENT, message_id="wamid.1"), Spent(41, 41, 0), NOW),
    "nobody knows": (Settled(State.UNKNOWN, "read_timeout"), Spent(41, 41, 0), NOW),
}


@pytest.mark.parametrize(("settled", "spent", "last"), ENDS.values(), ids=ENDS)
async def test_the_answer_to_a_send_settles_it_too(
    store: Store, settled: Settled, spent: Spent, last: object
) -> None:  # fmt: skip
    def work(tx: Tx) -> None:
        epoch, delivery = marketing(tx)
        tx.settle(WA, [(delivery._replace(template="ringkasan/id"), settled)], epoch, NOW)
        assert tx.spent(TODAY) == spent
        assert tx.pushed([delivery.subscriber_id])[delivery.subscriber_id].marketing_at == last

    await store.write(work)


async def test_what_is_sent_once_more_is_not_held_back_by_its_own_first_attempt(store: Store) -> None:
    def work(tx: Tx) -> None:
        epoch, delivery = marketing(tx)
        tx.settle(WA, [(delivery._replace(template="ringkasan/id"), UNKNOWN)], epoch, NOW)
        assert tx.pushed([delivery.subscriber_id])[delivery.subscriber_id].marketing_at == NOW
        assert tx.once_more(tx.doubtful(), NOW) == 1
        assert tx.pushed([delivery.subscriber_id])[delivery.subscriber_id].marketing_at is None

    await store.write(work)


async def test_an_answer_is_counted_and_what_was_silent_is_not(store: Store) -> None:
    def work(tx: Tx) -> None:
        epoch = tx.begin_epoch(NOW).epoch
        for _ in range(2):
            tx.add_reply(WA, SARI, None, "[]", "new", NOW)
            (reply,) = tx.claim_replies(WA, epoch, NOW, 1)
            reserve(tx, ReplyTag(reply.id, 1), Category.SERVICE, 25)
            settled = Settled(State.SENT, "silent" if reply.id == 1 else "", "wamid.1")
            tx.settle_replies(WA, [(reply, settled)], NOW)
        assert tx.spent(TODAY) == Spent(25, 25, 1)
        tx.take_receipts([billed(ReplyTag(2, 1), "service", billable=False)], NOW)
        assert tx.spent(TODAY) == Spent(0, 0, 1), "free, and one of the thousand"

    await store.write(work)


async def test_days_months_and_their_ends(store: Store) -> None:
    def work(tx: Tx) -> None:
        days = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
        for n, day in enumerate(days):
            reserve(tx, DeliveryTag(1, n, 1), Category.SERVICE, 10 + n, day=day)
        assert [tx.spent(day) for day in days] == [
            Spent(10, 10, 1),
            Spent(11, 23, 2),
            Spent(12, 23, 2),
            Spent(13, 13, 1),
        ]
        assert tx.spent_on([1, 2]) == {1: 46}
        assert tx.forget_sights(NOW.replace(day=1, month=3), 99) == 3
        tx.take_receipts([lost(DeliveryTag(1, 2, 1)), lost(DeliveryTag(1, 3, 1), "wamid.2")], NOW)
        assert tx.spent(date(2026, 2, 28)) == Spent(12, 23, 2), "nobody knows any more what it was"
        assert tx.spent(date(2026, 3, 1)) == Spent()

    await store.write(work)


async def test_a_lost_message_that_is_no_marketing_takes_nothing_from_what_was_left_unread(store: Store) -> None:
    def work(tx: Tx) -> int:
        _, (delivery,) = told(tx, "alert")
        reserve(tx, tag_of(delivery), Category.UTILITY, 25, "penting/id")
        tx.note_templates([(DeliveryTag(9, delivery.subscriber_id, 1), True)], NOW)  # an earlier digest
        tx.take_receipts([lost(tag_of(delivery))], NOW)
        return tx.pushed([delivery.subscriber_id])[delivery.subscriber_id].unread

    assert await store.write(work) == 1


async def test_reading_or_writing_makes_somebody_a_reader_again(store: Store) -> None:
    def unread(tx: Tx) -> int:
        return tx.pushed([1])[1].unread

    def work(tx: Tx) -> None:
        _, delivery = marketing(tx)
        tx.note_templates([(DeliveryTag(9, 1, 1), True), (DeliveryTag(9, 1, 1), False)], NOW + hours(30))
        assert unread(tx) == 2, "what is no marketing is not counted"
        tx.take_receipts([Receipt("wamid.1", "read", tag_of(delivery))], NOW)
        assert unread(tx) == 0
        tx.note_templates([(DeliveryTag(9, 1, 1), True)], NOW + hours(60))
        tx.open_window(SARI, NOW, NOW)
        assert unread(tx) == 0
        assert tx.pushed([1, 2])[1].template_at == NOW + hours(60)

    await store.write(work)


async def test_what_waits_for_money_is_due_once_when_some_has_come_back(store: Store) -> None:
    def work(tx: Tx) -> None:
        epoch, (first, second) = told(tx, "alert", (SARI, OTHERS[0]))
        reserve(tx, tag_of(first), Category.MARKETING, 41, "ringkasan/id")
        tx.settle(WA, [(first, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        tx.settle(WA, [(second, Settled(State.QUEUED, "budget", next_at=NOW + hours(5)))], epoch, NOW)
        assert (tx.look_for_money(NOW), tx.next_due(WA, NOW)) == (0, NOW + hours(5))
        tx.take_receipts([billed(tag_of(first), "utility")], NOW)
        assert (tx.look_for_money(NOW), tx.next_due(WA, NOW)) == (1, NOW)
        assert tx.look_for_money(NOW + hours(-1)) == 0, "asked already"
        assert tx.look_for_money(NOW + hours(-1), always=True) == 1

    await store.write(work)


async def test_people_of_the_last_day_are_counted_once(store: Store) -> None:
    def work(tx: Tx) -> None:
        for reader in (SARI, *OTHERS):
            follow(tx, tx.whatsapp_address(reader, None, NOW), "daerah", channel=WA)
        tx.note_templates([(DeliveryTag(9, 1, 1), True), (DeliveryTag(9, 2, 1), False)], NOW)
        tx.note_templates([(DeliveryTag(9, 1, 1), False)], NOW + hours(2))
        assert tx.people_since(NOW - timedelta(milliseconds=1)) == 2
        assert tx.people_since(NOW) == 1
        assert tx.people_since(NOW + hours(2)) == 0

    await store.write(work)


async def test_whoever_is_forgotten_stays_among_the_people_of_their_day_and_leaves_nothing_after_it(
    store: Store,
) -> None:
    def work(tx: Tx) -> None:
        for reader in (SARI, *OTHERS):
            follow(tx, tx.whatsapp_address(reader, None, NOW), "daerah", channel=WA)
        tx.note_templates([(DeliveryTag(9, 1, 1), True), (DeliveryTag(9, 2, 1), False)], NOW)
        tx.erase(WA, SARI, NOW)
        tx.erase(WA, OTHERS[0], NOW)
        assert tx.people_since(NOW - timedelta(minutes=1)) == 2
        assert tx.people_since(NOW + timedelta(minutes=1)) == 0
        tx.erase(WA, OTHERS[1], NOW + hours(26))
        assert tx.people_since(NOW - timedelta(minutes=1)) == 0

    await store.write(work)


async def test_an_audience_is_split_by_window_and_market(store: Store) -> None:
    def work(tx: Tx) -> None:
        for reader in (SARI, *OTHERS, "6590000001"):
            follow(tx, tx.whatsapp_address(reader, None, NOW), "daerah", channel=WA)
        follow(tx, tx.whatsapp_address(None, "ID.77", NOW), "budaya", channel=WA)
        follow(tx, "99", "daerah")
        tx.open_window(SARI, NOW, NOW)
        tx.note_templates([(DeliveryTag(9, 2, 1), True)], NOW)
        everybody = [Windows("628120", 1, 2, 1, 1, 1), Windows("659000", 0, 1, 0), Windows("ID.", 0, 1, 0)]
        assert tx.windows(WA, (), NOW) == everybody
        assert tx.windows(WA, ("daerah",), NOW) == everybody[:2]
        tx.set_times(WA, SARI, "instant", None, NOW + hours(5), NOW)
        assert tx.windows(WA, ("daerah",), NOW)[0] == Windows("628120", 0, 2, 1, 1, 1), "paused readers get no alert"
        assert tx.windows(WA, ("daerah",), NOW + hours(25))[0] == Windows("628120", 0, 3, 0)

    await store.write(work)


SATED = {
    "nothing sent yet": (0, timedelta(0), (0, 0)),
    "a message a moment ago": (1, timedelta(0), (1, 1)),
    "a message almost a day ago": (1, timedelta(hours=23.9), (1, 1)),
    "a message a day ago": (1, timedelta(hours=24), (0, 0)),
    "seven unread, the last two days ago": (7, timedelta(days=2), (1, 0)),
    "seven unread, the last a week ago": (7, timedelta(days=7), (0, 0)),
    "ten unread, the last long ago": (10, timedelta(days=30), (1, 0)),
}


@pytest.mark.parametrize(("unread", "later", "sated"), SATED.values(), ids=SATED)
async def test_an_audience_knows_who_has_had_their_marketing(
    store: Store, unread: int, later: timedelta, sated: tuple[int, int]
) -> None:
    def work(tx: Tx) -> None:
        subscriber = 1
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        for _ in range(unread):
            tx.note_templates([(DeliveryTag(9, subscriber, 1), True)], NOW)
        (found,) = tx.windows(WA, (), NOW + later)
        assert (found.sated, found.begun_sated) == sated
        pushed = tx.pushed([subscriber]).get(subscriber, NOTHING)
        free = marketing_from(pushed)
        assert (free is not None and free > NOW + later) is bool(sated[0]), "as the plan has it"

    await store.write(work)


async def test_what_is_told_once_a_period_is_told_once(store: Store) -> None:
    assert [await store.write(lambda tx: tx.first_time("spent:day:2026-02-17")) for _ in range(2)] == [True, False]


async def test_whoever_is_forgotten_takes_nothing_from_what_was_spent(store: Store) -> None:
    def work(tx: Tx) -> None:
        marketing(tx)
        tx.erase(WA, SARI, NOW)
        assert tx.spent(TODAY) == Spent(41, 41, 0)
        assert tx.conn.execute("SELECT count(*) FROM whatsapp_charge").fetchone() == (0,)  # type: ignore[attr-defined]

    await store.write(work)
