"""What the program is told: the JSON of messages, statuses and preferences."""

from datetime import datetime

from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.model import Json, Person, Shown


def contact(person: Person) -> Json:
    """Who somebody is; whoever uses a username does not tell the number."""
    known: Json = {"profile": {"name": person.name}, "user_id": person.user_id}
    return known if person.hidden else {**known, "wa_id": person.phone}


def message(
    person: Person, message_id: str, at: datetime, kind: str, content: object, context: str | None,
    referral: Json | None = None,
) -> Json:  # fmt: skip
    """The value of one message from this person; `referral` says which advertisement brought them."""
    said: Json = {"id": message_id, "timestamp": seconds(at), "type": kind, "from_user_id": person.user_id}
    if not person.hidden:
        said["from"] = person.phone
    if content is not None:
        said[kind] = content
    if context is not None:
        said["context"] = {"id": context}
    if referral is not None:
        said["referral"] = referral
    return {"contacts": [contact(person)], "messages": [said]}


def system(person: Person, message_id: str, at: datetime, old_phone: str, what: Json) -> Json:
    """The value of a change of number or id; such ones come without contacts."""
    said: Json = {"id": message_id, "timestamp": seconds(at), "type": "system", "system": what}
    return {"messages": [said if person.hidden else {"from": old_phone, **said}]}


def status(shown: Shown, to: str, user_id: str | None, word: str, at: datetime, fault: CloudError | None) -> Json:
    """The value of one status of a message to this recipient."""
    told: Json = {"id": shown.message_id, "status": word, "timestamp": seconds(at), "recipient_id": to}
    if user_id is not None:
        told["recipient_user_id"] = user_id
    if shown.tag is not None:
        told["biz_opaque_callback_data"] = shown.tag
    if fault is not None:
        told["errors"] = [fault.in_status()]
    elif word in {"sent", "delivered"} or (word == "read" and "delivered" not in shown.statuses):
        told["pricing"] = shown.pricing
    return {"statuses": [told]}


def preference(person: Person, at: datetime, value: str) -> Json:
    """The value of a wish about marketing messages."""
    wish: Json = {
        "wa_id": person.phone, "user_id": person.user_id, "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages", "value": value, "timestamp": int(at.timestamp()),
    }  # fmt: skip
    return {"contacts": [contact(person)], "user_preferences": [wish]}


def seconds(at: datetime) -> str:
    """A moment as WhatsApp writes it."""
    return str(int(at.timestamp()))
