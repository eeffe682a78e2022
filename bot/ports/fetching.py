"""Fetching: one request to a portal, one document read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.news.item import Document


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered."""

    url: str  # after redirects
    status: int  # 200 or 304
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case, repeated ones joined by commas
    moved_permanently_to: str | None = None  # where the redirects led that say so for good (301, 308)


class Fetch(Protocol):
    """One careful GET: total deadline, size limit, checked addresses."""

    async def __call__(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:
        """The answer (200 or 304), or FetchError."""


class Post(Protocol):
    """One careful POST of a form, under the same limits and checks."""

    async def __call__(self, url: str, form: Mapping[str, str]) -> Answer:
        """The answer (any 2xx), or FetchError."""


class Parse(Protocol):
    """Feed bytes to a document, in a child that can be killed."""

    async def __call__(self, body: bytes, *, url: str, content_type: str | None = None) -> Document:
        """The document, or FeedError."""
