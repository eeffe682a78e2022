"""One pipeline for all log lines, and no secret at its end."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs

TOKEN = "123456789:AAcanaryCANARYcanaryCANARYcanary_-x"
ODD = 'pass"wörd\\/+ canary'
FORMATS = ("console", "json")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Logging is the whole process's: what the tests change is put back."""
    root = logging.getLogger()
    names = ("", *logs.ALWAYS_WARNING, *logs.WARNING_UNLESS_DEBUG)
    handlers, levels, config = root.handlers[:], [logging.getLogger(n).level for n in names], structlog.get_config()
    yield
    root.handlers[:] = handlers
    for name, level in zip(names, levels, strict=True):
        logging.getLogger(name).setLevel(level)
    structlog.configure(**config)


def logged(log_format: str, work: Callable[[], object], level: str = "DEBUG", secrets: tuple[str, ...] = ()) -> str:
    """What stands in the log after `work`."""
    stream = io.StringIO()
    logging.getLogger().handlers.clear()
    logs.configure(log_format, level, secrets, stream)
    work()
    return stream.getvalue()


def fail(error: Exception) -> None:
    raise error


def in_the_message() -> None:
    logs.get_logger("bot.poll").info(f"asking {TOKEN}")


def in_a_value() -> None:
    logs.get_logger("bot.poll").warning("asking", url=f"https://api.telegram.org/bot{TOKEN}/getMe", deep={"a": [TOKEN]})


def in_bytes() -> None:
    logs.get_logger("bot.poll").info("body", body=TOKEN.encode())


def bound() -> None:
    logs.get_logger("bot.poll").bind(token=TOKEN).info("asking")


def in_the_context() -> None:
    with structlog.contextvars.bound_contextvars(token=TOKEN):
        logs.get_logger("bot.poll").info("asking")


def in_a_librarys_argument() -> None:
    logging.getLogger("aiohttp.access").info("GET %s %d", f"/bot{TOKEN}/sendMessage", 200)


def in_a_librarys_debug_line() -> None:
    logging.getLogger("asyncio").debug("calling with %r", {"url": quote(TOKEN)})


def in_an_escaped_address() -> None:
    escaped = quote(TOKEN, safe="")
    logging.getLogger("telegram").info("https://x/?t=%s&u=%s", escaped, escaped.lower())


def in_an_exception() -> None:
    try:
        fail(ValueError(f"the token {TOKEN} was rejected"))
    except ValueError:
        logs.get_logger("bot.app").exception("start failed")


def in_a_librarys_exception() -> None:
    try:
        try:
            fail(OSError(f"cannot reach bot{TOKEN}"))
        except OSError as error:
            raise RuntimeError("job failed") from error
    except RuntimeError:
        logging.getLogger("apscheduler.executors.default").exception("job raised")


def in_an_exception_group() -> None:
    group = ExceptionGroup("two", [ValueError(TOKEN), KeyError(TOKEN)])
    logging.getLogger("asyncio").error("unhandled", exc_info=group)


def in_a_local_variable() -> None:
    """Pretty tracebacks show these, cut to fit."""
    request = {"headers": f"Authorization: Bearer {TOKEN}" * 3}
    try:
        request["missing"]
    except KeyError:
        logs.get_logger("bot.app").exception("lookup failed")


def in_a_line_that_cannot_be_written() -> None:
    logging.getLogger("telegram").info("%d messages with %s", TOKEN, TOKEN)


PLACES = [
    in_the_message, in_a_value, in_bytes, bound, in_the_context, in_a_librarys_argument, in_a_librarys_debug_line,
    in_an_escaped_address, in_an_exception, in_a_librarys_exception, in_an_exception_group, in_a_local_variable,
    in_a_line_that_cannot_be_written,
]  # fmt: skip


@pytest.mark.parametrize("log_format", FORMATS)
@pytest.mark.parametrize("secrets", [(TOKEN,), ()], ids=["known", "only by its shape"])
@pytest.mark.parametrize("place", PLACES, ids=[place.__name__ for place in PLACES])
def test_a_token_stands_nowhere(
    place: Callable[[], None], secrets: tuple[str, ...], log_format: str, capfd: pytest.CaptureFixture[str]
) -> None:
    text = logged(log_format, place, secrets=secrets)
    assert text.endswith("\n")
    assert "canary" not in text.lower()
    assert "canary" not in "".join(capfd.readouterr()).lower()


@pytest.mark.parametrize("log_format", FORMATS)
def test_a_known_secret_is_found_in_every_form(log_format: str) -> None:
    def work() -> None:
        log = logs.get_logger("bot")
        log.info("plain %s", ODD, value=ODD, deep=[ODD])
        log.info("address", url=f"https://x/?p={quote(ODD)}&q={quote(ODD, safe='')}")
        logging.getLogger("lib").info("as %r and %s", ODD, json.dumps(ODD))

    assert "canary" not in logged(log_format, work, secrets=(ODD,))


@pytest.mark.parametrize("log_format", FORMATS)
@pytest.mark.parametrize(
    "header", ["Authorization: Bearer canary-abc.def", "bearer canary123", "?access_token=canary123&x=1"]
)
def test_bearer_and_access_tokens_are_hidden_without_being_known(header: str, log_format: str) -> None:
    text = logged(log_format, lambda: logging.getLogger("lib").info("sent %s", header))
    assert "canary" not in text
    assert logs.HIDDEN in text


def test_a_json_line_is_one_object_with_who_when_and_what() -> None:
    def work() -> None:
        logs.get_logger("bot.poll").info("feed read", items=10, at=object())
        logging.getLogger("aiohttp").warning("slow %s", "reader")

    lines = [json.loads(line) for line in logged("json", work, secrets=(TOKEN,)).splitlines()]
    assert [(line["logger"], line["level"], line["event"]) for line in lines] == [
        ("bot.poll", "info", "feed read"), ("aiohttp", "warning", "slow reader"),
    ]  # fmt: skip
    assert lines[0]["items"] == 10
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_a_moment_in_a_json_line_is_one_that_other_programs_read() -> None:
    def work() -> None:
        logs.get_logger("bot.flow.poll").info("feed failed", again=datetime(2026, 11, 24, 6, 5, 19, 599, tzinfo=UTC))

    (line,) = logged("json", work).splitlines()
    assert json.loads(line)["again"] == "2026-11-24T06:05:19+00:00"


def test_an_exception_stays_inside_its_json_line() -> None:
    (line,) = logged("json", in_an_exception).splitlines()
    assert "ValueError: the token [secret] was rejected" in json.loads(line)["exception"]


def test_a_console_line_is_readable_and_foreign_text_cannot_fake_another() -> None:
    title = "Kabar\n2026 [error] all is lost\x1b[31m\x9b2J"
    text = logged("console", lambda: logs.get_logger("bot.poll").info("new story", title=title))
    (line,) = text.splitlines()
    assert "new story" in line
    assert "[bot.poll]" in line
    assert not {"\x1b", "\x9b"} & set(line)


@pytest.mark.parametrize("log_format", FORMATS)
def test_what_cannot_be_encoded_is_written_all_the_same(log_format: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    logs.configure(log_format, "INFO", [], stream)
    logs.get_logger("bot").info("half a pair \udcff", title="kabar – …")
    stream.flush()
    assert b"half a pair" in raw.getvalue()
    assert "kabar – …" in raw.getvalue().decode()


def test_the_chatter_of_http_libraries_and_of_the_clock_is_left_out() -> None:
    def work() -> None:
        for name in ("httpx", "httpcore.connection", "apscheduler.executors.default", "telegram.ext"):
            logging.getLogger(name).info("from %s", name)
            logging.getLogger(name).warning("trouble from %s", name)

    info = logged("json", work, "INFO")
    assert info.count("trouble from") == 4
    assert [json.loads(line)["logger"] for line in info.splitlines() if "trouble" not in line] == ["telegram.ext"]
    debug = logged("json", work, "DEBUG")
    assert [json.loads(line)["logger"] for line in debug.splitlines() if "trouble" not in line] == [
        "apscheduler.executors.default", "telegram.ext",
    ]  # fmt: skip


def test_the_level_holds_for_our_own_lines_too() -> None:
    def work() -> None:
        logs.get_logger("bot").debug("small")
        logs.get_logger("bot").info("plain")
        logs.get_logger("bot").error("big")

    assert [json.loads(line)["event"] for line in logged("json", work, "error").splitlines()] == ["big"]


def test_configured_again_it_writes_to_the_new_place_only() -> None:
    first = io.StringIO()
    logs.configure("json", "INFO", [], first)
    second = logged("json", lambda: logs.get_logger("bot").info("once"))
    assert (first.getvalue(), second.count("once")) == ("", 1)


@pytest.mark.parametrize(("terminal", "starts"), [(True, "\x1b"), (False, "{")])
def test_without_a_format_a_terminal_gets_text_and_all_else_json(
    terminal: bool, starts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    logs.configure(None, "INFO", [], stream)
    logs.get_logger("bot").info("hello")
    assert stream.getvalue().startswith(starts)


def test_the_log_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "INFO", [])
    logging.getLogger("x").info("hello")
    captured = capsys.readouterr()
    assert (captured.out, "hello" in captured.err) == ("", True)
    assert sys.stderr is not None


@given(st.text(min_size=1, max_size=20), st.text(max_size=30), st.text(max_size=30))
def test_a_redacted_text_does_not_hold_the_secret(secret: str, before: str, after: str) -> None:
    """Unless the mark itself spells it, as it does the secret "s"."""
    text = logs.redactor([secret])(before + secret + after)
    assert secret not in text.replace(logs.HIDDEN, "\0") or secret == "\0" or "\0" in secret


@given(st.text(max_size=80))
def test_text_without_anything_like_a_secret_stays_as_it_is(text: str) -> None:
    redact: Callable[[str], Any] = logs.redactor([])
    if ":" not in text and "%3" not in text and "earer" not in text.lower() and "token" not in text.lower():
        assert redact(text) == text
