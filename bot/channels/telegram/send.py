"""Telegram's outgoing half: one lane for a story to thousands, one for the answers to people who wrote.

The first encodes a message once and puts only the chat into it (python-telegram-bot builds and encodes every request
anew: ten times the CPU); what goes wrong there is judged by python-telegram-bot all the same. The second is its Bot.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram import Message as Sent
from telegram.error import TelegramError

from bot.channels.lane.faults import TransportError
from bot.channels.telegram import acts, render
from bot.channels.telegram.outcome import classify
from bot.channels.telegram.transport import result_of
from bot.channels.telegram.wire import Wire
from bot.chat.message import Message, from_json
from bot.chat.turn import Mode
from bot.delivery.content import Act
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate
from bot.delivery.plan import QueuedReply
from bot.ports import To

log = structlog.get_logger(__name__)

NAME = "telegram"
TOAST = 200  # characters of an answer to a press
ANSWER = b'{"ok":true,"result":{"message_id":'  # how a plain success begins
# Telegram takes about 1 message a second in a chat (short bursts are tolerated) and 20 a minute in a group. A little
# less leaves room for requests that arrive closer together than they left; a minute sees a burst and 60 s of the rate.
PRIVATE = ChatRate(burst=3, per_second=0.9)
GROUP = ChatRate(burst=2, per_second=0.3)
MARKUP, PHOTO, GONE = "markup", "photo", "gone"  # what was refused of an answer; the message it was to replace
REMEMBERED = 1000  # answers that wait for another form
CONVINCED = 3  # refusals to delete in a row after which no more is tried: messages of one broadcast are of one age


@dataclass(slots=True)
class Prepared:
    """A message encoded once: the request's body after the chat, with markup and without."""

    html: bytes
    plain: bytes
    refused: bool = False  # the server did not take our markup: everyone else gets the plain text at once
    undeletable: int = 0  # refusals to delete in a row: the messages are too old, everyone else gets the stub at once
    # The same below a photo: sent with it, or put where an earlier message has one. None where there is no photo.
    pictured: "Prepared | None" = None
    has_photo: bool = False  # what is new stands below a photo too
    unpictured: set[str] = field(default_factory=set)  # chats where the words alone follow a refusal
    undeleted: set[str] = field(default_factory=set)  # chats where the stub follows one


class TelegramChannel:
    """The Channel port on the Bot API."""

    name = NAME

    def __init__(self, bot: Bot, wire: Wire, *, rate: float = 30.0, paid_broadcasts: bool = False) -> None:
        self.rate = rate
        self._bot, self._wire, self._paid = bot, wire, paid_broadcasts
        self._url = f"{bot.base_url}/sendMessage"
        self._edit_url = f"{bot.base_url}/editMessageText"
        self._photo_url = f"{bot.base_url}/sendPhoto"
        self._caption_url = f"{bot.base_url}/editMessageCaption"
        self._delete_url = f"{bot.base_url}/deleteMessage"
        self._refused: dict[tuple[int, str], frozenset[str]] = {}  # of answers that follow in another form

    def chat_rate(self, address: str) -> ChatRate:
        """What one chat stands; groups and channels have negative ids or names."""
        return PRIVATE if address.isdigit() else GROUP

    # A story to many ------------------------------------------------------------------------------------------------

    def prepare(self, message: Message) -> Prepared:
        """The message's request bodies, encoded once for all of its readers."""
        extra = {"allow_paid_broadcast": True} if self._paid else {}
        words = Prepared(_tail(render.body(message) | extra), _tail(render.plain_body(message) | extra))
        if message.photo or message.caption:
            html, plain = render.caption_body(message), render.caption_body(message, plain=True)
            words.pictured, words.has_photo = Prepared(_tail(html | extra), _tail(plain | extra)), bool(message.photo)
        return words

    async def deliver(self, prepared: Prepared, to: To, act: Act = Act.SEND) -> Outcome:
        """Do with a prepared message what `act` says.

        One whose markup is refused goes out once more as plain text, one whose photo is refused without it: each as a
        request of its own, for which LATER with `retry_after` 0 asks. What was refused is remembered.
        An edit or a deletion that finds nothing to do is SENT with a code of its own: `edit_not_found`, `edit_refused`,
        `not_modified`, `already_gone`, `no_message`; a deletion that is refused makes the message the stub.
        """
        if act is Act.SEND or act is Act.REPLY:
            if prepared.has_photo:
                return await self._send_photo(prepared, to, acts.head(to, act))
            return await self._put(prepared, self._url, acts.head(to, act))
        if to.message is None:
            return acts.NO_MESSAGE
        return await (self._edit(prepared, to) if act is Act.EDIT else self._delete(prepared, to))

    async def _send_photo(self, prepared: Prepared, to: To, head: bytes) -> Outcome:
        """With its photo, or without where this chat, or Telegram, takes none."""
        if to.address in prepared.unpictured:
            return await self._put_alone(prepared, self._url, to, head)
        outcome = await self._put(prepared.pictured or prepared, self._photo_url, head)
        if outcome.code not in acts.WITHOUT_PHOTO:
            return outcome
        if outcome.code != "photo":
            prepared.unpictured.add(to.address)
        elif prepared.has_photo:
            log.error("Telegram does not take the photo, sending the text alone", channel=NAME)
            prepared.has_photo = False
        return acts.once_more(outcome)

    async def _edit(self, prepared: Prepared, to: To) -> Outcome:
        head = acts.head(to, Act.EDIT)
        if prepared.pictured is not None and to.address not in prepared.unpictured:
            outcome = await self._put(prepared.pictured, self._caption_url, head)
            if outcome.code != "no_caption":
                return acts.edited(outcome, to)
            prepared.unpictured.add(to.address)
            return acts.once_more(outcome)
        return acts.edited(await self._put_alone(prepared, self._edit_url, to, head), to)

    async def _put_alone(self, prepared: Prepared, url: str, to: To, head: bytes) -> Outcome:
        """The words without a photo; of a chat that has them nothing need be remembered any more."""
        outcome = await self._put(prepared, url, head)
        if outcome.kind is Kind.SENT:
            prepared.unpictured.discard(to.address)
        return outcome

    async def _delete(self, prepared: Prepared, to: To) -> Outcome:
        if prepared.undeletable < CONVINCED and to.address not in prepared.undeleted:
            outcome = acts.deleted(await self._post(self._delete_url, acts.deletion(to)), to)
            if outcome.code not in acts.NOT_DELETABLE:
                prepared.undeletable = 0
                return outcome
            prepared.undeletable += 1
            prepared.undeleted.add(to.address)
            return acts.once_more(outcome)
        outcome = acts.stubbed(await self._edit(prepared, to))
        if outcome.kind is Kind.SENT:
            prepared.undeleted.discard(to.address)
        return outcome

    async def _put(self, prepared: Prepared, url: str, head: bytes) -> Outcome:
        """Post a prepared message behind this head, as plain text once its markup was refused."""
        plain = prepared.refused
        outcome = await self._post(url, head + (prepared.plain if plain else prepared.html))
        if plain or outcome.code != "parse_entities":
            return outcome
        if not prepared.refused:
            log.error("Telegram does not take our markup, sending plain text", channel=NAME)
        prepared.refused = True
        return acts.once_more(outcome)

    async def _post(self, url: str, body: bytes) -> Outcome:
        try:
            status, payload = await self._wire.post(url, body)
        except TransportError as error:
            return classify(error)
        message_id = _message_id(payload) if status == 200 else None  # noqa: PLR2004 — HTTP's OK
        if message_id is not None:
            return Outcome(Kind.SENT, message_id=message_id)
        return await _judged(status, payload)

    # An answer to one -----------------------------------------------------------------------------------------------

    async def reply(self, reply: QueuedReply) -> Outcome:
        """Send, replace or toast one answer, and end the wait of the button that was pressed.

        What is refused in one form follows in another, as with `deliver`.
        """
        message = from_json(reply.message)
        if reply.mode == Mode.TOAST and reply.callback:
            return await self._toast(reply.callback, message.plain())
        refused = self._refused.pop((reply.id, reply.message), frozenset())
        callback = None if refused else reply.callback  # else its wait has ended
        outcome, _ = await asyncio.gather(self._show(reply, message, refused), self._acknowledge(callback))
        return outcome

    async def _toast(self, callback: str, text: str) -> Outcome:
        try:
            await self._bot.answer_callback_query(callback, render.head(text, TOAST))
        except TelegramError as error:
            return classify(error)
        return Outcome(Kind.SENT, "toast")

    async def _acknowledge(self, callback: str | None) -> None:
        """End the button's wait; that it is too late for that is no failure of the answer."""
        if callback is None:
            return
        try:
            await self._bot.answer_callback_query(callback)
        except TelegramError as error:
            log.debug("press not acknowledged", channel=NAME, code=classify(error).code)

    async def _show(self, reply: QueuedReply, message: Message, refused: frozenset[str]) -> Outcome:
        """In the first form that was not refused yet; a further refusal is remembered until the next try."""
        plain = MARKUP in refused
        fields = render.plain_body(message) if plain else render.body(message)
        picture = None if PHOTO in refused else message.picture or message.photo or None
        replaces = picture is None and reply.mode == Mode.REPLACE and reply.target is not None and GONE not in refused
        outcome = await self._show_once(reply, fields, picture, replaces=replaces)
        if outcome.code == "photo" and picture is not None:  # Telegram has it no longer
            return self._otherwise(reply, refused | {PHOTO}, outcome)
        if outcome.code == "parse_entities" and not plain:
            log.error("Telegram does not take our markup, sending plain text", channel=NAME)
            return self._otherwise(reply, refused | {MARKUP}, outcome)
        if outcome.code in acts.NOTHING_TO_EDIT and replaces:
            return self._otherwise(reply, refused | {GONE}, outcome)
        return outcome

    def _otherwise(self, reply: QueuedReply, refused: frozenset[str], outcome: Outcome) -> Outcome:
        self._refused[reply.id, reply.message] = refused
        if len(self._refused) > REMEMBERED:
            del self._refused[next(iter(self._refused))]
        return acts.once_more(outcome)

    async def _show_once(
        self, reply: QueuedReply, fields: render.Json, picture: bytes | str | None, *, replaces: bool
    ) -> Outcome:
        looks = _looks(fields)
        thread = int(reply.thread) if reply.thread else None
        if picture is not None:
            return await self._show_picture(reply.address, thread, looks, picture)
        if not replaces:
            return await _tried(
                lambda: self._bot.send_message(_chat(reply.address), message_thread_id=thread, **looks)
            )  # fmt: skip
        target = int(reply.target or 0)
        outcome = await _tried(
            lambda: self._bot.edit_message_text(chat_id=_chat(reply.address), message_id=target, **looks)
        )
        return Outcome(Kind.SENT, outcome.code, reply.target) if outcome.code == "not_modified" else outcome

    async def _show_picture(
        self, address: str, thread: int | None, looks: render.Json, picture: bytes | str
    ) -> Outcome:  # fmt: skip
        """Upload it, or name the one that Telegram has; the text below it."""
        return await _tried(
            lambda: self._bot.send_photo(
                _chat(address), picture, caption=looks["text"], message_thread_id=thread,
                parse_mode=looks["parse_mode"], reply_markup=looks["reply_markup"],
            )
        )  # fmt: skip


async def _tried(send: Callable[[], Awaitable[Sent | bool]]) -> Outcome:
    try:
        sent = await send()
    except Exception as error:  # noqa: BLE001 — the port never raises for what the platform or the network does
        return classify(error)
    return Outcome(Kind.SENT, message_id=str(sent.message_id) if isinstance(sent, Sent) else None)


async def _judged(status: int, payload: bytes) -> Outcome:
    """The outcome of an answer that is no plain success, in python-telegram-bot's judgement."""
    try:
        result = await result_of(status, payload)
        return Outcome(Kind.SENT, message_id=None if result is True else str(result["message_id"]))
    except Exception as error:  # noqa: BLE001 — likewise
        return classify(error)


def _tail(fields: render.Json) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")[1:]


def _message_id(payload: bytes) -> str | None:
    """The message id of a plain success, without parsing the rest; None when it is anything else."""
    if not (payload.startswith(ANSWER) and payload.endswith(b"}}")):
        return None
    number = payload[len(ANSWER) : len(ANSWER) + 20].partition(b",")[0].rstrip(b"}")
    return number.decode() if number.isdigit() else None


def _chat(address: str) -> int | str:
    return int(address) if address.lstrip("-").isdigit() else address


def _looks(fields: render.Json) -> dict[str, Any]:
    """The rendered fields as the Bot's methods take them."""
    rows = fields.get("reply_markup", {}).get("inline_keyboard", [])
    markup = InlineKeyboardMarkup([[InlineKeyboardButton(**button) for button in row] for row in rows])
    return {
        "text": fields["text"],
        "parse_mode": fields.get("parse_mode"),
        "link_preview_options": LinkPreviewOptions(**fields["link_preview_options"]),
        "reply_markup": markup if rows else None,
    }
