"""Flags, environment, `.env` and feeds.yaml become one frozen `Settings`; everything wrong is told at once.

`model`        what the settings are
`environment`  the variables
`feedsfile`    feeds.yaml: portal, categories, feeds
`yamltree`     YAML with line numbers and helpful faults
`words`        durations, quiet hours, addresses, as people write them
"""

from bot.settings.feedsfile import FeedsFile, read_feeds_file
from bot.settings.load import load, missing_token_help, read_dotenv
from bot.settings.model import CategorySettings, Portal, Settings, TelegramSettings

__all__ = [
    "CategorySettings",
    "FeedsFile",
    "Portal",
    "Settings",
    "TelegramSettings",
    "load",
    "missing_token_help",
    "read_dotenv",
    "read_feeds_file",
]
