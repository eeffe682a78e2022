"""Statuses that WhatsApp brings long after they were true, or again: they say nothing about now."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.whatsapp.inbox import Inbox, read_post, take_apart
from bot.channels.whatsapp.receive import POSTS
from bot.delivery.budget import Charge
from bot.delivery.outcome import Outcome
from bot.delivery.plan import Settled, State
from bot.delivery.receipts import DeliveryTag, tag_of
from bot.delivery.tariff import Category, Prices
from bot.delivery.templates import DeclaredTemplate, TemplateNews, Use, template_key
from bot.flow.desk import Desk
from bot.flow.halts import Halter
from bot.flow.templates import TemplateLearner
from bot.ports import Charged, Store, Tx
from storage import open_store
from tests.storage.makers import NOW, hours
from tests.storage.test_store_whatsapp_receipts import SARI, WA, told

KEY = template_key("kabar_penting", "id")


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
    take_apart(tx, [read_post(number, body, "1")], now, TemplateLearner(), Halter())


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
