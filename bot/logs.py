"""One pipeline for all log lines, ours and the libraries', at whose end no secret is left.

Lines go to standard error, as text for people or as one JSON object each. The last step works on the finished line, so
it does not matter whether a token came in a message, an argument, an address, or the text of an exception.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[secret]"
TOKEN = re.compile(r"\d{5,}(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)
BEARER = re.compile(r"(\bBearer\s+|\baccess_token(?:=|%3D))[^\s\"'&,;}\])]{6,}", re.IGNORECASE)
CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), 127, *range(128, 160))}
# They log every request (with the token in its address) or every tick, which helps nobody.
ALWAYS_WARNING = ("httpx", "httpcore")
WARNING_UNLESS_DEBUG = ("apscheduler",)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module; it goes where `configure` says."""
    return structlog.stdlib.get_logger(name)


def configure(log_format: str | None, level: str, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send everything at `level` and above to one place; called again, it replaces what it did before."""
    target = sys.stderr if stream is None else stream
    text = (log_format or ("console" if target.isatty() else "json")) == "console"
    handler = CarefulHandler(target)
    handler.setFormatter(LastFormatter(redactor(secrets), console(target) if text else as_json()))
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, CarefulHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    set_levels(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def set_levels(level: str) -> None:
    """The level of everything, and of the libraries that talk too much."""
    logging.getLogger().setLevel(level)
    quieter = max(logging.getLevelName(level), logging.WARNING)
    for name in ALWAYS_WARNING:
        logging.getLogger(name).setLevel(quieter)
    for name in WARNING_UNLESS_DEBUG:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else quieter)


# Redaction ----------------------------------------------------------------------------------------------------------


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces these secrets, and whatever has the shape of one, in any text."""
    known = sorted({form for secret in secrets if secret for form in forms(secret)}, key=len, reverse=True)
    exactly = re.compile("|".join(map(re.escape, known))) if known else None

    def redact(text: str) -> str:
        if exactly:
            text = exactly.sub(HIDDEN, text)
        return BEARER.sub(rf"\1{HIDDEN}", TOKEN.sub(HIDDEN, text))

    return redact


def forms(secret: str) -> set[str]:
    """The ways in which a secret is written: as it is, or escaped, or escaped and then escaped once more."""
    return {twice for once in escaped(secret) for twice in escaped(once)}


def escaped(text: str) -> set[str]:
    """The text as it is, in an address, in JSON and in a repr."""
    in_json = {json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    in_address = {quote(text, safe="", errors="replace"), quote(text, errors="replace")}
    return {text, repr(text)[1:-1]} | in_json | in_address | {address.lower() for address in in_address}


class CarefulHandler(logging.StreamHandler[TextIO]):
    """A handler whose own failures show nothing of the line that failed."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 — the library's name
        """Say that a line is missing (the library would print its arguments, with whatever is in them)."""
        kind = getattr(sys.exc_info()[0], "__name__", "error")
        if not self.stream.closed:
            self.stream.write(f"a log line of {record.name} ({record.levelname}) could not be written: {kind}\n")


class LastFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders a line and lets it go only when it is redacted and can be encoded."""

    def __init__(self, redact: Callable[[str], str], render: list[Processor]) -> None:
        super().__init__(
            foreign_pre_chain=shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The finished line."""
        line = self._redact(super().format(record))
        return line.encode("utf-8", "backslashreplace").decode("utf-8")


# Rendering ----------------------------------------------------------------------------------------------------------


def shared() -> list[Processor]:
    """What is known about every line, whoever wrote it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def console(stream: TextIO) -> list[Processor]:
    """Text for people. Plain tracebacks: the pretty ones show local variables and cut tokens in pieces."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )
    return [without_control_characters, renderer]


def as_json() -> list[Processor]:
    """One JSON object a line."""
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False, default=plain)]


def plain(value: object) -> str:
    """A value that JSON does not know: moments as other programs read them."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else repr(value)


def without_control_characters(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A title of a feed must not be able to move the cursor, or to look like a second line."""
    for key, value in event.items():
        if isinstance(value, str) and key not in {"exception", "stack"}:
            event[key] = value.translate(CONTROL).replace("\n", "\\n")
    return event
