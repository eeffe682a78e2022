"""What a feed's headers mean for how it is polled, each in one line that says good or bad and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.fetch.validators import http_date, plain_etag
from bot.news import hints, interval
from bot.news.item import Document
from bot.ports import Answer

Mark = Literal["+", "-", "·"]  # good for both sides, costs something, a mere fact

FEED_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml",
    "application/x-rss+xml",
}  # fmt: skip
_PACED = 60.0  # seconds that are worth telling


@dataclass(frozen=True, slots=True)
class Verdict:
    """One header, or what takes its place, and what it means."""

    about: str
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What was asked and what came: the answer, and the answer to the same with its conditions (None: not asked)."""

    asked: str
    answer: Answer
    document: Document
    again: Answer | None
    public_url: str | None
    now: datetime


def verdicts(tried: Tried) -> list[Verdict]:
    """Everything that matters, in the order in which a poll meets it."""
    return [
        *_redirects(tried), *_type(tried), *_encoding(tried), *_conditions(tried), *_freshness(tried), *_ttl(tried),
        *_hub(tried), _pace(tried),
    ]  # fmt: skip


def _redirects(tried: Tried) -> Iterator[Verdict]:
    moved, arrived = tried.answer.moved_permanently_to, tried.answer.url
    if moved and moved != tried.asked:
        yield Verdict("redirect", "-", f"moved for good to {moved}: write that address; polls adopt it after three")
    if arrived not in {tried.asked, moved or tried.asked}:
        yield Verdict("redirect", "·", f"for now it leads to {arrived}; the declared address stays in use")


def _type(tried: Tried) -> Iterator[Verdict]:
    kind = tried.answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind:
        yield Verdict("Content-Type", "-", "none: what it is had to be found out from the document")
    elif kind in FEED_TYPES:
        yield Verdict("Content-Type", "+", kind)
    else:
        yield Verdict(
            "Content-Type", "-", f"{kind}: not a feed's; it was read all the same, other readers may refuse it"
        )


def _encoding(tried: Tried) -> Iterator[Verdict]:
    told = re.search(r"charset\s*=\s*[\"']?([\w.-]+)", tried.answer.headers.get("content-type", ""), re.IGNORECASE)
    charset = told[1].lower() if told else ""
    if _is_utf8(tried.answer.body):
        if charset and charset not in {"utf-8", "utf8", "us-ascii"}:
            yield Verdict("encoding", "-", f"the header says {charset}, the bytes are UTF-8: read as UTF-8")
        else:
            yield Verdict("encoding", "+", "UTF-8")
    else:
        yield Verdict("encoding", "-", f"not UTF-8; read as {charset or 'the document says'}")
    packed = tried.answer.headers.get("content-encoding", "")
    if packed:
        yield Verdict("Content-Encoding", "+", f"{packed}: it travels packed")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _conditions(tried: Tried) -> Iterator[Verdict]:
    """Validators, and whether they do what they are for."""
    headers = tried.answer.headers
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if etag and plain_etag(etag) != etag:
        yield Verdict("ETag", "·", f"{etag}: decorated on the way by a proxy or by packing; we send {plain_etag(etag)}")
    elif etag:
        yield Verdict("ETag", "+", etag)
    if modified:
        yield _last_modified(modified, tried.now)
    if not etag and not modified:
        yield Verdict("ETag", "-", "neither ETag nor Last-Modified: every poll transfers the whole feed")
    elif tried.again is not None and tried.again.status == 304:  # noqa: PLR2004 — not modified
        yield Verdict("304", "+", "asked again with them it answered 304: polls that find nothing cost almost nothing")
    elif tried.again is not None:
        yield Verdict("304", "-", "asked again with them it sent the whole feed: they have no effect here")


def _last_modified(text: str, now: datetime) -> Verdict:
    try:
        moment = http_date(text)
    except (ValueError, OverflowError):
        return Verdict("Last-Modified", "-", f"{text}: no date that HTTP knows")
    if moment > now:
        return Verdict("Last-Modified", "-", f"{text}: in the future")
    return Verdict("Last-Modified", "+", text)


def _freshness(tried: Tried) -> Iterator[Verdict]:
    headers = tried.answer.headers
    control, expires = headers.get("cache-control", ""), headers.get("expires", "")
    seconds = hints.fresh_for(headers, tried.now)
    shown = f"Cache-Control: {control}" if control else f"Expires: {expires}"
    if seconds > 0:
        more = f"; at most {_minutes(interval.LONGEST_HINT)} count" if seconds > interval.LONGEST_HINT else ""
        yield Verdict("fresh", "·", f"{shown}: nothing changes for {_minutes(seconds)}{more}")
    elif control or expires:
        yield Verdict("fresh", "·", f"{shown}: says nothing about the next change")
    if age := headers.get("age"):
        yield Verdict("Age", "·", f"{age} s: this comes from a cache, so stories may be that late")
    if wait := headers.get("retry-after"):
        yield Verdict("Retry-After", "·", f"{wait}: means something only when the site refuses (429, 503)")


def _ttl(tried: Tried) -> Iterator[Verdict]:
    if minutes := tried.document.ttl_minutes:
        counts = min(minutes * 60.0, interval.LONGEST_HINT)
        yield Verdict("ttl", "·", f"{minutes} min: counts as {_minutes(counts)}")


def _hub(tried: Tried) -> Iterator[Verdict]:
    hub, _ = hints.hub_links(tried.answer.headers, tried.answer.url)
    hub = hub or tried.document.hub or ""
    if hub and tried.public_url:
        yield Verdict("hub", "+", f"{hub} pushes new stories: they are out within seconds")
    elif hub:
        yield Verdict(
            "hub", "·", f"{hub} could push new stories within seconds: set PUBLIC_URL, so that it can reach us"
        )


def _pace(tried: Tried) -> Verdict:
    volume = interval.first_volume([item.published for item in tried.document.items], tried.now)
    return Verdict(
        "volume", "·", f"about {volume:.0f} stories a week, {len(tried.answer.body) / 1000:.0f} kB a transfer"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= _PACED else f"{seconds:.0f} s"
