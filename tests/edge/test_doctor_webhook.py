"""Which fields of WhatsApp's webhook must be subscribed to: all that we read are named wherever operators look."""

from pathlib import Path

import pytest

from bot.channels.whatsapp import events, told
from bot.channels.whatsapp.subscribed import FIELDS
from bot.cli.doctor.webhook import check_webhook
from bot.settings import load
from tests.edge.test_settings_whatsapp import FEEDS, FOUR

ROOT = Path(__file__).parents[2]


@pytest.fixture
def feeds_file(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    return tmp_path / "feeds.yaml"


def test_every_field_that_is_read_is_to_be_subscribed_to() -> None:
    assert set(FIELDS) == set(events._LISTS) | told.FIELDS


def test_the_example_of_settings_names_each_field() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [field for field in FIELDS if f"`{field}`" not in text] == []


def test_the_doctor_lists_them_where_whatsapp_is_on(feeds_file: Path) -> None:
    (check,) = check_webhook(load(FOUR, feeds_file=feeds_file, dotenv=None))
    assert check.ok is None
    assert [field for field in FIELDS if field not in check.fix] == []


def test_without_whatsapp_there_is_nothing_to_subscribe_to(feeds_file: Path) -> None:
    assert check_webhook(load({}, feeds_file=feeds_file, dotenv=None)) == []
