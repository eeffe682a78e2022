"""Where a site may have its feeds: what its headers and its page name, its sections, and what is usual."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.discovery import MOST_NAMED, MOST_SECTIONS, named, sections, usual

SITE = "https://portal.example/"
RSS = "application/rss+xml"


def page(*tags: str) -> str:
    return f"<!doctype html><html><head>{''.join(tags)}</head><body></body></html>"


PAGES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "WordPress": (
        page(
            f'<link rel="alternate" type="{RSS}" title="Portal &raquo; Feed" href="https://portal.example/feed/" />',
            f'<link rel="alternate" type="{RSS}" title="Komentar" href="https://portal.example/comments/feed/" />',
            '<link rel="alternate" type="application/json" href="https://portal.example/wp-json/wp/v2/pages/2" />',
            '<link rel="alternate" hreflang="en" href="https://portal.example/en/" />',
        ),
        [("page", "https://portal.example/feed/")],
    ),
    "an article names the comments on it": (
        page(
            f"<link rel='alternate' type='{RSS}' href='/2026/01/jembatan/feed/'>",
            f"<link rel=alternate type={RSS} href=/feed/>",
        ),
        [("page", "https://portal.example/feed/")],
    ),
    "a base": (
        page(
            '<base href="https://cdn.example/x/">',
            f'<LINK REL="Alternate" TYPE="{RSS}; charset=utf-8" HREF="feed.xml">',
        ),
        [("page", "https://cdn.example/x/feed.xml")],
    ),
    "Atom and RDF": (
        page(
            '<link rel="alternate" type="application/atom+xml" href="/atom.xml">',
            '<link rel="alternate home" type="application/rdf+xml" href="/index.rdf">',
        ),
        [("page", "https://portal.example/atom.xml"), ("page", "https://portal.example/index.rdf")],
    ),
    "entities in the address": (
        page(f'<link rel="alternate" type="{RSS}" href="/?feed=rss2&amp;cat=3">'),
        [("page", "https://portal.example/?feed=rss2&cat=3")],
    ),
    "only a link in the page": (
        '<body><a href="/tentang">Tentang</a> <a class="rss" href="/rss.xml">RSS</a> <a href="/rss-itu-apa">?</a>',
        [("link", "https://portal.example/rss.xml")],
    ),
    "the head before the page": (
        f'<a href="/lain/feed/">RSS</a><link rel="alternate" type="{RSS}" href="/feed/">',
        [("page", "https://portal.example/feed/"), ("link", "https://portal.example/lain/feed/")],
    ),
    "commented out": (page(f'<!-- <link rel="alternate" type="{RSS}" href="/alt/feed/"> -->'), []),
    "no web address": (page(f'<link rel="alternate" type="{RSS}" href="javascript:alert(1)">'), []),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "found"), PAGES.values(), ids=PAGES.keys())
def test_what_a_page_names(text: str, found: list[tuple[str, str]]) -> None:
    assert [(c.way, c.url) for c in named(SITE, {}, text)] == found


def test_the_title_of_a_feed_is_read() -> None:
    assert named(SITE, {}, PAGES["WordPress"][0])[0].title == "Portal » Feed"


def test_headers_come_first_and_nothing_twice() -> None:
    headers = {
        "link": '<https://portal.example/wp-json/>; rel="https://api.w.org/", '
        f'</feed/>; rel="alternate"; type="{RSS}"; title="Kabar", <https://portal.example/x>; rel=shortlink'
    }
    (first, *others) = named(SITE, headers, PAGES["Atom and RDF"][0] + PAGES["WordPress"][0])
    assert (first.way, first.url, first.title) == ("header", "https://portal.example/feed/", "Kabar")
    assert len(others) == 2


def test_sections_of_this_site_have_feeds_of_their_own() -> None:
    text = (
        '<a href="/category/hukrim/">Hukrim</a><a href="https://www.portal.example/category/daerah">Daerah</a>'
        '<a href="/category/daerah/desa/">Desa</a><a href="/category/hukrim/?utm=1#x">lagi</a>'
        '<a href="https://lain.example/category/x/">lain</a><a href="/2026/01/berita/">berita</a>'
        '<a href="/category/">semua</a>'
    )
    assert [c.url for c in sections(SITE, text)] == [
        "https://portal.example/category/hukrim/feed/",
        "https://www.portal.example/category/daerah/feed/",
        "https://portal.example/category/daerah/desa/feed/",
    ]


def test_what_is_usual_stands_below_the_given_address_first() -> None:
    assert [c.url for c in usual("https://portal.example")][:2] == [
        "https://portal.example/feed/", "https://portal.example/?feed=rss2",
    ]  # fmt: skip
    assert usual("https://portal.example/mojokerto?x=1")[0].url == "https://portal.example/mojokerto/feed/"


def test_a_page_of_nothing_but_feeds_is_cut() -> None:
    many = "".join(
        f'<link rel="alternate" type="{RSS}" href="/{n}/feed/"><a href="/category/{n}/">x</a>' for n in range(99)
    )
    assert len(named(SITE, {}, many)) == MOST_NAMED
    assert len(sections(SITE, many)) == MOST_SECTIONS


@pytest.mark.parametrize(
    "hostile",
    ["<a " * 300_000, "<link " + "a=" * 300_000, "<!--" * 200_000, "<a href='" + "/" * 900_000, "<a href=x " * 90_000,
     "<base href='//[' >" * 9_000 + "<a href='//['>"],
    ids=["open tags", "attributes", "comments", "slashes", "links", "no addresses"],
)  # fmt: skip
def test_a_hostile_page_takes_no_time(hostile: str) -> None:
    began = time.process_time()
    named(SITE, {"link": "<" * 8_000}, hostile)
    sections(SITE, hostile)
    assert time.process_time() - began < 2


@given(st.text(max_size=200), st.text(max_size=100))
def test_any_text_is_read(text: str, header: str) -> None:
    for candidate in (*named(SITE, {"link": header}, f"<a href={text}>{text}"), *sections(SITE, text)):
        assert candidate.url.startswith(("http://", "https://"))
