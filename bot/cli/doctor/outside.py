"""What answers from outside: Telegram for the token, the portal for its feeds, their servers for the clock."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot import logs
from bot.cli.doctor.report import Check
from bot.errors import FeedError, FetchError
from bot.fetch.validators import http_date
from bot.news.item import Document
from bot.ports import Answer, DeclaredFeed, Fetch, Parse
from bot.settings import Settings, missing_token_help

BUILT = 2026  # no clock that is right shows an earlier year
FAR = 2100
TOLERATED = 30.0
SET_CLOCK = "Set the clock by the network: `sudo timedatectl set-ntp true`."
FEWER = "Let the feed carry fewer items (WordPress: Settings, Reading, Syndication feeds show the most recent)."
CUT_OFF = "See in a browser where the document breaks; often it is a plugin's warning or the site's full disk."
FIXES = {
    "timeout": "Try again later; if it stays so, ask the site's host why it is so slow.",
    "too_large": FEWER,
    "address_refused": "Write the feed's public address; for an intranet set FETCH_ALLOW_PRIVATE=true.",
    "too_many_redirects": "Open the address in a browser and write the one where it ends into feeds.yaml.",
    "dns": "Look at the spelling of the host; if it is right, at this machine's name server.",
    "refused": "See whether the site is up and whether this machine may reach it.",
    "tls": "Renew the site's certificate; if it is good, look at this machine's clock and its ca-certificates.",
    "http_status": "Open the address in a browser: correct it in feeds.yaml, or let us through the site's firewall.",
    "broken": "Try again later; if it stays so, ask the site's host.",
    "html": "Write the address of the feed instead of a page's (WordPress: the page's address with feed/ behind it).",
    "empty": "Look at the address in a browser; if it is empty there too, ask the site's host.",
    "too_slow": FEWER,
    "challenge": "Let this machine's address pass the site's protection (Cloudflare: WAF, skip rule for the feed).",
    "malformed": CUT_OFF,
    "truncated": CUT_OFF,
    "entities": "The document is made to swell: see whether the site was broken into.",
    "too_deep": "The document is made to choke readers: see whether the site was broken into.",
    "too_many": FEWER,
    "too_big": FEWER,
}
CORRECT_IT = "Open the address in a browser and correct it in feeds.yaml."


async def check_token(settings: Settings, get_me: Callable[[], Awaitable[str]] | None) -> Check:
    """Whether Telegram knows the bot; `get_me` gives its name or raises."""
    if settings.telegram is None:
        return Check("token", None, "Telegram is off", missing_token_help())
    if get_me is None:
        return Check("token", None, "is set; Telegram was not asked")
    try:
        name = await get_me()
    except Exception as error:  # noqa: BLE001 — whatever the library raises becomes this check's fault
        told = logs.redactor(settings.secrets())(str(error) or type(error).__name__)
        detail = f"Telegram does not answer for it ({' '.join(told.split())})"
        fix = "Copy the token once more from @BotFather (/mybots, API Token); if it is right, look at the network."
        return Check("token", False, detail, fix)
    return Check("token", True, f"it is the token of @{name.removeprefix('@')}")


async def check_feed(feed: DeclaredFeed, fetch: Fetch, parse: Parse | None) -> Check:
    """Whether a feed can be read."""
    name = f"feed {feed.url}"
    if feed.paused:
        return Check(name, None, "is paused in feeds.yaml")
    try:
        answer = await fetch(feed.url)
        document = (
            await parse(answer.body, url=answer.url, content_type=answer.headers.get("content-type")) if parse else None
        )
    except (FetchError, FeedError) as error:
        return Check(name, False, str(error), FIXES.get(error.reason, CORRECT_IT))
    if document is None:
        return Check(name, True, f"{len(answer.body):,} bytes")
    return Check(name, True, summary(document))


def summary(document: Document) -> str:
    """How much there is, and how new."""
    newest = max((item.published for item in document.items if item.published), default=None)
    when = f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    return f"{len(document.items)} items{when}"


class ClockWatch:
    """Fetches, and notes by how much each server's clock differs from ours."""

    def __init__(self, fetch: Fetch, now: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._now = now
        self.skews: list[float] = []  # seconds that we are behind (ahead: negative)

    async def __call__(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:
        """The answer, as `fetch` gives it."""
        before = self._now()
        answer = await self._fetch(url, etag=etag, last_modified=last_modified)
        theirs = server_time(answer)
        if theirs is not None:
            self.skews.append(difference(theirs, before, self._now()))
        return answer


def server_time(answer: Answer) -> datetime | None:
    """The server's clock as it was when it answered; a cache's answer has an Age."""
    try:
        age = timedelta(seconds=float(answer.headers.get("age", "0")))
        return http_date(answer.headers.get("date", "")) + age
    except (ValueError, OverflowError):
        return None


def difference(theirs: datetime, before: datetime, after: datetime) -> float:
    """Seconds by which `theirs`, known to a second, lies outside the time of the request."""
    if theirs > after:
        return (theirs - after).total_seconds()
    return min(0.0, (theirs + timedelta(seconds=1) - before).total_seconds())


def check_clock(now: datetime, skews: list[float]) -> Check:
    """Whether the clock is right, by the answer that agrees best with it (servers' clocks are wrong too)."""
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if not BUILT <= now.year < FAR:
        return Check("clock", False, f"it shows {shown}", SET_CLOCK)
    if not skews:
        return Check("clock", None, f"it shows {shown}; no site answered with a time to compare")
    skew = min(skews, key=abs)
    if abs(skew) > TOLERATED:
        way = "behind" if skew > 0 else "ahead of"
        return Check("clock", False, f"it is {abs(skew):,.0f} s {way} the portal's", SET_CLOCK)
    return Check("clock", True, f"{shown}, as the portal's")
