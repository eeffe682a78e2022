"""Parameters and addresses: as leniently and as strictly as the real server reads them."""

from typing import Any

import pytest

from bot.simulator.telegram.answers import ApiError, bad_request
from bot.simulator.telegram.links import BadLink, checked_link, mentioned_user, strict_link
from bot.simulator.telegram.params import Params

NUMBERS: dict[str, tuple[Any, int]] = {
    "a number": (7, 7),
    "a number as text": ("-1001234567890", -1001234567890),
    "a number with a tail": ("12 kali", 12),
    "no number": ("dua", 0),
    "nothing": ("", 5),
    "null": (None, 5),
}


@pytest.mark.parametrize(("value", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_read_from_their_beginning(value: Any, expected: int) -> None:
    assert Params({"n": value}).integer("n", 5) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("True", True), ("yes", True), ("1", True), (1, True), (False, False), ("no", False), ("", False)],
)
def test_flags(value: object, expected: bool) -> None:
    assert Params({"flag": value}).flag("flag") is expected
    assert Params({}).flag("flag") is False


def test_json_may_come_as_text_or_as_it_is() -> None:
    value = {"is_disabled": True}
    assert Params({"x": '{"is_disabled": true}'}).parsed("x", "options") == value
    assert Params({"x": value}).parsed("x", "options") == value
    assert Params({"x": ""}).parsed("x", "options") is None
    with pytest.raises(ApiError, match="can't parse options JSON object"):
        Params({"x": "{"}).parsed("x", "options")


@pytest.mark.parametrize(
    ("what", "description"),
    [
        ("Text is too long", "Bad Request: text is too long"),
        ("BUTTON_DATA_INVALID", "Bad Request: BUTTON_DATA_INVALID"),
        ("message to edit not found", "Bad Request: message to edit not found"),
    ],
)
def test_descriptions_begin_with_a_small_letter_unless_they_are_a_code(what: str, description: str) -> None:
    assert bad_request(what).description == description


LINKS = {
    "as it is": ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
    "a scheme and a slash are added": ("a.example", "http://a.example/"),
    "a number is a host": ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
    "Telegram's own": ("tg://resolve?domain=kentongan_bot", "tg://resolve?domain=kentongan_bot"),
    "a port without a scheme": ("a.example:8080/x", "http://a.example:8080/x"),
}


@pytest.mark.parametrize(("given", "full"), LINKS.values(), ids=LINKS)
def test_good_links_are_completed(given: str, full: str) -> None:
    assert strict_link(given) == full


BAD_LINKS = {
    "script": ("javascript:alert(1)", "Unsupported URL protocol"),
    "mail": ("mailto:redaksi@a.example", "Unsupported URL protocol"),
    "file": ("file:///etc/passwd", "Unsupported URL protocol"),
    "no host": ("https:///x", "URL host is empty"),
    "nothing": ("", "URL host is empty"),
    "no dot": ("https://localhost/", "Wrong HTTP URL"),
    "a blank": ("https://a.example/x y", "Wrong HTTP URL"),
    "no port": ("https://a.example:x/", "Wrong HTTP URL"),
}


@pytest.mark.parametrize(("given", "complaint"), BAD_LINKS.values(), ids=BAD_LINKS)
def test_bad_links_are_refused_under_buttons_and_dropped_in_texts(given: str, complaint: str) -> None:
    with pytest.raises(BadLink, match=complaint):
        strict_link(given)
    assert checked_link(given) == ""


def test_a_link_can_mean_a_person() -> None:
    assert mentioned_user("tg://user?id=42") == 42
    assert mentioned_user("https://a.example/?id=42") is None
