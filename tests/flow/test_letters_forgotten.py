"""A letter of whoever is forgotten is gone from the newsroom's screens too: on the way, kept and pressed."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

import storage
from bot.chat.message import Message, from_json, to_json
from bot.chat.turn import Incoming, Press, Role, Text
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Settled, State
from bot.delivery.receipts import Receipt, ReplyTag, failed
from bot.flow.desk import Desk, Sender, hash_code
from bot.flow.facts import Facts
from bot.ports import Tx
from bot.settings import load
from tests.support.at_console import REPOSITORY
from tests.support.town import NOW, TEXTS

RESIDENT, TG_EDITOR, WA_EDITOR = "6281234509876", "700500300", "6281999000111"
LETTER = "Nama saya Sulastri,\nrumah di Gondang \u201cnomor 7\u201d"
OTHER = "Lampu jalan di Pacet padam"
TRACES = ("Sulastri", RESIDENT)


class Town:
    """A resident on Telegram, an editor there and one on WhatsApp; update bodies as Telegram posts them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = storage.open_store(f"sqlite:///{path}/kentongan.db", now=NOW)
        env = {"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}
        rates = {"telegram": 1.0, "whatsapp": 1.0}
        self.desk = Desk(self.store, Facts(load(env, dotenv=None), TEXTS), lambda: NOW, lambda _: None, lambda: rates)
        self._ids = count(1)

    async def meet(self, channel: str, address: str, incoming: Incoming, body: str = "{}") -> None:
        """An update comes in and is handled."""
        update = next(self._ids)
        await self.store.write(lambda tx: tx.receive(channel, [(update, body)], NOW))
        await self.desk.handle(update, Sender(channel, address), incoming)

    async def writes(self, address: str, text: str, channel: str = "telegram", over: Message | None = None) -> None:
        """Somebody types, maybe as a reply to a message."""
        person = {"id": int(address), "type": "private"}
        message = {"from": person, "chat": person, "text": text}
        if over is not None:
            message["reply_to_message"] = shown(over)
        await self.meet(channel, address, Text(text), json.dumps({"message": message}))

    async def presses(self, address: str, message: Message, row: int = 0) -> None:
        """Somebody presses a button of a screen, which comes along."""
        action = message.rows[row][0].action
        query = {"id": "1", "from": {"id": int(address)}, "data": action, "message": shown(message)}
        await self.meet("telegram", address, Press(action, "5"), json.dumps({"callback_query": query}))

    async def send(self, channel: str) -> list[tuple[str, Message, ReplyTag]]:
        """All that waits leaves, and the platform takes it."""
        sent: list[tuple[str, Message, ReplyTag]] = []
        while replies := await self.store.write(lambda tx: tx.claim_replies(channel, 1, NOW, 99)):
            done = [(r, Settled(State.SENT, message_id=f"wamid.{r.id}")) for r in replies]
            await self.store.write(lambda tx, done=done: tx.settle_replies(channel, done, NOW))  # type: ignore[misc]
            sent += [(r.address, from_json(r.message), ReplyTag(r.id, r.attempt)) for r in replies]
        return sent

    async def hire(self, channel: str, address: str, code: str) -> None:
        """An editor comes by an invitation."""
        await self.store.write(partial(_invite, code))
        await self.meet(channel, address, Text(f"/start undang-{code}"))
        await self.send(channel)

    async def erase(self) -> None:
        """The resident deletes everything, and has read that it is so."""
        await self.writes(RESIDENT, "hapus data")
        await self.writes(RESIDENT, "ya")
        said = await self.send("telegram")
        assert said[-1][1].plain().startswith("Semua data Anda sudah dihapus")

    async def traces(self) -> dict[str, int]:
        """How many rows of which tables still hold something of the resident."""
        return await self.store.read(_traces)


def shown(message: Message) -> dict[str, object]:
    """A message as Telegram posts it back."""
    keys = [[{"text": b.label, "callback_data": b.action} for b in row] for row in message.rows]
    return {
        "message_id": 5, "chat": {"id": 1, "type": "private"}, "text": message.plain(),
        "reply_markup": {"inline_keyboard": keys},
    }  # fmt: skip


def _invite(code: str, tx: Tx) -> None:
    tx.add_invitation(hash_code(code), Role.EDITOR, NOW, NOW + timedelta(days=1))


def _traces(tx: Tx) -> dict[str, int]:
    run = tx.conn.execute  # type: ignore[attr-defined]
    tables = [name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {"inbox", "reply", "whatsapp_answer", "whatsapp_waiting"} <= set(tables)
    select = 'SELECT * FROM "{}"'
    found = {t: sum(any(x in str(row) for x in TRACES) for row in run(select.format(t))) for t in tables}
    return {table: n for table, n in found.items() if n}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(tmp_path)
    await town.store.write(lambda tx: tx.begin_epoch(NOW))
    await town.hire("telegram", TG_EDITOR, "satu")
    await town.hire("whatsapp", WA_EDITOR, "dua")
    await town.store.write(lambda tx: tx.open_window(WA_EDITOR, NOW, NOW))
    yield town
    town.store.close()


async def letter(town: Town) -> tuple[Message, ReplyTag]:
    """The resident writes; the screen of the editor on Telegram, and what the one on WhatsApp was sent."""
    await town.writes(RESIDENT, f"redaksi {LETTER}")
    screens = [message for to, message, _ in await town.send("telegram") if to == TG_EDITOR]
    tags = [tag for to, _, tag in await town.send("whatsapp") if to == WA_EDITOR]
    assert "Sulastri" in screens[-1].plain()
    return screens[-1], tags[-1]


async def test_a_letter_that_whatsapp_took_is_forgotten_and_never_sent_again(town: Town) -> None:
    _, tag = await letter(town)
    assert "whatsapp_answer" in await town.traces()
    await town.erase()
    assert await town.traces() == {}
    assert await town.store.write(partial(_comes_again, tag)) == 0


async def test_a_letter_that_whatsapp_took_leaves_again_while_its_writer_is_there(town: Town) -> None:
    _, tag = await letter(town)
    assert await town.store.write(partial(_comes_again, tag)) == 1


async def test_a_letter_that_waits_for_an_editor_to_write_is_forgotten(town: Town) -> None:
    await town.store.write(_close)
    await town.writes(RESIDENT, f"redaksi {LETTER}")
    await town.send("telegram")
    assert await town.send("whatsapp") == []
    assert (await town.traces())["whatsapp_waiting"] == 1
    await town.erase()
    assert await town.traces() == {}


def _close(tx: Tx) -> None:
    tx.conn.execute("UPDATE subscriber SET window_until = 0 WHERE address = ?", (WA_EDITOR,))  # type: ignore[attr-defined]


async def test_a_press_under_a_letter_and_a_reply_to_it_are_forgotten(town: Town) -> None:
    screen, _ = await letter(town)
    await town.presses(TG_EDITOR, screen)
    await town.writes(TG_EDITOR, "Sudah kami teruskan.", over=screen)
    assert (await town.traces())["inbox"] >= 3
    await town.send("telegram")
    await town.erase()
    assert await town.traces() == {}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("taken", [True, False])
async def test_the_screen_where_an_answer_is_written_is_forgotten(
    town: Town,
    language: str,
    taken: bool,
) -> None:
    for channel, address in (("telegram", TG_EDITOR), ("whatsapp", WA_EDITOR)):
        await town.store.write(partial(_speak, channel, address, language))
    screen, _ = await letter(town)
    action = screen.rows[0][0].action
    await town.meet("telegram", TG_EDITOR, Press(action, "5"))
    await town.meet("whatsapp", WA_EDITOR, Text("menu"))
    (asked,) = [message for _, message, _ in await town.send("telegram")]
    assert "#1: Nama saya Sulastri, rumah" in asked.plain()
    await town.store.write(lambda tx: tx.add_reply("whatsapp", WA_EDITOR, None, to_json(asked), "new", NOW))
    if taken:
        await town.send("whatsapp")
    await town.presses(TG_EDITOR, asked)
    await town.erase()
    assert await town.traces() == {}


async def test_letters_of_others_stay(town: Town) -> None:
    await letter(town)
    await town.writes("6281200000001", f"redaksi {OTHER}")
    screens = [message for to, message, _ in await town.send("telegram") if to == TG_EDITOR]
    await town.presses(TG_EDITOR, screens[-1])
    await town.send("whatsapp")

    def kept(tx: Tx) -> list[int]:
        run = tx.conn.execute  # type: ignore[attr-defined]
        like = (f"%{OTHER}%",)
        return [
            run("SELECT count(*) FROM whatsapp_answer WHERE message LIKE ?", like).fetchone()[0],
            run("SELECT count(*) FROM inbox WHERE body LIKE ?", like).fetchone()[0],
            run("SELECT count(*) FROM reply WHERE message LIKE ?", like).fetchone()[0],
        ]

    before = await town.store.read(kept)
    assert before == [1, 2, 1]
    await town.erase()
    assert await town.traces() == {}
    assert (await town.store.read(kept))[:2] == [1, 2]


def _comes_again(tag: ReplyTag, tx: Tx) -> int:
    """WhatsApp refuses it for haste; how much leaves once more."""
    refused = failed(Outcome(Kind.LATER, "flood"), NOW)
    tx.take_receipts([Receipt("wamid.1", "failed", tag, failed=refused)], NOW)
    return len(tx.claim_replies("whatsapp", 1, NOW + timedelta(hours=1), 9))


def _speak(channel: str, address: str, language: str, tx: Tx) -> None:
    tx.set_language(channel, address, language)
