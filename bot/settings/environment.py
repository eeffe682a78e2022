"""The variables: read, checked, every fault collected with what to write instead."""

import math
import re
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from bot.settings.model import LogFormat, Mode, TelegramSettings, WhatsAppSettings
from bot.settings.words import web_address

T = TypeVar("T")
TOKEN = re.compile(r"[0-9]{5,}:[A-Za-z0-9_-]{30,}")
WEBHOOK_PORTS = {None, 443, 80, 88, 8443}  # where Telegram calls
OTHER_SECRETS = ("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")


class Variables:
    """The variables of one start, and the faults found in them; empty is the same as not set."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.faults: list[str] = []

    def get(self, name: str) -> str | None:
        """The value without the spaces around it, None when not set."""
        return self._values.get(name, "").strip() or None

    def read(self, name: str, how: Callable[[str], T], default: T) -> T:
        """The value as `how` understands it; its ValueError becomes a fault."""
        text = self.get(name)
        if text is None:
            return default
        try:
            return how(text)
        except ValueError as error:
            self.faults.append(f"{name} {error}")
            return default


def database_url(text: str) -> str:
    """Which database; whether it can be opened is seen when it is."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {"sqlite", "postgresql"} or not rest.strip("/"):
        raise ValueError("names no database; write for example sqlite:///var/kentongan.db")
    if scheme == "sqlite" and not rest.startswith("/"):
        raise ValueError("needs three slashes before a file's name; write for example sqlite:///var/kentongan.db")
    return text


def base_url(text: str) -> str:
    """An address without the slash at its end."""
    web_address(text)
    return text.rstrip("/")


def log_format(text: str) -> LogFormat:
    """How log lines look."""
    if text not in {"console", "json"}:
        raise ValueError("must be console or json; leave it out to have console on a terminal and json elsewhere")
    return cast("LogFormat", text)


def other_secrets(variables: Variables) -> tuple[str, ...]:
    """WhatsApp's secrets, whether it is on or not: kept out of the logs all the same."""
    return tuple(value for name in OTHER_SECRETS if (value := variables.get(name)))


# Telegram -----------------------------------------------------------------------------------------------------------


def telegram(variables: Variables, public_url: str | None) -> TelegramSettings | None:
    """Telegram's settings, or None while there is no token; wrong values are faults either way."""
    api_url: str | None = variables.read("TELEGRAM_API_URL", base_url, None)
    how: Mode = variables.read("TELEGRAM_MODE", mode, "polling")
    per_second = variables.read("TELEGRAM_RATE", rate, 30.0)
    paid = variables.read("TELEGRAM_PAID_BROADCASTS", paid_broadcasts, False)
    secret = variables.read("TELEGRAM_BOT_TOKEN", token, "")
    if not secret:
        return None
    if how == "webhook":
        check_webhook(variables, public_url, local=api_url is not None)
    return TelegramSettings(secret, api_url, how, per_second, paid)


def token(text: str) -> str:
    """A bot's token. It never stands in the fault, not even in part."""
    if not TOKEN.fullmatch(text):
        raise ValueError(
            f"is not a bot's token (a number, a colon and 35 letters; yours has {len(text)} characters"
            f"{'' if ':' in text else ' and no colon'}); copy it once more from @BotFather"
        )
    return text


def mode(text: str) -> Mode:
    """How updates come."""
    if text not in {"polling", "webhook"}:
        raise ValueError("must be polling or webhook; polling works everywhere")
    return cast("Mode", text)


def rate(text: str) -> float:
    """Messages a second."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (number > 0 and math.isfinite(number)):
        raise ValueError("must be messages a second, above 0; write for example 30")
    return number


def paid_broadcasts(text: str) -> bool:
    """Money is only spent on a clear yes."""
    if text.lower() not in {"true", "false"}:
        raise ValueError("must be true or false; true spends Stars")
    return text.lower() == "true"


def check_webhook(variables: Variables, public_url: str | None, *, local: bool) -> None:
    """Telegram calls only https on four ports; a Bot API server of one's own calls anything."""
    if public_url is None:
        if variables.get("PUBLIC_URL") is None:
            variables.faults.append(
                "PUBLIC_URL is not set, and TELEGRAM_MODE=webhook needs it; write for example https://bot.target-24jam.com"
            )
        return
    parts = web_address(public_url)
    if not local and (parts.scheme != "https" or parts.port not in WEBHOOK_PORTS):
        variables.faults.append(
            "PUBLIC_URL cannot be called by Telegram; write an https address on port 443, 80, 88 or 8443, or set "
            "TELEGRAM_MODE=polling"
        )


# WhatsApp -----------------------------------------------------------------------------------------------------------

NEEDED = ("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")


def whatsapp(variables: Variables) -> WhatsAppSettings | None:
    """WhatsApp's settings, or None while none of the four that it needs is set; some of them are a fault."""
    missing = [name for name in NEEDED if variables.get(name) is None]
    if missing:
        if len(missing) < len(NEEDED):
            variables.faults.append(f"{', '.join(missing)} missing for WhatsApp; set all four, or none to leave it off")
        return None
    access_token, app_secret, verify_token = (variables.read(name, word, "") for name in OTHER_SECRETS)
    number_id = variables.read("WHATSAPP_PHONE_NUMBER_ID", phone_number_id, "")
    api_url: str | None = variables.read("WHATSAPP_API_URL", base_url, None)
    per_second = variables.read("WHATSAPP_RATE", rate, 80.0)
    account_id: str | None = variables.read("WHATSAPP_BUSINESS_ACCOUNT_ID", business_account_id, None)
    return WhatsAppSettings(
        access_token, number_id, app_secret, verify_token, api_url, per_second, business_account_id=account_id
    )


def word(text: str) -> str:
    """A secret of Meta's, or the word that was agreed for the challenge; it never stands in the fault."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("has spaces or letters that none of Meta's has; copy it once more")
    return text


def phone_number_id(text: str) -> str:
    """The id that Meta gave the number: it is not the number itself."""
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("is not the id of a phone number (digits only); copy it from WhatsApp > API setup")
    return text


def business_account_id(text: str) -> str:
    """The id of the WhatsApp account that the number belongs to."""
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("is not the id of an account (digits only); copy it from WhatsApp > API setup")
    return text
