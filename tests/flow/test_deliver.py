"""The sending side on a real store: nothing leaves unrecorded, nobody is woken, nothing is forgotten."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # see _state
from structlog.testing import capture_logs

import storage
from bot.chat.message import Message, Span, to_json
from bot.delivery.content import Act, Content
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate, Chats
from bot.delivery.plan import Delivery, QueuedReply, Rank, Settled, State
from bot.errors import StoreError
from bot.flow.claim import Claim, Finished
from bot.flow.deliver import Deliverer
from bot.news.item import Item
from bot.ports import Store, Subscription, To, Tx

NOON = datetime(2026, 2, 17, 5, 0, tzinfo=UTC)  # 12.00 in Mojokerto
NIGHT = datetime(2026, 2, 17, 15, 0, tzinfo=UTC)  # 22.00
WIB = ZoneInfo("Asia/Jakarta")
HELLO = to_json(Message((Span("halo"),)))


class Wire:
    """A platform that says what a test tells it, and looks into the database at the moment a request arrives."""

    name = "telegram"

    def __init__(self, database: Path, rate: float = 1000.0) -> None:
        self.rate = rate
        self.database = database
        self.arrived: list[str] = []
        self.states: list[str | None] = []
        self.answers: dict[str, Iterator[Outcome]] = {}
        self.chat = ChatRate()
        self.gate: asyncio.Event | None = None
        self.changed = asyncio.Event()

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — the port's signature
        return self.chat

    def prepare(self, message: Message) -> Message:
        return message

    async def deliver(self, prepared: Message, to: To, act: Act = Act.SEND) -> Outcome:  # noqa: ARG002 — likewise
        self.arrived.append(to.address)
        self.states.append(self._state(to.address))
        self.changed.set()
        if self.gate is not None:
            await self.gate.wait()
        return next(self.answers.get(to.address, iter(())), Outcome(Kind.SENT, message_id=f"{len(self.arrived)}"))

    async def reply(self, reply: QueuedReply) -> Outcome:
        return await self.deliver(Message(()), To(f"reply {reply.address}"))

    def _state(self, address: str) -> str | None:
        # With the store's own SQLite: two copies of the library in one process undo each other's locks on a file.
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as reader:
            row = reader.execute(
                "SELECT d.state FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id WHERE s.address = ?",
                (address,),
            ).fetchone()
        return str(row[0]) if row else None


class Post:
    """A store with readers, a wire and a deliverer whose first, empty second has passed."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.database = folder / "post.db"
        self.url = f"sqlite:///{self.database}"
        self.now = now
        self.store: Store = storage.open_store(self.url, now=now)
        self.wire = Wire(self.database)
        self.deliverer: Deliverer | None = None
        self._offset = -10.0

    async def start(self) -> None:
        recovery = await self.store.write(lambda tx: tx.begin_epoch(self.now))

        def clock() -> float:
            moment = time.monotonic() + self._offset
            self._offset = 0.0  # all but the first look are ten seconds later
            return moment

        def compose(content: Content, language: str) -> Message:
            titles = [story.title for story in (content.story, *content.stories) if story is not None]
            return Message((Span(f"{' '.join(titles)} {language}"),))

        self._offset = -10.0
        self.deliverer = Deliverer(self.store, self.wire, compose, WIB, recovery.epoch, lambda: self.now, clock)
        self.deliverer.start()

    async def stop(self, within: float = 5.0) -> None:
        if self.deliverer is not None:
            await self.deliverer.stop(within)
            self.deliverer = None

    async def readers(self, *addresses: str, quiet: tuple[int, int] | None = None) -> None:
        rows = [Subscription("telegram", a, ("daerah",), quiet=quiet, consent_at=self.now) for a in addresses]
        await self.store.write(lambda tx: tx.import_subscribers(rows, self.now))

    async def tell(self, title: str = "Kabar") -> int:
        item = Item(guid=title, link=f"https://portal.example/{title}", title=title)
        story_id = await self.store.write(lambda tx: tx.add_story(item, self.now, ["daerah"], self.now))
        until = self.now + timedelta(hours=12)
        await self.store.write(
            lambda tx: tx.add_broadcast("story", Rank.STORY, story_id, ["daerah"], ["telegram"], self.now, until)
        )
        self.wake()
        return story_id

    def wake(self) -> None:
        if self.deliverer is not None:
            self.deliverer.wake()

    async def states(self) -> dict[str, int]:
        stats = await self.store.read(lambda tx: tx.stats(self.now))
        counts: dict[str, int] = stats["deliveries"]["by_state"]
        return counts

    async def until(self, true: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(30):
            while not await true():  # noqa: ASYNC110 — what is waited for stands in the database
                await asyncio.sleep(0.01)

    async def everybody_looked_at(self) -> bool:
        return not await self.store.read(lambda tx: tx.open_passes("telegram", self.now))

    async def until_states(self, **expected: int) -> None:
        async def reached() -> bool:
            return await self.states() == expected

        await self.until(reached)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    post = Post(tmp_path, NOON)
    yield post
    await post.stop()
    post.store.close()


async def test_each_reader_gets_it_once_and_each_send_was_written_down_before_it_left(post: Post) -> None:
    addresses = [str(n) for n in range(1, 301)]
    await post.readers(*addresses)
    await post.start()
    await post.tell()
    await post.until_states(sent=300)
    assert sorted(post.wire.arrived, key=int) == addresses
    assert set(post.wire.states) == {"started"}


async def test_a_sleeping_reader_is_sent_to_when_their_quiet_hours_end(post: Post) -> None:
    post.now = NIGHT
    await post.readers("1", "2", quiet=(21 * 60, 5 * 60))
    await post.readers("3")
    await post.start()
    await post.tell()
    await post.until_states(sent=1)
    await post.until(post.everybody_looked_at)
    assert post.wire.arrived == ["3"]
    post.now = datetime(2026, 2, 17, 22, 0, tzinfo=UTC)  # 05.00
    post.wake()
    await post.until_states(sent=3)


async def test_a_thousand_sleepers_do_not_keep_the_waking_waiting(post: Post) -> None:
    post.now = NIGHT
    await post.readers(*(str(n) for n in range(1, 1001)), quiet=(21 * 60, 5 * 60))
    await post.readers("5000")
    await post.start()
    await post.tell()
    await post.until_states(sent=1)
    assert post.wire.arrived == ["5000"]


async def test_what_surely_did_not_leave_is_tried_again(post: Post) -> None:
    await post.readers("1")
    post.wire.answers["1"] = iter([Outcome(Kind.NOT_SENT, "refused")])
    await post.start()
    await post.tell()
    await post.until_states(queued=1)
    post.now += timedelta(seconds=1)
    post.wake()
    await post.until_states(sent=1)
    assert post.wire.arrived == ["1", "1"]


async def test_only_server_errors_use_up_the_tries_that_they_leave(post: Post) -> None:
    post.wire.answers["1"] = iter([
        Outcome(Kind.NOT_SENT, "refused"),
        Outcome(Kind.NOT_SENT, "server_error"),
        Outcome(Kind.LATER, "parse_entities", retry_after=0.0),
        Outcome(Kind.NOT_SENT, "server_error"),
    ])  # fmt: skip
    post.wire.answers["2"] = iter([Outcome(Kind.NOT_SENT, "server_error")] * 3)
    await post.readers("1", "2")
    await post.start()
    await post.tell()

    async def over() -> bool:
        post.now += timedelta(seconds=1)
        post.wake()
        return await post.states() == {"sent": 1, "failed": 1}

    await post.until(over)
    assert sorted(post.wire.arrived) == ["1"] * 5 + ["2"] * 3


async def test_a_flooded_chat_waits_and_nobody_else_does(post: Post) -> None:
    await post.readers("1", "2")
    post.wire.answers["1"] = iter([Outcome(Kind.LATER, "flood", retry_after=30)])
    await post.start()
    await post.tell("Satu")
    await post.until_states(sent=1, queued=1)
    await post.tell("Dua")
    await post.until_states(sent=2, queued=2)  # the second story for the held chat waits too
    assert post.wire.arrived.count("1") == 1
    post.now += timedelta(seconds=30)
    post.wake()
    await post.until_states(sent=4)


async def test_a_reader_whom_the_platform_calls_gone_is_unsubscribed(post: Post) -> None:
    await post.readers("1", "2")
    post.wire.answers["1"] = iter([Outcome(Kind.GONE, "blocked")])
    await post.start()
    await post.tell("Satu")
    await post.until_states(sent=1, failed=1)
    await post.tell("Dua")
    await post.until_states(sent=2, failed=1)
    assert post.wire.arrived.count("1") == 1


async def test_a_chat_that_moved_gets_it_at_its_new_address(post: Post) -> None:
    await post.readers("-5")
    post.wire.answers["-5"] = iter([Outcome(Kind.NOT_SENT, "migrated", new_address="-1005")])
    await post.start()
    await post.tell()
    await post.until_states(sent=1)
    assert post.wire.arrived == ["-5", "-1005"]


async def test_a_crash_in_flight_leaves_unknown_not_a_second_copy(post: Post) -> None:
    await post.readers("1", "2", "3")
    post.wire.gate = asyncio.Event()
    await post.start()
    await post.tell()
    await post.until_states(started=3)
    await post.stop(within=0)  # three requests are cut off in the middle
    post.wire.gate = None
    await post.start()
    await post.until_states(unknown=3)
    assert sorted(post.wire.arrived) == ["1", "2", "3"]


async def test_a_fault_of_ours_while_sending_is_unknown_and_logged_not_a_silent_stop(post: Post) -> None:
    await post.readers("1", "2")

    class Broken:
        def __iter__(self) -> Iterator[Outcome]:
            return self

        def __next__(self) -> Outcome:
            raise RuntimeError("our fault")

    post.wire.answers["1"] = Broken()
    with capture_logs() as logged:
        await post.start()
        await post.tell()
        await post.until_states(sent=1, unknown=1)
    (line,) = [line for line in logged if line["event"] == "sending broke"]
    assert (line["log_level"], str(line["exc_info"])) == ("error", "our fault")


async def test_answers_leave_before_stories_and_in_order_within_a_chat(post: Post) -> None:
    await post.readers("1", "2", "3")
    await post.tell()
    for _ in range(2):
        await post.store.write(lambda tx: tx.add_reply("telegram", "9", None, HELLO, "new", post.now))
    await post.start()
    await post.until_states(sent=3)
    assert post.wire.arrived[0] == "reply 9"
    assert post.wire.arrived.count("reply 9") == 2


def _answer(post: Post, address: str) -> Callable[[Tx], None]:
    return lambda tx: tx.add_reply("telegram", address, None, HELLO, "new", post.now)


async def test_an_answer_never_overtakes_a_broadcast_on_its_way_to_the_same_chat(post: Post) -> None:
    await post.readers("1")
    post.wire.gate = asyncio.Event()
    await post.start()
    await post.tell()

    async def arrived(address: str) -> bool:
        return address in post.wire.arrived

    await post.until(lambda: arrived("1"))
    for address in ("1", "9"):
        await post.store.write(_answer(post, address))
    post.wake()
    await post.until(lambda: arrived("reply 9"))
    assert post.wire.arrived == ["1", "reply 9"]
    post.wire.gate.set()
    post.now += timedelta(seconds=1)
    post.wake()
    await post.until(lambda: arrived("reply 1"))


async def test_one_chats_own_pace_is_kept(post: Post) -> None:
    post.wire.chat = ChatRate(burst=1, per_second=0.001)
    await post.readers("1", "2")
    await post.start()
    await post.tell("Satu")
    await post.until_states(sent=2)
    await post.tell("Dua")
    await post.until_states(sent=2, queued=2)
    assert sorted(post.wire.arrived) == ["1", "2"]


async def test_while_the_store_refuses_nothing_leaves_and_afterwards_everything_does(post: Post) -> None:
    class Refusing:
        """The real store behind a switch: what a full disk looks like from here."""

        full = False

        async def write(self, work: Callable[..., object]) -> object:
            if self.full:
                raise StoreError("disk_full", "no space")
            return await post_store.write(work)

    post_store = post.store
    await post.readers("1", "2")
    await post.start()
    refusing = Refusing()
    assert post.deliverer is not None
    post.deliverer._store = refusing  # type: ignore[assignment]
    refusing.full = True
    await post.tell()

    async def noticed() -> bool:
        return post.deliverer is not None and post.deliverer.fault == "disk_full"

    await post.until(noticed)
    assert post.wire.arrived == []
    refusing.full = False
    post.wake()
    await post.until_states(sent=2)
    assert not await noticed()


async def test_a_refused_account_rests_and_loses_nothing(post: Post) -> None:
    await post.readers("1", "2")
    refused = Outcome(Kind.REFUSED, "unauthorized", account=True)
    post.wire.answers = {"1": iter([refused]), "2": iter([refused])}
    await post.start()
    await post.tell()
    await post.until_states(queued=2)
    assert post.deliverer is not None
    assert post.deliverer.fault.startswith("unauthorized: the platform refuses our account; one message tries again in")
    post.now += timedelta(seconds=5)
    post.wake()
    await asyncio.sleep(0.2)
    assert len(post.wire.arrived) == 2  # it rests for a minute before the next try


async def test_stopping_waits_for_what_is_in_flight_and_writes_it_down(post: Post) -> None:
    await post.readers("1")
    post.wire.gate = asyncio.Event()
    await post.start()
    await post.tell()
    await post.until_states(started=1)
    asyncio.get_running_loop().call_later(0.1, post.wire.gate.set)
    await post.stop()
    assert await post.states() == {"sent": 1}


async def test_retries_take_at_most_half_even_where_a_tick_has_one_slot(post: Post) -> None:
    """With a queue of due retries that never shrinks, somebody new gets every second slot."""
    await post.readers(*(str(n) for n in range(1, 41)))
    recovery = await post.store.write(lambda tx: tx.begin_epoch(post.now))
    claim = Claim(post.wire, Chats(), WIB, recovery.epoch)
    await post.tell("Satu")
    first = await post.store.write(lambda tx: claim.run(tx, Finished(), 20, (), post.now, 0.0))
    again = [(d, Settled(State.QUEUED, "refused", next_at=post.now)) for d in first.deliveries]
    await post.store.write(lambda tx: claim.run(tx, Finished(again), 0, (), post.now, 0.0))
    taken: list[Delivery] = []
    for _ in range(20):
        batch = await post.store.write(lambda tx: claim.run(tx, Finished(), 1, (), post.now, 0.0))
        taken += batch.deliveries
    assert [d.attempt for d in taken].count(1) == 10
    assert [d.attempt for d in taken].count(2) == 10
