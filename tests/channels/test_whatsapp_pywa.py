"""Another library builds the same messages: the JSON that we send is the JSON that pywa sends."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pywa.client import WhatsApp
from pywa.types.callback import Button, Section, SectionList, SectionRow, URLButton

from bot.channels.whatsapp.render import form
from bot.channels.whatsapp.send import _tail, head
from bot.chat import message as ours
from bot.chat.message import Message, Span
from tests.support.town import TEXTS

TO, USER_ID, TAG, EARLIER = "6281200000001", "ID.13491208655302741918", "d:4:9:1", "wamid.HBgL"
URL = "https://target-24jam.com/2024/02/7/"
SAY = TEXTS.voice("id")
Json = dict[str, Any]


class Caught:
    """What pywa sends, where its client would send it."""

    def __init__(self) -> None:
        self.bodies: list[Json] = []
        transport = httpx.MockTransport(self._answer)
        self.client = WhatsApp(
            phone_id="1122334455667", token="t", session=httpx.Client(transport=transport), filter_updates=False,
        )  # fmt: skip

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(json.loads(request.content))
        contact = {"input": TO, "wa_id": TO}
        return httpx.Response(200, json={"contacts": [contact], "messages": [{"id": "wamid.1"}]})


def message(words: str, *rows: tuple[ours.Button, ...], preview: str | None = None) -> Message:
    return Message((Span(words),), rows, preview)


def action(label: str, does: str) -> tuple[ours.Button, ...]:
    return (ours.Button(label, does),)


ROWS = [(f"Topik {n}", f"t:{n}") for n in range(4)]
LONG = "Ringkasan pagi dan sore saja"
KINDS: dict[str, tuple[Message, Callable[[WhatsApp, str], object]]] = {
    "a text": (message("Halo"), lambda wa, to: wa.send_message(to, "Halo", tracker=TAG)),
    "a text with a preview": (
        message(f"Berita: {URL}", preview=URL),
        lambda wa, to: wa.send_message(to, f"Berita: {URL}", preview_url=True, tracker=TAG),
    ),
    "a text that is no reply to anything else": (
        message("*Siap*, “kutipan” \\ dan 🌧"),
        lambda wa, to: wa.send_message(to, "*Siap*, “kutipan” \\ dan 🌧", tracker=TAG),
    ),
    "buttons": (
        message("Pilih", action("Menu", "menu"), action("Berhenti", "stop")),
        lambda wa, to: wa.send_message(
            to, "Pilih", buttons=[Button("Menu", "menu"), Button("Berhenti", "stop")], tracker=TAG
        ),
    ),
    "a list": (
        message("Pilih", *(action(f"Pilihan {n}", f"do:{n}") for n in range(4)), action(LONG, "times")),
        lambda wa, to: wa.send_message(
            to, "Pilih", tracker=TAG,
            buttons=SectionList("Pilih", [Section("Pilih", [
                *(SectionRow(f"Pilihan {n}", f"do:{n}") for n in range(4)),
                SectionRow("Ringkasan pagi dan…", "times", LONG),
            ])]),
        ),
    ),
    "an address": (
        message("Jembatan ditutup.", (ours.Button("Baca selengkapnya", url=URL),)),
        lambda wa, to: wa.send_message(
            to, "Jembatan ditutup.", buttons=URLButton("Baca selengkapnya", URL), tracker=TAG
        ),
    ),
}  # fmt: skip


def sent(shown: Message, to: str, context: str | None = None) -> Json:
    """What we post."""
    body: Json = json.loads(head(to, context, TAG) + _tail(form(shown, SAY)))
    return body


@pytest.mark.parametrize("to", [TO, USER_ID], ids=["to a number", "to an id"])
@pytest.mark.parametrize(("shown", "theirs"), KINDS.values(), ids=KINDS)
def test_our_json_is_theirs(shown: Message, theirs: Callable[[WhatsApp, str], object], to: str) -> None:
    caught = Caught()
    theirs(caught.client, to)
    assert caught.bodies == [sent(shown, to)]


def test_a_reply_is_theirs_too() -> None:
    caught = Caught()
    caught.client.send_message(TO, "Ralat", reply_to_message_id=EARLIER, tracker=TAG)
    assert caught.bodies == [sent(message("Ralat"), TO, EARLIER)]
