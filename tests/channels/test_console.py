"""The console with the real desk, the real store and the real deliverer."""

import asyncio
import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import storage
from bot.channels.console import Console
from bot.channels.console.receive import lines_of, to_body, to_incoming
from bot.channels.console.send import REMEMBERED, Terminal
from bot.chat.broadcasts import broadcast_message
from bot.chat.message import Button, Message, Span, to_json
from bot.chat.turn import Mode, Press, Status, Text
from bot.delivery.content import Act, Content
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import QueuedReply
from bot.flow.deliver import Deliverer
from bot.flow.desk import Desk
from bot.flow.facts import Facts
from bot.ports import Store, To
from bot.settings import load
from tests.support.at_console import REPOSITORY
from tests.support.town import NOW, TEXTS, ZONE

MESSAGE = Message((Span("Pilih."),), ((Button("Ya", "yes"), Button("Tidak", "no")),))


def reply(message: Message, mode: Mode) -> QueuedReply:
    return QueuedReply(1, "console", None, to_json(message), mode)


# Sending ------------------------------------------------------------------------------------------------------------


async def test_numbers_mean_the_buttons_of_the_last_screen_that_had_any() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    assert terminal.action(1) is None
    await terminal.deliver(terminal.prepare(MESSAGE), To("console"))
    await terminal.reply(reply(Message((Span("Sebentar."),)), Mode.TOAST))
    await terminal.reply(reply(Message((Span("Tanpa tombol."),)), Mode.NEW))
    assert [terminal.action(n) for n in (0, 1, 2, 3)] == [None, "yes", "no", None]
    await terminal.reply(reply(Message((Span("Baru."),), ((Button("Menu", "menu"),),)), Mode.REPLACE))
    assert [terminal.action(n) for n in (1, 2)] == ["menu", None]
    assert out.getvalue().split("\n\n") == [
        "\nPilih.\n[1] Ya   [2] Tidak", "(Sebentar.)", "Tanpa tombol.", "Baru.\n[1] Menu\n",
    ]  # fmt: skip


async def test_every_print_has_its_own_message_id() -> None:
    terminal = Terminal(io.StringIO())
    outcomes = [await terminal.deliver(MESSAGE, To("console")) for _ in range(2)]
    assert [o.kind for o in outcomes] == [Kind.SENT, Kind.SENT]
    assert outcomes[0].message_id != outcomes[1].message_id


async def test_what_is_done_to_an_earlier_message_is_told_with_its_name() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    wrong, right = Message((Span("Mulai Kamis.\nDi alun-alun."),)), Message((Span("Mulai Jumat."),))
    told = To("console", None, (await terminal.deliver(wrong, To("console"))).message_id)
    edited = await terminal.deliver(right, told, Act.EDIT)
    reply = await terminal.deliver(Message((Span("RALAT"),)), told, Act.REPLY)
    deleted = await terminal.deliver(right, told, Act.DELETE)
    late = await terminal.deliver(MESSAGE, told, Act.EDIT)
    assert (edited, deleted) == (Outcome(Kind.SENT, "", told.message), Outcome(Kind.SENT, "deleted", told.message))
    assert (reply.kind, reply.message_id == told.message, late.kind) == (Kind.SENT, False, Kind.SENT)
    assert out.getvalue().split("\n\n") == [
        "\nMulai Kamis.\nDi alun-alun.",
        "(disunting · edited: Mulai Kamis.)\nMulai Jumat.",
        "(menanggapi · in reply to: Mulai Jumat.)\nRALAT",
        "(dihapus · deleted: Mulai Jumat.)",
        "(disunting · edited: …)\nPilih.\n[1] Ya   [2] Tidak\n",
    ]


async def test_a_message_of_an_earlier_run_is_not_taken_for_one_of_this() -> None:
    earlier = await Terminal(io.StringIO()).deliver(MESSAGE, To("console"))
    out = io.StringIO()
    terminal = Terminal(out)
    await terminal.deliver(Message((Span("Lain sama sekali."),)), To("console"))
    await terminal.deliver(MESSAGE, To("console", None, earlier.message_id), Act.REPLY)
    assert "(menanggapi · in reply to: …)" in out.getvalue()


async def test_only_so_many_messages_are_remembered_by_name() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    first = await terminal.deliver(Message((Span("Yang pertama."),)), To("console"))
    for _ in range(REMEMBERED):
        await terminal.deliver(MESSAGE, To("console"))
    await terminal.deliver(MESSAGE, To("console", None, first.message_id), Act.DELETE)
    assert out.getvalue().endswith("(dihapus · deleted: …)\n")


@pytest.mark.parametrize("act", Act)
async def test_every_act_on_a_closed_terminal_is_refused(act: Act) -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    told = await terminal.deliver(MESSAGE, To("console"))
    out.close()
    outcome = await terminal.deliver(MESSAGE, To("console", None, told.message_id), act)
    assert (outcome.kind, outcome.code) == (Kind.REFUSED, "terminal_closed")


async def test_a_closed_terminal_raises_nothing_and_unsubscribes_nobody() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    out.close()
    outcome = await terminal.deliver(MESSAGE, To("console"))
    assert (outcome.kind, outcome.code) == (Kind.REFUSED, "terminal_closed")


# Receiving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "incoming"),
    [
        ("/start", Text("/start")), ("halo min", Text("halo min")), ("2", Press("no")), ("3", Text("3")),
        ("0", Text("0")),
        ("1 2", Text("1 2")), ("²", Text("²")), ("9" * 5000, Text("9" * 5000)), ("a\udcffb", Text("a?b")),
    ],
)  # fmt: skip
def test_a_typed_line_is_words_or_a_button(line: str, incoming: Text | Press) -> None:
    actions = {1: "yes", 2: "no"}
    body = to_body(line, actions.get)
    assert body is not None
    assert to_incoming(body) == incoming


def test_an_empty_line_is_nothing() -> None:
    assert to_body("", lambda _: None) is None


async def test_lines_are_read_from_a_pipe_while_the_loop_runs_on() -> None:
    reading, writing = os.pipe()
    source, typing = os.fdopen(reading, encoding="utf-8"), os.fdopen(writing, "w", encoding="utf-8")
    lines = lines_of(source)
    waiting = asyncio.ensure_future(anext(lines))
    await asyncio.sleep(0)  # the loop goes on although nothing has been typed
    assert not waiting.done()
    typing.write("/start\nberhenti")
    typing.close()
    assert [await waiting, *[line async for line in lines]] == ["/start\n", "berhenti"]
    source.close()


async def test_lines_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ketikan.txt"
    file.write_text("/start\n\n1\n", "utf-8")
    with file.open(encoding="utf-8") as source:
        assert [line async for line in lines_of(source)] == ["/start\n", "\n", "1\n"]


# All together -------------------------------------------------------------------------------------------------------


class Watched(io.StringIO):
    """A terminal that somebody looks at."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    def write(self, text: str) -> int:
        self._changed.set()
        return super().write(text)

    async def until(self, words: str) -> None:
        """Wait until the words stand there."""
        async with asyncio.timeout(30):
            while words not in self.getvalue():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def running(folder: Path, typed: str) -> AsyncIterator[tuple[Store, Console, Watched]]:
    """A console on a real store, with a deliverer that ticks."""
    store = storage.open_store(f"sqlite:///{folder / 'kentongan.db'}", now=NOW)
    epoch = (await store.write(lambda tx: tx.begin_epoch(NOW))).epoch
    facts = Facts(load({}, feeds_file=REPOSITORY / "feeds.yaml", dotenv=None), TEXTS)
    out = Watched()
    desk = Desk(store, facts, lambda: NOW, lambda _: deliverer.wake())
    console = Console(store, desk, io.StringIO(typed), out, lambda: NOW)

    def compose(content: Content, language: str) -> object:
        return console.prepare(broadcast_message(content, language, facts.board(NOW)))

    deliverer = Deliverer(store, console, compose, ZONE, epoch, lambda: NOW)
    deliverer.start()
    try:
        yield store, console, out
    finally:
        await deliverer.stop(1.0)
        store.close()


async def test_a_chat_in_a_terminal_from_start_to_stop(tmp_path: Path) -> None:
    async with running(tmp_path, "/start daerah\n\nberhenti\n") as (store, console, out):
        await console.receive()
        await out.until("Pintu selalu terbuka.")
        person = await store.read(lambda tx: tx.person("console", "console"))
        assert await store.read(lambda tx: tx.waiting_updates("console", 10)) == []
    assert person.status is Status.STOPPED
    assert out.getvalue().index("langganan Anda aktif: Daerah") < out.getvalue().index("Anda sudah berhenti.")


async def test_what_was_typed_before_a_kill_is_answered_after_it(tmp_path: Path) -> None:
    async with running(tmp_path, "") as (store, console, out):
        kept = [(7, json.dumps({"text": "/start daerah"})), (8, json.dumps({"press": "stop"}))]
        await store.write(lambda tx: tx.receive("console", kept, NOW))
        await console.receive()
        await out.until("Pintu selalu terbuka.")
        await console.take("menu")
        assert await store.read(lambda tx: tx.last_update("console")) == 9
