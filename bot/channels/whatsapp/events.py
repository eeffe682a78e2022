"""What a webhook call tells, event by event: every entry, change, message and status of a batch, in order.

Nothing here raises, whatever comes in: what is missing is None, what nobody foresaw becomes `Other` and stays in the
inbox as it came. Source of the forms: Meta's webhook reference of August 2026 and payloads seen in practice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from bot.channels.whatsapp import told
from bot.channels.whatsapp.identity import Json, Who, called, phone, sender, word
from bot.channels.whatsapp.moments import counts, moment
from bot.channels.whatsapp.told import TemplateTold, read_told
from bot.chat.turn import Incoming, Press, Text

STATUSES: Final = frozenset({"sent", "delivered", "read", "played", "failed"})
# What surely is a message of the user, and so opens the window for 24 hours.
OPENS: Final = frozenset(
    {"text", "image", "video", "audio", "document", "sticker", "location", "contacts", "button", "interactive", "order"}
)
SPEECHLESS: Final = frozenset({"audio", "sticker", "location", "contacts", "order", "unsupported", "unknown"})
CAPTIONED: Final = frozenset({"image", "video", "document"})
MOVES: Final = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})


class Item(NamedTuple):
    """One thing of a batch as it came, small enough to be kept by itself."""

    field: str  # messages | statuses | user_preferences | user_id_update, or the name of any other change
    number: str | None  # the business number it is about
    body: Json
    contacts: list[Json]
    place: int = 0  # among those of its value

    def kept(self) -> Json:
        """As the inbox keeps it."""
        return {"field": self.field, "number": self.number, "body": self.body, "contacts": self.contacts,
                "place": self.place}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a person; `incoming` is None where nothing is to be answered (a reaction, a correction)."""

    id: str
    who: Who
    at: datetime | None
    incoming: Incoming | None
    opens: bool
    name: str = ""  # as they call themselves


@dataclass(frozen=True, slots=True)
class Moved:
    """A person goes on under another number or id."""

    id: str
    old: Who
    new: Who
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wishes about marketing messages: `stop`, `resume`, `signup` or what comes later.

    Its id is made of what it says: without a moment the same wish on another day has the same.
    """

    id: str
    who: Who
    value: str
    at: datetime | None


class Fault(NamedTuple):
    """An error as the API tells it."""

    code: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What has become of a message that we sent; `tag` is what we gave along with it."""

    message_id: str
    word: str
    who: Who
    at: datetime | None
    tag: str | None = None
    fault: Fault | None = None
    pricing: Json | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """Something that is kept, and that nothing follows from."""

    what: str


Event = Said | Moved | Wish | Status | TemplateTold | Other


# Walking a batch ----------------------------------------------------------------------------------------------------


def walk(payload: object) -> Iterator[Item]:
    """Everything in a batch, in its order."""
    for entry in objects(_of(payload, "entry")):
        for change in objects(_of(entry, "changes")):
            field, value = word(change.get("field")) or "", change.get("value")
            if field in told.FIELDS:
                yield Item(field, None, {**_object(value), told.ENTRY_TIME: entry.get("time")}, [])
            else:
                yield from _items(field, value)


def _items(field: str, value: object) -> Iterator[Item]:
    number = word(_of(_of(value, "metadata"), "phone_number_id"))
    contacts = list(objects(_of(value, "contacts")))
    names = _LISTS.get(field, ())
    found = False
    for name in names:
        for place, body in enumerate(objects(_of(value, name))):
            found = True
            # One item is kept with the contact that belongs to it, not with those of twenty others.
            yield Item(name, number, body, contacts if len(contacts) == 1 else _near(body, contacts, place), place)
    if not found:
        yield Item(field, number, value if isinstance(value, dict) else {}, [])


_LISTS: Final = {
    "messages": ("messages", "statuses", "user_preferences"),
    "user_preferences": ("user_preferences",),
    "user_id_update": ("user_id_update",),
}


def _near(body: Json, contacts: list[Json], place: int) -> list[Json]:
    who, name = sender(body, contacts, place), called(body, contacts, place)
    own = {"wa_id": who.phone, "user_id": who.user_id, "profile": {"name": name} if name else None}
    return [{key: value for key, value in own.items() if value is not None}] if who.known else []


# Reading one item ---------------------------------------------------------------------------------------------------


def kept(body: object) -> Item:
    """The item that `Item.kept` wrote."""
    return Item(
        word(_of(body, "field")) or "", word(_of(body, "number")), _object(_of(body, "body")),
        list(objects(_of(body, "contacts"))), place if isinstance(place := _of(body, "place"), int) else 0,
    )  # fmt: skip


def read(item: Item) -> Event:
    """What one item tells."""
    reader = _READERS.get(item.field)
    return reader(item) if reader else Other(item.field)


def _message(item: Item) -> Event:
    body, kind = item.body, word(item.body.get("type")) or ""
    message_id, who = word(body.get("id")), sender(body, item.contacts, item.place)
    if kind == "system":
        return _system(item)
    if message_id is None or not who.known or body.get("group_id") is not None:
        return Other(f"message {kind}")
    name = called(body, item.contacts, item.place)
    return Said(message_id, who, moment(body.get("timestamp")), _incoming(kind, body), kind in OPENS, name)


def _incoming(kind: str, body: Json) -> Incoming | None:
    content = body.get(kind)
    if kind == "text":
        return Text(word(_of(content, "body")) or "")
    if kind in CAPTIONED:
        return Text(word(_of(content, "caption")) or "", attached=True)
    if kind in SPEECHLESS:
        return Text("")
    if kind == "button":
        return _quick_reply(content, word(_of(body.get("context"), "id")) or "")
    if kind == "interactive":
        return _tapped(content, word(_of(body.get("context"), "id")) or "")
    return None


def _quick_reply(content: object, context: str) -> Incoming | None:
    """A template's button: its payload, which is its text where none was set."""
    payload, text = word(_of(content, "payload")), word(_of(content, "text"))
    if payload is None or payload == text:
        return Text(text) if text is not None else None
    return Press(payload, context)


def _tapped(content: object, context: str) -> Incoming | None:
    for kind in ("button_reply", "list_reply"):
        action = word(_of(_of(content, kind), "id"))
        if action is not None:
            return Press(action, context)
    return None


def _system(item: Item) -> Event:
    body, system = item.body, _object(item.body.get("system"))
    kind, message_id = word(system.get("type")) or "", word(body.get("id"))
    if kind not in MOVES or message_id is None:
        return Other(f"system {kind}")
    old = Who(phone(system.get("customer")) or phone(body.get("from")), word(system.get("previous_user_id")))
    new_phone = phone(system.get("wa_id")) or phone(system.get("new_wa_id"))
    if kind == "user_changed_user_id":
        new_phone = None
    return _moved(message_id, old, Who(new_phone, word(system.get("user_id"))), moment(body.get("timestamp")))


def _renamed(item: Item) -> Event:
    """The change of an id in the form in which it was first announced, a field of its own."""
    body = item.body
    ids = _object(body.get("user_id"))
    old = Who(phone(body.get("wa_id")), word(ids.get("previous")) or word(body.get("previous_user_id")))
    new = Who(None, word(ids.get("current")) or word(body.get("user_id")))
    key = f"{old.user_id or old.phone}>{new.user_id}"
    return _moved(key, old, new, moment(body.get("timestamp")))


def _moved(key: str, old: Who, new: Who, at: datetime | None) -> Event:
    return Moved(key, old, new, at) if old.known and new.known else Other("an incomplete move")


def _preference(item: Item) -> Event:
    body = item.body
    own = Who(phone(body.get("wa_id")), word(body.get("user_id")))
    who = own if own.known else sender(body, item.contacts, item.place)
    value, category = word(body.get("value")), word(body.get("category"))
    if not who.known or value is None or category not in (None, "marketing_messages"):
        return Other("user_preferences")
    stamp = word(body.get("timestamp"))
    return Wish(f"{who.phone or who.user_id} {value} {stamp}", who, value, moment(stamp))


def _status(item: Item) -> Event:
    body = item.body
    message_id, told = word(body.get("id")), word(body.get("status"))
    if message_id is None or told is None or body.get("type") == "call":
        return Other("status")
    who = Who(phone(body.get("recipient_id")), word(body.get("recipient_user_id")))
    fault = next(faults(body.get("errors")), None)
    if told == "failed" and fault is None:
        fault = Fault(0)
    pricing = body.get("pricing")
    return Status(
        message_id, told, who, moment(body.get("timestamp")), word(body.get("biz_opaque_callback_data")), fault,
        pricing if isinstance(pricing, dict) else None,
    )  # fmt: skip


def _template(item: Item) -> Event:
    return read_told(item.field, item.body) or Other(item.field)


_READERS: Final[dict[str, Callable[[Item], Event]]] = {
    "messages": _message,
    "statuses": _status,
    "user_preferences": _preference,
    "user_id_update": _renamed,
    **dict.fromkeys(told.FIELDS, _template),
}


# Whatever comes in --------------------------------------------------------------------------------------------------


def faults(errors: object) -> Iterator[Fault]:
    """The errors of a status, or of an answer."""
    for error in objects(errors):
        code = error.get("code")
        if (number := word(code)) is not None and counts(number):
            details = word(_of(error.get("error_data"), "details"))
            yield Fault(int(number), details or word(error.get("message")) or word(error.get("title")) or "")


def objects(values: object) -> Iterator[Json]:
    """The JSON objects of a list; of anything else none."""
    if isinstance(values, list):
        yield from (value for value in values if isinstance(value, dict))


def _of(value: object, key: str) -> Any:  # noqa: ANN401 — JSON
    return value.get(key) if isinstance(value, dict) else None


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
