"""Meta's rules for templates, and a few of ours; a template that breaks one is refused, or paused later by readers.

Source: Meta's documentation of template components and of reasons for rejection, summer of 2026; the least number of
words is what rejected templates have shown, for Meta names none.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from bot.channels.whatsapp.templates.languages import LANGUAGES
from bot.channels.whatsapp.templates.model import PLACE, Category, Leads, Means, Template
from bot.chat.fit import units

LONGEST_NAME: Final = 512
LONGEST_HEADER: Final = 60
LONGEST_BODY: Final = 1024
LONGEST_FOOTER: Final = 60
LONGEST_BUTTON: Final = 25
MOST_BUTTONS: Final = 10
FOLD: Final = 5  # lines of a marketing body before "Read more"
_NAME: Final = re.compile(r"[a-z0-9_]+")
_VERSIONED: Final = re.compile(r".+_v\d+")
_BRACES: Final = re.compile(r"\{\{[^{}]*\}\}|\{\{|\}\}")
_TOGETHER: Final = re.compile(r"\}\}\s*\{\{")
_FORBIDDEN: Final = re.compile(r"[\n\t]| {5,}")
_LOOKS: Final = re.compile(r"[*_~`]")
_WORD: Final = re.compile(r"[^\W\d_]")


class Finding(NamedTuple):
    """What is wrong, and where: a key of the file, the number in its list, the line in its text."""

    where: tuple[str | int, ...]
    text: str
    line: int = 0
    warning: bool = False


def findings(template: Template) -> Iterator[Finding]:
    """Everything that is wrong with one template."""
    yield from _name(template)
    yield from _header_and_footer(template)
    yield from _body(template)
    yield from _places(template)
    yield from _parameters(template)
    yield from _buttons(template)


def _name(template: Template) -> Iterator[Finding]:
    if not _NAME.fullmatch(template.name) or len(template.name) > LONGEST_NAME:
        yield Finding(("name",), "takes lower-case letters, digits and underscores only, 512 of them at most")
    elif not _VERSIONED.fullmatch(template.name):
        yield Finding(("name",), f"must end in a version, as {template.name}_v1: another text needs another name")
    if template.language not in LANGUAGES:
        yield Finding(("language",), "must be one of Meta's codes for templates, as id, en or en_GB")


def _header_and_footer(template: Template) -> Iterator[Finding]:
    for key, text, most in (("header", template.header, LONGEST_HEADER), ("footer", template.footer, LONGEST_FOOTER)):
        if units(text) > most:
            yield Finding((key,), f"has {units(text)} characters; Meta takes {most}")
        if text and not text.strip():
            yield Finding((key,), "is blank: write something, or leave it out")
        if "\n" in text or "\t" in text:
            yield Finding((key,), "must be one line")
        if _BRACES.search(text):
            yield Finding((key,), "may have no places here: put {{1}} … into the body")
    if _LOOKS.search(template.header) or _has_emoji(template.header):
        yield Finding(("header",), "may have no marks for looks (* _ ~ `) and no emoji")


def _body(template: Template) -> Iterator[Finding]:
    body = template.body
    if not body.strip():
        yield Finding(("body",), "is empty; every template has a body")
        return
    if units(body) > LONGEST_BODY:
        yield Finding(("body",), f"has {units(body)} characters; Meta takes {LONGEST_BODY}")
    if "\n\n\n" in body:
        line = body[: body.index("\n\n\n")].count("\n") + 1
        yield Finding(("body",), "has more than one empty line in a row", line)
    for line, text in enumerate(body.split("\n")):
        if "\t" in text or re.search(r" {5,}", text):
            yield Finding(("body",), "has a tab, or more than four spaces in a row", line)
    if template.category is Category.MARKETING and (lines := body.count("\n") + 1) > FOLD:
        text = f"has {lines} lines; WhatsApp folds what marketing says after about {FOLD}"
        yield Finding(("body",), text, FOLD, warning=True)


def _places(template: Template) -> Iterator[Finding]:
    body = template.body
    found = list(_BRACES.finditer(body))
    for mark in found:
        if not PLACE.fullmatch(mark[0]):
            yield Finding(("body",), f"has {mark[0]!r}; places are written {{{{1}}}}, {{{{2}}}}, …", _line(body, mark))
    numbers = [int(mark[1]) for mark in PLACE.finditer(body)]
    wanted = list(range(1, len(set(numbers)) + 1))
    if list(dict.fromkeys(numbers)) != wanted:
        listed = ", ".join(str(n) for n in numbers)
        yield Finding(("body",), f"numbers its places {listed}; they must go from 1 up without gaps, in order")
    yield from _edges(body)
    if (together := _TOGETHER.search(body)) is not None:
        yield Finding(("body",), "has two places next to each other; put words between them", _line(body, together))
    words = sum(bool(_WORD.search(word)) for word in PLACE.sub(" ", body).split())
    if words < 2 * len(numbers) + 1 and numbers:
        least = 2 * len(numbers) + 1
        yield Finding(("body",), f"has {words} words for {len(numbers)} places; Meta wants about {least} at least")


def _edges(body: str) -> Iterator[Finding]:
    """Signs do not count: a place with a full stop behind it is still the last."""
    core = _bare(body)
    if core.startswith("{{") and PLACE.match(core):
        yield Finding(("body",), "begins with a place; a word must come first")
    if core.endswith("}}") and re.search(r"\{\{\d+\}\}$", core):
        yield Finding(("body",), "ends with a place; a word must come last", body.count("\n"))


def _bare(body: str) -> str:
    start, end = 0, len(body)
    while start < end and not (body[start].isalnum() or body[start] == "{"):
        start += 1
    while end > start and not (body[end - 1].isalnum() or body[end - 1] == "}"):
        end -= 1
    return body[start:end]


def _parameters(template: Template) -> Iterator[Finding]:
    places, given = len(set(PLACE.findall(template.body))), template.parameters
    if places != len(given):
        yield Finding(("parameters",), f"describe {len(given)} places; the body has {places}")
    for n, parameter in enumerate(given):
        where = ("parameters", n, "example")
        if not parameter.example.strip():
            yield Finding(where, "is empty; Meta's reviewers must see what will stand there")
        elif _FORBIDDEN.search(parameter.example):
            yield Finding(where, "may have no new line, no tab and no more than four spaces in a row")
    headlines = sum(parameter.means is Means.HEADLINE for parameter in given)
    if headlines != template.use.headlines:
        yield Finding(("use",), f"{template.use} shows {template.use.headlines} headlines; the file has {headlines}")
    if places == len(given):
        filled = PLACE.sub(lambda place: _example(template, int(place[1])), template.body)
        if units(filled) > LONGEST_BODY >= units(template.body):
            yield Finding(("body",), f"has {units(filled)} characters with its examples; Meta takes {LONGEST_BODY}")


def _example(template: Template, place: int) -> str:
    return template.parameters[place - 1].example if 0 < place <= len(template.parameters) else ""


def _buttons(template: Template) -> Iterator[Finding]:
    if len(template.buttons) > MOST_BUTTONS:
        yield Finding(("buttons",), f"are {len(template.buttons)}; Meta takes {MOST_BUTTONS}")
    seen: set[str] = set()
    for n, button in enumerate(template.buttons):
        where = ("buttons", n, "text")
        if not 0 < units(button.text.strip()) <= LONGEST_BUTTON:
            yield Finding(where, f"must have 1 to {LONGEST_BUTTON} characters")
        if _FORBIDDEN.search(button.text) or _BRACES.search(button.text) or _has_emoji(button.text):
            yield Finding(where, "may have no new line, no place and no emoji")
        if button.text in seen:
            yield Finding(where, "stands on another button too")
        seen.add(button.text)
    stops = any(button.leads is Leads.STOP for button in template.buttons)
    if template.category is Category.MARKETING and not stops:
        yield Finding(("buttons",), "have none that leads to stop: whoever wants no more must be able to say so here")


def _line(body: str, mark: re.Match[str]) -> int:
    return body.count("\n", 0, mark.start())


def _has_emoji(text: str) -> bool:
    return any(unicodedata.category(c) == "So" for c in text)
