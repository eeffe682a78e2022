"""Addresses: absolute, on the web, without counters, and otherwise as the portal wrote them."""

import pytest

from bot.news.links import absolute, without_tracking

BASE = "https://kabar.example/feed/"

ABSOLUTE = {
    "already absolute": ("https://lain.example/a", "https://lain.example/a"),
    "from the root": ("/2024/02/berita/", "https://kabar.example/2024/02/berita/"),
    "without scheme": ("//cdn.example/x.jpg", "https://cdn.example/x.jpg"),
    "only a query": ("?p=12345", "https://kabar.example/feed/?p=12345"),
    "blanks around": ("  https://kabar.example/a\n", "https://kabar.example/a"),
    "plain http stays": ("http://kabar.example/a", "http://kabar.example/a"),
    "post id stays": ("https://kabar.example/?p=12345", "https://kabar.example/?p=12345"),
    "nothing": (" ", None),
    "script": ("javascript:alert(1)", None),
    "mail": ("mailto:a@kabar.example", None),
    "data": ("data:image/png;base64,AAAA", None),
    "blank inside": ("https://kabar.example/a b", None),
    "broken address": ("http://[::1", None),
    "no host": ("http:///a", None),
    "endless": ("https://kabar.example/" + "a" * 3000, None),
}


@pytest.mark.parametrize(("link", "expected"), ABSOLUTE.values(), ids=ABSOLUTE.keys())
def test_only_addresses_of_the_web_come_through(link: str, expected: str | None) -> None:
    assert absolute(link, BASE) == expected


TRACKING = {
    "campaign": ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
    "campaign beside the article": ("https://a.example/?p=5&utm_source=rss", "https://a.example/?p=5"),
    "click ids": ("https://a.example/x?fbclid=1&id=7&gclid=2#k", "https://a.example/x?id=7#k"),
    "capitals": ("https://a.example/x?UTM_Source=rss", "https://a.example/x"),
    "nothing to take": ("https://a.example/x?b=2&a=1&a=", "https://a.example/x?b=2&a=1&a="),
    "question mark alone in the fragment": ("https://a.example/x#a?utm_source=1", "https://a.example/x#a"),
    "encoded stays encoded": ("https://a.example/x?q=%2Fa+b&fbclid=z", "https://a.example/x?q=%2Fa+b"),
}


@pytest.mark.parametrize(("link", "expected"), TRACKING.values(), ids=TRACKING.keys())
def test_counters_go_and_nothing_else_is_touched(link: str, expected: str) -> None:
    assert without_tracking(link) == expected
