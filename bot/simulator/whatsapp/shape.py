"""Reading the JSON of a request as strictly as the server: what is missing, of the wrong kind, or not foreseen."""

import json
from collections.abc import Collection
from typing import Any

from bot.simulator.whatsapp.errors import CloudError, invalid, missing
from bot.simulator.whatsapp.model import Json


def parsed(raw: bytes) -> Json:
    """A request's body; CloudError 100 when it is no JSON object."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise CloudError(100, "The request body is no JSON object.")
    return body


def units(text: str) -> int:
    """The length at its strictest: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Shape:
    """One JSON object of a request; `where` names it in complaints."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise CloudError(100, f"{where or 'The body'} must be a JSON object.")
        self.value: Json = value
        self.where = where

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that the API does not know."""
        unknown = sorted(set(self.value) - set(known))
        if unknown:
            raise CloudError(100, f"Unexpected key {self._name(unknown[0])!r}.")

    def has(self, key: str) -> bool:
        """Whether the key is there at all."""
        return key in self.value

    def inside(self, key: str) -> "Shape":
        """The object behind a key that is required."""
        if key not in self.value:
            raise missing(self._name(key))
        return Shape(self.value[key], self._name(key))

    def each(self, key: str, least: int, most: int) -> list["Shape"]:
        """The objects of a list that is required."""
        if key not in self.value:
            raise missing(self._name(key))
        values = self.value[key]
        if not isinstance(values, list) or not least <= len(values) <= most:
            raise invalid(f"{self._name(key)} must have {least} to {most} elements.")
        return [Shape(value, f"{self._name(key)}[{n}]") for n, value in enumerate(values)]

    def text(self, key: str, most: int) -> str:
        """A text that is required, not blank, and not longer than that."""
        value = self.value.get(key)
        if value is None or value == "":
            raise missing(self._name(key))
        if not isinstance(value, str):
            raise CloudError(100, f"{self._name(key)} must be a string.")
        if units(value) > most or not value.strip():
            raise invalid(f"{self._name(key)} must have 1 to {most} characters.")
        return value

    def optional(self, key: str, most: int) -> str:
        """The same for what may be left out."""
        return self.text(key, most) if key in self.value else ""

    def exactly(self, key: str, *allowed: Any) -> Any:  # noqa: ANN401 — JSON
        """One of these values."""
        if key not in self.value:
            raise missing(self._name(key))
        if self.value[key] not in allowed:
            raise CloudError(100, f"{self._name(key)} must be one of {', '.join(map(str, allowed))}.")
        return self.value[key]

    def _name(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key
