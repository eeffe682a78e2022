"""A story that gains a topic after it was told (promise 9), over real HTTP on both sides."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.world import BODY, World

MakeWorld = Callable[..., Awaitable[World]]
SRI, BUDI, ANI = 11, 12, 13


@pytest.fixture
async def town(make_world: MakeWorld) -> World:
    """Bu Sri follows health, Pak Budi law and crime, Bu Ani both."""
    town = await make_world()
    for user, name in ((SRI, "Bu Sri"), (BUDI, "Pak Budi"), (ANI, "Bu Ani")):
        town.telegram.add_user(user, name)
    await town.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.subscribes(BUDI, "Hukum")
    await town.subscribes(ANI, "Kesehatan", "Hukum")
    await town.polled(3)
    return town


def copies(town: World, title: str) -> list[int]:
    return [town.copies(user, title) for user in (SRI, BUDI, ANI)]


async def test_followers_of_a_late_topic_get_the_story_and_nobody_gets_it_twice(town: World) -> None:
    post = town.portal.publish("Obat palsu disita", BODY, ["kesehatan"])
    await town.until(lambda: copies(town, "Obat palsu") == [1, 0, 1], what="the followers of health")
    town.portal.edit(post, categories=["kesehatan", "hukrim"])
    await town.until(lambda: town.copies(BUDI, "Obat palsu"), what="the followers of the late topic")
    await town.polled()
    assert copies(town, "Obat palsu") == [1, 1, 1]


async def test_a_changed_mapping_tells_nobody_about_what_was_already_told(town: World) -> None:
    town.portal.publish("Sebelum peta diubah", BODY, ["budaya", "kesehatan"])
    await town.until(lambda: copies(town, "Sebelum peta") == [1, 0, 1], what="the followers of health")
    file = Path(town.environment["FEEDS_FILE"])
    file.write_text(file.read_text().replace("labels: [HUKRIM]", "labels: [HUKRIM, BUDAYA]"))
    await town.until(lambda: town.app is not None and town.mapped("BUDAYA", "hukrim"), what="the new mapping taken")
    await town.polled(3)
    assert copies(town, "Sebelum peta") == [1, 0, 1]
    town.portal.publish("Sesudah peta diubah", BODY, ["budaya"])
    await town.until(lambda: copies(town, "Sesudah peta") == [0, 1, 1], what="the new meaning in force")
