"""Stories: identity, revisions, categories, the newest, and how much there is a week."""

from datetime import datetime, timedelta

import pytest

from bot.news.item import Story
from bot.ports import DeclaredFeed, Store, Tx
from tests.storage.makers import NOW, hours, item, story, tell, told


async def test_a_story_comes_back_as_it_was_put_in(store: Store) -> None:
    def work(tx: Tx) -> dict[int, Story]:
        it = item(image="https://portal.example/a.jpg")
        return tx.stories([tx.add_story(it, NOW - hours(1), {"hukrim", "daerah"}, NOW)])

    (kept,) = (await store.write(work)).values()
    assert kept == Story(
        kept.id, "Judul banjir", "Satu kalimat.", "https://portal.example/banjir", NOW - hours(1),
        ("daerah", "hukrim"), "https://portal.example/a.jpg", told=False,
    )  # fmt: skip


async def test_a_key_belongs_to_the_story_that_had_it_first(store: Store) -> None:
    def work(tx: Tx) -> tuple[dict[str, int], int]:
        first, second = story(tx, "a"), story(tx, "b")
        tx.add_keys(first, ["guid:1", "link:é"], NOW)
        tx.add_keys(second, ["guid:1", "guid:2"], NOW)
        tx.add_keys(second, [], NOW)
        return tx.known_keys(["guid:1", "guid:2", "link:é", "guid:3"]), first

    known, first = await store.write(work)
    assert known == {"guid:1": first, "link:é": first, "guid:2": first + 1}


async def test_a_feed_remembers_which_stories_it_has_shown(store: Store) -> None:
    def work(tx: Tx) -> list[set[int]]:
        tx.declare_feeds([DeclaredFeed("a"), DeclaredFeed("b")])
        a, b = (f.id for f in tx.feeds())
        one, two = story(tx, "1"), story(tx, "2")
        tx.mark_seen(a, [one], NOW)
        tx.mark_seen(a, [one], NOW + hours(1))
        tx.mark_seen(a, [], NOW)
        return [tx.seen_in_feed(a, [one, two]), tx.seen_in_feed(b, [one, two])]

    assert await store.write(work) == [{1}, set()]


async def test_categories_are_added_once(store: Store) -> None:
    def work(tx: Tx) -> tuple[str, ...]:
        story_id = story(tx, categories=["daerah"])
        tx.add_categories(story_id, ["utama", "daerah"])
        return tx.stories([story_id])[story_id].categories

    assert await store.write(work) == ("daerah", "utama")


async def test_a_changed_story_shows_its_new_form_and_keeps_place_and_categories(store: Store) -> None:
    def work(tx: Tx) -> Story:
        story_id = story(tx, published=NOW - hours(2))
        tx.add_revision(story_id, item(title="Judul baru", text="Isi baru.", link="https://portal.example/x"), NOW)
        return tx.stories([story_id])[story_id]

    changed = await store.write(work)
    assert (changed.title, changed.link) == ("Judul baru", "https://portal.example/x")
    assert (changed.published, changed.categories) == (NOW - hours(2), ("daerah",))


async def test_a_revision_keeps_the_words_that_we_say_instead_and_remembers_the_portals(store: Store) -> None:
    def work(tx: Tx) -> tuple[tuple[str, str], tuple[str, str], str]:
        story_id = story(tx)
        tx.change_story(story_id, "Judul kami", "")
        revised = item(title="Judul portal", summary="Ringkasan portal.")
        tx.add_revision(story_id, revised, NOW, "Judul kami", "Ringkasan kami.")
        kept = tx.stories([story_id])[story_id]
        return (kept.title, kept.summary), tx.portal_words(story_id), tx.title_before(story_id)

    ours, portals, before = await store.write(work)
    assert ours == ("Judul kami", "Ringkasan kami.")
    assert portals == ("Judul portal", "Ringkasan portal.")
    assert before == ""  # what the portal says instead of ours is nothing to pass on


async def test_a_story_is_told_once_a_broadcast_exists(store: Store) -> None:
    def work(tx: Tx) -> list[bool]:
        quiet = story(tx, "quiet")
        heard = told(tell(tx, "told"))
        return [tx.stories([quiet, heard])[s].told for s in (quiet, heard)]

    assert await store.write(work) == [False, True]


LATEST: dict[str, tuple[list[str] | None, int, int, list[str]]] = {
    "of all": (None, 10, 0, ["d", "c", "b", "a"]),
    "of one": (["hukrim"], 10, 0, ["c", "a"]),
    "of several, each once": (["hukrim", "daerah"], 10, 0, ["c", "b", "a"]),
    "of none": ([], 10, 0, []),
    "limited": (None, 2, 0, ["d", "c"]),
    "the next page": (None, 2, 2, ["b", "a"]),
    "past the end": (None, 2, 4, []),
}


@pytest.mark.parametrize("name", LATEST)
async def test_the_newest_stories(store: Store, name: str) -> None:
    categories, limit, offset, expected = LATEST[name]

    def work(tx: Tx) -> list[str]:
        story(tx, "c", ["hukrim", "daerah"], NOW - hours(1))
        story(tx, "a", ["hukrim"], NOW - hours(3))
        story(tx, "b", ["daerah"], NOW - hours(2))
        story(tx, "d", [], NOW)
        return [s.title.removeprefix("Judul ") for s in tx.latest(categories, limit, offset)]

    assert await store.write(work) == expected


VOLUMES: dict[str, tuple[list[float], dict[str, int]]] = {
    "young: at least a week": ([0, 1, 2], {"daerah": 3}),
    "two weeks watched": ([0, 1, 2, 13.9], {"daerah": 2}),
    "a long past: four weeks": ([0, 1, 9, 10, 20, 21, 22, 23, 100], {"daerah": 2}),
    "seldom is not never": ([1, 100], {"daerah": 1}),
    "silent for a month": ([40], {}),
}


@pytest.mark.parametrize("name", VOLUMES)
async def test_weekly_volume(store: Store, name: str) -> None:
    ages, expected = VOLUMES[name]

    def work(tx: Tx) -> dict[str, int]:
        for n, age in enumerate(reversed(ages)):
            story(tx, str(n), published=NOW - timedelta(days=age))
        return tx.weekly_volume(NOW)

    assert await store.write(work) == expected


async def test_unmapped_labels_are_counted_most_frequent_first(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[str, int]]:
        tx.count_unmapped(["OLAHRAGA", "WISATA"], NOW)
        tx.count_unmapped(["WISATA"], NOW)
        tx.count_unmapped([], NOW)
        return tx.unmapped()

    assert await store.write(work) == [("WISATA", 2), ("OLAHRAGA", 1)]


async def test_a_revision_takes_the_portals_new_date_and_keeps_the_old_one_where_it_gives_none(store: Store) -> None:
    moved = NOW - timedelta(hours=3)

    def work(tx: Tx) -> list[datetime]:
        story_id = tx.add_story(item(title="Judul"), NOW, ["daerah"], NOW)
        dates = []
        for published in (moved, None):
            tx.add_revision(story_id, item(title="Judul", published=published), NOW)
            dates.append(tx.stories([story_id])[story_id].published)
        return dates

    assert await store.write(work) == [moved, moved]


async def test_what_a_story_has_already_may_be_added_again(store: Store) -> None:
    def work(tx: Tx) -> tuple[dict[str, int], tuple[str, ...]]:
        story_id = story(tx)
        for _ in range(2):
            tx.add_keys(story_id, ["k"], NOW)
            tx.add_categories(story_id, ["daerah"])
        return tx.known_keys(["k"]), tx.stories([story_id])[story_id].categories

    assert await store.write(work) == ({"k": 1}, ("daerah",))
