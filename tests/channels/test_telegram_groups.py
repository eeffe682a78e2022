"""Groups and channels over Telegram: who may set them up, where their news goes, and how they leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.channels.telegram.parts import TelegramParts
from bot.chat.message import from_json
from bot.chat.turn import Person, Role, Status
from bot.delivery.pace import ChatRate
from bot.delivery.plan import QueuedReply, Settled, State
from bot.flow.desk import hash_code
from bot.news.item import Item
from bot.ports import Subscription, Tx
from bot.simulator.telegram import Fault
from tests.channels.telegram_rig import BUDI, NOW, SARI, Rig, rig

GROUP, FORUM, CHANNEL = -4001, -1002000000001, -1003000000001
TOPIC = 12
ALONE = "Itu hanya bisa dalam percakapan pribadi dengan kami."
MANAGERS_ONLY = "Hanya admin grup ini yang bisa mengubah pengaturan."


@dataclass
class Town:
    """People with phones, a running program, and what the program answers."""

    rig: Rig
    parts: TelegramParts

    async def settle(self) -> list[QueuedReply]:
        """Everything that was done is handled; what is answered by now, taken out of the queue."""
        async with asyncio.timeout(30):
            while self.rig.telegram.updates.count() or await self.rig.waiting():  # noqa: ASYNC110 — only they know
                await asyncio.sleep(0.01)
        answers: list[QueuedReply] = []
        while batch := await self.rig.answers():
            for reply in batch:
                await self.parts.channel.reply(reply)
            await self.rig.store.write(lambda tx, done=batch: _drop(tx, done))  # type: ignore[misc]
            answers += batch
        return answers

    async def says(self, user: int, text: str, chat: int = GROUP, **more: object) -> list[str]:
        """Somebody writes in a chat; the words of the answers."""
        self.rig.telegram.say(user, text, chat_id=chat, **more)  # type: ignore[arg-type]
        return [from_json(reply.message).plain() for reply in await self.settle()]

    async def taps(self, user: int, label: str, chat: int = GROUP) -> list[str]:
        """Somebody taps a button in a chat; the words of the answers."""
        self.rig.telegram.tap(user, label, chat_id=chat)
        return [from_json(reply.message).plain() for reply in await self.settle()]

    async def of(self, address: int) -> Person:
        """How the store knows a chat."""
        return await self.rig.store.read(lambda tx: tx.person("telegram", str(address)))


def _drop(tx: Tx, done: list[QueuedReply]) -> None:
    tx.settle_replies("telegram", [(reply, Settled(State.SENT)) for reply in done], NOW)


def invite(tx: Tx) -> None:
    """A code that makes an admin."""
    tx.add_invitation(hash_code("rahasia"), Role.ADMIN, NOW, NOW.replace(year=2025))


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Sari owns the groups, Budi is a member; the bot is in all of them."""
    async with rig(folder) as made:
        telegram = made.telegram
        telegram.add_group(GROUP, "RT 05")
        telegram.add_group(FORUM, "Warga", forum=True).threads[TOPIC] = True
        for chat in (GROUP, FORUM):
            telegram.join(SARI, chat, admin=True)
            telegram.join(BUDI, chat)
        parts = made.parts(long_poll=1)
        parts.channel.chat_rate = lambda address: ChatRate()  # type: ignore[method-assign]  # noqa: ARG005
        await parts.start()
        yield Town(made, parts)
        await parts.stop()


async def test_a_groups_administrator_subscribes_it(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        (start,) = await here.says(SARI, "/start@kentongan_bot")
        assert start.startswith("Selamat datang")
        await here.taps(SARI, "Daerah")
        await here.taps(SARI, "Selesai")
        group = await here.of(GROUP)
        assert group.status is Status.ACTIVE
        assert group.categories == {"daerah"}
        assert (await here.of(SARI)).status is Status.NEW


async def test_an_ordinary_member_changes_nothing(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.says(SARI, "/start daerah")
        before = await here.of(GROUP)
        words = "berhenti,start semua,topik,bahasa en,tenang mati,jeda 3,kata pacet,menu"
        for said in (f"/{word}" for word in words.split(",")):
            assert await here.says(BUDI, said) == [MANAGERS_ONLY], said
        await here.says(SARI, "/menu")
        for label in ("Topik", "Waktu kirim", "Bahasa", "Jeda"):
            await here.taps(BUDI, label)
        assert here.rig.telegram.toasts(BUDI) == [MANAGERS_ONLY] * 4
        assert await here.of(GROUP) == before


async def test_who_is_made_an_ordinary_member_may_do_nothing_any_more_at_once(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.says(SARI, "/start daerah")
        here.rig.telegram.join(SARI, GROUP, admin=False)
        assert await here.says(SARI, "/berhenti") == [MANAGERS_ONLY]
        assert (await here.of(GROUP)).status is Status.ACTIVE


async def test_everybody_may_read(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        assert (await here.says(BUDI, "/terbaru"))[0].startswith("There is no news yet")
        await here.says(SARI, "/start daerah")
        assert (await here.says(BUDI, "/bantuan"))[0].startswith("Kami mengirim berita")


async def test_when_telegram_does_not_say_who_somebody_is_nothing_changes(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        here.rig.telegram.faults.add(method="getChatMember", answer=Fault.SERVER_ERROR)
        (told,) = await here.says(SARI, "/start daerah")
        assert told.startswith("Kami belum bisa memastikan")
        assert (await here.of(GROUP)).status is Status.NEW


async def test_an_anonymous_administrator_acts_for_the_group_and_holds_no_role(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.rig.store.write(invite)
        assert (await here.says(SARI, "/start daerah", anonymous=True))[0].startswith("Siap, langganan Anda aktif")
        for said in ("/start undang-rahasia", "/push Kabar", "/feeds"):
            assert await here.says(SARI, said, anonymous=True) == [ALONE], said
        assert (await here.of(GROUP)).role is Role.RESIDENT
        assert await here.rig.store.read(lambda tx: tx.staff()) == []


async def test_who_holds_a_role_holds_none_in_a_group(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.rig.store.write(invite)
        here.rig.telegram.say(SARI, "/start undang-rahasia")
        await here.settle()
        assert (await here.of(SARI)).role is Role.ADMIN
        for said in ("/feeds", "/tim", "/statistik", "/push Kabar"):
            assert await here.says(SARI, said) == [ALONE], said


async def test_what_is_ones_own_is_not_asked_in_a_group(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.says(SARI, "/start daerah")
        for said in ("/simpanan", "/redaksi", "/kenapa"):
            assert await here.says(SARI, said) == [ALONE], said
        await here.says(SARI, "/menu")
        menu = here.rig.telegram.shown(GROUP)[-1]
        labels = {button.label for row in menu.buttons for button in row}
        assert "Topik" in labels
        assert not labels & {"Simpanan", "Data saya", "Hubungi redaksi"}


def naming(tx: Tx, chat: int) -> set[str]:
    """Tables in which some row still has this chat's number; what waits to be sent is not looked at."""
    name, db = str(chat), Database(tx.conn, execute_plugins=False)  # type: ignore[attr-defined]
    rows = {table: list(db[table].rows) for table in db.table_names()}
    return {table for table, found in rows.items() if any(name in str(v) for row in found for v in row.values())}


@pytest.mark.parametrize("chat", [GROUP, FORUM, CHANNEL])
async def test_a_groups_administrator_has_everything_about_it_forgotten(tmp_path: Path, chat: int) -> None:
    async with town(tmp_path) as here:
        here.rig.telegram.add_channel(CHANNEL, "Kabar Kampung", added_by=SARI)
        here.rig.telegram.join(BUDI, CHANNEL)
        await here.settle()
        await here.says(SARI, "/start daerah", chat)
        await here.says(SARI, "/kata pacet", chat)
        await here.says(SARI, "/start hukrim", GROUP if chat != GROUP else FORUM)
        if chat != CHANNEL:
            assert await here.says(BUDI, "/hapusdata", chat) == [MANAGERS_ONLY]
        assert (await here.says(SARI, "/hapusdata", chat))[0].startswith("Semua data grup atau kanal ini akan dihapus")
        assert await here.taps(BUDI, "Ya, hapus semua", chat) == [MANAGERS_ONLY]
        assert (await here.of(chat)).status is Status.ACTIVE
        assert "inbox" in await here.rig.store.read(lambda tx: naming(tx, chat))
        (gone,) = await here.taps(SARI, "Ya, hapus semua", chat)
        assert gone.startswith("Semua data grup atau kanal ini sudah dihapus")
        assert await here.of(chat) == Person("telegram", str(chat))
        assert await here.rig.store.read(lambda tx: naming(tx, chat)) == set()
        others = [kept.address for _, kept in await here.rig.store.read(lambda tx: tx.subscribers(0, 10))]
        assert others == [str(GROUP if chat != GROUP else FORUM)]


async def test_a_forums_topic_keeps_its_thread(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.says(SARI, "/start daerah", FORUM, thread_id=TOPIC)
        await here.says(SARI, "/menu", FORUM, thread_id=TOPIC)
        await here.taps(SARI, "Bahasa", FORUM)
        shown = [message for message in here.rig.telegram.shown(FORUM) if message.from_bot]
        assert len(shown) == 2
        assert {message.thread_id for message in shown} == {TOPIC}
        ((_, kept),) = await here.rig.store.read(lambda tx: tx.subscribers(0, 10))
        assert (kept.address, kept.thread) == (str(FORUM), str(TOPIC))


async def test_the_bot_greets_a_group_that_takes_it_in_and_forgets_one_that_throws_it_out(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        here.rig.telegram.add_group(-4002, "RW 02", added_by=SARI)
        (hello,) = await here.settle()
        assert "Hanya admin grup atau kanal ini yang bisa mengaturnya" in from_json(hello.message).plain()
        here.rig.telegram.join(SARI, -4002, admin=True)
        await here.says(SARI, "/start daerah", -4002)
        here.rig.telegram.kick(SARI, -4002)
        assert await here.settle() == []
        assert (await here.of(-4002)).status is Status.GONE
        assert await here.rig.store.read(lambda tx: tx.subscribers(0, 10)) == []


async def test_a_group_that_becomes_a_supergroup_keeps_its_subscription(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.says(SARI, "/start daerah")
        new = here.rig.telegram.migrate(GROUP)
        assert await here.settle() == []
        assert (await here.of(new)).categories == {"daerah"}
        assert (await here.of(GROUP)).status is Status.NEW
        assert (await here.says(SARI, "/berhenti", new))[0].startswith("Anda sudah berhenti")


async def test_a_channel_is_set_up_by_whoever_may_post_in_it(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        here.rig.telegram.add_channel(CHANNEL, "Kabar Kampung", added_by=SARI)
        await here.settle()
        assert (await here.says(SARI, "/start daerah-hukrim", CHANNEL))[0].startswith("Siap, langganan Anda aktif")
        assert (await here.of(CHANNEL)).categories == {"daerah", "hukrim"}
        await here.says(SARI, "/menu", CHANNEL)
        here.rig.telegram.join(BUDI, CHANNEL)
        await here.taps(BUDI, "Topik", CHANNEL)
        assert here.rig.telegram.toasts(BUDI) == [MANAGERS_ONLY]
        await here.taps(SARI, "Topik", CHANNEL)
        assert here.rig.telegram.shown(CHANNEL)[-1].text.startswith("Ketuk topik")


async def test_a_button_about_ones_own_data_acts_on_the_pressers_own_data(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.says(SARI, "/start daerah")
        item = Item("https://a.example/1", "https://a.example/1", "Jembatan", published=NOW, summary="Ditutup.")
        story = await here.rig.store.write(lambda tx: tx.add_story(item, NOW, ["daerah"], NOW))
        told = next(message for message in here.rig.telegram.shown(GROUP) if message.from_bot)
        here.rig.telegram.press(BUDI, told.message_id, f"save:{story}", chat_id=GROUP)
        await here.settle()
        assert here.rig.telegram.toasts(BUDI) == ["This story is saved. To read it again, reply SAVED."]
        saved = await here.rig.store.read(lambda tx: [s.id for s in tx.saved("telegram", str(BUDI), 9)])
        assert saved == [story]
        assert await here.rig.store.read(lambda tx: tx.saved("telegram", str(GROUP), 9)) == []


async def test_an_imported_group_that_is_unknown_to_telegram_goes_by_itself(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        row = Subscription("telegram", "-4999", ("daerah",), consent_at=NOW)
        await here.rig.store.write(lambda tx: tx.import_subscribers([row], NOW))
        said = QueuedReply(1, "-4999", None, '[[["a",0,null]],[],null]', "new", None, None, 1)
        outcome = await here.parts.channel.reply(said)
        assert outcome.code == "chat_not_found"
