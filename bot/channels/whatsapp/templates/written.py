"""Template files: TOML in, templates out; everything that is wrong is told at once, with file and line."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from bot.channels.whatsapp.templates.model import Category, Leads, Means, Parameter, QuickReply, Template, in_order
from bot.channels.whatsapp.templates.rules import Finding, findings
from bot.delivery.templates import Use

FOLDER: Final = Path(__file__).parent / "files"
W = TypeVar("W", bound=StrEnum)
_REQUIRED: Final = ("name", "use", "language", "category", "body")
_KNOWN: Final = (*_REQUIRED, "reserve", "header", "footer", "parameters", "buttons")
_KEY: Final = re.compile(r"\s*([A-Za-z_]+)\s*=")
_TABLE: Final = re.compile(r"\s*\[\[\s*([A-Za-z_]+)\s*\]\]")
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


class Fault(NamedTuple):
    """Something wrong in a file; line 0 means the file as a whole."""

    file: Path
    line: int
    text: str
    warning: bool = False

    def __str__(self) -> str:
        """As compilers write it."""
        at = f":{self.line}" if self.line else ""
        return f"{self.file}{at}: {'warning: ' if self.warning else ''}{self.text}"


@dataclass(frozen=True, slots=True)
class Written:
    """All templates of a folder, the most wanted first, and what is wrong with them."""

    templates: tuple[Template, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether they can be used; a warning does not stand in the way."""
        return all(fault.warning for fault in self.faults)


def read_folder(folder: Path = FOLDER, fallback: str = "id") -> Written:
    """Every `*.toml` of a folder; `fallback` is the language in which each use should have a template."""
    files = sorted(folder.glob("*.toml"))
    faults = [] if files else [Fault(folder, 0, "has no template files (*.toml)")]
    read: list[tuple[Path, Template]] = []
    for file in files:
        template, wrong = read_file(file)
        faults += wrong
        if template is not None:
            read.append((file, template))
    faults += _together(read, fallback)
    return Written(tuple(in_order([template for _, template in read], fallback)), tuple(faults))


def read_file(file: Path) -> tuple[Template | None, list[Fault]]:
    """One template, None where it cannot be read; and what is wrong with it, from top to bottom."""
    try:
        text = file.read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        return None, [Fault(file, 0, f"cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}")]
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        return None, [Fault(file, int(found[1]) if found else 0, f"is no TOML: {error}")]
    lines = _lines(text)
    form = _Form(data)
    template = form.template()
    wrong = form.wrong + (list(findings(template)) if template is not None else [])
    faults = [Fault(file, _line_of(finding, lines), _said(finding), finding.warning) for finding in wrong]
    return template, sorted(faults, key=lambda fault: fault.line)


def _together(read: list[tuple[Path, Template]], fallback: str) -> Iterator[Fault]:
    first: dict[str, Path] = {}
    for file, template in read:
        if (other := first.setdefault(template.key, file)) is not file:
            yield Fault(file, 0, f"{template.name} in {template.language} stands in {other.name} too")
    have = {template.use for _, template in read if template.language == fallback}
    for file, template in read:
        if template.use not in have:
            have.add(template.use)
            yield Fault(file, 0, f"{template.use} has no template in {fallback}, for readers of all others", True)


# One file -----------------------------------------------------------------------------------------------------------


class _Form:
    """What TOML gave, looked through key by key."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self.wrong: list[Finding] = []

    def template(self) -> Template | None:
        """The template, None while something that everything else hangs on is missing."""
        self._known(self._data, _KNOWN, ())
        for key in _REQUIRED:
            if key not in self._data:
                self._fault((), f"{key} is missing")
        use, category = self._word("use", Use), self._word("category", Category)
        parameters, buttons = tuple(self._parameters()), tuple(self._buttons())
        name, language, body = self._text("name"), self._text("language"), self._text("body").strip("\n")
        header, footer, reserve = self._text("header"), self._text("footer"), self._flag("reserve")
        if use is None or category is None or self.wrong:
            return None
        return Template(name, language, use, category, body, header, footer, parameters, buttons, reserve)

    def _fault(self, where: tuple[str | int, ...], text: str) -> None:
        self.wrong.append(Finding(where, text))

    def _known(self, table: dict[str, Any], keys: Iterable[str], where: tuple[str | int, ...]) -> None:
        for key in table:
            if key not in keys:
                self._fault((*where, key), f"{key} is no key of ours; there are {', '.join(keys)}")

    def _text(self, key: str, table: dict[str, Any] | None = None, where: tuple[str | int, ...] = ()) -> str:
        value = (self._data if table is None else table).get(key, "")
        if isinstance(value, str):
            return value
        self._fault((*where, key), f"{key} must be a text, in quotes")
        return ""

    def _flag(self, key: str) -> bool:
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            self._fault((key,), f"{key} must be true or false")
        return value is True

    def _word(
        self, key: str, words: type[W], table: dict[str, Any] | None = None, where: tuple[str | int, ...] = ()
    ) -> W | None:  # fmt: skip
        text = self._text(key, table, where)
        if text in set(words):
            return words(text)
        if text:
            self._fault((*where, key), f"{key} {text!r} is none of {', '.join(words)}")
        return None

    def _tables(self, key: str) -> list[dict[str, Any]]:
        value = self._data.get(key, [])
        if isinstance(value, list) and all(isinstance(table, dict) for table in value):
            return value
        self._fault((key,), f"{key} are written as [[{key}]], one after the other")
        return []

    def _parameters(self) -> Iterator[Parameter]:
        for n, table in enumerate(self._tables("parameters")):
            where = ("parameters", n)
            self._known(table, ("means", "example"), where)
            means = self._word("means", Means, table, where)
            if means is None and "means" not in table:
                self._fault(where, f"means is missing; it is one of {', '.join(Means)}")
            example = self._text("example", table, where)
            if means is not None:
                yield Parameter(means, example)

    def _buttons(self) -> Iterator[QuickReply]:
        for n, table in enumerate(self._tables("buttons")):
            where = ("buttons", n)
            self._known(table, ("text", "leads"), where)
            leads = self._word("leads", Leads, table, where)
            if leads is None and "leads" not in table:
                self._fault(where, f"leads is missing; it is one of {', '.join(Leads)}")
            text = self._text("text", table, where)
            if leads is not None:
                yield QuickReply(text, leads)


# Lines --------------------------------------------------------------------------------------------------------------


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    """On which line each key of a file begins; of a text of several lines, on which its words begin."""
    found: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    counts: dict[str, int] = {}
    inside = False  # a text of several lines
    for number, line in enumerate(text.split("\n"), 1):
        quotes = line.count('"""')
        if not inside and (header := _TABLE.match(line)):
            n = counts[header[1]] = counts.get(header[1], -1) + 1
            table = (header[1], n)
            found.setdefault((header[1],), number)
            found[table] = number
        elif not inside and (key := _KEY.match(line)):
            begins_below = quotes == 1 and line.rstrip().endswith('"""')
            found[(*table, key[1])] = number + begins_below
        inside ^= quotes % 2 == 1
    return found


def _line_of(finding: Finding, lines: dict[tuple[str | int, ...], int]) -> int:
    where = finding.where
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 0) + (finding.line if where else 0)


def _said(finding: Finding) -> str:
    """What is wrong, with the name of the key that it is about."""
    keys = [part for part in finding.where if isinstance(part, str)]
    return finding.text if not keys or finding.text.startswith(keys[-1]) else f"{keys[-1]} {finding.text}"
