"""A method's parameters, whether they came as JSON, form or query; read as leniently as the real server does."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.simulator.telegram.answers import bad_request

_NUMBER = re.compile(r"\s*(-?\d+)")


class Params:
    """Typed access to what was sent."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        """Whether it was sent and is not empty."""
        return self.values.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """The value as text, "" when it is missing."""
        value = self.values.get(name)
        if isinstance(value, str):
            return value
        return "" if value is None else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The number at its beginning; 0 for what is no number."""
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value in (None, ""):
            return default
        found = _NUMBER.match(str(value))
        return int(found.group(1)) if found else 0

    def flag(self, name: str) -> bool:
        """True for true, yes and 1."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def parsed(self, name: str, what: str) -> Any:  # noqa: ANN401 — any JSON
        """The JSON value, None when missing; `what` names it in the refusal."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None
