"""The main job, over real HTTP: a resident subscribes, the portal publishes, the right summary arrives once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.app import App
from bot.errors import AlreadyRunning
from bot.simulator.telegram import Fault
from tests.support.world import BODY, SUMMARY, World

MakeWorld = Callable[..., Awaitable[World]]
SRI, BUDI = 11, 12
THREE_FEEDS = {"/feed/": "", "/category/kesehatan/feed/": "kesehatan", "/category/daerah/feed/": "daerah"}


@pytest.fixture
async def town(make_world: MakeWorld) -> World:
    """Bu Sri follows health, Pak Budi follows law and crime; the feeds have been imported."""
    town = await make_world(paths=THREE_FEEDS)
    town.telegram.add_user(SRI, "Bu Sri")
    town.telegram.add_user(BUDI, "Pak Budi")
    await town.start()
    await town.subscribes(SRI, "Kesehatan")
    await town.subscribes(BUDI, "Hukum")
    await town.polled()
    return town


async def test_from_start_to_a_finished_subscription_in_three_taps(make_world: MakeWorld) -> None:
    town = await make_world()
    town.telegram.add_user(SRI, "Bu Sri")
    await town.start()
    assert "Selamat datang di Target 24 Jam" in await town.says(
        SRI, "/start"
    )  # the first tap: the client's Start button
    await town.taps(SRI, "Kesehatan")  # the second
    finished = await town.taps(SRI, "Selesai")  # the third
    assert "Anda mengikuti Kesehatan" in finished
    assert len(town.texts(SRI)) == 1  # one screen, changed in place


async def test_a_story_reaches_its_followers_once_and_nobody_else(town: World) -> None:
    town.portal.publish("Balai RW buka pemeriksaan gratis", BODY, ["kesehatan"])
    await town.until(lambda: town.copies(SRI, "Balai RW"), what="the story on Bu Sri's phone")
    await town.polled(3)
    assert (town.copies(SRI, "Balai RW"), town.copies(BUDI, "Balai RW")) == (1, 0)
    shown = town.last(SRI)
    assert SUMMARY in shown.text
    assert "Baca Juga" not in shown.text
    assert "#Kesehatan · " in shown.text
    assert "<b>Balai RW buka pemeriksaan gratis</b>" in shown.html
    assert [button.label for row in shown.buttons for button in row] == [
        "Baca selengkapnya", "Simpan", "Bagikan", "Kurangi ini",
    ]  # fmt: skip


async def test_the_past_of_a_feed_is_never_sent(town: World) -> None:
    assert not any("Kabar lama" in text for user in (SRI, BUDI) for text in town.texts(user))


async def test_one_story_in_three_categories_is_one_message(town: World) -> None:
    await town.subscribes_also(SRI, "Daerah")
    town.portal.publish("Pasar Legi ditata ulang", BODY, ["kesehatan", "daerah", "hukrim"])
    await town.until(lambda: town.copies(SRI, "Pasar Legi") and town.copies(BUDI, "Pasar Legi"), what="both")
    await town.polled(3)
    assert (town.copies(SRI, "Pasar Legi"), town.copies(BUDI, "Pasar Legi")) == (1, 1)
    assert "#HukumKriminal #Kesehatan #Daerah" in town.last(SRI).text


async def test_nothing_arrives_after_stop(town: World) -> None:
    assert "Anda sudah berhenti" in await town.says(SRI, "/stop")
    said = len(town.texts(SRI))
    town.telegram.add_user(13, "Bu Ani")
    await town.subscribes(13, "Kesehatan")
    town.portal.publish("Imunisasi pekan depan", BODY, ["kesehatan"])
    await town.until(lambda: town.copies(13, "Imunisasi"), what="the story on another phone")
    await town.polled()
    assert len(town.texts(SRI)) == said


async def test_a_restart_sends_nothing_again_and_forgets_nobody(town: World) -> None:
    town.portal.publish("Sebelum dimulai ulang", BODY, ["kesehatan"])
    await town.until(lambda: town.copies(SRI, "Sebelum"))
    await town.stop()
    town.portal.publish("Selama mati", BODY, ["kesehatan"])
    await town.start()
    await town.until(lambda: town.copies(SRI, "Selama mati"), what="what was published meanwhile")
    await town.polled()
    assert (town.copies(SRI, "Sebelum"), town.copies(SRI, "Selama mati")) == (1, 1)


async def test_a_changed_title_is_not_sent_again(town: World) -> None:
    post = town.portal.publish("Judul pertama", BODY, ["kesehatan"])
    await town.until(lambda: town.copies(SRI, "Judul pertama"))
    town.portal.edit(post, title="Judul kedua")
    await town.polled(3)
    assert town.copies(SRI, "Judul") == 1
    latest = await town.says(SRI, "/terbaru")
    assert "Judul kedua" in latest


async def test_a_blocked_reader_is_let_go_and_the_others_get_the_story(town: World) -> None:
    await town.subscribes_also(BUDI, "Kesehatan")
    town.telegram.block(SRI)
    town.portal.publish("Kabar untuk yang masih ada", BODY, ["kesehatan"])
    await town.until(lambda: town.copies(BUDI, "yang masih ada"))
    town.telegram.unblock(SRI)
    town.portal.publish("Kabar berikutnya", BODY, ["kesehatan"])
    await town.until(lambda: town.copies(BUDI, "Kabar berikutnya"))
    await town.polled()
    assert not town.copies(SRI, "Kabar")


@pytest.mark.parametrize(
    ("name", "fault", "copies"),
    [
        ("a server error is tried again", Fault.SERVER_ERROR, 1),
        ("a flood answer is waited out", Fault.FLOOD(1), 1),
        ("a connection that breaks before anything is read is no loss", Fault.DROP, (0, 1)),
        ("an answer that never comes back is kept as unknown, never sent twice", Fault.ACCEPT_THEN_DROP, 1),
    ],
)
async def test_a_fault_on_the_way(town: World, name: str, fault: Fault, copies: int | tuple[int, ...]) -> None:
    town.telegram.faults.add(method="sendMessage", chat_id=SRI, answer=fault, times=1)
    town.portal.publish("Lewat jalan berlubang", BODY, ["kesehatan"])
    await town.told(1)
    allowed = copies if isinstance(copies, tuple) else (copies,)
    assert town.copies(SRI, "Lewat jalan berlubang") in allowed, name


async def test_two_programs_never_share_a_database(town: World) -> None:
    with pytest.raises(AlreadyRunning, match="kentongan"):
        await App(town.settings).run()


async def test_stopping_writes_down_what_was_in_flight(town: World) -> None:
    town.telegram.faults.add(method="sendMessage", chat_id=SRI, answer=Fault.HANG, times=1)
    town.portal.publish("Menggantung", BODY, ["kesehatan"])
    await town.deliveries(started=1)
    async with asyncio.timeout(30):
        await town.stop()
    await town.start()
    await town.polled()
    assert (await town.stats())["deliveries"]["by_state"] == {"unknown": 1}
    assert town.copies(SRI, "Menggantung") == 0
