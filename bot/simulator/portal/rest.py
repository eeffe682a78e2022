"""WordPress's REST interface: posts and categories as JSON."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from math import ceil
from typing import Any

from bot.simulator.portal.post import Post
from bot.simulator.portal.rss import Site, content, dressed, excerpt, guid, link

WIB = timezone(timedelta(hours=7))
MAX_PER_PAGE = 100


class BadParameter(ValueError):  # noqa: N818 — WordPress calls it rest_invalid_param
    """A query parameter that WordPress refuses."""


def wrong(name: str) -> BadParameter:
    """The refusal of a parameter."""
    return BadParameter(name)


def select(posts: Sequence[Post], query: Mapping[str, str], category_ids: Mapping[int, str]) -> list[Post]:
    """The posts that a query means, in its order."""
    chosen = [post for post in posts if _within(post, query)]
    if "categories" in query:
        wanted = {category_ids.get(int(number)) for number in query["categories"].split(",") if number.isdigit()}
        chosen = [post for post in chosen if wanted & set(post.categories)]
    orderby = query.get("orderby", "date")
    if orderby not in {"date", "modified", "id"} or query.get("order", "desc") not in {"asc", "desc"}:
        raise wrong("orderby" if query.get("order", "desc") in {"asc", "desc"} else "order")
    keys = {
        "date": lambda post: (post.published, post.id),
        "modified": lambda post: (post.modified, post.id),
        "id": lambda post: post.id,
    }
    return sorted(chosen, key=keys[orderby], reverse=query.get("order", "desc") == "desc")


def _within(post: Post, query: Mapping[str, str]) -> bool:
    return (
        ("after" not in query or post.published > _moment(query, "after"))
        and ("before" not in query or post.published < _moment(query, "before"))
        and ("modified_after" not in query or post.modified > _moment(query, "modified_after"))
        and ("modified_before" not in query or post.modified < _moment(query, "modified_before"))
    )


def _moment(query: Mapping[str, str], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(query[name].replace(" ", "+"))
    except ValueError:
        raise wrong(name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=WIB)  # without an offset: the site's own time


def page_of(posts: Sequence[Post], query: Mapping[str, str]) -> tuple[Sequence[Post], dict[str, str]]:
    """One page of posts, with WordPress's headers about the whole."""
    per_page, page = _number(query, "per_page", 10), _number(query, "page", 1)
    if per_page > MAX_PER_PAGE:
        raise wrong("per_page")
    pages = ceil(len(posts) / per_page)
    if page > max(pages, 1):
        raise wrong("rest_post_invalid_page_number")
    headers = {"X-WP-Total": str(len(posts)), "X-WP-TotalPages": str(pages)}
    return posts[(page - 1) * per_page : page * per_page], headers


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not value.isdigit() or int(value) < 1:
        raise wrong(name)
    return int(value)


def post_json(site: Site, post: Post, category_ids: Mapping[str, int], *, embed: bool = False) -> dict[str, Any]:
    """A post as /wp-json/wp/v2/posts shows it; with `embed` its categories stand inside by name."""
    shown = {
        "id": post.id,
        "date": _naive(post.published, WIB),
        "date_gmt": _naive(post.published, UTC),
        "guid": {"rendered": guid(site, post)},
        "modified": _naive(post.modified, WIB),
        "modified_gmt": _naive(post.modified, UTC),
        "slug": post.slug,
        "status": "publish",
        "type": "post",
        "link": link(site, post),
        "title": {"rendered": dressed(post.title)},
        "content": {"rendered": content(post), "protected": False},
        "excerpt": {"rendered": f"<p>{excerpt(post)}</p>\n", "protected": False},
        "author": 1,
        "categories": [category_ids[slug] for slug in post.categories],
    }
    if embed:
        terms = [
            {"id": category_ids[slug], "name": dressed(site.labels[slug]), "slug": slug} for slug in post.categories
        ]
        shown["_links"] = {"wp:term": [{"taxonomy": "category", "embeddable": True}]}
        shown["_embedded"] = {"wp:term": [terms, []]}
    return shown


def _naive(moment: datetime, zone: timezone) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def only(value: Mapping[str, Any], fields: str) -> dict[str, Any]:
    """The part of an object that `_fields` names; dots reach inside."""
    if not fields:
        return dict(value)
    result: dict[str, Any] = {}
    for name in (field.strip() for field in fields.split(",")):
        outer, _, inner = name.partition(".")
        if outer in value and not inner:
            result[outer] = value[outer]
        elif outer in value and isinstance(value[outer], dict) and inner in value[outer]:
            result.setdefault(outer, {})[inner] = value[outer][inner]
    return result
