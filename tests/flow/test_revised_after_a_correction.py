"""The portal changes a story that an editor has corrected: what is right stays, for whoever gets it later too."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.content import Note
from bot.flow import newsroom
from bot.news.item import Story
from tests.support.feed_desk import FeedDesk, feed_desk

TITLE, RIGHT = "Tiga Orang Luka di Gedang", "Dua Orang Luka di Gedang"
BODY = "<p>Tiga orang luka saat jembatan bambu di Dusun Gedang ambrol. Mereka dirawat di puskesmas.</p>"
LONGER = f"{BODY}<p>Warga bergotong royong memasang jembatan sementara dari kayu.</p>"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FeedDesk]:
    """One told story, corrected by an editor."""
    async with feed_desk(tmp_path) as made:
        made.publish(*made.numbered(1, 3))
        await made.poll()
        made.portal.publish(TITLE, BODY, ["daerah"])
        await made.poll()
        note = Note("Dua", wrong="Tiga")
        (told,) = await made.store.read(lambda tx: tx.broadcasts(9))
        await made.store.write(lambda tx: newsroom.correct(tx, told.id, note, "redaksi", made.clock.now()))
        yield made


async def story(desk: FeedDesk) -> Story:
    """As it stands with us."""
    stories = await desk.store.read(lambda tx: tx.latest(None, 9))
    return next(story for story in stories if "Gedang" in story.title)


async def revise(desk: FeedDesk, title: str | None = None, body: str | None = None) -> Story:
    """The portal changes its newest post, with its date, and is polled."""
    number = desk.portal.posts[-1].id
    desk.portal.post(number).published += timedelta(minutes=3)
    desk.portal.edit(number, title=title, body_html=body)
    await desk.poll(after=600)
    return await story(desk)


async def test_a_correction_outlives_a_revision_that_keeps_the_wrong_headline(desk: FeedDesk) -> None:
    assert (await story(desk)).title == RIGHT
    changed = await revise(desk, body=LONGER)
    assert changed.title == RIGHT
    assert changed.summary.startswith("Dua orang luka")
    assert not desk.notices


async def test_a_new_headline_with_the_wrong_words_is_offered_and_not_shown(desk: FeedDesk) -> None:
    assert (await revise(desk, title="Tiga Warga Gedang Luka")).title == RIGHT
    assert [(n.kind, n.text, n.story and n.story.title) for n in desk.notices] == [
        ("revised", TITLE, "Tiga Warga Gedang Luka")
    ]


async def test_what_the_portal_mends_itself_is_shown_in_its_own_words(desk: FeedDesk) -> None:
    body = BODY.replace("Tiga", "Dua").replace("puskesmas", "puskesmas Gedang")
    mended = await revise(desk, title="Dua Warga Gedang Luka", body=body)
    assert mended.title == "Dua Warga Gedang Luka"
    assert "puskesmas Gedang" in mended.summary
