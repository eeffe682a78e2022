"""Buttons of screens at the real desk: each leads somewhere for the chat that was shown it, and for no other."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

import storage
from bot.chat.message import Message, from_json
from bot.chat.turn import Incoming, Mode, Press, Status, Text
from bot.flow.desk import Desk, Sender
from bot.flow.facts import Facts
from bot.flow.saying import REMEMBERED
from bot.ports import Store, Tx
from bot.settings import load
from tests.support.at_console import REPOSITORY, settle_town
from tests.support.town import NOW, TEXTS

SARI, ADI, GROUP = "71", "72", "-100200"
EXPIRED = "Tombol ini sudah kedaluwarsa. Ini menu terbarunya."


class Chats:
    """Residents and a group at one desk."""

    def __init__(self, store: Store) -> None:
        env = {"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}
        self.store, self._updates = store, count(1)
        self.desk = Desk(store, Facts(load(env, dotenv=None), TEXTS), lambda: NOW, lambda _: None)

    async def meet(self, address: str, incoming: Incoming, sender: Sender | None = None) -> list[Message]:
        """Something comes in; what is said to that chat, as if it had been sent. A passing line is the first."""
        update = next(self._updates)
        await self.store.write(lambda tx: tx.receive("telegram", [(update, "{}")], NOW))
        await self.desk.handle(update, sender or Sender("telegram", address), incoming, target="9", callback="c")

        def take(tx: Tx) -> list[tuple[str, str]]:
            rows = tx.conn.execute("SELECT message, mode FROM reply WHERE address = ? ORDER BY id", (address,))  # type: ignore[attr-defined]
            said = rows.fetchall()
            tx.conn.execute("DELETE FROM reply WHERE address = ?", (address,))  # type: ignore[attr-defined]
            return [(text, mode) for text, mode in said]

        said = await self.store.write(take)
        return [from_json(text) for text, mode in sorted(said, key=lambda one: one[1] != Mode.TOAST)]

    async def shown(self, address: str, text: str) -> Message:
        """The screen that these words bring."""
        return (await self.meet(address, Text(text)))[-1]

    async def nonces(self, address: str) -> list[str]:
        return await self.store.read(lambda tx: tx.nonces("telegram", address))


@pytest.fixture
async def chats(tmp_path: Path) -> AsyncIterator[Chats]:
    store = storage.open_store(f"sqlite:///{tmp_path}/kentongan.db", now=NOW)
    await store.write(settle_town)
    made = Chats(store)
    for address in (SARI, ADI):
        await made.meet(address, Text("/start daerah"))
    yield made
    store.close()


def action(screen: Message, verb: str) -> str:
    return next(b.action for row in screen.rows for b in row if b.action.startswith(verb))


async def test_a_button_of_ones_own_screen_leads_on(chats: Chats) -> None:
    menu = await chats.shown(SARI, "menu")
    (times,) = await chats.meet(SARI, Press(action(menu, "times")))
    assert times.plain().startswith("Kapan")
    (again,) = await chats.meet(SARI, Press(action(times, "menu")))  # the one that stands there now
    assert again.text == menu.text


async def test_every_screen_has_a_nonce_of_its_own_and_what_has_no_button_none(chats: Chats) -> None:
    before = await chats.nonces(SARI)
    await chats.shown(SARI, "menu")
    await chats.shown(SARI, "topik")
    kept = await chats.nonces(SARI)
    assert kept[2:] == before
    assert len(set(kept)) == len(kept)


OTHERS = {
    "somebody else's button": "{others}",
    "a button by hand": "times",
    "another verb under the same seal": "language{seal}",
    "another topic under the same seal": "t:budaya{seal}",
    "a cut seal": "times{cut}",
    "nothing": "",
    "a long one": "x" * 64,
}


@pytest.mark.parametrize("made", OTHERS.values(), ids=OTHERS)
async def test_any_other_button_gets_one_friendly_answer_and_a_fresh_screen(chats: Chats, made: str) -> None:
    own, others = action(await chats.shown(SARI, "menu"), "times"), action(await chats.shown(ADI, "menu"), "times")
    before = await chats.store.read(lambda tx: tx.person("telegram", SARI))
    seal = own.removeprefix("times")
    told, menu = await chats.meet(SARI, Press(made.format(others=others, seal=seal, cut=seal[:-1])))
    assert told.plain() == EXPIRED
    assert menu.plain().startswith("Topik: Daerah")
    assert await chats.store.read(lambda tx: tx.person("telegram", SARI)) == before
    (fresh,) = await chats.meet(SARI, Press(action(menu, "times")))
    assert fresh.plain().startswith("Kapan")


async def test_a_screen_of_long_ago_is_expired_and_the_newest_ones_are_not(chats: Chats) -> None:
    screens = [await chats.shown(SARI, "menu") for _ in range(REMEMBERED + 1)]
    told, _ = await chats.meet(SARI, Press(action(screens[0], "times")))
    assert told.plain() == EXPIRED
    (times,) = await chats.meet(SARI, Press(action(screens[2], "times")))  # the fresh menu above was one more
    assert times.plain().startswith("Kapan")
    assert len(await chats.nonces(SARI)) == REMEMBERED


async def test_a_button_under_a_story_works_for_everybody_who_has_it(chats: Chats) -> None:
    for address in (SARI, ADI, "999"):
        (told,) = await chats.meet(address, Press("save:7"))
        assert told.plain().startswith("Berita ini tersimpan.")
    assert [story.id for story in await chats.store.read(lambda tx: tx.saved("telegram", ADI, 9))] == [7]


async def test_stopping_works_under_the_oldest_screen(chats: Chats) -> None:
    topics = await chats.shown(SARI, "topik")
    for _ in range(REMEMBERED + 1):
        await chats.shown(SARI, "menu")
    await chats.meet(SARI, Press(action(topics, "stop")))
    assert (await chats.store.read(lambda tx: tx.person("telegram", SARI))).status is Status.STOPPED


async def test_buttons_in_a_group_are_the_groups_and_no_member_takes_them_home(chats: Chats) -> None:
    chief = Sender("telegram", GROUP, group=True, manages=True, member=SARI)
    menu = (await chats.meet(GROUP, Text("/start daerah"), chief))[-1]
    told = await chats.meet(SARI, Press(action(menu, "topics")))
    assert told[0].plain() == EXPIRED
    (topics,) = await chats.meet(GROUP, Press(action(menu, "topics")), chief)
    assert topics.plain().startswith("Ketuk topik")
    member = Sender("telegram", GROUP, group=True, manages=False, member=ADI)
    (refused,) = await chats.meet(GROUP, Press(action(topics, "t:budaya")), member)
    assert "Hanya admin grup" in refused.plain()
    assert not chats.desk.needs_manager(Press("latest~" + "x" * 16))
    assert chats.desk.needs_manager(Press(action(topics, "t:budaya")))


async def test_nothing_of_the_forgotten_is_kept_not_even_their_screens(chats: Chats) -> None:
    asked = await chats.shown(SARI, "hapusdata")
    (farewell,) = await chats.meet(SARI, Press(action(asked, "erase:yes")))
    assert await chats.nonces(SARI) == []
    (greeting,) = await chats.meet(SARI, Press(action(farewell, "start")))
    assert greeting.plain().startswith("Selamat datang")


async def test_screens_that_nobody_has_looked_at_for_long_are_let_go(chats: Chats) -> None:
    await chats.shown(ADI, "menu")
    await chats.store.write(lambda tx: tx.forget_old(NOW - timedelta(seconds=1), 100))
    assert await chats.nonces(ADI)
    await chats.store.write(lambda tx: tx.forget_old(NOW + timedelta(seconds=1), 100))
    assert await chats.nonces(ADI) == []
