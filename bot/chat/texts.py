"""Texts in the reader's language: gettext catalogs in, words and dates as readers write them out."""

import gettext
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from bot.chat.message import Span

_MARKUP: Final = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*", re.DOTALL)
Value = str | int


@dataclass(frozen=True, slots=True)
class Texts:
    """The loaded catalogs by language; loading them is the edge's work (`bot.catalogs`)."""

    catalogs: Mapping[str, gettext.NullTranslations]
    fallback: str = "id"

    def known(self, language: str) -> str:
        """This language if there is a catalog for it, else the portal's."""
        return language if language in self.catalogs else self.fallback

    def template(self, language: str, key: str, n: int | None = None) -> str:
        """The catalog's text behind a key, for `n` things where it has plural forms."""
        catalog = self.catalogs[self.known(language)]
        return catalog.gettext(key) if n is None else catalog.ngettext(key, key, n)

    def t(self, language: str, key: str, **values: Value) -> str:
        """The text in this language as plain words; a value named `n` also chooses the plural."""
        return "".join(span.text for span in self.rich(language, key, **values))

    def rich(self, language: str, key: str, **values: Value) -> tuple[Span, ...]:
        """The text in this language with its looks; a value named `n` also chooses the plural."""
        n = values.get("n")
        template = self.template(language, key, n if isinstance(n, int) else None)
        shown = {name: number(language, v) if isinstance(v, int) else v for name, v in values.items()}
        return rich(template, **shown)

    def voice(self, language: str) -> "Voice":
        """These texts, spoken in one language."""
        return Voice(self, self.known(language))


@dataclass(frozen=True, slots=True)
class Voice:
    """The texts in one language."""

    texts: Texts
    language: str

    def t(self, key: str, **values: Value) -> str:
        """The text as plain words."""
        return self.texts.t(self.language, key, **values)

    def rich(self, key: str, **values: Value) -> tuple[Span, ...]:
        """The text with its looks."""
        return self.texts.rich(self.language, key, **values)

    def moment(self, when: datetime, timezone: ZoneInfo) -> str:
        """A moment on the reader's clock."""
        return moment(self.language, when, timezone)

    def stamp(self, when: datetime, timezone: ZoneInfo) -> str:
        """A moment on the reader's clock, without the day of the week."""
        return stamp(self.language, when, timezone)

    def day(self, when: datetime, timezone: ZoneInfo) -> str:
        """A day, written out."""
        return day(self.language, when, timezone)

    def hours(self, span: tuple[int, int]) -> str:
        """A span of the day, given in minutes."""
        return hours(self.language, span)

    def clock(self, minutes: int) -> str:
        """A time of the day, given in minutes."""
        return clock(self.language, minutes)

    def listed(self, words: Sequence[str]) -> str:
        """Words as a sentence lists them."""
        return listed(self.language, words)

    def money(self, micro: int, currency: str) -> str:
        """An amount in millionths of a currency's unit."""
        return money(self.language, micro, currency)


def joined(separator: str, *parts: tuple[Span, ...]) -> tuple[Span, ...]:
    """Texts one after the other; empty ones leave no gap."""
    spans: list[Span] = []
    for part in parts:
        if part and spans:
            spans.append(Span(separator))
        spans.extend(part)
    return tuple(spans)


def rich(template: str, **values: str) -> tuple[Span, ...]:
    """Read `**bold**` and `*italic*`, then put the values in: a value never makes markup, whatever it holds."""
    spans, end = [], 0
    for mark in _MARKUP.finditer(template):
        spans.append(Span(template[end : mark.start()].format(**values)))
        bold, italic = mark["bold"], mark["italic"]
        spans.append(Span((bold or italic).format(**values), bold=bold is not None, italic=italic is not None))
        end = mark.end()
    spans.append(Span(template[end:].format(**values)))
    return tuple(span for span in spans if span.text)


# As readers write them ----------------------------------------------------------------------------------------------

# As newspapers write a moment, where Babel's own forms are longer or shorter; "en" serves every other language too.
_WEEKDAYS: Final = {"id": "EEEE ", "en": "EEE "}
_STAMPS: Final = {"id": "d MMM y, HH.mm", "en": "d MMM y, HH:mm"}
_DAY: Final = "EEEE d MMMM y"


def moment(language: str, when: datetime, timezone: ZoneInfo) -> str:
    """A moment on the reader's clock: `Rabu 28 Feb 2024, 13.40 WIB`."""
    weekday = _written(language, when.astimezone(timezone), _WEEKDAYS.get(language, _WEEKDAYS["en"]))
    return weekday + stamp(language, when, timezone)


def stamp(language: str, when: datetime, timezone: ZoneInfo) -> str:
    """The same without the day of the week: `28 Feb 2024, 13.40 WIB`."""
    local = when.astimezone(timezone)
    # The zone's own abbreviation is what people there say (WIB, WITA, WIT); Babel's English would write GMT+7.
    zone = local.tzname() or ""
    shown = _written(language, local, _STAMPS.get(language, _STAMPS["en"]))
    return f"{shown} {zone if zone.isalpha() else 'UTC' + zone}"


def day(language: str, when: datetime, timezone: ZoneInfo) -> str:
    """A day on the reader's clock, written out: `Rabu 28 Februari 2024`."""
    return _written(language, when.astimezone(timezone), _DAY)


def _written(language: str, local: datetime, pattern: str) -> str:
    return format_datetime(local.replace(tzinfo=None), pattern, locale=language)


def hours(language: str, span: tuple[int, int]) -> str:
    """A span of the day, given in minutes: `21.00–05.00`."""
    return "–".join(clock(language, minutes) for minutes in span)


def clock(language: str, minutes: int) -> str:
    """A time of the day, given in minutes: `21.00`."""
    separator = "." if language == "id" else ":"
    return f"{minutes // 60:02d}{separator}{minutes % 60:02d}"


def listed(language: str, words: Sequence[str]) -> str:
    """Words as a sentence lists them: `a, b, dan c`."""
    return format_list(list(words), locale=language) if words else ""


def money(language: str, micro: int, currency: str) -> str:
    """An amount in millionths of a currency's unit, as it is written there: `Rp 120.000`, `US$ 0,48`."""
    amount = Decimal(micro) / 1_000_000
    return format_currency(amount, currency, "¤ #,##0.##", locale=language, currency_digits=False)


def number(language: str, value: int) -> str:
    """A whole number with the reader's separators: `9.812`."""
    return format_decimal(value, locale=language)
