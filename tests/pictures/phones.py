"""A screen as the strict simulators show it: each message goes through the channel's own form and over real HTTP."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.channels.telegram import render as telegram_form
from bot.channels.whatsapp import render as whatsapp_form
from bot.chat.message import Message
from bot.chat.texts import Texts
from bot.chat.turn import Mode, Reply
from bot.simulator.clock import HandClock
from bot.simulator.demo import Demo
from bot.simulator.phones import screen
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Limits, Telegram
from bot.simulator.whatsapp import Choice, WhatsApp
from bot.simulator.whatsapp import Limits as WhatsAppLimits
from bot.simulator.whatsapp import Shown as WhatsAppShown
from tests.pictures.screens import Step
from tests.support.town import NOW, TEXTS

CHANNELS: Final = ("telegram", "whatsapp")
TOKEN, SECRET, PHONE, USER = "123456:pictures", "secret-of-pictures", "6281200000011", 11
_MARKS: Final = {"bold": re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)"), "italic": re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)")}

_PHOTO: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='320' height='180'%3E"
    "%3Crect width='320' height='180' fill='%239aa79b'/%3E"
    "%3Cpath d='M0 180 110 60l70 75 45-40 95 85z' fill='%23697a6c'/%3E"
    "%3C/svg%3E"
)

Json = dict[str, Any]


@dataclass
class Phones:
    """One phone of each kind, and the address of the page that draws them."""

    page: str
    _base: str
    _session: aiohttp.ClientSession
    _telegram: Telegram
    _whatsapp: WhatsApp
    _texts: Texts = TEXTS

    async def show(self, channel: str, language: str, step: Step) -> tuple[list[Json], list[str]]:
        """The messages of a step in the page's own form, and the passing lines."""
        replies = step.replies[language]
        act = step.acts.get(language, "")
        made = [_plain(act, mine=True)] if act else []
        passing = []
        for reply in replies:
            if channel == "whatsapp":
                made.append(await self._in_whatsapp(reply, language))
            elif reply.mode is Mode.TOAST:
                passing.append(reply.message.plain())
            else:
                made.append(await self._in_telegram(reply.message))
        return [message | {"id": number} for number, message in enumerate(made, 1)], passing

    async def _in_telegram(self, message: Message) -> Json:
        body = telegram_form.body(message) | {"chat_id": USER}
        async with self._session.post(f"{self._base}/bot{TOKEN}/sendMessage", json=body) as answer:
            told = await answer.json()
        assert told["ok"], f"Telegram refuses {message.plain()[:60]!r}: {told}"
        shown = screen.message(self._telegram.shown(USER)[-1], (), {})
        return shown | {"card": _card(message), "picture": _picture(message), "at": NOW.isoformat()}

    async def _in_whatsapp(self, reply: Reply, language: str) -> Json:
        message = reply.message
        form = whatsapp_form.plain(message) if reply.mode is Mode.TOAST else None
        form = form or whatsapp_form.form(message, self._texts.voice(language))
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": PHONE, **form.fields}
        url = f"{self._base}/v22.0/{self._whatsapp.number_id}/messages"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self._session.post(url, json=body, headers=headers) as answer:
            assert answer.status == 200, f"WhatsApp refuses {message.plain()[:60]!r}: {await answer.text()}"
        return _from_whatsapp(self._whatsapp.shown(PHONE)[-1]) | {"picture": _picture(message)}


@asynccontextmanager
async def phones() -> AsyncIterator[Phones]:
    """Both simulators and the page."""
    demo = Demo(tell=lambda _: None, limits=Limits.off())
    await demo.start()
    telegram = Telegram(TOKEN, limits=Limits.off(), history_keep=3)
    telegram.add_user(USER, "Warga")
    whatsapp = WhatsApp(TOKEN, SECRET, limits=WhatsAppLimits.off(), clock=HandClock(NOW), history_keep=3)
    whatsapp.add_person(PHONE, "Warga")
    whatsapp.say(PHONE, "halo")
    simulator = Simulator(telegram, Portal(name="Target 24 Jam", categories={}), extra_routes=whatsapp.routes())
    base = await simulator.start()
    async with aiohttp.ClientSession() as session:
        try:
            yield Phones(demo.simulator.base_url, base, session, telegram, whatsapp)
        finally:
            await whatsapp.close()
            await simulator.stop()
            await demo.stop()


def _plain(text: str, *, mine: bool = False) -> Json:
    return {
        "mine": mine, "text": text, "entities": [], "rows": [], "edited": False, "at": NOW.isoformat(), "quote": None,
        "card": None, "picture": None,
    }  # fmt: skip


def _card(message: Message) -> Json | None:
    """The preview that Telegram would draw from the linked page."""
    title = next((span.text for span in message.text if span.bold), "")
    return None if message.preview is None else {"url": message.preview, "title": title}


def _picture(message: Message) -> str | None:
    if message.photo:  # the platform has it, and we have its name there
        return _PHOTO
    return None if message.picture is None else f"data:image/png;base64,{b64encode(message.picture).decode()}"


def _from_whatsapp(shown: WhatsAppShown) -> Json:
    text, entities = _unmarked(shown.text)
    rows = [[_choice(choice)] for choice in shown.choices]
    if shown.opens_with:  # what the list shows once it is open stands below its button
        rows.insert(0, [{"label": f"☰ {shown.opens_with}", "data": "open", "url": None}])
    return _plain(text) | {"entities": entities, "rows": rows, "opens": bool(shown.opens_with)}


def _choice(choice: Choice) -> Json:
    return {"label": choice.label, "data": choice.id or None, "url": choice.url or None}


def _unmarked(text: str) -> tuple[str, list[Json]]:
    """WhatsApp's marks as entities; offsets in UTF-16 units."""
    spans: list[tuple[str, int, int]] = []
    for kind, mark in _MARKS.items():
        while (found := mark.search(text)) is not None:
            start, inner = found.start(), found[1]
            spans = [(k, _shift(a, found), _shift(b, found)) for k, a, b in spans]
            text = text[:start] + inner + text[found.end() :]
            spans.append((kind, start, start + len(inner)))
    return text, [{"type": k, "offset": _units(text[:a]), "length": _units(text[a:b])} for k, a, b in spans]


def _shift(place: int, removed: re.Match[str]) -> int:
    """Where a place lies once the two marks are gone."""
    return place - (place > removed.start()) - (place >= removed.end())


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
