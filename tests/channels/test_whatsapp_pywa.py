"""Another library builds the same messages: the JSON that we send is the JSON that pywa sends."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pywa.client import WhatsApp
from pywa.types import templates as theirs_too
from pywa.types.callback import Button, Section, SectionList, SectionRow, URLButton

from bot.channels.whatsapp.render import form
from bot.channels.whatsapp.send import _encoded, _tail, head
from bot.channels.whatsapp.templates import fill
from bot.channels.whatsapp.templates.model import Template
from bot.channels.whatsapp.templates.written import read_folder
from bot.chat import message as ours
from bot.chat.message import Message, Span
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.delivery.templates import Use
from tests.support.town import NOW, STORIES, TEXTS, board

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


REPLIES: dict[str, tuple[Message, Callable[[WhatsApp], object]]] = {
    "a text": (
        message("Ralat"), lambda wa: wa.send_message(TO, "Ralat", reply_to_message_id=EARLIER, tracker=TAG),
    ),
    "buttons": (
        message("Ralat", action("Menu", "menu")),
        lambda wa: wa.send_message(
            TO, "Ralat", buttons=[Button("Menu", "menu")], reply_to_message_id=EARLIER, tracker=TAG
        ),
    ),
    "an address": (
        message("Ralat", (ours.Button("Baca", url=URL),)),
        lambda wa: wa.send_message(
            TO, "Ralat", buttons=URLButton("Baca", URL), reply_to_message_id=EARLIER, tracker=TAG
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("shown", "theirs"), REPLIES.values(), ids=REPLIES)
def test_a_reply_is_theirs_too(shown: Message, theirs: Callable[[WhatsApp], object]) -> None:
    caught = Caught()
    theirs(caught.client)
    assert caught.bodies == [sent(shown, TO, EARLIER)]


# Templates ----------------------------------------------------------------------------------------------------------

TEMPLATES = {template.key: template for template in read_folder().templates}
NOTE = Note("Gunakan jalan\nlewat Sukamaju.", title="Jembatan ditutup", place="Pacet", level=Level.URGENT)
MORE, STOP = "more:0:0", "stop"


def content(template: Template) -> Content:
    if template.use.headlines:
        return Content(BroadcastKind.DIGEST, NOW, stories=tuple(STORIES.values())[:3])
    if template.use is Use.CORRECTION:
        return Content(BroadcastKind.CORRECTION, NOW, note=Note("Tiga orang luka."), original=Note("", title="Luka"))
    return Content(BroadcastKind.ALERT, NOW, note=NOTE)


def said(template: Template) -> list[str]:
    """What stands in the places, written out here."""
    if template.use.headlines:
        return [story.title for story in tuple(STORIES.values())[: template.use.headlines]]
    if template.use is Use.CORRECTION:
        return ["Luka", "Tiga orang luka."]
    when = {"id": "Rabu 28 Feb 2024, 13.45 WIB", "en": "Wed 28 Feb 2024, 13:45 WIB"}[template.language]
    return ["Pacet: Jembatan ditutup. Gunakan jalan lewat Sukamaju.", when]


@pytest.mark.parametrize("context", [None, EARLIER], ids=["on its own", "as a reply"])
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_is_theirs(template: Template, context: str | None) -> None:
    caught = Caught()
    actions = [MORE, STOP] if len(template.buttons) == 2 else [STOP]
    buttons = [theirs_too.QuickReplyButton.params(callback_data=a, index=n) for n, a in enumerate(actions)]
    caught.client.send_template(
        TO, template.name, theirs_too.TemplateLanguage(template.language),
        [theirs_too.BodyText.params(*said(template)), *buttons],  # type: ignore[arg-type]
        reply_to_message_id=context, tracker=TAG,
    )  # fmt: skip
    tail = _encoded(fill.fields(template, content(template), board()))
    assert caught.bodies == [json.loads(head(TO, context, TAG) + tail)]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_is_asked_for_as_they_ask(template: Template) -> None:
    wanted = theirs_too.Template(
        name=template.name, language=theirs_too.TemplateLanguage(template.language),
        category=theirs_too.TemplateCategory(template.category.value.upper()),
        components=[
            theirs_too.HeaderText(template.header),
            theirs_too.BodyText(template.body, *(parameter.example for parameter in template.parameters)),
            *([theirs_too.FooterText(text=template.footer)] if template.footer else []),
            theirs_too.Buttons(buttons=[theirs_too.QuickReplyButton(text=b.text) for b in template.buttons]),
        ],
    )  # fmt: skip
    assert json.loads(wanted.to_json()) == template.to_create()
