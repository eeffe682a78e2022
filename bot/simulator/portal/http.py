"""The portal's HTTP face: every answer is made here, then the faults have their turn."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from bot.simulator.portal import pages, rest
from bot.simulator.portal.answer import Answer
from bot.simulator.portal.cms import Cms
from bot.simulator.portal.mishap import suffer
from bot.simulator.portal.post import Hit
from bot.simulator.portal.rss import Hints, feed

ITEMS = 10
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763d8b6650b0003d601dc"
    "1c8ab9ff0000000049454e44ae426082"
)
Make = Callable[[web.Request], Answer]


class HttpFace:
    """/feed/, /category/{slug}/feed/, /wp-json/…, /{slug}/, /robots.txt."""

    def __init__(self, portal: Cms) -> None:
        self.portal = portal

    def routes(self) -> list[web.RouteDef]:
        """All of them, HEAD included."""
        table: dict[str, Make] = {
            "/": self._home,
            "/feed/": self._feed,
            "/category/{category}/feed/": self._feed,
            "/feed": _with_slash,
            "/category/{category}/feed": _with_slash,
            "/wp-json/wp/v2/posts": self._posts,
            "/wp-json/wp/v2/categories": self._categories,
            "/wp-content/uploads/{name:.+}": lambda _: Answer(body=_PNG, content_type="image/png"),
            "/robots.txt": lambda _: Answer(body=pages.ROBOTS.encode(), content_type="text/plain"),
            "/{slug}/": self._article,
        }
        return [web.get(path, self._serve(make)) for path, make in table.items()]

    def _serve(self, make: Make) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            answer = make(request)
            rule = self.portal.faults.strike(request.path)
            if rule is None:
                response: web.StreamResponse = answer.response()
                status = response.status
            else:
                status, response = await suffer(rule, request, answer, self.portal.drip_every)
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.portal.hits.append(Hit(request.path_qs, status, headers, self.portal.clock.monotonic()))
            return response

        return serve

    # Feeds -----------------------------------------------------------------------------------------------------------

    def _feed(self, request: web.Request) -> Answer:
        portal = self.portal
        category = request.match_info.get("category")
        if category is not None and category not in portal.categories:
            return self._error(404)
        modified, etag = portal.last_modified(), portal.etag()
        headers = {
            "ETag": _decorated(etag, portal.etag_decoration),
            "Last-Modified": format_datetime(modified.astimezone(UTC), usegmt=True),
            **portal.feed_headers,
        }
        if portal.hub:
            headers["Link"] = f'<{portal.hub}>; rel="hub", <{portal.base_url}{request.path}>; rel="self"'
        if _unchanged(request.headers, etag, modified.timestamp()):
            return Answer(304, b"", "", headers)
        posts = [post for post in portal.visible() if category is None or category in post.categories]
        page = max(int(paged), 1) if (paged := request.query.get("paged", "1")).isdigit() else 1
        page = page if portal.paging else 1
        shown = posts[(page - 1) * ITEMS : page * ITEMS]
        if page > 1 and not shown:
            return self._error(404)
        built = max((post.modified for post in shown), default=modified)
        title = portal.name if category is None else f"{portal.categories[category]} Archives - {portal.name}"
        hints = Hints(portal.ttl, portal.hub)
        document = feed(portal.site(), shown, path=request.path, title=title, built=built, hints=hints)
        return Answer(200, document.encode(), "application/rss+xml", headers)

    # Pages -----------------------------------------------------------------------------------------------------------

    def _home(self, request: web.Request) -> Answer:
        number = request.query.get("p", "")
        if number.isdigit():
            post = next((post for post in self.portal.posts if post.id == int(number)), None)
            return _moved(f"/{post.slug}/") if post else self._error(404)
        return _html(pages.home(self.portal.site(), self.portal.visible()[:ITEMS]))

    def _article(self, request: web.Request) -> Answer:
        slug = request.match_info["slug"]
        post = next((post for post in self.portal.posts if post.slug == slug), None)
        if post is None or post.published > self.portal.clock.now():
            return self._error(404)
        return self._error(410) if post.withdrawn else _html(pages.article(self.portal.site(), post))

    def _error(self, status: int) -> Answer:
        return _html(pages.error(self.portal.site(), status), status)

    # REST ------------------------------------------------------------------------------------------------------------

    def _posts(self, request: web.Request) -> Answer:
        if not self.portal.rest_is_open:
            return _refusal(self.portal.rest_refusal, "rest_not_logged_in", "Anda belum masuk log.")
        ids = self._category_ids()
        by_id = {number: slug for slug, number in ids.items()}
        try:
            posts = rest.select(self.portal.visible(), request.query, by_id)
            page, headers = rest.page_of(posts, request.query)
        except rest.BadParameter as fault:
            return _refusal(400, "rest_invalid_param", f"Parameter tidak valid: {fault}")
        site, fields = self.portal.site(), request.query.get("_fields", "")
        made = [rest.post_json(site, post, ids, embed="_embed" in request.query) for post in page]
        return _json([rest.only(post, fields) for post in made], 200, headers)

    def _categories(self, request: web.Request) -> Answer:
        if not self.portal.rest_is_open:
            return _refusal(self.portal.rest_refusal, "rest_not_logged_in", "Anda belum masuk log.")
        ids, wanted = self._category_ids(), request.query.get("slug")
        terms = [{"id": ids[slug], "slug": slug, "name": name} for slug, name in self.portal.categories.items()]
        return _json([term for term in terms if wanted in {None, term["slug"]}])

    def _category_ids(self) -> dict[str, int]:
        return {slug: 2 + at for at, slug in enumerate(self.portal.categories)}


def _unchanged(headers: Mapping[str, str], etag: str, modified: float) -> bool:
    """WordPress's own rule: what the client sends must match, both when it sends both; an ETag to the letter."""
    sent_etag, sent_date = headers.get("If-None-Match"), headers.get("If-Modified-Since")
    if sent_etag is None and sent_date is None:
        return False
    return (sent_etag is None or sent_etag == etag) and (sent_date is None or _seconds(sent_date) >= modified)


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return 0.0


def _decorated(etag: str, decoration: str) -> str:
    if decoration == "W/":
        return f"W/{etag}"
    return f"{etag[:-1]}{decoration}{etag[-1]}"


def _with_slash(request: web.Request) -> Answer:
    return _moved(f"{request.path}/")


def _moved(location: str) -> Answer:
    return Answer(301, b"", "text/html", {"Location": location, "X-Redirect-By": "WordPress"})


def _html(page: str, status: int = 200) -> Answer:
    return Answer(status, page.encode(), "text/html")


def _json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(value).encode(), "application/json", dict(headers or {}))


def _refusal(status: int, code: str, message: str) -> Answer:
    return _json({"code": code, "message": message, "data": {"status": status}}, status)
