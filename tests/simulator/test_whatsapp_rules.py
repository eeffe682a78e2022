"""What the simulated Cloud API takes and refuses, over real HTTP."""

from typing import Any

import pytest

from bot.simulator.whatsapp import Fault, Limits, Template
from tests.simulator.whatsapp_rig import (
    BUDI,
    SARI,
    Json,
    Wire,
    buttons,
    link,
    listed,
    template,
    text,
    whatsapp_wire,
)

ROW = {"id": "r", "title": "Baris"}
EMOJI = "🌧"  # one character, two UTF-16 units

MESSAGES: dict[str, tuple[Any, int]] = {
    "a text": (text(), 0),
    "the longest text": (text("x" * 4096), 0),
    "a text that is too long": (text("x" * 4097), 131009),
    "a text whose emoji make it too long": (text("x" * 4095 + EMOJI), 131009),
    "an empty text": (text(""), 131008),
    "a blank text": (text("  \n"), 131009),
    "a text that is no string": ({"type": "text", "text": {"body": 7}}, 100),
    "a text with a preview": ({"type": "text", "text": {"body": "x", "preview_url": True}}, 0),
    "no content": ({"type": "text"}, 131008),
    "no type": ({"text": {"body": "x"}}, 131008),
    "a type that nobody knows": ({"type": "hologram", "hologram": {}}, 100),
    "a key that nobody knows": (text() | {"parse_mode": "HTML"}, 100),
    "another product": (text() | {"messaging_product": "telegram"}, 100),
    "no object": ([text()], 100),
    "the longest tag": (text() | {"biz_opaque_callback_data": "t" * 512}, 0),
    "a tag that is too long": (text() | {"biz_opaque_callback_data": "t" * 513}, 131009),
    "a reply to nothing": (text() | {"context": {"message_id": "wamid.none"}}, 131009),
    "three buttons": (buttons(("1", "Satu"), ("2", "Dua"), ("3", "x" * 20)), 0),
    "four buttons": (buttons(*((str(n), f"Tombol {n}") for n in range(4))), 131009),
    "a button of 21": (buttons(("1", "x" * 21)), 131009),
    "two buttons of one title": (buttons(("1", "Satu"), ("2", "Satu")), 131009),
    "two buttons of one id": (buttons(("1", "Satu"), ("1", "Dua")), 131009),
    "a button's id of 256": (buttons(("i" * 256, "Satu")), 0),
    "a button's id of 257": (buttons(("i" * 257, "Satu")), 131009),
    "a body of 1024 over buttons": (buttons(("1", "Satu"), body="x" * 1024), 0),
    "a body of 1025 over buttons": (buttons(("1", "Satu"), body="x" * 1025), 131009),
    "ten rows": (listed(*({"id": str(n), "title": "x" * 24, "description": "d" * 72} for n in range(10))), 0),
    "eleven rows": (listed(*({"id": str(n), "title": "x"} for n in range(11))), 131009),
    "a row of 25": (listed(ROW | {"title": "x" * 25}), 131009),
    "a description of 73": (listed(ROW | {"description": "d" * 73}), 131009),
    "a row's id of 201": (listed(ROW | {"id": "i" * 201}), 131009),
    "two rows of one id": (listed(ROW, ROW), 131009),
    "two sections without titles": (listed(ROW, sections=2), 131008),
    "a list without rows": (listed(), 131009),
    "a list's button of 21": (listed(ROW, button="x" * 21), 131009),
    "a body of 4096 over a list": (listed(ROW, body="x" * 4096), 0),
    "an address": (link(), 0),
    "an address that is none": (link("javascript:alert(1)"), 131009),
    "an address with a label of 21": (link(label="x" * 21), 131009),
    "a body of 1025 over an address": (link(body="x" * 1025), 131009),
    "a template that does not exist": (template("asing"), 132001),
    "a template in another language": (template("kabar", "a", "b", language="en"), 132001),
    "a template": (template("kabar", "Jalan dibuka", "Pasar pindah"), 0),
    "a template with too few parameters": (template("kabar", "Jalan dibuka"), 132000),
    "a template with too many parameters": (template("kabar", "a", "b", "c"), 132000),
    "a parameter with a new line": (template("kabar", "a\nb", "c"), 132012),
    "a parameter with a tab": (template("kabar", "a\tb", "c"), 132012),
    "a parameter with four spaces": (template("kabar", "a    b", "c"), 0),
    "a parameter with five spaces": (template("kabar", "a     b", "c"), 132012),
    "an empty parameter": (template("kabar", "", "c"), 132012),
    "a text that grew too long": (template("kabar", "x" * 1000, "y" * 100), 132005),
    "a paused template": (template("jeda"), 132015),
    "a disabled template": (template("mati"), 132016),
}


@pytest.mark.parametrize(("body", "code"), MESSAGES.values(), ids=MESSAGES)
async def test_a_message_is_taken_or_refused_with_the_right_code(body: Any, code: int) -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar hari ini: {{1}} dan {{2}}. Balas MENU."))
        wire.whatsapp.approve(Template("jeda", "id", "marketing", "Tidak dikirim.", status="PAUSED"))
        wire.whatsapp.approve(Template("mati", "id", "marketing", "Tidak dikirim.", status="DISABLED"))
        assert await wire.code(body) == code
        assert len(wire.whatsapp.shown(SARI)) == (2 if code == 0 else 1)


async def test_only_the_token_opens_and_only_our_number_sends() -> None:
    async with whatsapp_wire() as wire:
        assert await wire.send(text(), token="another") == (401, (await wire.send(text(), token="x"))[1])
        assert await wire.code(text(), token="another") == 190
        assert await wire.code(text(), number="999") == 100
        assert await wire.code(text(), to=None) == 131008


async def test_a_message_can_go_to_a_business_scoped_id() -> None:
    async with whatsapp_wire() as wire:
        body = {"messaging_product": "whatsapp", "recipient": f"ID.{SARI}", **text("lewat id")}
        assert await wire.code(body, to=None) == 0
        assert wire.whatsapp.shown(SARI)[-1].text == "lewat id"


async def statuses(wire: Wire) -> list[tuple[str, int]]:
    """What the program would be told, with the code of a failure."""
    told = [c.value["statuses"][0] for c in wire.whatsapp.webhook._waiting if "statuses" in c.value]
    return [(s["status"], s.get("errors", [{"code": 0}])[0]["code"]) for s in told]


async def test_outside_the_window_only_a_template_arrives() -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}."))
        wire.clock.turn(24 * 3600 - 1)
        assert await wire.code(text()) == 0
        wire.clock.turn(1)
        assert await wire.code(text()) == 0  # accepted; what becomes of it is told later, as with the real API
        assert await wire.code(template("kabar", "a", "b")) == 0
        assert await statuses(wire) == [
            ("sent", 0),
            ("delivered", 0),
            ("failed", 131047),
            ("sent", 0),
            ("delivered", 0),
        ]
        assert wire.whatsapp.outside == 1
        assert [entry.open for entry in wire.whatsapp.ledger()] == [True, False, False]
        wire.whatsapp.say(SARI, "halo lagi")
        assert await wire.code(text()) == 0
        assert wire.whatsapp.outside == 1


async def test_who_never_wrote_stopped_blocked_or_left_is_not_reached() -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.approve(Template("kabar", "id", "marketing", "Kabar: {{1}} dan {{2}}."))
        await wire.send(text(), to=BUDI)
        await wire.send(text(), to="628999")
        wire.whatsapp.stop_marketing(SARI)
        await wire.send(template("kabar", "a", "b"))
        wire.whatsapp.resume_marketing(SARI)
        wire.whatsapp.block(SARI)
        await wire.send(text())
        wire.whatsapp.block(SARI, blocked=False)
        wire.whatsapp.vanish(SARI)
        await wire.send(text())
        assert [code for _, code in await statuses(wire)] == [131047, 131026, 131050, 131026, 131026]
        assert (wire.whatsapp.outside, wire.whatsapp.unwanted) == (1, 1)


async def test_the_account_takes_eighty_a_second_and_one_person_forty_five_at_once() -> None:
    async with whatsapp_wire() as wire:
        for n in range(2):
            wire.whatsapp.add_person(f"62819{n}", "Warga")
            wire.whatsapp.say(f"62819{n}", "halo")
        assert [await wire.code(text(), to="628190") for _ in range(46)] == [0] * 45 + [131056]
        assert [await wire.code(text(), to="628191") for _ in range(36)] == [0] * 35 + [130429]
        assert wire.whatsapp.limit_hits == (1, 1)
        wire.clock.turn(1.0)
        assert await wire.code(text(), to="628191") == 0
        assert await wire.code(text(), to="628190") == 131056
        wire.clock.turn(5.0)
        assert await wire.code(text(), to="628190") == 0
        assert wire.whatsapp.peak() == 82


@pytest.mark.parametrize("code", [4, 190, 368, 80007, 130429, 131000, 131042, 131056, 131057])
async def test_any_error_of_the_table_can_be_told_in_the_answer(code: int) -> None:
    async with whatsapp_wire(Limits.off()) as wire:
        wire.whatsapp.faults.add(Fault.ERROR(code), times=1)
        assert [await wire.code(text()), await wire.code(text())] == [code, 0]


async def test_any_error_can_be_told_in_a_status() -> None:
    async with whatsapp_wire() as wire:
        wire.whatsapp.faults.add(Fault.FAILED(131049), to=SARI, times=1)
        assert await wire.code(text()) == 0
        assert await statuses(wire) == [("failed", 131049)]
        assert len(wire.whatsapp.shown(SARI)) == 1


async def test_a_read_message_is_marked() -> None:
    async with whatsapp_wire() as wire:
        said = wire.whatsapp.shown(SARI)[0].message_id
        body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": said}
        assert await wire.send(body, to=None) == (200, {"success": True})
