"""The rate card: what WhatsApp messages cost, as a file with dates; the project's own is an example to be replaced."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import yaml

from bot.delivery.cost import MICRO
from bot.delivery.tariff import LONGEST_PREFIX, Market, Prices, RateCard, Rates
from bot.errors import SettingsError
from bot.settings.words import boolean
from bot.settings.yamltree import YamlFile, quoted

EXAMPLE: Final = Path(__file__).with_name("whatsapp-rates.yaml")
_NOTHING: Final = Prices(0, 0)
_PERIOD: Final = {"from": "2026-10-01", "until": "2027-01-01", "elsewhere": "`elsewhere:` with marketing and utility"}
_PRICES: Final = {"marketing": "0.0411", "utility": "0.0250"}


@dataclass(frozen=True, slots=True)
class RateCardFile:
    """A card and whether it only is the project's example."""

    card: RateCard
    path: Path
    is_example: bool


def read_rate_card(path: Path = EXAMPLE) -> RateCardFile:
    """The file's content; SettingsError with every fault in it and its line, from top to bottom."""
    file = YamlFile(path)
    root = file.root()
    found = _card(file, path, root) if root is not None else None
    if faults := file.faults():
        raise SettingsError(faults)
    assert found is not None
    return found


def amount(text: str) -> int:
    """Micro-units from `0.0411`; no more than six decimals, nothing below zero."""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text):
        raise ValueError("must be an amount with a decimal point; write for example 0.0411")
    return int(Decimal(text) * MICRO)


def _card(file: YamlFile, path: Path, root: yaml.Node) -> RateCardFile:
    values = file.mapping(root, "the rate card", ("currency", "example", "rates"))
    file.required(root, values, "the rate card", {"currency": "USD", "rates": "`rates:` with a list"})
    currency = file.word(values.get("currency"), "currency", _currency, "USD", example="USD")
    example = file.word(values.get("example"), "example", boolean, False, example="yes")
    blocks = file.entries(values.get("rates"), "rates")
    if "rates" in values and not blocks:
        file.fault(values["rates"], "rates must have at least one block with from, until, markets and elsewhere")
    periods = [_period(file, node) for node in blocks]
    for node, earlier, later in zip(blocks[1:], periods, periods[1:], strict=False):
        if later.valid_from < earlier.valid_until:
            file.fault(node, "these rates begin before the ones above them end; write the earliest first")
    return RateCardFile(RateCard(currency, tuple(periods)), path, example)


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise ValueError("must be three capital letters; write for example USD or IDR")
    return text


def _period(file: YamlFile, node: yaml.Node) -> Rates:
    values = file.mapping(node, "a block of rates", ("from", "until", "markets", "elsewhere"))
    file.required(node, values, "a block of rates", _PERIOD)
    begin = file.word(values.get("from"), "from", _day, date.min, example="2026-10-01")
    end = file.word(values.get("until"), "until", _day, date.max, example="2027-01-01")
    if begin >= end and "until" in values:
        file.fault(values["until"], "until must be after from: it is the first day on which these rates hold no more")
    markets = tuple(_market(file, market) for market in file.entries(values.get("markets"), "markets"))
    elsewhere = values.get("elsewhere")
    return Rates(begin, end, markets, _NOTHING if elsewhere is None else _prices(file, elsewhere, "elsewhere"))


def _market(file: YamlFile, node: yaml.Node) -> Market:
    values = file.mapping(node, "a market", ("name", "prefixes", "countries", *_PRICES))
    file.required(node, values, "a market", {"name": "Indonesia", "prefixes": '["62"]', **_PRICES})
    name = file.text(values.get("name"), "name", example="Indonesia") or ""
    beginnings = file.entries(values.get("prefixes"), "prefixes")
    prefixes = tuple(file.word(one, "a prefix", _prefix, "", example='"62"') for one in beginnings)
    codes = file.entries(values.get("countries"), "countries")
    countries = tuple(file.word(one, "a country", _country, "", example="ID") for one in codes)
    return Market(name, prefixes, countries, _read_prices(file, values))


def _prices(file: YamlFile, node: yaml.Node, what: str) -> Prices:
    values = file.mapping(node, what, tuple(_PRICES))
    file.required(node, values, what, _PRICES)
    return _read_prices(file, values)


def _read_prices(file: YamlFile, values: dict[str, yaml.Node]) -> Prices:
    return Prices(*(file.word(values.get(name), name, amount, 0, example=shown) for name, shown in _PRICES.items()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is no date; write for example 2026-10-01") from None


def _prefix(text: str) -> str:
    digits = text.lstrip("+")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_PREFIX):
        raise ValueError(f'must be the first digits of its numbers; write for example "62", not {quoted(text)}')
    return digits


def _country(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise ValueError("must be two letters; write for example ID")
    return text.upper()
