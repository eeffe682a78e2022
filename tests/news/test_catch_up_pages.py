"""Where a WordPress site shows what its feed no longer does, and the form in which it is read."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.news.catch_up import Api, api_of, missed, oldest, overrun, page_url, rss_of, term_of
from bot.news.item import Item

NOW = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)
HOME = "https://kabar.example"
APIS = {
    "/feed/": Api(f"{HOME}/wp-json/wp/v2"),
    "/feed": Api(f"{HOME}/wp-json/wp/v2"),
    "/feed/rss2/": Api(f"{HOME}/wp-json/wp/v2"),
    "/berita/feed/": Api(f"{HOME}/berita/wp-json/wp/v2"),
    "/category/hukrim/feed/": Api(f"{HOME}/wp-json/wp/v2", "category", "hukrim"),
    "/category/daerah/pacet/feed/": Api(f"{HOME}/wp-json/wp/v2", "category", "pacet"),
    "/tag/pilkada/feed/": Api(f"{HOME}/wp-json/wp/v2", "tag", "pilkada"),
    "/rss.xml": None,
    "/?feed=rss2": None,
    "/feed/?cat=3": None,
}


def item(guid: str, hours: float | None) -> Item:
    return Item(f"{HOME}/?p={guid}", f"{HOME}/{guid}/", f"Judul {guid}", published=hours_ago(hours))


def hours_ago(hours: float | None) -> datetime | None:
    return None if hours is None else NOW - timedelta(hours=hours)


@pytest.mark.parametrize(("path", "api"), APIS.items(), ids=APIS)
def test_which_interface_belongs_to_a_feed(path: str, api: Api | None) -> None:
    assert api_of(HOME + path) == api


def test_the_interface_is_asked_for_what_changed_the_oldest_first() -> None:
    url = Api(f"{HOME}/wp-json/wp/v2", "category", "hukrim").posts_url(NOW, 2, 7)
    assert url == (
        f"{HOME}/wp-json/wp/v2/posts?modified_after=2026-02-17T04:00:00Z&orderby=modified&order=asc&per_page=100&page=2"
        "&_embed=wp:term&_fields=id,date_gmt,guid,link,title,content,excerpt,_links,_embedded&categories=7"
    )


def test_pages_keep_the_rest_of_the_address() -> None:
    assert page_url(f"{HOME}/feed/", 2) == f"{HOME}/feed/?paged=2"
    assert page_url(f"{HOME}/?feed=rss2&cat=3", 5) == f"{HOME}/?feed=rss2&cat=3&paged=5"


def test_the_window_was_overrun_when_even_the_oldest_is_new() -> None:
    items = [item("3", 1), item("2", 2), item("1", 3)]
    site = "kabar.example"
    assert overrun(items, {}, site)
    assert not overrun(items, {f"g:{HOME}/?p=1": 9}, site)
    assert overrun(items, {f"g:{HOME}/?p=3": 9}, site)  # an old one was seen, but something lies between
    assert not overrun(items, {"l:kabar.example/1": 9}, site)
    assert not overrun([], {}, site)


def test_the_oldest_is_the_last_where_dates_are_missing() -> None:
    assert oldest([item("a", 5), item("b", None), item("c", 1)]) == item("c", 1)
    assert oldest([item("a", 5), item("b", 9), item("c", 1)]) == item("b", 9)


def test_what_is_older_than_the_last_look_was_only_edited() -> None:
    items = [item("edited", 500), item("dated back", 40), item("new", 1), item("undated", None)]
    names = [i.title.removeprefix("Judul ") for i in missed(items, NOW - timedelta(hours=2), NOW - timedelta(days=90))]
    assert names == ["dated back", "new", "undated"]
    assert [i.title for i in missed(items, NOW, NOW - timedelta(hours=30))] == ["Judul new", "Judul undated"]


def post(number: int, **fields: object) -> dict[str, object]:
    return {
        "id": number, "date_gmt": "2026-02-17T04:00:00", "link": f"{HOME}/{number}/",
        "guid": {"rendered": f"{HOME}/?post_type=a&#038;p={number}"},
        "title": {"rendered": "Harga &#8220;cabai&#8221; &amp; bawang"},
        "content": {"rendered": "<p>Isi &amp; lain</p>"}, "excerpt": {"rendered": "<p>Ringkas</p>"},
        "_embedded": {"wp:term": [[{"name": "HUKUM &amp; KRIMINAL"}], [{"name": "cabai"}]]}, **fields,
    }  # fmt: skip


def read(body: bytes) -> list[dict[str, str]]:
    """The items of the RSS, by the names of their elements."""
    made = rss_of(body, HOME)
    assert made is not None
    root = etree.fromstring(made[0])
    return [{etree.QName(e).localname: e.text or "" for e in entry} for entry in root.iter("item")]


def test_a_post_becomes_an_item_with_the_newest_first() -> None:
    second, first = read(json.dumps([post(1), post(2)]).encode())
    assert (second["link"], first["link"]) == (f"{HOME}/2/", f"{HOME}/1/")
    assert first == {
        "title": "Harga “cabai” & bawang", "link": f"{HOME}/1/", "guid": f"{HOME}/?post_type=a&p=1",
        "pubDate": "Tue, 17 Feb 2026 04:00:00 +0000", "category": "cabai", "description": "<p>Ringkas</p>",
        "encoded": "<p>Isi &amp; lain</p>",
    }  # fmt: skip


ODD: dict[str, tuple[bytes, int | None]] = {
    "none": (b"[]", 0),
    "none, with room": (b" [ \n] ", 0),
    "behind a mark of byte order": (b"\xef\xbb\xbf[{}]", 1),
    "without anything": (b"[{}]", 1),
    "all of another kind": (
        json.dumps([post(1, title=3, guid=None, date_gmt="soon", _embedded=[], content=[])]).encode(),
        1,
    ),
    "an error": (b'{"code": "rest_forbidden"}', None),
    "numbers": (b"[1, 2]", None),
    "a page": (b"<!DOCTYPE html>", None),
    "nothing": (b"", None),
    "torn": (b'[{"id": 1}, {"id"', None),
    "without commas": (b"[{} {}]", 2),
    "closed by nothing": (b"[{}", None),
    "too deep": (b"[" + b'{"a":' * 50_000, None),
}


@pytest.mark.parametrize(("body", "count"), ODD.values(), ids=ODD)
def test_what_else_may_come(body: bytes, count: int | None) -> None:
    made = rss_of(body, HOME)
    assert (None if made is None else made[1]) == count


@given(st.text(), st.text())
def test_every_text_gives_well_formed_rss(title: str, body: str) -> None:
    made = rss_of(json.dumps([post(1, title={"rendered": title}, content={"rendered": body})]).encode(), title)
    assert made is not None
    etree.fromstring(made[0])


def test_the_number_of_a_category() -> None:
    assert term_of(b'[{"id": 7}]') == 7
    assert [term_of(body) for body in (b"[]", b'[{"id": "7"}]', b'{"id": 7}', b"<html>")] == [None] * 4
