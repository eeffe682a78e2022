"""What the platforms would say of a message: the rules of the strict simulators, without a wire."""

from collections.abc import Iterator

from bot.channels.telegram import render as telegram
from bot.channels.whatsapp import render as whatsapp
from bot.chat.fit import units
from bot.chat.message import Message
from bot.chat.turn import Mode, Reply
from bot.simulator.telegram.answers import ApiError
from bot.simulator.telegram.keyboard import checked_markup
from bot.simulator.telegram.texts import formatted
from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.rules import check_envelope, interactive, text
from bot.simulator.whatsapp.shape import Shape
from tests.support.town import TEXTS

LONGEST_TOAST = 200
LONGEST_CAPTION = 1024


def refusals(reply: Reply, language: str) -> Iterator[str]:
    """Why Telegram or WhatsApp would refuse an answer; nothing when both take it, with the same words."""
    message = reply.message
    if reply.mode is Mode.TOAST and units(message.plain()) > LONGEST_TOAST:
        yield f"Telegram: a toast of {units(message.plain())} units"
    yield from _telegrams(message)
    yield from _whatsapps(message, language)


def _telegrams(message: Message) -> Iterator[str]:
    body = telegram.body(message)
    try:
        shown = formatted(body["text"], body["parse_mode"], None, caption=message.picture is not None)
        checked_markup(body.get("reply_markup"))
    except ApiError as refusal:
        yield f"Telegram: {refusal}"
        return
    if "".join(shown.text.split()) != "".join(_seen(message.plain()).split()):
        yield f"Telegram shows {shown.text[:80]!r}"


def _seen(words: str) -> str:
    """As the server hands on a text: without what it does not carry; half a character is none."""
    words = words.encode("utf-8", "replace").decode()
    return formatted(words, "", None).text if words.strip() else ""


def _whatsapps(message: Message, language: str) -> Iterator[str]:
    form = whatsapp.form(message, TEXTS.voice(language))
    body = Shape({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "62812", **form.fields}, "")
    try:
        _, kind, _, _ = check_envelope(body)
        (text if kind == "text" else interactive)(body)
    except CloudError as refusal:
        yield f"WhatsApp: {refusal}"
