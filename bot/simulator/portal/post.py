"""What the portal keeps: posts, and who asked for what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

_NO_SLUG = re.compile(r"[^a-z0-9]+")
_MAX_SLUG = 80


@dataclass(slots=True)
class Post:
    """One article."""

    id: int
    slug: str
    title: str
    body_html: str
    categories: tuple[str, ...]  # slugs
    published: datetime
    modified: datetime
    author: str
    image: str | None = None
    excerpt: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One request that reached the portal."""

    path: str  # with its query
    status: int  # 0: the connection was closed without an answer
    headers: Mapping[str, str]  # names in lower case
    at: float  # monotonic seconds


def slug_of(title: str) -> str:
    """The address part that WordPress makes of a title."""
    plain = normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return _NO_SLUG.sub("-", plain)[:_MAX_SLUG].strip("-") or "berita"
