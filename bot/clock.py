"""The one place that reads the clock; everything else is told `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 — this is the one place
