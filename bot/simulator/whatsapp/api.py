"""The messages endpoint: a request is checked, counted, and becomes a message with its statuses."""

from typing import Any, Final

from bot.simulator.whatsapp import events, rules
from bot.simulator.whatsapp.billing import Billing
from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.meter import Meter
from bot.simulator.whatsapp.model import Json, Person, Shown
from bot.simulator.whatsapp.shape import Shape
from bot.simulator.whatsapp.templates import Templates
from bot.simulator.whatsapp.webhook import Webhook
from bot.simulator.whatsapp.world import World

_KINDS: Final = {"text": rules.text, "interactive": rules.interactive}


class Messages:
    """Takes messages; what becomes of one is told in the answer or, as with the real API, in a status."""

    def __init__(
        self, world: World, templates: Templates, meter: Meter, billing: Billing, webhook: Webhook
    ) -> None:  # fmt: skip
        self._world, self._templates, self._meter = world, templates, meter
        self._billing, self._webhook = billing, webhook

    def send(self, body: Shape, later: CloudError | None = None) -> tuple[Json, Shown, CloudError | None]:
        """The answer, the message, and what its `failed` status says (`later` scripts one)."""
        to, kind, context, tag = rules.check_envelope(body)
        fields: dict[str, Any] = _KINDS[kind](body) if kind in _KINDS else self._templates.fill(body)
        category = fields.setdefault("category", "service")
        person = self._world.find(to)
        if context is not None and (person is None or self._world.message(person, context) is None):
            raise CloudError(131009, "context.message_id is no message of this chat.")
        self._meter.admit(person.user_id if person else to)
        fault = self._world.judge(person, kind, category) or later or self._begin(person)
        shown = self._posted(person, to, fault, {**fields, "tag": tag, "reply_to": context})
        contact = {"input": to, "wa_id": person.phone if person else to}
        answer = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": shown.message_id}]}
        return answer, shown, fault

    def _begin(self, person: Person | None) -> CloudError | None:
        """Somebody outside of their window counts; judged last, for only who is reached is counted."""
        if person is None or self._world.is_open(person) or self._meter.begin(person.user_id):
            return None
        return CloudError(131048, "The portfolio's messaging limit for 24 hours has been reached.")

    def _posted(self, person: Person | None, to: str, fault: CloudError | None, fields: dict[str, Any]) -> Shown:
        whose = person or Person(to, "", "")
        if person is None or fault is not None:
            shown = Shown(self._world.next_id(), whose.phone, from_business=True, at=self._world.clock.now(), **fields)
        else:
            pricing = self._billing.deliver(person, fields["category"], self._world.clock.now())
            shown = self._world.post(person, from_business=True, pricing=pricing, **fields)
        for word in self._statuses(fault):
            shown.statuses.append(word)
            told = events.status(shown, whose.phone, whose.user_id or None, word, self._world.clock.now(), fault)
            self._webhook.add("messages", told)
        if fault is None:
            self._world.tell("message", whose.phone, shown.message_id, shown.text)
        return shown

    def _statuses(self, fault: CloudError | None) -> tuple[str, ...]:
        if fault is not None:
            return ("failed",)
        told = self._world.chance.random() < self._webhook.how.delivered
        return ("sent", "delivered") if told else ("sent",)

    def mark_read(self, body: Shape) -> Json:
        """The business has read a message: blue ticks on the person's side."""
        body.only({"messaging_product", "status", "message_id"})
        body.exactly("messaging_product", "whatsapp")
        body.exactly("status", "read")
        body.text("message_id", rules.LONGEST_ID)
        return {"success": True}
