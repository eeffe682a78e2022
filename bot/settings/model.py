"""What the settings are: frozen values that show no secret when they are printed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.delivery.budget import Budget
from bot.ports import DeclaredFeed
from bot.settings.ratecard import RateCardFile

LogFormat = Literal["console", "json"]
Mode = Literal["polling", "webhook"]


@dataclass(frozen=True, slots=True)
class Portal:
    """The news site."""

    name: str
    url: str
    host: str  # how its address is shown: target-24jam.com
    area: str  # where it reports from, "" when not said
    language: str
    timezone: ZoneInfo


@dataclass(frozen=True, slots=True)
class CategorySettings:
    """A category as feeds.yaml declares it."""

    id: str
    names: dict[str, str]  # language -> name
    labels: tuple[str, ...]  # what the feeds call it


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """Telegram is on."""

    token: str = field(repr=False)
    api_url: str | None = None  # None: Telegram's own
    mode: Mode = "polling"
    rate: float = 30.0  # messages a second
    paid_broadcasts: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    """What WhatsApp may cost."""

    budget: Budget
    rates: RateCardFile
    portfolio: int | None  # people who are written to outside of a window in 24 hours; None: no limit


@dataclass(frozen=True, slots=True)
class WhatsAppSettings:
    """WhatsApp is on."""

    access_token: str = field(repr=False)
    phone_number_id: str
    app_secret: str = field(repr=False)  # proves webhooks
    verify_token: str = field(repr=False)  # the word of the webhook's challenge
    api_url: str | None = None  # None: Meta's own
    rate: float = 80.0  # messages a second
    money: Money | None = None  # None: whoever builds the channel pays nothing, and sends nothing outside of a window
    business_account_id: str | None = None  # of the account that templates belong to; None: none can be sent


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is set, checked."""

    database_url: str = field(repr=False)  # may carry a password
    feeds_file: Path
    listen: tuple[str, int]
    public_url: str | None  # without a slash at the end
    telegram: TelegramSettings | None
    fetch_allow_private: bool
    log_format: LogFormat | None  # None: console on a terminal, else json
    portal: Portal
    categories: tuple[CategorySettings, ...]
    feeds: tuple[DeclaredFeed, ...]
    quiet: tuple[int, int] | None  # minutes of the local day, for new subscribers
    daily_limit: int | None  # stories a day for new subscribers; None: no limit
    whatsapp: WhatsAppSettings | None = None
    other_secrets: tuple[str, ...] = field(default=(), repr=False)  # of parts that are switched off here

    def secrets(self) -> tuple[str, ...]:
        """Every value that must appear in no log, page or message."""
        token = (self.telegram.token,) if self.telegram else ()
        password = urlsplit(self.database_url).password
        return (*token, *((password,) if password else ()), *self.other_secrets)
