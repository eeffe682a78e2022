"""What headers ask of whoever comes again."""

from datetime import UTC, datetime

import pytest

from bot.news.hints import fresh_for, hub_links

NOW = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)
URL = "https://portal.example/feed/"
DATE, LATER = "Sat, 31 Jan 2026 05:00:00 GMT", "Sat, 31 Jan 2026 05:10:00 GMT"
FRESH = {
    "nothing": ({}, 0),
    "max-age": ({"cache-control": "public, max-age=300"}, 300),
    "in capitals and quotes": ({"cache-control": 'Max-Age="120"'}, 120),
    "already old in a cache": ({"cache-control": "max-age=300", "age": "100"}, 200),
    "older than it may be": ({"cache-control": "max-age=300", "age": "900"}, 0),
    "an age that is none": ({"cache-control": "max-age=300", "age": "?"}, 300),
    "for shared caches only": ({"cache-control": "s-maxage=900"}, 0),
    "never kept": ({"cache-control": "no-store, max-age=300"}, 0),
    "asked anew each time": ({"cache-control": "no-cache", "expires": LATER, "date": DATE}, 0),
    "expires": ({"expires": LATER, "date": DATE}, 600),
    "expires, without a date": ({"expires": LATER}, 600),
    "max-age goes before expires": ({"cache-control": "max-age=60", "expires": LATER, "date": DATE}, 60),
    "expired": ({"expires": DATE, "date": LATER}, 0),
    "expires at once": ({"expires": "0"}, 0),
    "nonsense": ({"cache-control": "max-age=soon", "expires": "Wed, 11 Jan 1984"}, 0),
}
LINKS = {
    "none": ("", ("", "")),
    "both": (f'<https://hub.example/>; rel="hub", <{URL}>; rel="self"', ("https://hub.example/", URL)),
    "without quotes, relative": ("</hub>; rel=hub", ("https://portal.example/hub", "")),
    "several words": ('<https://hub.example/>; title="a, b"; rel="HUB alternate"', ("https://hub.example/", "")),
    "the first of two": ("<https://a.example/>; rel=hub, <https://b.example/>; rel=hub", ("https://a.example/", "")),
    "what WordPress sends": ('<https://portal.example/wp-json/>; rel="https://api.w.org/"', ("", "")),
    "torn": ('<https://hub.example/; rel="hub"', ("", "")),
}


@pytest.mark.parametrize(("headers", "seconds"), FRESH.values(), ids=FRESH)
def test_for_how_long_an_answer_stays_as_it_is(headers: dict[str, str], seconds: float) -> None:
    assert fresh_for(headers, NOW) == seconds


@pytest.mark.parametrize(("header", "links"), LINKS.values(), ids=LINKS)
def test_which_hub_the_link_headers_name(header: str, links: tuple[str, str]) -> None:
    assert hub_links({"link": header}, URL) == links
