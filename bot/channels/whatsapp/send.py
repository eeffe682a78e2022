"""WhatsApp's outgoing half: a message encoded once, the recipient and our own name for the attempt put in.

Nothing that was sent can be edited here: what takes the place of a message is a reply to it, and the mark that a
corrected message carries elsewhere is left to the correction itself.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.lane import TransportError
from bot.channels.whatsapp import outcome as meaning
from bot.channels.whatsapp.client import Client
from bot.channels.whatsapp.identity import is_user_id
from bot.channels.whatsapp.render import Form, form, plain
from bot.channels.whatsapp.templates import fill
from bot.channels.whatsapp.templates.model import Template
from bot.chat.message import Message, from_json
from bot.chat.texts import Texts
from bot.chat.turn import Board, Mode
from bot.delivery.content import Act, BroadcastKind, Content
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate
from bot.delivery.plan import QueuedReply
from bot.delivery.receipts import PAIR, pair_pause, tag_of, tag_of_reply
from bot.delivery.templates import REFUSALS
from bot.ports import Store, To, Tx

log = structlog.get_logger(__name__)

NAME = "whatsapp"
# One person takes a message in six seconds, and forty-five at once; one less leaves room for what arrives closer
# together than it left.
ONE_PERSON = ChatRate(burst=44, per_second=1 / 6)
NO_EDIT = "no_edit"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message encoded once: the request's body after what differs from reader to reader."""

    tail: bytes
    template: str = ""  # the key of the template that it is made of


async def nothing(_key: str, _code: str) -> None:
    """Nobody needs to hear of a refused template."""


class WhatsAppChannel:
    """The Channel port on the Cloud API."""

    name = NAME

    def __init__(
        self, client: Client, store: Store, texts: Texts, *, rate: float = 80.0, templates: Iterable[Template] = (),
        template_refused: Callable[[str, str], Awaitable[None]] = nothing,
    ) -> None:  # fmt: skip
        """`template_refused` hears at once, with key and code, that a template may not be sent any more."""
        self.rate = rate
        self._templates = {template.key: template for template in templates}
        self._template_refused = template_refused
        self._client, self._store, self._texts = client, store, texts
        self._pair_hits: dict[str, int] = {}  # refusals in a row that only concern the pace of one person
        self._stop: Outcome | None = None

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — all people stand the same
        """What one person stands."""
        return ONE_PERSON

    def stop(self, outcome: Outcome) -> None:
        """The account may not send, as a status told: the next attempt ends so, without a request."""
        self._stop = outcome

    # One message to many --------------------------------------------------------------------------------------------

    def prepare(self, message: Message) -> Prepared:
        """The message's request body, encoded once for all of its readers."""
        return Prepared(_tail(form(message, self._texts.voice(self._texts.fallback))))

    def prepare_template(self, key: str, content: Content, board: Board) -> Prepared:
        """The content in a template, encoded once; raises ValueError where the two do not fit."""
        template = self._templates.get(key)
        if template is None:
            raise ValueError(f"no file describes the template {key}")
        return Prepared(_encoded(fill.fields(template, content, board)), key)

    async def deliver(self, prepared: Prepared, to: To, act: Act = Act.SEND) -> Outcome:
        """Send a prepared message, below the one it is about where `act` names one."""
        delivery = to.delivery
        if delivery is not None and delivery.kind is BroadcastKind.MARK:
            return Outcome(Kind.SENT, NO_EDIT, to.message)
        context = None if act is Act.SEND else to.message
        tag = str(tag_of(delivery)) if delivery is not None else None
        outcome = await self._post(to.address, head(to.address, context, tag) + prepared.tail)
        if prepared.template and outcome.code in REFUSALS:
            await self._template_refused(prepared.template, outcome.code)
        return outcome

    # An answer to one -----------------------------------------------------------------------------------------------

    async def reply(self, reply: QueuedReply) -> Outcome:
        """Send one answer; screens replace nothing here, and a passing line is a message like any other."""
        message = from_json(reply.message)
        if not message.plain().strip():
            return Outcome(Kind.SENT, "silent")  # the end of a button's wait, which nobody waits for here
        shown = await self._shown(reply, message)
        return await self._post(reply.address, head(reply.address, None, str(tag_of_reply(reply))) + _tail(shown))

    async def _shown(self, reply: QueuedReply, message: Message) -> Form:
        """The form of an answer; what its numbers mean is kept before anybody can type one."""
        if reply.mode == Mode.TOAST:
            return plain(message)

        def look(tx: Tx) -> tuple[str, str | None]:
            return tx.person(NAME, reply.address).language, tx.options_of(reply.address)

        language, known = await self._store.read(look)
        shown = form(message, self._texts.voice(language))
        options = json.dumps(shown.options) if shown.options else None
        if options != known:
            await self._store.write(lambda tx: tx.keep_options(reply.address, options))
        return shown

    # Requests -------------------------------------------------------------------------------------------------------

    async def _post(self, address: str, body: bytes) -> Outcome:
        if self._stop is not None:
            stopped, self._stop = self._stop, None
            return stopped
        try:
            status, payload = await self._client.post(body)
        except TransportError as error:
            return meaning.of_transport(error)
        outcome, fault = meaning.of_answer(status, payload)
        if fault is not None and fault.code not in meaning.TABLE:
            log.warning("WhatsApp answers with an error that nobody knows", code=fault.code, text=fault.text)
        return self._paired(address, outcome)

    def _paired(self, address: str, outcome: Outcome) -> Outcome:
        """A person who got too many at once is left alone for 4ⁿ seconds."""
        if outcome.code != PAIR:
            self._pair_hits.pop(address, None)
            return outcome
        hits = self._pair_hits[address] = self._pair_hits.get(address, 0) + 1
        return Outcome(Kind.LATER, PAIR, retry_after=pair_pause(hits))


def head(address: str, context: str | None, tag: str | None) -> bytes:
    """The beginning of a body: everything that differs from reader to reader."""
    to = "recipient" if is_user_id(address) else "to"
    replied = f'"context":{{"message_id":{json.dumps(context)}}},' if context else ""
    named = f'"biz_opaque_callback_data":{json.dumps(tag)},' if tag else ""
    start = '{"messaging_product":"whatsapp","recipient_type":"individual",'
    return f'{start}"{to}":{json.dumps(address)},{replied}{named}'.encode()


def _tail(shown: Form) -> bytes:
    return _encoded(shown.fields)


def _encoded(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")[1:]
