"""Where settings come from, the strongest first: flags, environment, `.env`, feeds.yaml, defaults."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from bot.errors import SettingsError
from bot.settings import environment as env_
from bot.settings.environment import Variables
from bot.settings.feedsfile import FeedsFile, read_feeds_file
from bot.settings.model import LogFormat, Settings
from bot.settings.money import money
from bot.settings.words import boolean, listen_address

DOTENV = Path(".env")
DATABASE_URL = "sqlite:///var/kentongan.db"


def load(
    env: Mapping[str, str], *, feeds_file: Path | None = None, dotenv: Path | None = DOTENV,
    flags: Mapping[str, str | None] | None = None,
) -> Settings:  # fmt: skip
    """The settings, or SettingsError with every fault of variables and feeds.yaml at once.

    `flags` holds values of the command line by the name of their variable; None means that the flag was not given.
    """
    faults: list[str] = []
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    variables = Variables(ChainMap(given, dict(env), _dotenv(dotenv, faults)))
    path = feeds_file or Path(variables.get("FEEDS_FILE") or "feeds.yaml")
    content = _feeds_file(path, faults)
    database_url = variables.read("DATABASE_URL", env_.database_url, DATABASE_URL)
    listen = variables.read("LISTEN", listen_address, ("127.0.0.1", 8080))
    public_url: str | None = variables.read("PUBLIC_URL", env_.base_url, None)
    telegram = env_.telegram(variables, public_url)
    whatsapp, costs = env_.whatsapp(variables), money(variables)
    allow_private = variables.read("FETCH_ALLOW_PRIVATE", boolean, False)
    log_format: LogFormat | None = variables.read("LOG_FORMAT", env_.log_format, None)
    if content is None or variables.faults or faults:
        raise SettingsError([*variables.faults, *faults])
    return Settings(
        database_url=database_url, feeds_file=path, listen=listen, public_url=public_url, telegram=telegram,
        fetch_allow_private=allow_private, log_format=log_format, portal=content.portal,
        categories=content.categories, feeds=content.feeds, quiet=content.quiet, daily_limit=content.daily_limit,
        whatsapp=replace(whatsapp, money=costs) if whatsapp else None, other_secrets=env_.other_secrets(variables),
    )  # fmt: skip


def read_dotenv(path: Path) -> dict[str, str]:
    """The variables of a `.env` file (none when there is no file), or SettingsError; os.environ is left alone."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise SettingsError([f"{path}: cannot be read; make it a UTF-8 text file that this user may read"]) from None
    if faults := [_line_fault(path, binding) for binding in bindings if binding.error]:
        raise SettingsError(faults)
    return {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}


def missing_token_help() -> str:
    """What to do when Telegram is to be used and no token is set."""
    return (
        "TELEGRAM_BOT_TOKEN is not set. Open Telegram, write /newbot to @BotFather, answer its two questions, and put "
        "the token it gives you into the file .env in this folder: TELEGRAM_BOT_TOKEN=123456789:AA… "
        "(no token is needed for `kentongan demo` and `kentongan run --console`)"
    )


def _dotenv(path: Path | None, faults: list[str]) -> dict[str, str]:
    try:
        return read_dotenv(path) if path else {}
    except SettingsError as error:
        faults += error.faults
        return {}


def _feeds_file(path: Path, faults: list[str]) -> FeedsFile | None:
    try:
        return read_feeds_file(path)
    except SettingsError as error:
        faults += error.faults
        return None


def _line_fault(path: Path, binding: Binding) -> str:
    """The line is not shown: it may hold a secret."""
    blank = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
    return f"{path}:{binding.original.line + blank}: is no setting; write NAME=value, and close every quote"
