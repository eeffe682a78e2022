"""A resident writes to the newsroom, an editor answers, and neither learns who the other is; then all is forgotten."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

import storage
from bot.chat.message import Message, from_json
from bot.chat.turn import Incoming, Press, Role, Text
from bot.flow.desk import Desk, Sender, hash_code
from bot.flow.facts import Facts
from bot.flow.saying import REMEMBERED
from bot.ports import Store, Tx
from bot.settings import load
from tests.support.at_console import REPOSITORY
from tests.support.town import NOW, TEXTS

RESIDENT, EDITOR, ADMIN = "6281234509876", "700500300", "700500301"


class Newsroom:
    """Three chats at one desk."""

    def __init__(self, store: Store) -> None:
        env = {"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}
        facts = Facts(load(env, dotenv=None), TEXTS)
        self.store, self.now, self._updates = store, NOW, count(1)
        self.desk = Desk(store, facts, lambda: self.now, lambda _: None, lambda: {"telegram": 1.0})

    async def meet(self, address: str, incoming: Incoming) -> None:
        """An update comes in and is handled."""
        update = next(self._updates)
        body = f'{{"message": {{"chat": {{"id": {address}, "first_name": "Sulastri"}}}}}}'
        await self.store.write(lambda tx: tx.receive("telegram", [(update, body)], self.now))
        await self.desk.handle(update, Sender("telegram", address), incoming)

    async def got(self, address: str) -> list[Message]:
        """What has been said to this chat since the last look; it leaves the store as if it had been sent."""

        def take(tx: Tx) -> list[str]:
            held = tx.data_of("telegram", address).get("reply", [])
            tx.conn.execute("DELETE FROM reply WHERE address = ?", (address,))  # type: ignore[attr-defined]
            return [row["message"] for row in held]

        return [from_json(text) for text in await self.store.write(take)]


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    store = storage.open_store(f"sqlite:///{tmp_path}/kentongan.db", now=NOW)
    newsroom = Newsroom(store)
    for address, code, role in ((EDITOR, "satu", Role.EDITOR), (ADMIN, "dua", Role.ADMIN)):
        await store.write(partial(_invite, hash_code(code), role))
        await newsroom.meet(address, Text(f"/start undang-{code}"))
        await newsroom.got(address)
    yield newsroom
    store.close()


def _invite(code: str, role: Role, tx: Tx) -> None:
    tx.add_invitation(code, role, NOW, NOW + timedelta(days=1))


def labels(message: Message) -> list[str]:
    return [button.label for row in message.rows for button in row]


def button(message: Message) -> Press:
    return Press(message.rows[0][0].action)


async def test_a_letter_lies_before_every_editor_and_one_answer_comes_back(newsroom: Newsroom) -> None:
    await newsroom.meet(RESIDENT, Text("redaksi Jembatan di Gondang retak"))
    (sent,) = await newsroom.got(RESIDENT)
    assert sent.plain().startswith("Pesan Anda sudah sampai di redaksi.")
    (letter,) = await newsroom.got(EDITOR)
    (same,) = await newsroom.got(ADMIN)
    assert (same.text, labels(same)) == (letter.text, labels(letter))
    assert "Jembatan di Gondang retak" in letter.plain()
    assert RESIDENT not in repr(letter)

    await newsroom.meet(EDITOR, button(letter))
    await newsroom.meet(EDITOR, Text("Terima kasih, sudah kami teruskan."))
    asked, done = await newsroom.got(EDITOR)
    assert asked.plain().startswith("Tulis jawaban untuk pesan #1")
    assert done.plain() == "Jawaban Anda sudah kami kirim kepada pembaca."
    (answer,) = await newsroom.got(RESIDENT)
    assert "Terima kasih, sudah kami teruskan." in answer.plain()
    assert EDITOR not in repr(answer)

    await newsroom.meet(ADMIN, button(same))
    (again,) = await newsroom.got(ADMIN)
    assert "sudah dijawab 1 kali" in again.plain()

    await newsroom.meet(ADMIN, Text("/audit"))
    (log,) = await newsroom.got(ADMIN)
    newest = log.plain().splitlines()[2]
    assert newest == f"telegram:{EDITOR} · editor · 28 Feb 2024, 13.45 WIB · surat pembaca dijawab · #1"


async def test_a_letter_can_be_answered_after_many_other_screens(newsroom: Newsroom) -> None:
    await newsroom.meet(RESIDENT, Text("redaksi halo"))
    (letter,) = await newsroom.got(EDITOR)
    for _ in range(REMEMBERED + 1):
        await newsroom.meet(EDITOR, Text("menu"))
    await newsroom.got(EDITOR)
    await newsroom.meet(EDITOR, button(letter))
    (asked,) = await newsroom.got(EDITOR)
    assert asked.plain().startswith("Tulis jawaban untuk pesan #1")


async def test_a_resident_with_an_editors_button_gets_nowhere(newsroom: Newsroom) -> None:
    await newsroom.meet(RESIDENT, Text("redaksi halo"))
    await newsroom.got(RESIDENT)
    (letter,) = await newsroom.got(EDITOR)
    await newsroom.meet(RESIDENT, button(letter))
    await newsroom.meet(RESIDENT, Text("Ini jawaban saya"))
    first, _menu, second = await newsroom.got(RESIDENT)
    assert first.plain().startswith("Tombol ini sudah kedaluwarsa.")
    assert second.plain().startswith("Maaf, kami belum paham.")


@pytest.mark.parametrize("leaving", ["berhenti", "hapusdata"])
async def test_whoever_has_left_is_not_answered(newsroom: Newsroom, leaving: str) -> None:
    await newsroom.meet(RESIDENT, Text("redaksi halo"))
    (letter,) = await newsroom.got(EDITOR)
    await newsroom.meet(EDITOR, button(letter))
    for text in (leaving, "ya") if leaving == "hapusdata" else (leaving,):
        await newsroom.meet(RESIDENT, Text(text))
    await newsroom.got(RESIDENT)
    await newsroom.got(EDITOR)
    await newsroom.meet(EDITOR, Text("Halo juga"))
    (told,) = await newsroom.got(EDITOR)
    assert told.plain().startswith("Penulisnya sudah berhenti atau menghapus datanya")
    assert await newsroom.got(RESIDENT) == []


async def test_five_letters_a_day_are_enough(newsroom: Newsroom) -> None:
    for n in range(6):
        await newsroom.meet(RESIDENT, Text(f"redaksi pesan {n}"))
    replies = [message.plain() for message in await newsroom.got(RESIDENT)]
    assert replies[4].startswith("Pesan Anda sudah sampai")
    assert replies[5].startswith("Anda sudah menulis 5 pesan hari ini.")
    assert len(await newsroom.got(EDITOR)) == 5
    newsroom.now += timedelta(days=1)
    await newsroom.meet(RESIDENT, Text("redaksi pesan ketujuh"))
    assert len(await newsroom.got(EDITOR)) == 1


async def test_deleting_ones_data_in_the_chat_leaves_no_byte(newsroom: Newsroom, tmp_path: Path) -> None:
    for incoming in (
        Text("/start daerah"), Text("kata kucing oranye"), Text("redaksi Nama saya Sulastri"), Text("jeda 3 hari"),
        Text("cari banjir"), Text("dataku"), Text("HAPUS DATA"),
    ):  # fmt: skip
        await newsroom.meet(RESIDENT, incoming)
    (*_, asked) = await newsroom.got(RESIDENT)
    await newsroom.meet(RESIDENT, button(asked))
    (*_, last) = await newsroom.got(RESIDENT)
    assert last.plain().startswith("Semua data Anda sudah dihapus")
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for trace in (RESIDENT.encode(), b"kucing oranye", b"Nama saya"):
        assert trace not in kept
    assert EDITOR.encode() in kept
