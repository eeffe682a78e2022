"""Which feed is meant: by its address, or by its number in `feeds list`."""

from bot.channels.console.send import NAME as CONSOLE
from bot.errors import UsageError
from bot.ports import Feed, Tx
from bot.settings import Settings


def feed_of(tx: Tx, named: str) -> Feed:
    """The feed of this address or number; UsageError when there is none."""
    feeds = tx.feeds()
    if named.isascii() and named.isdecimal():
        found = [feed for feed in feeds if feed.id == int(named)]
    else:
        plain = named.rstrip("/")
        found = [f for f in feeds if f.url == named] or [f for f in feeds if f.url.rstrip("/") == plain]
    if not found:
        raise UsageError(f"there is no feed {named}: kentongan feeds list shows them")
    return found[0]


def channels_of(loaded: Settings) -> list[str]:
    """Where stories go to."""
    return ["telegram"] if loaded.telegram else [CONSOLE]


def is_declared(loaded: Settings, url: str) -> bool:
    """Whether feeds.yaml has it."""
    return any(feed.url == url for feed in loaded.feeds)
