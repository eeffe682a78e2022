"""What the simulated WhatsApp tells a program: signed, in batches, repeated, out of order; and what people can do."""

import asyncio
from collections.abc import Callable

import pytest

from bot.simulator.whatsapp import NotPossible, Template
from tests.simulator.whatsapp_rig import BUDI, SARI, VERIFY, Wire, buttons, link, listed, template, text, whatsapp_wire


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 — what is waited for has no event
            await asyncio.sleep(0.001)


async def heard(wire: Wire) -> None:
    await until(lambda: wire.whatsapp.webhook.pending == 0)


async def test_a_program_must_pass_the_challenge() -> None:
    async with whatsapp_wire() as wire:
        with pytest.raises(NotPossible, match="403"):
            await wire.whatsapp.subscribe(wire.hook, "wrong")
        with pytest.raises(NotPossible, match="loopback"):
            await wire.whatsapp.subscribe("https://example.com/hook", VERIFY)
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await heard(wire)
        (said,) = wire.ear.events("messages")
        assert (said["from"], said["type"], said["text"]) == (SARI, "text", {"body": "halo"})
        assert wire.ear.signed == [True]


async def test_statuses_carry_the_tag_the_price_and_the_recipient() -> None:
    async with whatsapp_wire() as wire:
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await wire.send(text() | {"biz_opaque_callback_data": "d:1:2"})
        await heard(wire)
        assert wire.whatsapp.read(SARI) == 1
        assert wire.whatsapp.read(SARI) == 0
        await heard(wire)
        told = wire.ear.events("statuses")
        assert [s["status"] for s in told] == ["sent", "delivered", "read"]
        assert {s["biz_opaque_callback_data"] for s in told} == {"d:1:2"}
        assert {s["recipient_id"] for s in told} == {SARI}
        assert told[0]["pricing"]["category"] == "service"
        assert "pricing" not in told[2]


async def test_read_can_come_without_delivered() -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.webhook.how.delivered = 0.0
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await wire.send(text())
        wire.whatsapp.read(SARI)
        await heard(wire)
        assert [s["status"] for s in wire.ear.events("statuses")] == ["sent", "read"]


async def test_events_come_in_batches_repeated_and_in_any_order() -> None:
    async with whatsapp_wire() as wire:
        how = wire.whatsapp.webhook.how
        how.batch, how.repeated, how.shuffled, how.delay = 20, 1.0, True, 0.001
        for _ in range(30):
            await wire.send(text())
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await heard(wire)
        await until(lambda: sum(n for _, n in wire.whatsapp.webhook.posts) == 2 * 61)
        assert max(n for _, n in wire.whatsapp.webhook.posts) == 20
        assert len(wire.ear.events("messages")) == 2
        keys = [(s["id"], s["status"]) for s in wire.ear.events("statuses")]
        assert (len(keys), len(set(keys))) == (120, 60)
        assert keys[:60] != sorted(keys[:60])


async def test_what_the_program_does_not_take_is_brought_again() -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.webhook.how.backoff = (0.001, 0.01)
        wire.ear.refuse = 3
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        await heard(wire)
        assert [status for status, _ in wire.whatsapp.webhook.posts] == [500, 500, 500, 200]
        assert len(wire.ear.events("messages")) == 1


async def test_taps_come_back_as_what_was_tapped() -> None:
    async with whatsapp_wire() as wire:
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}.", quick_replies=("Lagi",)))
        await wire.send(buttons(("menu", "Menu"), ("stop", "Berhenti")))
        await wire.send(listed({"id": "t:daerah", "title": "Daerah", "description": "±3 seminggu"}))
        await wire.send(template("kabar", "a", "b"))
        await wire.send(link())
        wire.whatsapp.tap(SARI, "Berhenti")
        wire.whatsapp.tap(SARI, "Daerah")
        wire.whatsapp.tap(SARI, "Lagi")
        assert wire.whatsapp.tap(SARI, "Baca") == ""
        shown = wire.whatsapp.shown(SARI)
        with pytest.raises(NotPossible, match="nothing to tap"):
            wire.whatsapp.press(SARI, shown[1].message_id, "latest")
        with pytest.raises(NotPossible, match="shows 'Gratis'"):
            wire.whatsapp.tap(SARI, "Gratis")
        await heard(wire)
        _, button, row, quick = wire.ear.events("messages")
        assert button["interactive"] == {"type": "button_reply", "button_reply": {"id": "stop", "title": "Berhenti"}}
        assert button["context"] == {"id": shown[1].message_id}
        assert row["interactive"]["list_reply"] == {"id": "t:daerah", "title": "Daerah", "description": "±3 seminggu"}
        assert quick["button"] == {"payload": "Lagi", "text": "Lagi"}


async def test_people_move_hide_and_decide_about_marketing() -> None:
    async with whatsapp_wire() as wire:
        await wire.whatsapp.subscribe(wire.hook, VERIFY)
        wire.whatsapp.add_person("628130", "Tono", user_id="ID.77", hidden=True)
        wire.whatsapp.say("628130", "hai")
        wire.whatsapp.change_number(BUDI, "628555")
        wire.whatsapp.change_user_id("628130", "ID.78")
        wire.whatsapp.stop_marketing(SARI)
        await heard(wire)
        _, hidden, moved, renamed = wire.ear.events("messages")
        assert "from" not in hidden
        assert hidden["from_user_id"] == "ID.77"
        assert moved["from"] == BUDI
        assert moved["system"]["wa_id"] == "628555"
        assert moved["system"]["previous_user_id"] == f"ID.{BUDI}"
        assert renamed["system"] | {"body": ""} == {
            "type": "user_changed_user_id", "user_id": "ID.78", "previous_user_id": "ID.77", "body": "",
        }  # fmt: skip
        (wish,) = wire.ear.events("user_preferences")
        assert (wish["value"], wish["wa_id"]) == ("stop", SARI)
        with pytest.raises(NotPossible):
            wire.whatsapp.say(BUDI, "nomor lama")
