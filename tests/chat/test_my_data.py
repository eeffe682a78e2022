"""What is stored of somebody reads as words: every column has its label, every known value its word."""

from datetime import date
from typing import Any

import pytest
from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from bot.chat.answer import answer
from bot.chat.residents import myfields
from bot.chat.turn import Person, Status
from bot.chat.wishes import DataFound, FindData
from storage.sqlite import schema
from tests.support.town import board

LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])
BOOKKEEPING = {
    "covered_until": 0, "digest_at": 1_709_100_000_000, "day": date(2024, 2, 28).toordinal(), "day_count": 3,
    "covered_telling": 12,
}  # fmt: skip
ROW = {"id": 4, "channel": "whatsapp", "address": "62811", "language": "en", "mode": "morning", "status": "active",
       "urgent": 1, "window_until": 0, "draft": '["budaya", "daerah"]', **BOOKKEEPING}  # fmt: skip


def shown(reader: str, **row: Any) -> list[str]:
    """The screen's lines for one stored row."""
    person = Person("whatsapp", "62811", Status.ACTIVE, language=reader)
    (reply,) = answer(person, DataFound(FindData(), {"subscriber": [row]}), board()).replies
    return reply.message.plain().splitlines()


def test_every_column_of_a_persons_row_has_a_label() -> None:
    db = Database(sqlite3.connect(":memory:", isolation_level=None), execute_plugins=False)
    schema.apply(db)
    columns = {column.name for column in db["subscriber"].columns}
    assert columns == set(myfields.LABELS) | set(myfields.TECHNICAL)


def test_values_are_words_and_bookkeeping_stands_apart() -> None:
    lines = shown("id", **ROW)
    apart = lines.index("Catatan teknis, untuk pengiriman:")
    for line in ("Saluran: WhatsApp", "Bahasa: English", "Status: berlangganan", "Kabar darurat di jam tenang: ya"):
        assert line in lines[:apart]
    assert {"Pilihan yang belum selesai: Daerah dan Budaya", "Pilihan yang belum selesai: Budaya dan Daerah"} & {*lines}
    assert any(line.startswith("Waktu kirim: Ringkasan pagi ") for line in lines[:apart])
    for line in (
        "Nomor urut: 4", "Boleh dikirimi pesan sampai: belum ada", "Hari kiriman dihitung: Rabu 28 Februari 2024",
        "Kiriman pada hari itu: 3", "Ringkasan berikutnya: Rabu 28 Feb 2024, 13.00 WIB",
        "Nomor kiriman terakhir yang diperhitungkan: 12",
    ):  # fmt: skip
        assert line in lines[apart:]


@LANGUAGES
@pytest.mark.parametrize("name", ["mode", "status", "urgent"])
def test_no_value_of_a_choice_is_shown_as_it_is_stored(language: str, name: str) -> None:
    values: dict[str, list[Any]] = {
        "mode": ["instant", "morning", "evening", "both"], "status": [*Status], "urgent": [0, 1],
    }  # fmt: skip
    said = [shown(language, **{name: str(v) if isinstance(v, Status) else v})[2] for v in values[name]]
    assert len(set(said)) == len(values[name])
    stored = {f"{line.partition(': ')[0]}: {v}" for line in said for v in values[name]}
    assert not set(said) & (stored - {"Status: stopped"})  # which is English


@LANGUAGES
def test_a_column_or_value_that_is_not_known_yet_is_still_shown(language: str) -> None:
    lines = shown(
        language, later="apa pun", mode="weekly", status="asleep", channel="console", language="jv", draft='["lama"]'
    )
    assert "later: apa pun" in lines
    assert {line.partition(": ")[2] for line in lines} >= {"weekly", "asleep", "console", "jv", "lama"}


def test_a_row_without_bookkeeping_has_no_heading_for_it() -> None:
    row = dict.fromkeys(ROW, None) | {"channel": "telegram"}
    assert shown("id", **row)[-1] == "Saluran: Telegram"
    assert not any("teknis" in line for line in shown("id", **row))
