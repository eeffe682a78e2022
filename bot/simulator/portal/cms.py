"""What the portal keeps and what its editor does: publish, edit, withdraw."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5

from bot.simulator.clock import Clock, SystemClock
from bot.simulator.portal.faults import Faults
from bot.simulator.portal.post import Hit, Post, slug_of
from bot.simulator.portal.rss import Site

_HITS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class _Front:
    """What is online, kept until something changes: most polls find nothing new and should cost nothing."""

    change: int
    posts: list[Post]  # newest first
    modified: datetime
    until: datetime | None  # when the next article that is dated ahead appears


class Cms:
    """A news site with categories (slug -> label)."""

    def __init__(
        self, *, name: str, categories: Mapping[str, str], base_url: str = "", language: str = "id",
        closing: str = "en", clock: Clock | None = None, seed: int = 0,
    ) -> None:  # fmt: skip
        """`closing`: the language of "The post … appeared first on …" under each item (en, id, "" for none)."""
        self.name = name
        self.categories = dict(categories)
        self.base_url = base_url
        self.language = language
        self.closing = closing
        self.clock = clock or SystemClock()
        self.posts: list[Post] = []
        self.hits: deque[Hit] = deque(maxlen=_HITS_KEPT)  # a forgotten demo must not grow for ever
        self.faults = Faults(seed)
        self.drip_every = 0.05  # seconds between the bytes of the fault DRIP
        self.rest_is_open = True  # False: /wp-json answers `rest_refusal`, as security plugins make it
        self.rest_refusal = 401
        self.paging = True  # False: the feed ignores `paged` and shows its first page again
        self.feed_headers: dict[str, str] = {}  # what caches add to every feed: Cache-Control, Expires, Age …
        self.ttl: int | None = None  # minutes, as <ttl> says
        self.hub = ""  # the address of a hub, named in every feed and its Link headers
        # WordPress derives the ETag from the newest modification alone, so a second change within one second, or a
        # back-dated post, stays unseen behind a 304. True: so does this portal. False: every change makes a new ETag.
        self.etag_from_time = False
        self.etag_decoration = ""  # what a proxy adds to it on the way out: `W/` in front, or `-gzip` behind
        self._watchers: list[Callable[[], None]] = []
        self._changes = 0
        self._kept: _Front | None = None
        self._started = self.clock.now()

    # The editor's hands ----------------------------------------------------------------------------------------------

    def publish(
        self, title: str, body_html: str, categories: Sequence[str], *, published: datetime | None = None,
        author: str = "redaksi", image: str | None = None, excerpt: str | None = None,
    ) -> int:  # fmt: skip
        """Put an article online; its post id. One dated in the future appears when its time has come."""
        self._check(categories)
        date = published or self.clock.now()
        post_id = 1001 + 3 * len(self.posts)  # WordPress spends ids on pictures and revisions too
        slug = self._free_slug(slug_of(title))
        post = Post(post_id, slug, title, body_html, tuple(categories), date, date, author, image, excerpt)
        self.posts.append(post)
        self._changed()
        return post_id

    def edit(
        self, post_id: int, *, title: str | None = None, body_html: str | None = None,
        categories: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Change what is given, and the time of modification; the address stays."""
        post = self.post(post_id)
        if categories is not None:
            self._check(categories)
            post.categories = tuple(categories)
        post.title = post.title if title is None else title
        post.body_html = post.body_html if body_html is None else body_html
        post.modified = self.clock.now()
        self._changed()

    def withdraw(self, post_id: int) -> None:
        """Take an article offline: it leaves the feeds and its page answers 410."""
        self.post(post_id).withdrawn = True
        self._changed()

    def bring_back(self, post_id: int) -> None:
        """Put a withdrawn article online again, as it was."""
        self.post(post_id).withdrawn = False
        self._changed()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call this after every change, as a publishing plugin pings a hub."""
        self._watchers.append(watcher)

    def _changed(self) -> None:
        self._changes += 1
        for watcher in self._watchers:
            watcher()

    def post(self, post_id: int) -> Post:
        """A post by its id, also a withdrawn one."""
        return next(post for post in self.posts if post.id == post_id)

    def _check(self, categories: Sequence[str]) -> None:
        unknown = set(categories) - self.categories.keys()
        if unknown:
            raise ValueError(f"no such category: {', '.join(sorted(unknown))}")

    def _free_slug(self, slug: str) -> str:
        taken = {post.slug for post in self.posts}
        free, number = slug, 1
        while free in taken:
            number += 1
            free = f"{slug}-{number}"
        return free

    # What the web sees -----------------------------------------------------------------------------------------------

    def site(self) -> Site:
        """What every page says about the portal."""
        return Site(self.name, self.base_url, self.language, self.closing, self.categories)

    def visible(self) -> list[Post]:
        """What is online now, newest first."""
        return self._front().posts

    def _front(self) -> _Front:
        now = self.clock.now()
        front = self._kept
        if front is None or front.change != self._changes or (front.until is not None and now >= front.until):
            front = self._kept = self._look(now)
        return front

    def _look(self, now: datetime) -> _Front:
        online = [post for post in self.posts if not post.withdrawn and post.published <= now]
        coming = [post.published for post in self.posts if not post.withdrawn and post.published > now]
        return _Front(
            self._changes,
            sorted(online, key=lambda post: (post.published, post.id), reverse=True),
            max((post.modified for post in online), default=self._started).replace(microsecond=0),
            min(coming, default=None),
        )

    def last_modified(self) -> datetime:
        """The newest modification of what is online: a withdrawal can move it back."""
        return self._front().modified

    def etag(self) -> str:
        """One for the whole site, whichever feed is asked for."""
        state = str(self.last_modified())
        if not self.etag_from_time:
            state += f" {self._changes} {len(self.visible())}"
        return f'"{md5(state.encode(), usedforsecurity=False).hexdigest()}"'
