"""Subscribers as lines of JSON: the form in which they come in and go out (docs/design.md)."""

import json
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.ports import Subscription

MODES = ("instant", "morning", "evening", "both")
CHANNELS = ("telegram", "whatsapp", "console")
FOLLOWS_ALL = "semua"
FIELDS = {"channel", "address", "categories", "mode", "quiet", "language", "consent_at", "thread"}
_QUIET = re.compile(r"([01]\d|2[0-3])[.:]([0-5]\d)\s*[-–]\s*([01]\d|2[0-3])[.:]([0-5]\d)")
_TELEGRAM_CHAT = re.compile(r"-?\d{1,20}")


class LineError(ValueError):
    """A line that cannot be taken, with the reason in words."""


def read_line(line: str, categories: Collection[str]) -> Subscription:
    """The subscriber of one line, or LineError; `categories` are the ids that exist."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise LineError(f"not JSON ({error})") from error
    if not isinstance(row, dict):
        raise LineError("not a JSON object")
    if unknown := sorted(set(row) - FIELDS):
        raise LineError(f"unknown field {unknown[0]!r}; known are {', '.join(sorted(FIELDS))}")
    channel = _one_of(row, "channel", CHANNELS)
    return Subscription(
        channel=channel,
        address=_address(row, channel),
        categories=_categories(row, categories),
        mode=_one_of(row, "mode", MODES, "instant"),
        quiet=read_quiet(row.get("quiet")),
        language=_one_of(row, "language", ("id", "en"), "id"),
        consent_at=_moment(row.get("consent_at")),
        thread=_text(row, "thread"),
    )


def write_line(subscription: Subscription) -> str:
    """The line that `read_line` takes."""
    row: dict[str, Any] = {
        "channel": subscription.channel, "address": subscription.address, "categories": list(subscription.categories),
        "mode": subscription.mode, "quiet": write_quiet(subscription.quiet), "language": subscription.language,
        "consent_at": subscription.consent_at.isoformat() if subscription.consent_at else None,
    }  # fmt: skip
    if subscription.thread is not None:
        row["thread"] = subscription.thread
    return json.dumps(row, ensure_ascii=False)


def read_quiet(value: object) -> tuple[int, int] | None:
    """Minutes of the day from `"21.00-05.00"`; None for none."""
    if value is None:
        return None
    if not isinstance(value, str) or not (found := _QUIET.fullmatch(value.strip())):
        raise LineError(f'quiet must look like "21.00-05.00" or be null, not {value!r}')
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    return start_hour * 60 + start_minute, end_hour * 60 + end_minute


def write_quiet(quiet: tuple[int, int] | None) -> str | None:
    """`21.00-05.00`, or None."""
    if quiet is None:
        return None
    return "-".join(f"{minute // 60:02}.{minute % 60:02}" for minute in quiet)


def _text(row: dict[str, Any], field: str) -> str | None:
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        raise LineError(f"{field} must be a text, not {value!r}")
    return value


def _one_of(row: dict[str, Any], field: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = row.get(field, default)
    if value not in allowed:
        raise LineError(f"{field} must be one of {', '.join(allowed)}, not {value!r}")
    return str(value)


def _address(row: dict[str, Any], channel: str) -> str:
    value = _text(row, "address")
    if not value:
        raise LineError("address is missing")
    if channel == "telegram" and not _TELEGRAM_CHAT.fullmatch(value):
        raise LineError(f"a Telegram address is a chat's number, not {value!r}")
    return value


def _categories(row: dict[str, Any], known: Collection[str]) -> tuple[str, ...]:
    value = row.get("categories")
    if not isinstance(value, list) or not value:
        raise LineError(f'categories must be a list of at least one id, or ["{FOLLOWS_ALL}"]')
    if FOLLOWS_ALL in value:
        return (FOLLOWS_ALL,)
    for category in value:
        if category not in known:
            raise LineError(f"unknown category {category!r}; known are {', '.join(sorted(known))}")
    return tuple(dict.fromkeys(value))


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise LineError(f"consent_at must look like 2026-01-31T09:00:00+07:00, not {value!r}") from error
    if moment.tzinfo is None:
        raise LineError(f"consent_at needs its offset, for example {value}+07:00")
    return moment
