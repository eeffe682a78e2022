"""What receipts settle: doubts, failures that are told later, and answers that come after their receipts."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import pytest

from bot.chat.turn import Status
from bot.delivery.content import Note
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Broadcast, Delivery, Rank, Settled, State
from bot.delivery.plan import Status as Ended
from bot.delivery.receipts import DeliveryTag, Receipt, ReplyTag, Tag, failed, settle_delivery, settle_reply, tag_of
from bot.flow.settling import Settler, Settling
from bot.ports import Store, Tx
from tests.storage.makers import NOW, due, follow, hours, story

WA, SARI = "whatsapp", "6281200000001"
UNKNOWN = Settled(State.UNKNOWN, "read_timeout")


def told(tx: Tx, kind: str = "story", readers: Collection[str] = (SARI,)) -> tuple[int, list[Delivery]]:
    """An epoch, and a broadcast that is under way to these readers."""
    epoch = tx.begin_epoch(NOW).epoch
    for reader in readers:
        follow(tx, tx.whatsapp_address(reader, None, NOW), "daerah", channel=WA)
    if kind == "story":
        tx.add_broadcast("story", Rank.STORY, story(tx), ["daerah"], [WA], NOW, NOW + hours(12))
    else:
        tx.add_broadcast(kind, Rank.ALERT, None, ["daerah"], [WA], NOW, NOW + hours(6), note=Note("Jembatan ditutup."))
    return epoch, started(tx, tx.open_passes(WA, NOW)[0], epoch)


def started(tx: Tx, broadcast: Broadcast, epoch: int) -> list[Delivery]:
    readers = tx.readers(WA, broadcast, 99)
    made = [
        Delivery(broadcast.id, broadcast.story_id, r.subscriber_id, r.address, None, "id", kind=broadcast.kind)
        for r in readers
    ]
    tx.start_deliveries(made, epoch, NOW)
    tx.move_pass(WA, broadcast, readers[-1].subscriber_id, done=True)
    return made


def receipt(tag: object, word: str = "delivered", message_id: str = "wamid.1", code: str = "") -> Receipt:
    gone_wrong = failed(Outcome(Kind.LATER, code), NOW) if code else None
    return Receipt(message_id, word, tag, failed=gone_wrong)  # type: ignore[arg-type]


def rows(tx: Tx) -> list[tuple[str, str | None, str | None]]:
    found = tx.conn.execute("SELECT state, code, message_id FROM delivery ORDER BY subscriber_id")  # type: ignore[attr-defined]
    return list(found.fetchall())


async def test_a_message_and_each_status_of_it_are_seen_once(store: Store) -> None:
    def work(tx: Tx) -> list[bool]:
        words = ("message", "sent", "read", "sent", "delivered", "message", "read", "glanced", "glanced")
        return [tx.first_sight("wamid.1", word, NOW) for word in words]

    assert await store.write(work) == [True, True, True, False, True, False, False, True, False]
    assert await store.write(lambda tx: tx.first_sight("wamid.2", "sent", NOW + hours(1))) is True
    assert await store.write(lambda tx: tx.forget_sights(NOW + hours(1), 9)) == 1
    assert await store.write(lambda tx: tx.first_sight("wamid.1", "sent", NOW)) is True


@pytest.mark.parametrize("word", ["sent", "delivered", "read"])
@pytest.mark.parametrize("kind", ["story", "alert"])
async def test_a_receipt_settles_a_doubt(store: Store, kind: str, word: str) -> None:
    def work(tx: Tx) -> list[tuple[str, str | None, str | None]]:
        epoch, (delivery,) = told(tx, kind)
        tx.settle(WA, [(delivery, UNKNOWN)], epoch, NOW)
        assert tx.doubtful() == [tag_of(delivery)]
        tx.take_receipts([receipt(tag_of(delivery), word)], NOW)
        assert tx.doubtful() == []
        return rows(tx)

    assert await store.write(work) == [("sent", "", "wamid.1")]


async def test_without_a_receipt_a_doubt_is_sent_once_more_and_never_again(store: Store) -> None:
    def work(tx: Tx) -> Iterator[object]:
        epoch, (delivery,) = told(tx)
        tx.settle(WA, [(delivery, UNKNOWN)], epoch, NOW)
        tx.close_broadcasts(NOW)
        yield tx.once_more(tx.doubtful(), NOW)
        (again,) = due(tx, NOW, 9, WA)
        yield again.doubts, again.attempt
        tx.start_deliveries([again], epoch, NOW)
        tx.settle(WA, [(again, UNKNOWN)], epoch, NOW)
        yield tx.doubtful()
        yield tx.once_more([tag_of(again)], NOW)
        yield rows(tx)

    assert await store.write(lambda tx: list(work(tx))) == [
        1, (1, 2), [], 0, [("unknown", "read_timeout", None)]
    ]  # fmt: skip


async def test_a_late_receipt_of_the_first_attempt_keeps_the_second_from_leaving(store: Store) -> None:
    def work(tx: Tx) -> list[Delivery]:
        epoch, (delivery,) = told(tx)
        tx.settle(WA, [(delivery, UNKNOWN)], epoch, NOW)
        tx.once_more(tx.doubtful(), NOW)
        tx.take_receipts([receipt(tag_of(delivery))], NOW)
        return due(tx, NOW, 9, WA)

    assert await store.write(work) == []


async def test_a_receipt_of_an_attempt_that_was_never_begun_settles_nothing(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, str | None, str | None]]:
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        broadcast = tx.add_broadcast("alert", Rank.ALERT, None, [], [WA], NOW, NOW + hours(6), note=Note("Awas"))
        (found,) = tx.open_passes(WA, NOW)
        (reader,) = tx.readers(WA, found, 9)
        tx.queue_deliveries(found, [(reader, NOW + hours(3))], NOW, "window_closed")
        tx.take_receipts([receipt(DeliveryTag(broadcast, reader.subscriber_id, 1))], NOW)
        return rows(tx)

    assert await store.write(work) == [("queued", "window_closed", None)]


@pytest.mark.parametrize("outcome", [UNKNOWN, Settled(State.SENT, message_id="wamid.1")], ids=["unknown", "sent"])
async def test_a_receipt_that_comes_before_the_answer_counts(store: Store, outcome: Settled) -> None:
    def work(tx: Tx, code: str) -> list[tuple[str, str | None, str | None]]:
        epoch, (delivery,) = told(tx)
        word = "failed" if code else "sent"
        tx.take_receipts([receipt(tag_of(delivery), word, code=code)], NOW)
        tx.settle(WA, [(delivery, outcome)], epoch, NOW)
        return rows(tx)

    assert (await store.write(lambda tx: work(tx, "")))[0][0] == "sent"


async def test_a_failure_that_comes_before_the_answer_is_the_last_word(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, str | None, str | None]]:
        epoch, (delivery,) = told(tx)
        tag = tag_of(delivery)
        tx.take_receipts([receipt(tag, "failed", code="undeliverable"), receipt(tag, "sent")], NOW)
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        return rows(tx)

    assert [row[:2] for row in await store.write(work)] == [("failed", "undeliverable")]


SINCE = {"said before their new consent": (hours(1), Status.ACTIVE), "said after it": (hours(3), Status.STOPPED)}


@pytest.mark.parametrize("ends", ["told after the answer", "before the answer", "before a crash"])
@pytest.mark.parametrize(("said", "then"), SINCE.values(), ids=SINCE)
async def test_a_stop_that_a_delivery_meets_counts_from_when_it_was_said(
    store: Store, said: timedelta, then: Status, ends: str
) -> None:
    """They stop in WhatsApp's menu and come back an hour later in the chat; then comes what a delivery met."""

    def work(tx: Tx) -> Status:
        epoch, (delivery,) = told(tx)
        stop = receipt(tag_of(delivery), "failed", code="marketing_stopped")._replace(at=NOW + said)
        taken, back, later = Settled(State.SENT, message_id="wamid.1"), NOW + hours(2), NOW + hours(4)
        if ends != "told after the answer":
            tx.take_receipts([stop], NOW + said)
        tx.whatsapp_stopped((SARI, None), NOW + hours(1), NOW + hours(1))
        tx.open_window(SARI, back, back)
        follow(tx, SARI, "daerah", now=back, channel=WA)
        if ends == "before a crash":
            tx.begin_epoch(later)
        else:
            tx.settle(WA, [(delivery, taken)], epoch, later)
            tx.take_receipts([stop], later)
        return tx.person(WA, SARI).status

    assert await store.write(work) is then


CLOSED = {
    "and they have not written since": (None, 0),
    "and they have written since": (hours(1), 25),
    "and they wrote in that second": (timedelta(0), 24),
}


@pytest.mark.parametrize("kind", ["story", "alert"])
@pytest.mark.parametrize(("wrote", "open_for"), CLOSED.values(), ids=CLOSED)
async def test_a_closed_window_that_is_told_late_closes_none_that_was_opened_since(
    store: Store, kind: str, wrote: timedelta | None, open_for: int
) -> None:
    def work(tx: Tx) -> int:
        epoch, (delivery,) = told(tx, kind)
        tx.open_window(SARI, NOW - hours(23), NOW - hours(23))
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        if wrote is not None:
            tx.open_window(SARI, NOW + wrote, NOW + wrote)
        at = NOW + timedelta(milliseconds=999)
        tx.take_receipts([receipt(tag_of(delivery), "failed", code="window_closed")._replace(at=at)], NOW + hours(2))
        until: int = tx.conn.execute("SELECT window_until FROM subscriber").fetchone()[0]  # type: ignore[attr-defined]
        return max(0, (until - int(NOW.timestamp() * 1000)) // 3_600_000 - (2 if wrote is None else 0))

    assert await store.write(work) == open_for


async def test_a_failure_that_is_told_later_gives_the_story_to_the_digest(store: Store) -> None:
    def work(tx: Tx) -> tuple[object, int, datetime | None]:
        epoch, (delivery,) = told(tx)
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        tx.take_receipts([receipt(tag_of(delivery), "failed", code="window_closed")], NOW)
        owing = tx.owings(WA, [delivery.subscriber_id], tx.tellings(WA, NOW), NOW)[delivery.subscriber_id]
        return rows(tx), len(owing.put_by), tx.next_due(WA, NOW)

    assert await store.write(work) == ([("failed", "window_closed", "wamid.1")], 1, NOW + hours(1 / 60))


async def test_a_failure_of_another_attempt_takes_nothing_back(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, str | None, str | None]]:
        epoch, (delivery,) = told(tx)
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.2"))], epoch, NOW)
        tx.take_receipts([receipt(tag_of(delivery), "failed", "wamid.1", "undeliverable")], NOW)
        return rows(tx)

    assert await store.write(work) == [("sent", "", "wamid.2")]


async def test_a_late_word_about_a_message_that_failed_does_not_cancel_the_next_try(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        epoch, (delivery,) = told(tx, "alert")
        tag = tag_of(delivery)
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        tx.take_receipts([receipt(tag, "failed", code="server_error")], NOW)
        assert rows(tx)[0][:2] == ("queued", "server_error")
        tx.take_receipts([receipt(tag, "sent"), receipt(tag, "delivered")], NOW)
        return [again.attempt for again in due(tx, NOW + hours(1), 9, WA)]

    assert await store.write(work) == [2]


LATE_FAILURES = {
    "of the first attempt while the second waits": ("undeliverable", False, "queued", Status.ACTIVE),
    "of the first attempt while the second is in doubt": ("undeliverable", True, "unknown", Status.ACTIVE),
    "that is the reader's own stop": ("marketing_stopped", False, "failed", Status.STOPPED),
}


@pytest.mark.parametrize(("code", "again", "state", "status"), LATE_FAILURES.values(), ids=LATE_FAILURES)
async def test_a_failure_of_an_earlier_attempt_leaves_the_later_one_alone(
    store: Store, code: str, again: bool, state: str, status: Status
) -> None:
    def work(tx: Tx) -> tuple[str, Status]:
        epoch, (delivery,) = told(tx)
        tx.settle(WA, [(delivery, UNKNOWN)], epoch, NOW)
        tx.once_more(tx.doubtful(), NOW)
        if again:
            (second,) = due(tx, NOW, 9, WA)
            tx.start_deliveries([second], epoch, NOW)
            tx.settle(WA, [(second, UNKNOWN)], epoch, NOW)
        tx.take_receipts([receipt(tag_of(delivery), "failed", code=code)], NOW)
        return rows(tx)[0][0], tx.person(WA, SARI).status

    assert await store.write(work) == (state, status)


@pytest.mark.parametrize("code", ["template_paused", "window_closed"])
async def test_what_is_told_late_of_an_earlier_attempt_does_not_queue_the_later_one_again(
    store: Store, code: str
) -> None:
    def work(tx: Tx) -> list[object]:
        epoch, (delivery,) = told(tx, "alert")
        tx.settle(WA, [(delivery, UNKNOWN)], epoch, NOW)
        tx.once_more(tx.doubtful(), NOW)
        (second,) = due(tx, NOW, 9, WA)
        tx.start_deliveries([second], epoch, NOW)
        tx.settle(WA, [(second, UNKNOWN)], epoch, NOW)
        tx.take_receipts([receipt(tag_of(delivery), "failed", code=code)], NOW)
        seen: list[object] = [rows(tx), due(tx, NOW, 9, WA)]
        tx.take_receipts([receipt(tag_of(second), "failed", "wamid.2", code)], NOW)
        return [*seen, rows(tx), [again.attempt for again in due(tx, NOW, 9, WA)]]

    assert await store.write(work) == [
        [("unknown", "read_timeout", None)], [], [("queued", code, None)], [3]
    ]  # fmt: skip


async def test_what_is_planned_again_keeps_the_distance_that_its_reader_needs(store: Store) -> None:
    def work(tx: Tx) -> tuple[list[object], list[int]]:
        epoch, (delivery,) = told(tx, "alert")
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        tx.take_receipts([receipt(None, "failed", "wamid.0", "pair_rate")._replace(phone=SARI)], NOW)
        tx.take_receipts([receipt(tag_of(delivery), "failed", code="window_closed")], NOW)
        four = NOW + timedelta(seconds=4)
        return list(due(tx, NOW, 9, WA)), [again.attempt for again in due(tx, four, 9, WA)]

    assert await store.write(work) == ([], [2])


async def test_a_hold_that_is_told_when_it_is_over_holds_nobody(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        epoch, (delivery,) = told(tx, "alert")
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
        late = receipt(None, "failed", "wamid.0", "pair_rate")._replace(phone=SARI, at=NOW - hours(1))
        tx.take_receipts([late], NOW)
        tx.take_receipts([receipt(tag_of(delivery), "failed", code="window_closed")], NOW)
        return [again.attempt for again in due(tx, NOW, 9, WA)]

    assert await store.write(work) == [2]


@pytest.mark.parametrize("code", ["flood", "pair_rate"])
async def test_what_was_only_too_fast_is_tried_until_it_is_too_old(store: Store, code: str) -> None:
    def work(tx: Tx) -> list[object]:
        epoch, (delivery,) = told(tx, "alert")
        now = NOW
        for tries in range(1, 6):
            tx.settle(WA, [(delivery, Settled(State.SENT, message_id=f"wamid.{tries}"))], epoch, now)
            tx.take_receipts([receipt(tag_of(delivery), "failed", f"wamid.{tries}", code)], now)
            assert rows(tx) == [("queued", code, None)]
            now += hours(1)
            (delivery,) = due(tx, now, 9, WA)
            tx.start_deliveries([delivery], epoch, now)
        tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.6"))], epoch, NOW + hours(6))
        tx.take_receipts([receipt(tag_of(delivery), "failed", "wamid.6", code)], NOW + hours(6))
        return [delivery.attempt, rows(tx)]

    assert await store.write(work) == [6, [("failed", code, "wamid.6")]]


NOT_SENT, TROUBLE = Outcome(Kind.NOT_SENT, "connect"), Outcome(Kind.NOT_SENT, "server_error")
TROUBLES = {
    "in answers": ["answer"] * 5,
    "later": ["later"] * 5,
    "in turn": ["later", "answer", "later", "answer", "later"],
    "later, after many tries that met something else": ["nothing"] * 6 + ["later"] * 5,
    "in answers, after many tries that met something else": ["nothing"] * 6 + ["answer"] * 5,
}


@pytest.mark.parametrize("kind", ["story", "alert"])
@pytest.mark.parametrize("told_how", TROUBLES.values(), ids=TROUBLES)
async def test_trouble_of_theirs_ends_a_message_at_the_fifth_try_that_met_it_however_it_is_told(
    store: Store, told_how: list[str], kind: str
) -> None:
    def work(tx: Tx) -> list[object]:
        epoch, (delivery,) = told(tx, kind)
        settler, now, states = Settler(Settling(settle_delivery, settle_reply)), NOW, []
        for number, how in enumerate(told_how):
            if number:
                now += timedelta(minutes=2)
                (delivery,) = due(tx, now, 9, WA)
                tx.start_deliveries([delivery], epoch, now)
            came = {"nothing": NOT_SENT, "answer": TROUBLE}.get(how, Outcome(Kind.SENT, message_id=f"wamid.{number}"))
            tx.settle(WA, [(delivery, settler.delivery(delivery, came, now))], epoch, now)
            if how == "later":
                tx.take_receipts([receipt(tag_of(delivery), "failed", f"wamid.{number}", "server_error")], now)
            states.append(rows(tx)[0][0])
        owing = tx.owings(WA, [delivery.subscriber_id], tx.tellings(WA, now), now)[delivery.subscriber_id]
        return [*states, len(owing.put_by)]

    tries = len(told_how) - 1
    assert await store.write(work) == ["queued"] * tries + ["failed", int(kind == "story")]


@pytest.mark.parametrize("told_how", TROUBLES.values(), ids=TROUBLES)
async def test_so_it_ends_an_answer(store: Store, told_how: list[str]) -> None:
    def work(tx: Tx) -> list[int]:
        tx.begin_epoch(NOW)
        tx.whatsapp_address(SARI, None, NOW)
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        settler, now, left = Settler(Settling(settle_delivery, settle_reply)), NOW, []
        for number, how in enumerate(told_how):
            (reply,) = tx.claim_replies(WA, 1, now, 9)
            came = {"nothing": NOT_SENT, "answer": TROUBLE}.get(how, Outcome(Kind.SENT, message_id=f"wamid.{number}"))
            tx.settle_replies(WA, [(reply, settler.reply(reply, came, now))], now)
            if how == "later":
                tag = ReplyTag(reply.id, reply.attempt)
                tx.take_receipts([receipt(tag, "failed", f"wamid.{number}", "server_error")], now)
            now += timedelta(minutes=2)
            left.append(sum(tx.stats(now)["replies"].values()))
        return left

    assert await store.write(work) == [1] * (len(told_how) - 1) + [0]


async def test_a_doubtful_answer_that_is_refused_for_haste_is_given_once_more_and_its_person_rests(
    store: Store,
) -> None:
    def work(tx: Tx) -> list[object]:
        tx.begin_epoch(NOW)
        tx.whatsapp_address(SARI, None, NOW)
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        (reply,) = tx.claim_replies(WA, 1, NOW, 9)
        tx.settle_replies(WA, [(reply, settle_reply(reply, Outcome(Kind.UNKNOWN, "drop"), NOW))], NOW)
        refused = receipt(ReplyTag(reply.id, reply.attempt), "failed", code="pair_rate")._replace(phone=SARI)
        tx.take_receipts([refused, refused], NOW)
        early = tx.claim_replies(WA, 1, NOW + timedelta(seconds=3.9), 9)
        return [tx.doubtful(), early, [r.attempt for r in tx.claim_replies(WA, 1, NOW + timedelta(seconds=4), 9)]]

    assert await store.write(work) == [[], [], [2]]


FATES = {
    "arrived": ("delivered", "", 0),
    "refused for good": ("failed", "parameter", 0),
    "refused for haste": ("failed", "flood", 1),
}


@pytest.mark.parametrize(("word", "code", "again"), FATES.values(), ids=FATES)
async def test_an_answer_that_was_taken_is_kept_until_its_receipt(
    store: Store, word: str, code: str, again: int
) -> None:
    def work(tx: Tx) -> list[int]:
        tx.begin_epoch(NOW)
        tx.whatsapp_address(SARI, None, NOW)
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        (reply,) = tx.claim_replies(WA, 1, NOW, 9)
        tx.settle_replies(WA, [(reply, Settled(State.SENT, message_id="wamid.1"))], NOW)
        before = kept(tx)
        tx.take_receipts([receipt(ReplyTag(reply.id, reply.attempt), word, code=code)], NOW)
        return [before, kept(tx), len(tx.claim_replies(WA, 1, NOW + hours(1), 9))]

    assert await store.write(work) == [1, 0, again]


async def test_of_whoever_is_forgotten_no_answer_is_kept(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        tx.begin_epoch(NOW)
        tx.whatsapp_address(SARI, None, NOW)
        for _ in range(2):
            tx.open_window(SARI, NOW, NOW)
            tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        (first,) = tx.claim_replies(WA, 1, NOW, 9)
        tx.settle_replies(WA, [(first, Settled(State.SENT, message_id="wamid.1"))], NOW)
        seen = [kept(tx)]
        tx.erase(WA, SARI, NOW)
        seen.append(kept(tx))
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        (farewell,) = tx.claim_replies(WA, 1, NOW, 9)
        tx.settle_replies(WA, [(farewell, Settled(State.SENT, message_id="wamid.2"))], NOW)
        return [*seen, kept(tx)]

    assert await store.write(work) == [1, 0, 0]


def kept(tx: Tx) -> int:
    return int(tx.conn.execute("SELECT count(*) FROM whatsapp_answer").fetchone()[0])  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", ["cancelled", "withdrawn", "expired", "interrupted"])
async def test_a_doubt_of_what_is_not_sent_any_more_is_none_to_be_looked_at(store: Store, status: str) -> None:
    def work(tx: Tx) -> tuple[list[Tag], int, list[Tag]]:
        epoch, (delivery,) = told(tx, "alert")
        tx.settle(WA, [(delivery, UNKNOWN)], epoch, NOW)
        before = tx.doubtful()
        tx.set_status(delivery.broadcast_id, Ended(status), "", NOW)
        return before, tx.once_more([tag_of(delivery)], NOW), tx.doubtful()

    assert await store.write(work) == ([DeliveryTag(1, 1, 1)], 0, [])


WAYS = {"told later": True, "told in the answer": False}


@pytest.mark.parametrize("later", WAYS.values(), ids=WAYS)
async def test_three_undeliverable_messages_in_a_row_end_a_subscription(store: Store, later: bool) -> None:
    def send(tx: Tx, code: str, n: int) -> Status:
        epoch = tx.begin_epoch(NOW).epoch
        tx.add_broadcast("story", Rank.STORY, story(tx, f"s{n}"), ["daerah"], [WA], NOW, NOW + hours(12))
        (delivery,) = started(tx, tx.open_passes(WA, NOW)[0], epoch)
        outcome = Outcome(Kind.LATER, code) if code else Outcome(Kind.SENT, message_id=f"w{n}")
        if later or not code:
            tx.settle(WA, [(delivery, Settled(State.SENT, message_id=f"w{n}"))], epoch, NOW)
            word = "failed" if code else "delivered"
            tx.take_receipts([receipt(tag_of(delivery), word, f"w{n}", code)], NOW)
        else:
            tx.settle(WA, [(delivery, settle_delivery(delivery, outcome, NOW))], epoch, NOW)
        tx.close_broadcasts(NOW)
        return tx.person(WA, SARI).status

    def work(tx: Tx) -> list[Status]:
        follow(tx, tx.whatsapp_address(SARI, None, NOW), "daerah", channel=WA)
        codes = ["undeliverable", "undeliverable", "", "undeliverable", "undeliverable", "undeliverable"]
        return [send(tx, code, n) for n, code in enumerate(codes)]

    seen = await store.write(work)
    assert seen[:2] == [Status.ACTIVE] * 2
    assert seen[-2:] == [Status.ACTIVE, Status.GONE]


@pytest.mark.parametrize("later", WAYS.values(), ids=WAYS)
async def test_whoever_stopped_marketing_at_the_platform_has_stopped_here(store: Store, later: bool) -> None:
    def work(tx: Tx) -> Status:
        epoch, (delivery,) = told(tx)
        if later:
            tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
            tx.take_receipts([receipt(tag_of(delivery), "failed", code="marketing_stopped")], NOW)
        else:
            stopped = settle_delivery(delivery, Outcome(Kind.GONE, "marketing_stopped"), NOW)
            tx.settle(WA, [(delivery, stopped)], epoch, NOW)
        return tx.person(WA, SARI).status

    assert await store.write(work) is Status.STOPPED


async def test_a_failed_answer_tells_about_its_reader_too(store: Store) -> None:
    def work(tx: Tx) -> Status:
        tx.begin_epoch(NOW)
        follow(tx, tx.whatsapp_address(SARI, "ID.77", NOW), "daerah", channel=WA)
        unknown = Receipt(
            "wamid.8", "failed", None, user_id="ID.77", failed=failed(Outcome(Kind.GONE, "marketing_stopped"), NOW)
        )
        tx.take_receipts([unknown], NOW)
        return tx.person(WA, SARI).status

    assert await store.write(work) is Status.STOPPED


async def test_after_a_crash_nothing_is_repeated_before_its_receipt_was_waited_for(store: Store) -> None:
    def crash(tx: Tx) -> None:
        told(tx, "alert", ("1", "2"))
        tx.open_window("1", NOW, NOW)
        tx.add_reply(WA, "1", None, "[]", "new", NOW)
        tx.claim_replies(WA, 1, NOW, 9)

    def restart(tx: Tx) -> tuple[int, list[object], list[Delivery]]:
        recovery = tx.begin_epoch(NOW)
        return recovery.unknown, list(tx.doubtful()), due(tx, NOW, 9, WA)

    await store.write(crash)
    unknown, doubts, repeated = await store.write(restart)
    assert (unknown, repeated) == (2, [])
    assert doubts == [DeliveryTag(1, 1, 1), DeliveryTag(1, 2, 1), ReplyTag(1, 1)]
    assert await store.read(lambda tx: tx.claim_replies(WA, 2, NOW + hours(0.1), 9)) == []
    await store.write(
        lambda tx: tx.take_receipts([receipt(DeliveryTag(1, 1, 1)), receipt(ReplyTag(1, 1), "sent", "wamid.2")], NOW)
    )
    assert await store.read(lambda tx: tx.doubtful()) == [DeliveryTag(1, 2, 1)]
    assert [row[0] for row in await store.read(rows)] == ["sent", "unknown"]


async def test_a_receipt_before_the_crash_counts_after_it(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        _, (delivery,) = told(tx)
        tx.take_receipts([receipt(tag_of(delivery))], NOW)
        tx.begin_epoch(NOW)
        return list(tx.doubtful())

    assert await store.write(work) == []
    assert await store.read(rows) == [("sent", "", "wamid.1")]


async def test_a_doubtful_answer_waits_for_its_receipt(store: Store) -> None:
    def ask(tx: Tx, now: datetime = NOW) -> list[int]:
        return [reply.attempt for reply in tx.claim_replies(WA, 1, now, 9)]

    def work(tx: Tx) -> list[object]:
        tx.begin_epoch(NOW)
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        (reply,) = tx.claim_replies(WA, 1, NOW, 9)
        unknown = settle_reply(reply, Outcome(Kind.UNKNOWN, "read_timeout"), NOW)
        tx.settle_replies(WA, [(reply, unknown)], NOW)
        seen: list[object] = [tx.doubtful(), ask(tx)]
        tx.once_more(tx.doubtful(), NOW)
        return [*seen, tx.doubtful(), ask(tx)]

    assert await store.write(work) == [[ReplyTag(1, 1)], [], [], [2]]


async def test_an_answer_that_surely_did_not_leave_may_still_be_in_doubt_once(store: Store) -> None:
    """What did not leave is no doubt, however often; a second doubt, also by a crash, is the last."""

    def work(tx: Tx) -> list[object]:
        tx.begin_epoch(NOW)
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        seen: list[object] = []
        for outcome in (Outcome(Kind.NOT_SENT, "refused"), Outcome(Kind.UNKNOWN, "drop")):
            (reply,) = tx.claim_replies(WA, 1, NOW + hours(1), 9)
            tx.settle_replies(WA, [(reply, settle_reply(reply, outcome, NOW))], NOW)
            seen.append((reply.attempt, reply.doubts, len(tx.doubtful())))
        tx.once_more(tx.doubtful(), NOW)
        (last,) = tx.claim_replies(WA, 1, NOW + hours(1), 9)
        tx.begin_epoch(NOW)
        return [*seen, (last.attempt, last.doubts), tx.claim_replies(WA, 2, NOW + hours(9), 9)]

    assert await store.write(work) == [(1, 0, 0), (2, 0, 1), (3, 1), []]


async def test_a_receipt_that_overtakes_a_doubtful_answer_ends_it(store: Store) -> None:
    def work(tx: Tx) -> list[object]:
        tx.begin_epoch(NOW)
        tx.open_window(SARI, NOW, NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        (reply,) = tx.claim_replies(WA, 1, NOW, 9)
        tx.take_receipts([receipt(ReplyTag(reply.id, reply.attempt), "sent")], NOW)
        tx.settle_replies(WA, [(reply, settle_reply(reply, Outcome(Kind.UNKNOWN, "drop"), NOW))], NOW)
        return [tx.doubtful(), tx.claim_replies(WA, 1, NOW + hours(9), 9)]

    assert await store.write(work) == [[], []]


async def test_other_channels_settle_as_before(store: Store) -> None:
    def work(tx: Tx) -> int:
        tx.begin_epoch(NOW)
        follow(tx, "1", "daerah")
        tx.add_broadcast("alert", Rank.ALERT, None, [], ["telegram"], NOW, NOW + hours(6), note=Note("x"))
        broadcast = tx.open_passes("telegram", NOW)[0]
        (reader,) = tx.readers("telegram", broadcast, 9)
        tx.start_deliveries(
            [Delivery(broadcast.id, None, reader.subscriber_id, "1", None, "id", kind=broadcast.kind)], 1, NOW
        )
        return tx.begin_epoch(NOW).again

    assert await store.write(work) == 1
    assert await store.read(lambda tx: tx.doubtful()) == []
