"""Settings: where they come from, what is wrong with them, and what they never show."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.ports import DeclaredFeed
from bot.settings import CategorySettings, Settings, load, missing_token_help, read_dotenv
from bot.settings.words import boolean, duration, listen_address, quiet_hours, web_address

TOKEN = "123456789:AAcanaryCANARYcanaryCANARYcanary_-x"
ROOT = Path(__file__).parents[2]
SMALL = """\
portal: {name: Kabar Desa, url: "https://www.kabar.example/"}
categories:
  - id: daerah
    name: Daerah
feeds: []
"""


@pytest.fixture
def feeds_file(tmp_path: Path) -> Path:
    """A small feeds.yaml without faults."""
    file = tmp_path / "feeds.yaml"
    file.write_text(SMALL)
    return file


def faults_of(env: dict[str, str], feeds_file: Path) -> tuple[str, ...]:
    """The faults that these variables have."""
    with pytest.raises(SettingsError) as caught:
        load(env, feeds_file=feeds_file, dotenv=None)
    return caught.value.faults


def loaded(env: dict[str, str], feeds_file: Path) -> Settings:
    return load(env, feeds_file=feeds_file, dotenv=None)


# Where they come from -----------------------------------------------------------------------------------------------


def test_with_nothing_set_everything_has_its_default(feeds_file: Path) -> None:
    settings = loaded({}, feeds_file)
    assert settings.database_url == "sqlite:///var/kentongan.db"
    assert settings.listen == ("127.0.0.1", 8080)
    assert (settings.public_url, settings.telegram, settings.log_format) == (None, None, None)
    assert settings.fetch_allow_private is False
    assert (settings.quiet, settings.daily_limit) == ((1260, 300), None)
    assert settings.secrets() == ()


def test_the_projects_own_feeds_file_has_no_fault_and_six_categories() -> None:
    settings = loaded({}, ROOT / "feeds.yaml")
    assert settings.portal.name == "Target 24 Jam"
    assert settings.portal.timezone == ZoneInfo("Asia/Jakarta")
    assert [c.id for c in settings.categories] == ["utama", "hukrim", "kesehatan", "daerah", "budaya", "investigasi"]
    assert settings.categories[1] == CategorySettings(
        "hukrim", {"id": "Hukum & Kriminal", "en": "Law & Crime"}, ("HUKRIM", "Hukum", "Kriminal")
    )
    assert settings.feeds[2] == DeclaredFeed(
        "https://target-24jam.com/category/hukrim/feed/", every=300.0, categories=("hukrim",)
    )


def test_a_flag_beats_the_environment_and_that_beats_the_dotenv_file(feeds_file: Path, tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("LISTEN=127.0.0.1:1\nPUBLIC_URL=https://a.example\nLOG_FORMAT=json\nTELEGRAM_RATE=1\n")
    env = {"LISTEN": "127.0.0.1:2", "PUBLIC_URL": "https://b.example"}
    flags = {"LISTEN": "127.0.0.1:3", "LOG_FORMAT": None}
    settings = load(env, feeds_file=feeds_file, dotenv=dotenv, flags=flags)
    assert settings.listen == ("127.0.0.1", 3)
    assert settings.public_url == "https://b.example"
    assert settings.log_format == "json"


def test_the_feeds_file_is_named_by_its_variable_or_by_a_flag(feeds_file: Path) -> None:
    assert load({"FEEDS_FILE": str(feeds_file)}, dotenv=None).feeds_file == feeds_file
    assert load({"FEEDS_FILE": "/nowhere"}, feeds_file=feeds_file, dotenv=None).feeds_file == feeds_file


def test_an_empty_variable_is_the_same_as_none_and_hides_the_dotenv_files(feeds_file: Path, tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\n")
    assert load({"TELEGRAM_BOT_TOKEN": " "}, feeds_file=feeds_file, dotenv=dotenv).telegram is None


def test_dotenv_is_read_with_quotes_comments_and_a_byte_order_mark_and_expands_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\ufeff# note\nexport A='one two' # why\nB=$HOME\nC=\"x\"\nEMPTY=\n\n", "utf-8")
    assert read_dotenv(file) == {"A": "one two", "B": "$HOME", "C": "x", "EMPTY": ""}
    assert read_dotenv(tmp_path / "none") == {}


def test_a_line_of_dotenv_that_is_no_setting_is_named_and_not_shown(feeds_file: Path, tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"LISTEN=127.0.0.1:0\n\nTELEGRAM_BOT_TOKEN '{TOKEN}'\n")
    with pytest.raises(SettingsError) as caught:
        load({}, feeds_file=feeds_file, dotenv=dotenv)
    assert caught.value.faults == (f"{dotenv}:3: is no setting; write NAME=value, and close every quote",)


def test_the_example_of_dotenv_can_be_used_as_it_is_and_names_only_variables_that_count(feeds_file: Path) -> None:
    settings = load({}, feeds_file=feeds_file, dotenv=ROOT / ".env.example")
    assert settings == loaded({}, feeds_file)
    switched_on = (ROOT / ".env.example").read_text().replace("\n#", "\n").replace("TOKEN=", f"TOKEN={TOKEN}")
    lines = [line for line in switched_on.splitlines() if "=" in line and line.split("=")[0].isupper()]
    values = dict(line.split("=", 1) for line in lines)
    assert len(values) == 23
    for name in values:
        assert faults_of(values | {name: "\x07 wrong"}, feeds_file if name != "FEEDS_FILE" else Path("\x07 wrong"))


# What they are ------------------------------------------------------------------------------------------------------


def test_telegram_is_on_when_its_token_is_set(feeds_file: Path) -> None:
    env = {
        "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": "http://127.0.0.1:8081/", "TELEGRAM_RATE": "12.5",
        "TELEGRAM_PAID_BROADCASTS": "True", "TELEGRAM_MODE": "webhook", "PUBLIC_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    telegram = loaded(env, feeds_file).telegram
    assert telegram is not None
    assert (telegram.token, telegram.api_url, telegram.mode) == (TOKEN, "http://127.0.0.1:8081", "webhook")
    assert (telegram.rate, telegram.paid_broadcasts) == (12.5, True)


def test_no_secret_is_shown_and_every_secret_is_known(feeds_file: Path) -> None:
    env = {
        "TELEGRAM_BOT_TOKEN": TOKEN, "DATABASE_URL": "postgresql://bot:canary-db@db.example/kentongan",
        "WHATSAPP_ACCESS_TOKEN": "canary-wa", "WHATSAPP_APP_SECRET": "canary-app",
        "WHATSAPP_VERIFY_TOKEN": "canary-verify", "WHATSAPP_PHONE_NUMBER_ID": "1122334455667",
    }  # fmt: skip
    settings = loaded(env, feeds_file)
    assert set(settings.secrets()) == {TOKEN, "canary-db", "canary-wa", "canary-app", "canary-verify"}
    assert "canary" not in f"{settings} {settings!r} {settings.telegram!r}"


LISTENS = {
    "127.0.0.1:8080": ("127.0.0.1", 8080),
    "localhost:0": ("localhost", 0),
    "[::1]:80": ("::1", 80),
    ":8080": ("0.0.0.0", 8080),  # noqa: S104 — what the words mean
}


@pytest.mark.parametrize(("text", "address"), LISTENS.items())
def test_listen_is_a_host_and_a_port(text: str, address: tuple[str, int]) -> None:
    assert listen_address(text) == address


WRONG_VARIABLES = {
    "DATABASE_URL": ["var/x.db", "sqlite:///", "sqlite://var/x.db", "mysql://x/y"],
    "LISTEN": ["8080", "127.0.0.1", "127.0.0.1:99999", "a b:80", "::1:80"],
    "PUBLIC_URL": ["bot.example", "ftp://bot.example", "https://u:p@bot.example", "https://bot.example/a b"],
    "TELEGRAM_API_URL": ["127.0.0.1:8081", "http://"],
    "TELEGRAM_MODE": ["Webhook", "both"],
    "TELEGRAM_RATE": ["fast", "0", "-1", "nan", "inf"],
    "TELEGRAM_PAID_BROADCASTS": ["1", "yes", "maybe"],
    "FETCH_ALLOW_PRIVATE": ["maybe", "2"],
    "LOG_FORMAT": ["xml", "JSON"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_VARIABLES.items() for value in values]
)
def test_a_wrong_variable_is_one_line_that_names_it(name: str, value: str, feeds_file: Path) -> None:
    (fault,) = faults_of({name: value}, feeds_file)
    assert fault.startswith(f"{name} ")
    assert fault.isprintable()
    assert ";" in fault  # what is wrong; what to write


WRONG_TOKENS = {
    "too short": TOKEN[:20],
    "no colon": TOKEN.replace(":", ""),
    "in quotes": f"'{TOKEN}'",
    "the whole address": f"https://api.telegram.org/bot{TOKEN}/",
    "a space in it": TOKEN.replace("canary", "can ary"),
}


@pytest.mark.parametrize("token", WRONG_TOKENS.values(), ids=WRONG_TOKENS)
def test_a_malformed_token_is_a_fault_that_does_not_show_it(token: str, feeds_file: Path) -> None:
    (fault,) = faults_of({"TELEGRAM_BOT_TOKEN": token}, feeds_file)
    assert fault.startswith("TELEGRAM_BOT_TOKEN is not a bot's token")
    assert "@BotFather" in fault
    assert "canary" not in fault.lower()
    assert "123456789" not in fault


def test_a_missing_token_is_no_fault_and_the_help_says_where_to_get_one(feeds_file: Path) -> None:
    assert loaded({}, feeds_file).telegram is None
    for word in ("TELEGRAM_BOT_TOKEN", "@BotFather", "/newbot", ".env"):
        assert word in missing_token_help()


@pytest.mark.parametrize("url", [None, "http://bot.example", "https://bot.example:8080"])
def test_a_webhook_needs_an_address_that_telegram_calls(url: str | None, feeds_file: Path) -> None:
    env = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_MODE": "webhook"} | ({"PUBLIC_URL": url} if url else {})
    (fault,) = faults_of(env, feeds_file)
    assert fault.startswith("PUBLIC_URL ")
    assert (
        loaded(env | {"PUBLIC_URL": "https://bot.example:8443/"}, feeds_file).public_url == "https://bot.example:8443"
    )


def test_faults_of_variables_dotenv_and_feeds_file_are_told_together(tmp_path: Path) -> None:
    feeds_file, dotenv = tmp_path / "feeds.yaml", tmp_path / ".env"
    feeds_file.write_text(SMALL.replace("daerah", "Daerah!"))
    dotenv.write_text("= nothing\n")
    with pytest.raises(SettingsError) as caught:
        load({"LISTEN": "8080", "LOG_FORMAT": "xml"}, feeds_file=feeds_file, dotenv=dotenv)
    starts = [fault.split(" ")[0] for fault in caught.value.faults]
    assert starts == ["LISTEN", "LOG_FORMAT", f"{dotenv}:1:", f"{feeds_file}:3:"]


# Words --------------------------------------------------------------------------------------------------------------

DURATIONS = {"1s": 1, "30s": 30, "5m": 300, "1h": 3600, "2d": 172800, "90 s": 90, "030m": 1800, "30d": 2592000}
QUIETS = {
    "21.00-05.00": (1260, 300),
    "21:30-5:15": (1290, 315),
    "21.00 – 05.00": (1260, 300),
    "0.00-23.59": (0, 1439),
    "off": None,
    "Off": None,
    "false": None,
}


@pytest.mark.parametrize(("text", "seconds"), DURATIONS.items())
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "0s", "-5m", "5 minutes", "1.5h", "5M", "31d", "9" * 5000 + "s", "٥m", "5m5s"]
)
def test_what_is_no_duration_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write for example"):
        duration(text)


@pytest.mark.parametrize(("text", "minutes"), QUIETS.items())
def test_quiet_hours_are_two_times_or_off(text: str, minutes: tuple[int, int] | None) -> None:
    assert quiet_hours(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "21.00", "21-05", "24.00-05.00", "21.60-05.00", "21.00-21.00", "never", "21.00-05.00x"]
)
def test_what_are_no_quiet_hours_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        quiet_hours(text)


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[0-9]{1,6} ?[smhd]", fullmatch=True)))
def test_reading_words_gives_a_sound_value_or_a_value_error(text: str) -> None:
    try:
        assert 1 <= duration(text) <= 30 * 86400
    except ValueError as error:
        told = str(error)
        assert "write" in told
    for read in (boolean, listen_address, web_address):
        try:
            read(text)
        except ValueError as error:
            told = str(error)
            assert told.isprintable()


@given(st.integers(0, 1439), st.integers(0, 1439), st.sampled_from("-–"), st.sampled_from(".:"))
def test_every_pair_of_times_is_read_as_it_was_written(start: int, end: int, dash: str, dot: str) -> None:
    text = dash.join(f"{minute // 60:02}{dot}{minute % 60:02}" for minute in (start, end))
    if start == end:
        with pytest.raises(ValueError, match="two different times"):
            quiet_hours(text)
    else:
        assert quiet_hours(text) == (start, end)
