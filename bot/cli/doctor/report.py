"""A check, and how checks are shown to people and to programs."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

MARKS = {True: "ok   ", False: "FAULT", None: "note "}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `ok=None`: worth knowing, or could not be looked at."""

    name: str
    ok: bool | None
    detail: str
    fix: str = ""  # one line; a fault always has one

    def __post_init__(self) -> None:
        """A fault without a way out helps nobody at night."""
        assert self.ok is not False or self.fix, f"{self.name} has a fault and no fix"


def render(checks: Iterable[Check]) -> str:
    """One line for each check, and one below it that says what to do."""
    lines = []
    for check in checks:
        lines.append(f"{MARKS[check.ok]} {check.name}: {check.detail}")
        if check.fix:
            lines.append(f"      → {check.fix}")
    return "\n".join(lines)


def as_data(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """The checks as JSON can hold them."""
    return [asdict(check) for check in checks]


def failed(checks: Iterable[Check]) -> bool:
    """Whether anything must be mended."""
    return any(check.ok is False for check in checks)
