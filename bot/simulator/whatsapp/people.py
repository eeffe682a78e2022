"""People's hands: they write, tap, read, stop, move; the program is told of it by webhook."""

from typing import Any

from bot.simulator.whatsapp import events
from bot.simulator.whatsapp.model import Choice, Json, NotPossible, Person, Shown
from bot.simulator.whatsapp.webhook import Webhook
from bot.simulator.whatsapp.world import World


class People:
    """What people do; each visible act is an event for the program."""

    def __init__(self, world: World, webhook: Webhook) -> None:
        self._world, self._webhook = world, webhook

    def say(self, phone: str, text: str, reply_to: str | None = None) -> str:
        """The person types and sends."""
        return self.send(phone, "text", {"body": text}, text=text, reply_to=reply_to)

    def come(self, phone: str, text: str) -> str:
        """The person taps an advertisement, and sends what it proposes."""
        referral: Json = {
            "source_url": "https://fb.me/kentongan", "source_type": "ad", "source_id": "120210000000000000",
            "headline": "Kabar di WhatsApp", "body": "Tanya kami", "ctwa_clid": "Asimulated",
        }  # fmt: skip
        self._active(phone).came_at = self._world.clock.now()
        return self.send(phone, "text", {"body": text}, text=text, referral=referral)

    def send(
        self, phone: str, kind: str, content: object, *, text: str = "", reply_to: str | None = None,
        referral: Json | None = None,
    ) -> str:  # fmt: skip
        """The person sends something of any kind; the message's id."""
        person = self._active(phone)
        shown = self._world.post(person, from_business=False, kind=kind, text=text, reply_to=reply_to)
        self._world.open_window(person)
        value = events.message(person, shown.message_id, shown.at, kind, content, reply_to, referral)
        self._webhook.add("messages", value)
        self._world.tell("message", phone, shown.message_id, text)
        return shown.message_id

    def press(self, phone: str, message_id: str, choice_id: str) -> str:
        """The person taps what carries this id."""
        shown = self._world.message(self._active(phone), message_id)
        choice = next((c for c in shown.choices if c.id == choice_id), None) if shown else None
        if shown is None or choice is None:
            raise NotPossible(f"{message_id} has nothing to tap with the id {choice_id}")
        return self._tap(phone, shown, choice)

    def tap(self, phone: str, title: str) -> str:
        """The person taps what has this title in the newest message that shows such a thing."""
        for shown in self._world.newest(self._active(phone)):
            for choice in shown.choices:
                if title in {choice.title, choice.description}:
                    return self._tap(phone, shown, choice)
        raise NotPossible(f"no message on {phone} shows {title!r}")

    def _tap(self, phone: str, shown: Shown, choice: Choice) -> str:
        if choice.url:
            self._world.tell("opened", phone, shown.message_id, choice.url)
            return ""
        kind, content = _answer(shown, choice)
        return self.send(phone, kind, content, text=choice.title, reply_to=shown.message_id)

    def read(self, phone: str) -> int:
        """The person looks at the chat; how many messages were unread."""
        person = self._world.person(phone)
        unread = [m for m in self._world.newest(person) if m.statuses and "read" not in m.statuses]
        for shown in reversed(unread):
            now = self._world.clock.now()
            self._webhook.add("messages", events.status(shown, phone, person.user_id, "read", now, None))
            shown.statuses.append("read")
        return len(unread)

    def prefer(self, phone: str, value: str) -> None:
        """The person stops (`stop`) or resumes (`resume`) marketing messages in WhatsApp's own menu."""
        person = self._active(phone)
        person.stopped = value == "stop"
        self._webhook.add("user_preferences", events.preference(person, self._world.clock.now(), value))

    def change_number(self, phone: str, new: str, *, new_user_id: str) -> None:
        """The person takes another number, which also makes a new business-scoped id."""
        person = self._world.person(phone)
        what: Json = {
            "body": f"{person.name} changed from {phone} to {new}", "type": "user_changed_number", "wa_id": new,
            "user_id": new_user_id, "previous_user_id": person.user_id,
        }  # fmt: skip
        self._world.move(person, new, new_user_id)
        self._system(person, phone, what)

    def change_user_id(self, phone: str, new_user_id: str) -> None:
        """The person's business-scoped id changes, and nothing else is told."""
        person = self._world.person(phone)
        what: Json = {
            "body": "User changed their user id", "type": "user_changed_user_id", "user_id": new_user_id,
            "previous_user_id": person.user_id,
        }  # fmt: skip
        self._world.move(person, phone, new_user_id)
        self._system(person, phone, what)

    def _system(self, person: Person, old_phone: str, what: Json) -> None:
        at = self._world.clock.now()
        self._webhook.add("messages", events.system(person, self._world.next_id(), at, old_phone, what))

    def _active(self, phone: str) -> Person:
        person = self._world.person(phone)
        if person.blocked or not person.reachable:
            raise NotPossible(f"{phone} has blocked the business, or has no WhatsApp")
        return person


def _answer(shown: Shown, choice: Choice) -> tuple[str, Any]:
    """The kind and the content of the message that a tap makes."""
    if shown.kind == "template":
        return "button", {"payload": choice.id, "text": choice.title}
    kind = "list_reply" if shown.kind == "list" else "button_reply"
    picked = {"id": choice.id, "title": choice.title}
    if choice.description:
        picked["description"] = choice.description
    return "interactive", {"type": kind, kind: picked}
