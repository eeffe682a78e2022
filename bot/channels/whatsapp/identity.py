"""Who somebody is on WhatsApp: a number, a business-scoped user id, or both; what we send to is one of them.

Since 2026 people may hide their number behind a username; then messages carry the user id alone. Both are aliases of
our own subscriber, which the store keeps together (storage/sqlite/whatsapp.py).
"""

from typing import Any, NamedTuple

Json = dict[str, Any]


class Who(NamedTuple):
    """What an event tells of a person; at least one of the two is there where `known`."""

    phone: str | None = None
    user_id: str | None = None

    @property
    def known(self) -> bool:
        """Whether the event tells at all who it is about."""
        return self.phone is not None or self.user_id is not None


def is_user_id(address: str) -> bool:
    """Whether an address is a business-scoped id (`US.13491208655302741918`), no number."""
    return not address.isdecimal()


def phone(value: object) -> str | None:
    """A number as WhatsApp writes it: digits, without a plus."""
    text = word(value)
    return text.lstrip("+") or None if text else None


def word(value: object) -> str | None:
    """A text that is not blank; numbers are written out."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    return value.strip().encode("utf-8", "replace").decode() or None  # half a surrogate pair is no text


def sender(item: Json, contacts: list[Json], place: int) -> Who:
    """Who sent this item, the `place`-th of a value whose contacts are these."""
    told = Who(phone(item.get("from")), word(item.get("from_user_id")))
    contact = _contact(told, contacts, place)
    return Who(phone(contact.get("wa_id")) or told.phone, word(contact.get("user_id")) or told.user_id)


def called(item: Json, contacts: list[Json], place: int) -> str:
    """How whoever sent this item calls themselves, "" when that is not told."""
    told = Who(phone(item.get("from")), word(item.get("from_user_id")))
    profile = _contact(told, contacts, place).get("profile")
    return word(profile.get("name")) or "" if isinstance(profile, dict) else ""


def _contact(told: Who, contacts: list[Json], place: int) -> Json:
    """The contact that belongs to an item: by number or id, or because there is only this one."""
    for contact in contacts:
        known = Who(phone(contact.get("wa_id")), word(contact.get("user_id")))
        if (told.phone is not None and known.phone == told.phone) or (
            told.user_id is not None and known.user_id == told.user_id
        ):
            return contact
    if len(contacts) == 1:
        return contacts[0]
    nameless = not told.known and place < len(contacts)
    return contacts[place] if nameless else {}
