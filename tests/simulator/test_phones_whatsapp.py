"""A phone with WhatsApp on the demo's page: the same acts and sight as one with Telegram, drawn in its own way."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.simulator.demo import WHATSAPP, Demo
from bot.simulator.phones import BUDI_ON_WHATSAPP, RESIDENTS
from bot.simulator.phones.lines import dressed
from bot.simulator.waiting import until
from bot.simulator.whatsapp import NotPossible, WhatsApp

BUDI, PHONE = BUDI_ON_WHATSAPP.user_id, BUDI_ON_WHATSAPP.phone
ROWS = [
    {"id": "t:daerah", "title": "✅ Daerah"}, {"id": "t:budaya", "title": "Budaya", "description": "Budaya dan seni"},
]  # fmt: skip


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    demo = Demo(tell=lambda _: None, whatsapp=True)
    await demo.start()
    yield demo
    await demo.stop()


def whatsapp_of(demo: Demo) -> WhatsApp:
    assert demo.whatsapp is not None
    return demo.whatsapp


def send(demo: Demo, **message: Any) -> None:
    body = {"messaging_product": "whatsapp", "to": PHONE, **message}
    status, _ = whatsapp_of(demo).take(json.dumps(body).encode()) or (0, b"")
    assert status == 200


def listed() -> dict[str, Any]:
    action = {"button": "Pilih", "sections": [{"title": "Topik", "rows": ROWS}]}
    content = {"type": "list", "body": {"text": "*Topik* Anda"}, "footer": {"text": "Kabar"}, "action": action}
    return {"type": "interactive", "interactive": content}


def budi(demo: Demo) -> Any:
    return next(phone for phone in demo.phones.state()["phones"] if phone["id"] == BUDI)


DRESSED = {
    "plain": ("Pasar pindah", "Pasar pindah", []),
    "bold": ("*Pasar* pindah", "Pasar pindah", [("bold", 0, 5)]),
    "italic after an emoji": ("🌧 _Hujan_", "🌧 Hujan", [("italic", 3, 5)]),
    "an address": ("Baca https://a.example/1/", "Baca https://a.example/1/", [("text_link", 5, 20)]),
    "a star that marks nothing": ("2 * 3 * 4", "2 * 3 * 4", []),
    "an underscore in a word": ("nama_file_baru", "nama_file_baru", []),
}


@pytest.mark.parametrize(("text", "plain", "marks"), DRESSED.values(), ids=DRESSED)
def test_marks_are_shown_as_looks(text: str, plain: str, marks: list[tuple[str, int, int]]) -> None:
    shown, entities = dressed(text)
    assert (shown, [(e["type"], e["offset"], e["length"]) for e in entities]) == (plain, marks)


async def test_the_second_resident_lives_on_whatsapp_and_the_program_is_told_so(demo: Demo) -> None:
    assert [phone["channel"] for phone in demo.phones.state()["phones"]] == ["telegram", "whatsapp", "telegram"]
    environment = demo.environment()
    assert environment.items() >= WHATSAPP.items()
    assert environment["WHATSAPP_API_URL"] == demo.simulator.base_url
    assert RESIDENTS[1].channel == "telegram"  # without WhatsApp everything is as it was


async def test_a_list_is_drawn_with_what_opens_it_and_a_tap_reaches_the_program(demo: Demo) -> None:
    demo.phones.say(BUDI, "MULAI")
    send(demo, **listed())
    said, shown = budi(demo)["messages"]
    assert (said["mine"], said["text"], shown["text"]) == (True, "MULAI", "Topik Anda")
    assert shown["look"] == {"kind": "list", "header": "", "footer": "Kabar", "opens": "Pilih", "ticks": ""}
    assert [[key["label"] for key in row] for row in shown["rows"]] == [["✅ Daerah"], ["Budaya dan seni"]]
    demo.phones.press(BUDI, shown["id"], "t:budaya")
    assert [m.text for m in whatsapp_of(demo).shown(PHONE) if not m.from_business] == ["MULAI", "Budaya"]
    with pytest.raises(NotPossible):
        demo.phones.press(BUDI, shown["id"], "t:asing")


async def test_whoever_sees_the_page_has_read_what_came(demo: Demo) -> None:
    demo.phones.say(BUDI, "halo")
    send(demo, type="text", text={"body": "Selamat datang"})
    message = whatsapp_of(demo).shown(PHONE)[-1]
    assert message.statuses == ["sent", "delivered"]
    assert await until(demo.phones, lambda: "read" in message.statuses, 5) is not None


async def test_a_reply_quotes_what_it_is_about(demo: Demo) -> None:
    demo.phones.say(BUDI, "halo")
    send(demo, type="text", text={"body": "*DARURAT*\nBanjir"})
    about = whatsapp_of(demo).shown(PHONE)[-1].message_id
    send(demo, type="text", text={"body": "RALAT"}, context={"message_id": about})
    assert budi(demo)["messages"][-1]["quote"] == "DARURAT"
