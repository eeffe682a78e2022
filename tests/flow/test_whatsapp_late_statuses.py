"""Statuses that WhatsApp brings long after they were true, or again: they say nothing about now."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.whatsapp.apart import Apart, read_post
from bot.channels.whatsapp.floods import Floods
from bot.channels.whatsapp.inbox import Inbox
from bot.channels.whatsapp.receive import POSTS
from bot.delivery.budget import Charge
from bot.delivery.halts import Halt, Scope
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Settled, State
from bot.delivery.receipts import UNDELIVERABLE, DeliveryTag, Receipt, ReplyTag, settle_reply, tag_of
from bot.delivery.tariff import Category, Prices
from bot.delivery.templates import DeclaredTemplate, TemplateNews, Use, template_key
from bot.flow.desk import Desk
from bot.flow.halts import Halter
from bot.flow.templates import TemplateLearner
from bot.ports import Charged, Store, Tx
from storage import open_store
from tests.storage.makers import NOW, hours
from tests.storage.test_store_whatsapp_receipts import SARI, WA, receipt, told

KEY = template_key("kabar_penting", "id")
FAILED = {"failed": UNDELIVERABLE}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/kentongan.db", now=NOW)
    yield opened
    opened.close()


def post(code: int, at: datetime, tag: object = "", message_id: str = "wamid.1") -> str:
    """A webhook that tells of a message that failed then."""
    status = {
        "id": message_id, "status": "failed", "timestamp": str(int(at.timestamp())), "recipient_id": SARI,
        "biz_opaque_callback_data": str(tag), "errors": [{"code": code, "title": "It failed"}],
    }  # fmt: skip
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}, "statuses": [status]}
    change = {"field": "messages", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})


def bring(tx: Tx, body: str, now: datetime, number: int = 1) -> None:
    tx.receive(POSTS, [(number, body)], now)
    apart = Apart(now, TemplateLearner(), Halter(), Floods(lambda _: False))
    apart.take(tx, [read_post(number, body, "1")])


def sent(tx: Tx) -> DeliveryTag:
    """An alert that was sent as a template, and taken."""
    epoch, (delivery,) = told(tx, "alert")
    tx.charge([Charged(tag_of(delivery), Charge(Category.UTILITY, 5, Prices(10, 5)), KEY)], NOW.date())
    tx.settle(WA, [(delivery, Settled(State.SENT, message_id="wamid.1"))], epoch, NOW)
    return tag_of(delivery)


@pytest.mark.parametrize(
    ("approved", "status"), [(5, "APPROVED"), (-1, "PAUSED")], ids=["approved since", "approved before"]
)
async def test_what_was_said_of_a_template_before_it_was_approved_again_does_not_pause_it(
    store: Store, approved: float, status: str
) -> None:
    def work(tx: Tx) -> list[str]:
        tx.declare_templates([DeclaredTemplate("kabar_penting", "id", Use.ALERT, "UTILITY")])
        tag = sent(tx)
        tx.template_news([TemplateNews("kabar_penting", "id", NOW + hours(approved), "APPROVED", "UTILITY")])
        bring(tx, post(132015, NOW, tag), NOW + hours(6))
        return [told.status for told in tx.templates([KEY])]

    assert await store.write(work) == [status]


@pytest.mark.parametrize("code", [131057, 190, 10, 200, 3])
async def test_a_refusal_of_the_account_rests_it_once_and_only_while_it_may_be_true(store: Store, code: int) -> None:
    rests: list[Outcome] = []
    inbox = Inbox(store, Desk.__new__(Desk), "1", lambda: NOW, heard=lambda: None, stopped=rests.append)
    an_hour_ago, just_now = post(code, NOW - hours(1)), post(code, NOW - timedelta(seconds=5), message_id="wamid.2")
    rested = []
    for number, body in enumerate([an_hour_ago, an_hour_ago, just_now, just_now], 1):
        await store.write(lambda tx, number=number, body=body: tx.receive(POSTS, [(number, body)], NOW))  # type: ignore[misc]
        inbox.finish()
        await inbox.run()
        rested.append(len(rests))
    assert rested == [0, 0, 1, 1]


HALTS = {
    "days ago": (-120, None, []),
    "just now": (0, None, ["pushes"]),
    "before an admin let it go on": (-0.5, -0.25, []),
    "after an admin let it go on": (-0.5, -0.75, ["pushes"]),
}


@pytest.mark.parametrize("code", [131048, 368, 131042])
@pytest.mark.parametrize(("said", "resumed", "halts"), HALTS.values(), ids=HALTS)
async def test_only_a_refusal_that_may_still_be_true_holds_anything_back(
    store: Store, said: float, resumed: float | None, halts: list[str], code: int
) -> None:
    def work(tx: Tx) -> list[str]:
        tag, now = sent(tx), NOW + hours(200)
        if resumed is not None:
            tx.halt(Halt(Scope.PUSHES, "payment", now - hours(2), now - hours(1)))
            tx.end_halts(now + hours(resumed))
        bring(tx, post(code, now + hours(said), tag), now)
        return [halt.scope.value for halt in tx.halts()]

    assert await store.write(work) == halts


async def test_a_probe_that_has_arrived_outweighs_what_was_refused_before_it(store: Store) -> None:
    def work(tx: Tx) -> list[Halt]:
        tag, now = sent(tx), NOW + hours(200)
        tx.halt(Halt(Scope.PUSHES, "payment", now - hours(2), now - hours(1)))
        tx.probe_halt(Scope.PUSHES, tag, now)
        tx.take_receipts([Receipt("wamid.9", "delivered", tag)], now - hours(0.25))
        assert tx.halts() == []
        bring(tx, post(131042, now - hours(0.5)), now)
        return tx.halts()

    assert await store.write(work) == []


ANSWERS = {
    "it has arrived": (["delivered"], []),
    "it has failed, and then it is said that it was sent": (["failed", "sent"], [2]),
    "nothing": ([], [2]),
}


@pytest.mark.parametrize(("words", "attempts"), ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_of_which_the_first_attempt_arrived_after_all_is_not_sent_once_more(
    store: Store, words: list[str], attempts: list[int]
) -> None:
    def work(tx: Tx) -> list[int]:
        tx.begin_epoch(NOW)
        tx.add_reply(WA, SARI, None, "[]", "new", NOW)
        (reply,) = tx.claim_replies(WA, 1, NOW, 9)
        tx.settle_replies(WA, [(reply, settle_reply(reply, Outcome(Kind.UNKNOWN, "read_timeout"), NOW))], NOW)
        assert tx.once_more(tx.doubtful(), NOW) == 1
        tx.take_receipts([receipt(ReplyTag(reply.id, 1), word, code=FAILED.get(word, "")) for word in words], NOW)
        return [again.attempt for again in tx.claim_replies(WA, 1, NOW, 9)]

    assert await store.write(work) == attempts
