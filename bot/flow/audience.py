"""Subscribers as lines of JSON: the form in which they come in and go out (docs/design.md)."""

import json
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.chat.residents.keywords import MOST
from bot.news import keywords
from bot.ports import Subscription

MODES = ("instant", "morning", "evening", "both")
CHANNELS = ("telegram", "whatsapp", "console")
FOLLOWS_ALL = "semua"
FIELDS = {
    "channel",
    "address",
    "categories",
    "mode",
    "quiet",
    "language",
    "consent_at",
    "consent_wording",
    "thread",
    "words",
}
_QUIET = re.compile(r"([01]\d|2[0-3])[.:]([0-5]\d)\s*[-–]\s*([01]\d|2[0-3])[.:]([0-5]\d)")
_TELEGRAM_CHAT = re.compile(r"-?[1-9][0-9]{0,15}")  # as the platform writes it: at most 52 bits
_TELEGRAM_THREAD = re.compile(r"[1-9][0-9]{0,9}")
_WHATSAPP_NUMBER = re.compile(r"[1-9][0-9]{6,14}")  # E.164, as the platform writes it: no plus
_WHATSAPP_ID = re.compile(r"[A-Z]{2}(\.ENT)?\.[0-9A-Za-z]{1,128}")  # business-scoped
_BETWEEN_DIGITS = re.compile(r"[\s().\-\u2010-\u2015]")  # as people write numbers
_LONGEST_WORDING = 1_000
_LONGEST_SHOWN = 60
CONSENT_YEARS = range(1971, 2100)  # no chat is older, and every offset stays inside what a calendar knows


class LineError(ValueError):
    """A line that cannot be taken, with the reason in words."""


def read_line(line: str, categories: Collection[str]) -> Subscription:
    """The subscriber of one line, or LineError; `categories` are the ids that exist."""
    row = _object(line)
    if unknown := sorted(set(row) - FIELDS):
        raise LineError(f"unknown field {_shown(unknown[0])}; known are {', '.join(sorted(FIELDS))}")
    channel = _one_of(row, "channel", CHANNELS)
    _require_consent(row, channel)
    return Subscription(
        channel=channel,
        address=_address(row, channel),
        categories=_categories(row, categories),
        mode=_one_of(row, "mode", MODES, "instant"),
        quiet=read_quiet(row.get("quiet")),
        language=_one_of(row, "language", ("id", "en"), "id"),
        consent_at=_moment(row.get("consent_at")),
        thread=_thread(row, channel),
        words=_words(row),
        consent_wording=_wording(row),
    )


def write_line(subscription: Subscription) -> str:
    """The line that `read_line` takes."""
    row: dict[str, Any] = {
        "channel": subscription.channel, "address": subscription.address, "categories": list(subscription.categories),
        "mode": subscription.mode, "quiet": write_quiet(subscription.quiet), "language": subscription.language,
        "consent_at": subscription.consent_at.isoformat() if subscription.consent_at else None,
    }  # fmt: skip
    if subscription.consent_wording is not None:
        row["consent_wording"] = subscription.consent_wording
    if subscription.thread is not None:
        row["thread"] = subscription.thread
    if subscription.words:
        row["words"] = list(subscription.words)
    return json.dumps(row, ensure_ascii=False)


def read_quiet(value: object) -> tuple[int, int] | None:
    """Minutes of the day from `"21.00-05.00"`; None for none."""
    if value is None:
        return None
    if not isinstance(value, str) or not (found := _QUIET.fullmatch(value.strip())):
        raise LineError(f'quiet must look like "21.00-05.00" or be null, not {_shown(value)}')
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    return start_hour * 60 + start_minute, end_hour * 60 + end_minute


def write_quiet(quiet: tuple[int, int] | None) -> str | None:
    """`21.00-05.00`, or None."""
    if quiet is None:
        return None
    return "-".join(f"{minute // 60:02}.{minute % 60:02}" for minute in quiet)


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except RecursionError:
        raise LineError("not JSON (nested too deeply)") from None
    except ValueError as error:
        raise LineError(f"not JSON ({error})") from error
    if not isinstance(row, dict):
        raise LineError("not a JSON object")
    if not line.isascii() or "\\u" in line:
        _require_text(row)
    return row


def _require_text(row: dict[str, Any]) -> None:
    """Bytes that are no UTF-8, or half a character, could be neither kept nor sent."""
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise LineError("not UTF-8 text, or half a character in it") from None


def _shown(value: object) -> str:
    """A value as it was given, on one line and not too long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _text(row: dict[str, Any], field: str) -> str | None:
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        raise LineError(f"{field} must be a text, not {_shown(value)}")
    return value


def _one_of(row: dict[str, Any], field: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = row.get(field, default)
    if value not in allowed:
        raise LineError(f"{field} must be one of {', '.join(allowed)}, not {_shown(value)}")
    return str(value)


def _address(row: dict[str, Any], channel: str) -> str:
    value = _text(row, "address")
    if not value:
        raise LineError("address is missing")
    if channel == "telegram" and not _TELEGRAM_CHAT.fullmatch(value):
        raise LineError(f"a Telegram address is a chat's number, not {_shown(value)}")
    return _whatsapp_address(value) if channel == "whatsapp" else value


def _whatsapp_address(given: str) -> str:
    """As the platform calls somebody, so that a stop they say is theirs however a file writes their number."""
    if _WHATSAPP_ID.fullmatch(given.strip()):
        return given.strip()
    number = _BETWEEN_DIGITS.sub("", given).removeprefix("+")
    if number.startswith(("0", "620")):
        raise LineError(f"a WhatsApp number begins with its country and has no 0 there (62812…), not {_shown(given)}")
    if not _WHATSAPP_NUMBER.fullmatch(number):
        raise LineError(f"a WhatsApp address is a number (62812…) or a user id (ID.1234…), not {_shown(given)}")
    return number


def _thread(row: dict[str, Any], channel: str) -> str | None:
    value = _text(row, "thread")
    if value is not None and channel == "telegram" and not _TELEGRAM_THREAD.fullmatch(value):
        raise LineError(f"a Telegram thread is a number, not {_shown(value)}")
    return value


def _categories(row: dict[str, Any], known: Collection[str]) -> tuple[str, ...]:
    value = row.get("categories")
    if not isinstance(value, list) or not value:
        raise LineError(f'categories must be a list of at least one id, or ["{FOLLOWS_ALL}"]')
    if FOLLOWS_ALL in value:
        return (FOLLOWS_ALL,)
    for category in value:
        if not isinstance(category, str) or category not in known:
            raise LineError(f"unknown category {_shown(category)}; known are {', '.join(sorted(known))}")
    return tuple(dict.fromkeys(value))


def _words(row: dict[str, Any]) -> tuple[str, ...]:
    value = row.get("words", [])
    if not isinstance(value, list) or len(value) > MOST:
        raise LineError(f"words must be a list of at most {MOST} words or places, not {_shown(value)}")
    for word in value:
        if not isinstance(word, str) or keywords.fault(word) is not None:
            raise LineError(f"{_shown(word)} cannot be followed as a word")
    return tuple(sorted({keywords.key(word) for word in value}))


def _wording(row: dict[str, Any]) -> str | None:
    value = _text(row, "consent_wording")
    if value is not None and not (value.strip() and len(value) <= _LONGEST_WORDING):
        raise LineError(f"consent_wording must be 1 to {_LONGEST_WORDING} characters, not {_shown(value)}")
    return value


def _require_consent(row: dict[str, Any], channel: str) -> None:
    """WhatsApp may be asked for each opt-in: when it was given, and to which words."""
    missing = [field for field in ("consent_at", "consent_wording") if row.get(field) is None]
    if channel == "whatsapp" and missing:
        raise LineError(f"{' and '.join(missing)} missing: WhatsApp wants each opt-in with its time and its words")


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise LineError(f"consent_at must look like 2026-01-31T09:00:00+07:00, not {_shown(value)}") from error
    if moment.tzinfo is None:
        raise LineError("consent_at needs its offset, for example 2026-01-31T09:00:00+07:00")
    if moment.year not in CONSENT_YEARS:
        raise LineError(f"consent_at lies in the year {moment.year}")
    return moment
