"""An item is known again after its link, its guid or the portal's domain has changed."""

import pytest

from bot.news.identity import keys, portal
from bot.news.item import Item

SITE = "kabar.example"


def item(guid: str, link: str = "https://kabar.example/2024/judul/") -> Item:
    return Item(guid=guid, link=link, title="Judul")


def test_the_four_keys_of_a_wordpress_item_the_strongest_first() -> None:
    assert keys(item("https://www.kabar.example/?p=123"), SITE) == (
        "g:https://www.kabar.example/?p=123", "i:kabar.example:123", "l:kabar.example/2024/judul",
        "p:kabar.example:123",
    )  # fmt: skip


A, B = "https://a.example/1", "https://a.example/2"  # two links that do not meet

MEETING = {
    "http became https": (
        item("http://kabar.example/?p=7", A), item("https://www.kabar.example/?p=7", B), "i:kabar.example:7",
    ),
    "the portal moved": (
        item("http://lama.example/?p=7", "http://lama.example/a"),
        item("https://baru.example/?p=7", "https://baru.example/a"),
        "p:kabar.example:7",
    ),
    "custom post type": (
        item("https://a.example/?post_type=video&p=9", A), item("https://a.example/?p=9", B), "p:kabar.example:9",
    ),
    "custom post type, escaped twice": (
        item("https://a.example/?post_type=video&#038;p=9", A), item("https://a.example/?p=9", B), "p:kabar.example:9",
    ),
    "link with www, slash, tracking": (
        item("x", "http://www.Kabar.example/a/?utm_source=rss"), item("y", "https://kabar.example/a"),
        "l:kabar.example/a",
    ),
    "same guid, new slug": (
        item("https://a.example/?p=1", A), item("https://a.example/?p=1", B), "g:https://a.example/?p=1",
    ),
    "two posts": (item("https://a.example/?p=1", A), item("https://a.example/?p=12", B), None),
    "front page as link": (item("1", "https://a.example/"), item("2", "https://a.example"), None),
    "two chapters of one page": (item("1", "https://a.example/live#a"), item("2", "https://a.example/live#b"), None),
    "query is the article": (item("1", "https://a.example/?id=1"), item("2", "https://a.example/?id=2"), None),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "meets"), MEETING.values(), ids=MEETING.keys())
def test_two_items_meet_by_the_key_that_stayed(one: Item, other: Item, meets: str | None) -> None:
    shared = set(keys(one, SITE)) & set(keys(other, SITE))
    assert meets in shared if meets else not shared


def test_post_ids_of_two_sites_in_folders_of_one_host_never_meet_for_certain() -> None:
    one, other = (keys(item(f"https://a.example/{site}/?p=5", f"https://a.example/{site}/x"), SITE) for site in "ab")
    assert set(one) & set(other) == {"p:kabar.example:5"}  # the weak one, which needs headline or date


PORTALS = {
    "https://www.kabar.example/x": "kabar.example",
    "https://jatim.kabar.id/x": "kabar.id",
    "https://m.kabar.co.id/": "kabar.co.id",
    "https://dinas.kota.go.id": "kota.go.id",
    "https://warta.go.id": "warta.go.id",
    "https://satu.blogspot.com/1": "satu.blogspot.com",
    "http://127.0.0.1:8001/feed": "127.0.0.1:8001",
    "http://localhost:9/": "localhost:9",
    "http://[::1]:8/": "[::1]:8",
    "http://[": "",
    "": "",
}


@pytest.mark.parametrize(("link", "expected"), PORTALS.items(), ids=PORTALS.keys())
def test_a_portal_is_the_family_of_its_hosts(link: str, expected: str) -> None:
    assert portal(link) == expected


def test_the_guid_is_never_normalised() -> None:
    strange = "https://kabar.example/?p=123&utm_source=x#frag"
    assert f"g:{strange}" in keys(item(strange), SITE)


def test_a_bare_number_is_a_guid_of_its_site_only() -> None:
    assert not set(keys(item("4711", "https://a.example/1"), "a.example")) & set(
        keys(item("4711", "https://b.example/1"), "b.example")
    )


def test_an_endless_guid_makes_a_short_key() -> None:
    long = keys(item("https://a.example/" + "x" * 5000), SITE)[0]
    assert len(long) < 100
    assert long != keys(item("https://a.example/" + "x" * 5001), SITE)[0]
