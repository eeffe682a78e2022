"""What the portal keeps: posts, and who asked for what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


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
    status: int  # 0: the connection was closed without a whole answer
    headers: Mapping[str, str]  # names in lower case
    at: float  # monotonic seconds
