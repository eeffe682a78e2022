"""What the server keeps: people, windows, messages; and what becomes of a message that was accepted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final

from bot.simulator.clock import Clock
from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.model import Event, NotPossible, Person, Shown

WINDOW: Final = timedelta(hours=24)


class World:
    """The state; the API and people's hands both work on it."""

    def __init__(self, clock: Clock, chance: Random, history_keep: int | None) -> None:
        self.clock, self.chance, self.history_keep = clock, chance, history_keep
        self.people: dict[str, Person] = {}  # by number
        self.by_user_id: dict[str, Person] = {}
        self.chats: dict[str, dict[str, Shown]] = {}  # number -> message id -> message
        self.listeners: list[Callable[[Event], None]] = []
        self.outside = 0  # messages without a template to somebody whose window was closed
        self.unwanted = 0  # marketing to somebody who had stopped it
        self._last_id = 0

    def add(self, person: Person) -> Person:
        """A person with a phone."""
        if person.phone in self.people:
            raise NotPossible(f"{person.phone} has a phone already")
        self.people[person.phone] = self.by_user_id[person.user_id] = person
        return person

    def person(self, phone: str) -> Person:
        """Whose number this is."""
        if phone not in self.people:
            raise NotPossible(f"nobody has the number {phone}")
        return self.people[phone]

    def find(self, to: str) -> Person | None:
        """Whom a request means, by number or by business-scoped id."""
        return self.by_user_id.get(to) or self.people.get(to.lstrip("+"))

    def move(self, person: Person, phone: str, user_id: str) -> None:
        """The person goes on under another number, or id; the chat comes along."""
        if phone != person.phone and phone in self.people:
            raise NotPossible(f"{phone} has a phone already")
        del self.people[person.phone], self.by_user_id[person.user_id]
        self.chats[phone] = self.chats.pop(person.phone, {})
        person.phone, person.user_id = phone, user_id
        self.people[phone] = self.by_user_id[user_id] = person

    # Messages -------------------------------------------------------------------------------------------------------

    def next_id(self) -> str:
        """A message id as WhatsApp makes them."""
        self._last_id += 1
        return f"wamid.SIM{self._last_id:09d}{self.chance.getrandbits(40):010X}"

    def post(self, person: Person, *, from_business: bool, **fields: Any) -> Shown:  # noqa: ANN401 — Shown's fields
        """A message in the chat with this person."""
        made = Shown(self.next_id(), person.phone, from_business, at=self.clock.now(), **fields)
        chat = self.chats.setdefault(person.phone, {})
        chat[made.message_id] = made
        if self.history_keep is not None and len(chat) > self.history_keep:
            del chat[next(iter(chat))]
        return made

    def message(self, person: Person, message_id: str) -> Shown | None:
        """A message of this chat that is still known."""
        return self.chats.get(person.phone, {}).get(message_id)

    def newest(self, person: Person) -> Iterator[Shown]:
        """The business's messages that this person has, the newest first."""
        chat = self.chats.get(person.phone, {})
        return (m for m in reversed(chat.values()) if m.from_business and "failed" not in m.statuses)

    def open_window(self, person: Person) -> None:
        """The person has written."""
        person.window_until = self.clock.now() + WINDOW

    def is_open(self, person: Person) -> bool:
        """Whether anything may be sent to this person."""
        return person.window_until is not None and self.clock.now() < person.window_until

    def judge(self, person: Person | None, kind: str, category: str) -> CloudError | None:
        """Why a message that was accepted does not arrive; None: it does."""
        if person is None or not person.reachable or person.blocked:
            return CloudError(131026)
        if kind != "template" and not self.is_open(person):
            self.outside += 1
            return CloudError(131047, "More than 24 hours have passed since the customer last replied.")
        if category == "marketing" and person.stopped:
            self.unwanted += 1
            return CloudError(131050)
        return None

    def tell(self, kind: str, phone: str, message_id: str | None = None, text: str = "") -> None:
        """Let those who listen know of a change."""
        for listener in tuple(self.listeners):
            listener(Event(kind, phone, message_id, text))
