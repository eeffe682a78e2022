"""WhatsApp is on when its four variables are set, and only then."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load

FEEDS = """\
portal: {name: Portal, url: "https://portal.example", language: id, timezone: Asia/Jakarta}
categories:
  - {id: daerah, name: {id: Daerah}, labels: [DAERAH]}
feeds:
  - url: https://portal.example/feed/
"""
FOUR = {
    "WHATSAPP_ACCESS_TOKEN": "canary-EAAG", "WHATSAPP_PHONE_NUMBER_ID": "1122334455667",
    "WHATSAPP_APP_SECRET": "canary-app", "WHATSAPP_VERIFY_TOKEN": "canary-word",
}  # fmt: skip


@pytest.fixture
def feeds_file(tmp_path: Path) -> Path:
    file = tmp_path / "feeds.yaml"
    file.write_text(FEEDS)
    return file


def loaded(env: dict[str, str], feeds_file: Path) -> Settings:
    return load(env, feeds_file=feeds_file, dotenv=None)


def test_four_variables_switch_it_on(feeds_file: Path) -> None:
    whatsapp = loaded(FOUR, feeds_file).whatsapp
    assert whatsapp is not None
    assert (whatsapp.phone_number_id, whatsapp.api_url, whatsapp.rate) == ("1122334455667", None, 80.0)
    more = FOUR | {"WHATSAPP_RATE": "250", "WHATSAPP_API_URL": "http://127.0.0.1:9/"}
    whatsapp = loaded(more, feeds_file).whatsapp
    assert whatsapp is not None
    assert (whatsapp.api_url, whatsapp.rate) == ("http://127.0.0.1:9", 250.0)


@pytest.mark.parametrize("missing", FOUR)
def test_one_that_is_missing_is_named(feeds_file: Path, missing: str) -> None:
    with pytest.raises(SettingsError, match=missing) as caught:
        loaded({**FOUR, missing: " "}, feeds_file)
    assert len(caught.value.faults) == 1


def test_none_of_them_leaves_it_off(feeds_file: Path) -> None:
    assert loaded({"WHATSAPP_RATE": "250"}, feeds_file).whatsapp is None


def test_no_secret_of_it_is_shown_and_each_is_known(feeds_file: Path) -> None:
    settings = loaded(FOUR, feeds_file)
    assert set(settings.secrets()) == {"canary-EAAG", "canary-app", "canary-word"}
    assert "canary" not in f"{settings} {settings.whatsapp!r}"


WRONG = {
    "WHATSAPP_PHONE_NUMBER_ID": "+62 321 555000",
    "WHATSAPP_ACCESS_TOKEN": "canary EAAG",
    "WHATSAPP_APP_SECRET": "canary\u2026",
    "WHATSAPP_RATE": "0",
    "WHATSAPP_API_URL": "graph.facebook.com",
}


@pytest.mark.parametrize(("name", "text"), WRONG.items(), ids=WRONG)
def test_a_wrong_value_is_named_and_never_shown(feeds_file: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded({**FOUR, name: text}, feeds_file)
    (fault,) = caught.value.faults
    assert fault.startswith(name)
    assert "canary" not in fault


def test_the_account_of_the_templates_may_be_named(feeds_file: Path) -> None:
    whatsapp = loaded(FOUR, feeds_file).whatsapp
    assert whatsapp is not None
    assert whatsapp.business_account_id is None
    whatsapp = loaded(FOUR | {"WHATSAPP_BUSINESS_ACCOUNT_ID": "102290129340398"}, feeds_file).whatsapp
    assert whatsapp is not None
    assert whatsapp.business_account_id == "102290129340398"
    with pytest.raises(SettingsError, match="WHATSAPP_BUSINESS_ACCOUNT_ID is not the id of an account"):
        loaded(FOUR | {"WHATSAPP_BUSINESS_ACCOUNT_ID": "Target 24"}, feeds_file)
