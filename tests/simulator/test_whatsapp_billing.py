"""What the simulated WhatsApp bills, how many people it lets a portfolio begin with, and requests without a wire."""

import json
from datetime import date

import pytest

from bot.simulator.whatsapp import Bill, Fault, Limits, Template
from tests.simulator.whatsapp_rig import BUDI, SARI, VERIFY, Json, Wire, template, text, whatsapp_wire
from tests.simulator.wire import until

DAY = date(2026, 11, 24)


async def prices(wire: Wire) -> list[tuple[str, Json]]:
    """What statuses have said of the price, with their words."""
    await until(lambda: wire.whatsapp.webhook.pending == 0)
    told = [(s["status"], s["pricing"]) for s in wire.ear.events("statuses") if "pricing" in s]
    wire.ear.bodies.clear()
    return told


def price(category: str, kind: str = "regular") -> Json:
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}


async def test_the_first_thousand_service_messages_of_a_month_are_free() -> None:
    async with whatsapp_wire(Limits.off()) as wire:
        for _ in range(999):
            assert wire.whatsapp.take(_raw(text())) is not None
        wire.whatsapp.webhook.collect()
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await wire.send(text())
        await wire.send(text())
        free, dear = price("service", "free_customer_service"), price("service")
        assert await prices(wire) == [("sent", free), ("delivered", free), ("sent", dear), ("delivered", dear)]
        assert wire.whatsapp.bills == {
            Bill(DAY, SARI[:6], "service", False): 1000, Bill(DAY, SARI[:6], "service", True): 1,
        }  # fmt: skip
        wire.clock.turn(7 * 86_400)
        wire.whatsapp.say(SARI, "bulan baru")
        await wire.send(text())
        assert (await prices(wire))[0] == ("sent", free)


async def test_a_template_costs_what_its_category_costs_also_in_a_window() -> None:
    async with whatsapp_wire() as wire:
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}."))
        await wire.send(template("kabar", "a", "b"))
        assert [told["category"] for _, told in await prices(wire)] == ["marketing", "marketing"]
        wire.whatsapp.management.recategorise("kabar", "id", "utility")
        await wire.send(template("kabar", "a", "b"), to=BUDI)
        assert [told["category"] for _, told in await prices(wire)] == ["utility", "utility"]


async def test_who_came_by_an_advertisement_and_was_answered_soon_costs_nothing_for_three_days() -> None:
    async with whatsapp_wire() as wire:
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}."))
        wire.whatsapp.come(BUDI, "MULAI")
        free = price("referral_conversion", "free_entry_point")
        await wire.send(text(), to=BUDI)
        assert await prices(wire) == [("sent", free), ("delivered", free)]
        assert wire.whatsapp.shown(BUDI)[-1].pricing == free
        wire.clock.turn(72 * 3600 - 1)
        await wire.send(template("kabar", "a", "b"), to=BUDI)  # the window is closed, the entry point is not
        assert (await prices(wire))[0] == ("sent", free)
        wire.clock.turn(1)
        await wire.send(template("kabar", "a", "b"), to=BUDI)
        assert (await prices(wire))[0] == ("sent", price("marketing"))


async def test_an_advertisement_that_was_answered_late_opens_only_a_window() -> None:
    async with whatsapp_wire() as wire:
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}."))
        wire.whatsapp.come(BUDI, "MULAI")
        await until(lambda: wire.whatsapp.webhook.pending == 0)
        assert wire.ear.events("messages")[-1]["referral"]["source_type"] == "ad"
        wire.clock.turn(24 * 3600)
        await wire.send(template("kabar", "a", "b"), to=BUDI)
        assert (await prices(wire))[0] == ("sent", price("marketing"))


async def test_what_does_not_arrive_is_not_billed() -> None:
    async with whatsapp_wire() as wire:
        await wire.send(text(), to=BUDI)
        wire.whatsapp.block(SARI)
        await wire.send(text())
        wire.whatsapp.block(SARI, blocked=False)
        wire.whatsapp.faults.add(Fault.FAILED(131049), times=1)
        await wire.send(text())
        assert wire.whatsapp.bills == {}


async def test_read_tells_the_price_where_delivered_did_not() -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.webhook.how.delivered = 0.0
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await wire.send(text())
        wire.whatsapp.read(SARI)
        assert [word for word, _ in await prices(wire)] == ["sent", "read"]


async def test_a_portfolio_begins_with_so_many_people_in_any_day_however_often() -> None:
    async with whatsapp_wire(Limits(portfolio=2)) as wire:
        people = [f"62819{n}" for n in range(3)]
        for phone in people:
            wire.whatsapp.add_person(phone, "Warga")
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}."))
        one, two, three = people

        async def arrives(phone: str) -> bool:
            before = len(wire.whatsapp.shown(phone))
            assert await wire.code(template("kabar", "a", "b"), to=phone) == 0  # told later, as with the real API
            return len(wire.whatsapp.shown(phone)) > before

        assert [await arrives(phone) for phone in (one, two, one, three)] == [True, True, True, False]
        assert await arrives(SARI)  # her window is open
        assert (wire.whatsapp.portfolio_hits, wire.whatsapp.begun) == (1, 2)
        wire.clock.turn(86_400 - 1)
        assert not await arrives(three)
        wire.clock.turn(1)
        assert [await arrives(three), await arrives(two)] == [True, True]
        assert not await arrives(one)
        failed = [e for e in wire.whatsapp.ledger() if e.code]
        assert {e.code for e in failed} == {131048}


async def test_whoever_is_not_reached_uses_up_nobodys_place() -> None:
    async with whatsapp_wire(Limits(portfolio=1)) as wire:
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}."))
        await wire.send(template("kabar", "a", "b"), to="628999")
        await wire.send(template("kabar", "a", "b"), to=BUDI)
        assert len(wire.whatsapp.shown(BUDI)) == 1


# Without a wire -----------------------------------------------------------------------------------------------------


def _raw(body: Json, to: str = SARI) -> bytes:
    return json.dumps({"messaging_product": "whatsapp", "to": to, **body}).encode()


UNANSWERED = (Fault.HANG, Fault.ACCEPT_THEN_HANG, Fault.DROP, Fault.ACCEPT_THEN_DROP, Fault.HALF_ANSWER)


async def test_a_request_without_a_wire_meets_the_same_rules() -> None:
    async with whatsapp_wire(Limits(account_per_second=1)) as wire:
        status, answer = wire.whatsapp.take(_raw(text())) or (0, b"")
        assert (status, json.loads(answer)["contacts"][0]["wa_id"]) == (200, SARI)
        status, answer = wire.whatsapp.take(_raw(text())) or (0, b"")
        assert (status, json.loads(answer)["error"]["code"]) == (429, 130429)
        assert (wire.whatsapp.take(_raw({"type": "text"})) or (0, b""))[0] == 400


@pytest.mark.parametrize("fault", UNANSWERED, ids=lambda fault: fault.name)
async def test_misfortune_without_a_wire_is_no_answer(fault: Fault) -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.faults.add(fault, times=1)
        before = len(wire.whatsapp.shown(SARI))
        assert wire.whatsapp.take(_raw(text())) is None
        done = fault in {Fault.ACCEPT_THEN_HANG, Fault.ACCEPT_THEN_DROP, Fault.HALF_ANSWER}
        assert len(wire.whatsapp.shown(SARI)) == before + done


async def test_webhooks_can_be_collected_by_hand_signed_and_repeated() -> None:
    async with whatsapp_wire() as wire:
        how = wire.whatsapp.webhook.how
        how.batch, how.repeated = 2, 1.0
        await wire.send(text())
        posts = wire.whatsapp.webhook.collect()
        assert [len(posts), posts[0] == posts[1], posts[2] == posts[3]] == [4, True, True]
        assert all(wire.whatsapp.webhook.sign(body) == signature for body, signature in posts)
        assert (wire.whatsapp.webhook.pending, wire.whatsapp.webhook.collect()) == (0, [])
