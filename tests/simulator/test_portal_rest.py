"""WordPress's REST interface: what catching up needs."""

import json
from typing import Any

import pytest

from bot.simulator.clock import HandClock
from bot.simulator.portal import Portal
from tests.simulator.wire import Wire


async def rest(wire: Wire, query: str) -> tuple[int, Any]:
    answer, body = await wire.get(f"/wp-json/wp/v2/posts?{query}")
    return answer.status, json.loads(body)


@pytest.fixture
def posts(portal: Portal, clock: HandClock) -> list[int]:
    """Five articles an hour apart; then the second was changed."""
    ids = []
    for number in range(1, 6):
        ids.append(portal.publish(f"Judul {number} & lain", "<p>Isi.</p>", ["daerah" if number % 2 else "hukrim"]))
        clock.turn(3600)
    portal.edit(ids[1], body_html="<p>Isi baru.</p>")
    return ids


async def test_a_post_has_wordpresss_fields(wire: Wire, posts: list[int]) -> None:
    _, (post,) = await rest(wire, "per_page=1&order=asc")
    assert post == {
        "id": posts[0],
        "date": "2026-11-24T15:00:00",
        "date_gmt": "2026-11-24T08:00:00",
        "guid": {"rendered": f"{wire.url}/?p={posts[0]}"},
        "modified": "2026-11-24T15:00:00",
        "modified_gmt": "2026-11-24T08:00:00",
        "slug": "judul-1-lain",
        "status": "publish",
        "type": "post",
        "link": f"{wire.url}/judul-1-lain/",
        "title": {"rendered": "Judul 1 &#038; lain"},
        "content": {"rendered": "<p>Isi.</p>", "protected": False},
        "excerpt": {"rendered": "<p>Isi.</p>\n", "protected": False},
        "author": 1,
        "categories": [2],
    }


ORDERS = {
    "newest first": ("", [4, 3, 2, 1, 0]),
    "changed since, oldest change first": (
        "modified_after=2026-11-24T10:00:00%2B00:00&orderby=modified&order=asc",
        [3, 4, 1],
    ),
    "without an offset it is the site's time": (
        "modified_after=2026-11-24T17:00:00&orderby=modified&order=asc",
        [3, 4, 1],
    ),
    "published before": ("before=2026-11-24T09:30:00Z", [1, 0]),
    "of one category": ("categories=3", [3, 1]),
    "the second page": ("per_page=2&page=2", [2, 1]),
}


@pytest.mark.parametrize(("query", "expected"), ORDERS.values(), ids=ORDERS)
async def test_queries_choose_and_order(wire: Wire, posts: list[int], query: str, expected: list[int]) -> None:
    status, found = await rest(wire, f"{query}&_fields=id")
    assert (status, [post["id"] for post in found]) == (200, [posts[at] for at in expected])


async def test_fields_cut_the_answer(wire: Wire, posts: list[int]) -> None:
    _, (post,) = await rest(wire, "per_page=1&_fields=id,title.rendered,nothing")
    assert post == {"id": posts[-1], "title": {"rendered": "Judul 5 &#038; lain"}}


@pytest.mark.usefixtures("posts")
async def test_the_headers_tell_how_many_there_are(wire: Wire) -> None:
    answer, _ = await wire.get("/wp-json/wp/v2/posts?per_page=2")
    assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == ("5", "3")


@pytest.mark.parametrize("query", ["per_page=101", "per_page=x", "page=9", "orderby=taste", "order=up", "after=today"])
@pytest.mark.usefixtures("posts")
async def test_wrong_parameters_are_refused(wire: Wire, query: str) -> None:
    status, body = await rest(wire, query)
    assert (status, body["code"]) == (400, "rest_invalid_param")


async def test_a_closed_interface_says_401(wire: Wire, portal: Portal) -> None:
    portal.rest_is_open = False
    status, body = await rest(wire, "")
    assert (status, body["code"]) == (401, "rest_not_logged_in")


async def test_withdrawn_posts_are_not_there(wire: Wire, portal: Portal, posts: list[int]) -> None:
    portal.withdraw(posts[4])
    assert posts[4] not in [post["id"] for post in (await rest(wire, ""))[1]]


async def test_categories_have_numbers(wire: Wire) -> None:
    _, body = await wire.get("/wp-json/wp/v2/categories")
    assert json.loads(body) == [
        {"id": 2, "slug": "daerah", "name": "DAERAH"},
        {"id": 3, "slug": "hukrim", "name": "HUKRIM"},
    ]
