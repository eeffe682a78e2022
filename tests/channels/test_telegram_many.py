"""Many updates: one person's thousands, the same one a hundred times, several chats at once."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.inbox import MOST_OF_ONE, Inbox
from bot.channels.telegram.turns import Origin, Turns, origin
from bot.chat.turn import Incoming, Status
from bot.flow.desk import Desk, Sender
from bot.flow.patience import Patience
from tests.channels.telegram_rig import NOW, SARI, Json, Rig, ears, message, press, rig, update, user

ABUSER = 666
MOST_ANSWERS = 30


class Watched(Desk):
    """A desk whose work is timed, and that loses patience."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more, patience=Patience())
        self.done: dict[int, float] = {}
        self.order: dict[str, list[int]] = defaultdict(list)

    async def handle(self, update_id: int, sender: Sender, incoming: Incoming, **more: Any) -> None:
        await super().handle(update_id, sender, incoming, **more)
        self.done[update_id] = time.monotonic()
        self.order[sender.address].append(update_id)


def said(update_id: int, person: int, text: str) -> Json:
    chat = {"id": person, "type": "private", "first_name": "X"}
    return update(update_id, message=message(text, chat=chat, sender=user(person)))


@asynccontextmanager
async def running(made: Rig) -> AsyncIterator[Inbox]:
    """An inbox at work."""
    async with ears(made) as heard:
        inbox = Inbox(made.store, heard.application, lambda: NOW)
        task = asyncio.create_task(inbox.run())
        yield inbox
        inbox.finish()
        await asyncio.wait_for(task, 60)


async def answers_to(made: Rig, person: int) -> int:
    """How many answers to this person were ever queued: none is sent here."""
    counted: int = await made.store.read(
        lambda tx: tx.value("SELECT count(*) FROM reply WHERE address = ?", str(person))  # type: ignore[attr-defined]
    )
    return counted


KINDS = {
    "words": lambda n: said(n, ABUSER, f"halo {n}"),
    "taps": lambda n: update(
        n, callback_query=press("menu", chat={"id": ABUSER, "type": "private", "first_name": "X"})
        | {"from": user(ABUSER), "id": str(n)},
    ),
    "commands": lambda n: said(n, ABUSER, ("/start daerah", "/topik", "/bahasa en", "/terbaru")[n % 4]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_ten_thousand_updates_of_one_get_few_answers_and_slow_no_neighbour(tmp_path: Path, kind: str) -> None:
    async with rig(tmp_path, Watched) as made:
        kept: dict[int, float] = {}
        async with running(made) as inbox:
            for batch in range(100):  # as long polls bring them
                first = 1_000_000 + batch * 101
                neighbour = said(first + 50, 1_000 + batch, "/start")
                flood = [KINDS[kind](first + n) for n in range(101) if n != 50]
                kept[first + 50] = time.monotonic()
                await inbox.keep([*flood, neighbour])
        desk = made.desk
        assert isinstance(desk, Watched)
        waited = sorted(desk.done[n] - at for n, at in kept.items())
        assert waited[94] < 1.0, waited[90:]
        assert await answers_to(made, ABUSER) <= MOST_ANSWERS
        assert all([await answers_to(made, 1_000 + n) == 1 for n in range(100)])
        assert await made.waiting() == []


async def test_who_floods_us_can_still_stop(tmp_path: Path) -> None:
    async with rig(tmp_path, Watched) as made:
        async with running(made) as inbox:
            await inbox.keep([said(1, ABUSER, "/start daerah")])
            await inbox.keep([said(n, ABUSER, "halo") for n in range(2, 500)])
            await inbox.keep(
                [said(500, ABUSER, "berhenti"), *(said(n, ABUSER, "/start semua") for n in range(501, 900))]
            )
        assert (await made.person(ABUSER)).status is Status.STOPPED
        assert await answers_to(made, ABUSER) <= MOST_ANSWERS


async def test_an_update_that_is_brought_a_hundred_times_is_handled_once(tmp_path: Path) -> None:
    async with rig(tmp_path, Watched) as made:
        async with running(made) as inbox:
            for _ in range(50):
                await inbox.keep([said(7, SARI, "/start daerah")])
            await asyncio.gather(*(inbox.keep([said(7, SARI, "/start daerah")]) for _ in range(50)))
        assert await answers_to(made, SARI) == 1


async def test_half_a_character_is_written_down_and_answered(tmp_path: Path) -> None:
    async with rig(tmp_path, Watched) as made:
        async with running(made) as inbox:
            await inbox.keep([said(7, SARI, "halo \ud83d"), said(8, SARI, "/start")])
        assert await answers_to(made, SARI) == 2
        assert await made.waiting() == []


async def test_each_chat_keeps_its_order_while_several_are_handled(tmp_path: Path) -> None:
    async with rig(tmp_path, Watched) as made:
        async with running(made) as inbox:
            everything = [said(100 + n, 1 + n % 7, "menu") for n in range(140)]
            for at in range(0, 140, 20):
                await inbox.keep(everything[at : at + 20])
        assert isinstance(made.desk, Watched)
        for person in range(7):
            mine = [100 + n for n in range(140) if n % 7 == person]
            assert made.desk.order[str(1 + person)] == mine


class Slow(Watched):
    """A desk that waits for one person."""

    async def handle(self, update_id: int, sender: Sender, incoming: Incoming, **more: Any) -> None:
        if sender.address == "1":
            others = asyncio.create_task(self._others())
            await others
        await super().handle(update_id, sender, incoming, **more)

    async def _others(self) -> None:
        while len(self.done) < 20:  # noqa: ASYNC110 — the others' work
            await asyncio.sleep(0.001)


async def test_one_chat_that_takes_its_time_holds_up_no_other(tmp_path: Path) -> None:
    async with rig(tmp_path, Slow) as made:
        async with running(made) as inbox:
            await inbox.keep([said(1, 1, "menu"), *(said(n, n, "menu") for n in range(2, 22))])
        assert isinstance(made.desk, Slow)
        assert max(made.desk.done, key=lambda n: made.desk.done[n]) == 1  # type: ignore[attr-defined]


async def test_what_nobody_could_answer_is_marked_when_it_is_stored(tmp_path: Path) -> None:
    async with rig(tmp_path, Watched) as made, ears(made) as heard:
        inbox = Inbox(made.store, heard.application, lambda: NOW)
        await inbox.keep([said(n, ABUSER, "halo") for n in range(1_000)])
        assert len(await made.waiting()) == MOST_OF_ONE


# Turns --------------------------------------------------------------------------------------------------------------


def test_chats_take_turns_and_late_ones_find_their_place() -> None:
    turns = Turns()
    turns.add((Origin(chat, chat), (n, "")) for n, chat in ((1, 10), (2, 10), (3, 20), (5, 20), (4, 20)))
    seen = []
    while (taken := turns.take()) is not None:
        seen.append(taken[1][0])
        turns.done(taken[0], taken[1][0])
    assert seen == [1, 3, 2, 4, 5]
    assert len(turns) == 0


def test_what_goes_back_is_next_again() -> None:
    turns = Turns()
    turns.add([(Origin(1, 1), (1, "")), (Origin(1, 1), (2, ""))])
    taken = turns.take()
    assert taken is not None
    assert turns.take() is None
    turns.back(*taken)
    assert turns.take() == taken


ORIGINS = {
    "a message": (said(1, 5, "a"), Origin(5, 5)),
    "a press": (update(1, callback_query=press("x")), Origin(SARI, SARI)),
    "a message in a group": (update(1, message=message("a", chat={"id": -5, "type": "group"})), Origin(-5, SARI)),
    "a post": (update(1, channel_post={"chat": {"id": -6}, "date": 1}), Origin(-6, 0)),
    "nothing known": ({"update_id": 1, "moon": {"full": True}}, Origin(0, 0)),
    "nonsense": ({"update_id": 1, "message": {"chat": "x", "from": 3}}, Origin(0, 0)),
}


@pytest.mark.parametrize(("brought", "place"), ORIGINS.values(), ids=ORIGINS)
def test_an_update_has_an_origin(brought: Json, place: Origin) -> None:
    assert origin(brought) == place
