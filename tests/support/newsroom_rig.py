"""Editors before the real desk, on a real store that can be closed and opened again, with the outbox's own claim."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from bot.chat.message import Message, from_json
from bot.chat.turn import Command, Incoming, Mode, Press, Role, Text
from bot.delivery.plan import QueuedReply, Settled, State
from bot.flow.desk import Desk, Sender, hash_code
from bot.flow.facts import Facts
from bot.flow.screens import refresh
from bot.ports import Tx
from bot.settings import load
from tests.support.at_console import REPOSITORY
from tests.support.outbox import Outbox
from tests.support.town import TEXTS

ADI, SARI, BUDI = "11", "12", "13"
TEAM: Final = {ADI: Role.EDITOR, SARI: Role.EDITOR, BUDI: Role.ADMIN}


class Newsroom:
    """Two editors and an admin on one channel; the clock is the outbox's."""

    def __init__(self, folder: Path) -> None:
        self.outbox = Outbox(folder)
        settings = load(
            {"FEEDS_FILE": str(REPOSITORY / "feeds.yaml"), "DATABASE_URL": "sqlite:///unused.db"}, dotenv=None
        )
        self.facts = Facts(replace(settings, quiet=None), TEXTS)
        self.seen: dict[str, list[tuple[Message, Mode, str | None]]] = {}
        self._updates = 0

    async def open(self) -> None:
        """A program begins (again)."""
        await self.outbox.start()
        self.desk = Desk(
            self.outbox.store, self.facts, lambda: self.outbox.now, lambda _: None, lambda: {"telegram": 1000.0}
        )  # fmt: skip

    async def hire(self, address: str, role: Role) -> None:
        """Somebody becomes a member of staff."""
        code = hash_code(f"{address}{role}")

        def work(tx: Tx) -> None:
            tx.add_invitation(code, role, self.outbox.now, self.outbox.now + timedelta(days=1))
            tx.redeem_invitation("telegram", address, code, self.outbox.now)

        await self.outbox.write(work)

    async def dismiss(self, address: str) -> None:
        """Somebody is a member of staff no longer."""
        gone = "DELETE FROM staff WHERE subscriber_id IN (SELECT id FROM subscriber WHERE address = ?)"
        await self.outbox.write(lambda tx: tx.conn.execute(gone, (address,)))  # type: ignore[attr-defined]

    # What people do ---------------------------------------------------------------------------------------------------

    async def say(self, address: str, text: str) -> None:
        """Write."""
        word = text.removeprefix("/").partition(" ")
        await self.does(address, Command(word[0], word[2]) if text.startswith("/") else Text(text))

    async def press(self, address: str, label: str) -> None:
        """Tap the newest button with this label."""
        await self.does(address, self.button(address, label))

    def button(self, address: str, label: str) -> Press:
        """The newest button with this label, to be pressed now or later."""
        for number in range(len(self.seen[address]) - 1, -1, -1):
            for button in (b for row in self.seen[address][number][0].rows for b in row):
                if button.label.removeprefix("✅ ") == label and button.action:
                    return Press(button.action, self.place(address, number))
        raise AssertionError(f"no button {label!r}")

    def place(self, address: str, number: int) -> str:
        """What the platform calls the message that this answer made or changed."""
        return self.seen[address][number][2] or f"{address}-{number}"

    async def does(self, address: str, *incoming: Incoming, times: int = 1) -> None:
        """Something comes in, however often it is delivered; what follows arrives."""
        await asyncio.gather(*[self.deliver(address, one, times=times) for one in incoming])
        await self.hear()

    async def deliver(self, address: str, incoming: Incoming, *, times: int = 1) -> None:
        """One update of the inbox."""
        self._updates += 1
        update, body = self._updates, "{}"
        await self.outbox.write(lambda tx: tx.receive("telegram", [(update, body)], self.outbox.now))
        target = incoming.message_id if isinstance(incoming, Press) else None
        for _ in range(times):
            await self.desk.handle(update, Sender("telegram", address), incoming, target=target, callback=target)

    async def hear(self) -> None:
        """Every answer arrives."""
        while True:
            replies = await self.outbox.write(lambda tx: tx.claim_replies("telegram", 1, self.outbox.now, 99))
            if not replies:
                return
            for reply in replies:
                if from_json(reply.message).text:  # an empty one only ends the wait of a button
                    heard = from_json(reply.message), Mode(reply.mode), reply.target
                    self.seen.setdefault(reply.address, []).append(heard)
            sent = [(reply, Settled(State.SENT, message_id="1")) for reply in replies]
            await self.outbox.write(partial(self._arrived, sent))

    def _arrived(self, sent: list[tuple[QueuedReply, Settled]], tx: Tx) -> None:
        tx.settle_replies("telegram", sent, self.outbox.now)

    async def refresh(self) -> None:
        """Editors' screens are looked at, as the program does it every second."""
        await self.outbox.write(self.look_at_screens)
        await self.hear()

    def look_at_screens(self, tx: Tx) -> None:
        """The same, without anything arriving."""
        refresh(tx, self.facts.board(self.outbox.now), self.outbox.now)

    # What is seen -----------------------------------------------------------------------------------------------------

    def last(self, address: str) -> str:
        """What somebody heard last."""
        return self.seen[address][-1][0].plain()

    def forget(self) -> None:
        """Whatever was heard until now is no matter any more."""
        self.seen = {address: [] for address in self.seen}

    async def broadcasts(self) -> list[tuple[str, str]]:
        """Kinds and statuses of what was made, oldest first."""
        made = await self.outbox.store.read(lambda tx: tx.broadcasts(99))
        return [(str(sent.kind), str(sent.status)) for sent in reversed(made)]

    async def acts(self) -> list[tuple[str, str]]:
        """Who did what, oldest first."""
        audits = await self.outbox.store.read(lambda tx: tx.audits(99))
        return [(who, act) for _, who, act, _ in reversed(audits)]


@asynccontextmanager
async def staffed(folder: Path, *readers: str, team: Mapping[str, Role] = TEAM) -> AsyncIterator[Newsroom]:
    """An open newsroom with its team (two editors and an admin) and these readers."""
    made = Newsroom(folder)
    await made.open()
    for address, role in team.items():
        await made.hire(address, role)
    await made.outbox.readers(*readers)
    yield made
    made.outbox.store.close()
