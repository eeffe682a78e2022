"""Small makers that let a test say only what it is about."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from bot.delivery.content import Level, Note
from bot.delivery.plan import Broadcast, Delivery, Rank, Reader, Settled, State
from bot.news.item import Item
from bot.ports import Subscription, Tx

NOW = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
TELEGRAM = "telegram"
SENT = Settled(State.SENT, message_id="77")


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def item(name: str = "banjir", **changes: object) -> Item:
    fields: dict[str, object] = {
        "guid": f"guid-{name}",
        "link": f"https://portal.example/{name}",
        "title": f"Judul {name}",
        "labels": ("DAERAH",),
        "summary": "Satu kalimat.",
        "text": f"Isi berita tentang {name}.",
    }
    return Item(**(fields | changes))  # type: ignore[arg-type]  # a table of named fields


def topics(*categories: str) -> frozenset[str]:
    return frozenset(categories)


def story(
    tx: Tx, name: str = "banjir", categories: Collection[str] = ("daerah",),
    published: datetime = NOW, now: datetime = NOW,
) -> int:  # fmt: skip
    return tx.add_story(item(name), published, categories, now)


def follow(tx: Tx, address: str, *categories: str, now: datetime = NOW, channel: str = TELEGRAM) -> int:
    """Subscribe with these categories ("*" is all of them); the subscriber's id."""
    tx.follow(channel, address, set(categories) - {"*"}, "*" in categories, "ya, saya mau", None, "id", now)
    ids = {s.address: i for i, s in tx.subscribers(0, 10_000) if s.channel == channel}
    return ids[address]


def tell(
    tx: Tx, name: str = "banjir", categories: Collection[str] = ("daerah",), *, now: datetime = NOW,
    rank: Rank = Rank.STORY, channels: Collection[str] = (TELEGRAM,), life: timedelta = timedelta(hours=12),
) -> Broadcast:  # fmt: skip
    """A story with its broadcast; its pass on the first of the channels."""
    story_id = story(tx, name, categories, now=now)
    broadcast_id = tx.add_broadcast("story", rank, story_id, categories, channels, now, now + life)
    return next(b for b in tx.open_passes(next(iter(channels)), now) if b.id == broadcast_id)


def alert(
    tx: Tx, text: str = "Jembatan ditutup.", categories: Collection[str] = ("daerah",), *, now: datetime = NOW,
    life: timedelta = timedelta(hours=6), level: Level = Level.ORDINARY,
) -> Broadcast:  # fmt: skip
    """An alert; its pass on Telegram."""
    note = Note(text, level=level)
    broadcast_id = tx.add_broadcast("alert", Rank.ALERT, None, categories, [TELEGRAM], now, now + life, note=note)
    return next(b for b in tx.open_passes(TELEGRAM, now) if b.id == broadcast_id)


def told(broadcast: Broadcast) -> int:
    """The story that a broadcast tells."""
    assert broadcast.story_id is not None
    return broadcast.story_id


def due(tx: Tx, now: datetime = NOW, limit: int = 9, channel: str = TELEGRAM) -> list[Delivery]:
    """What a tick finds due, class by class."""
    found: list[Delivery] = []
    for rank in Rank:
        found += [d.delivery for d in tx.due_deliveries(channel, now, limit - len(found), rank)]
    return found


def delivery(broadcast: Broadcast, reader: Reader, attempt: int = 1) -> Delivery:
    return Delivery(
        broadcast.id, broadcast.story_id, reader.subscriber_id, reader.address, reader.thread, reader.language, attempt,
        broadcast.kind,
    )  # fmt: skip


def claim(tx: Tx, broadcast: Broadcast, limit: int, epoch: int, now: datetime = NOW) -> list[Delivery]:
    """What a tick does with a pass: the next readers are started and the cursor moves."""
    readers = tx.readers(TELEGRAM, broadcast, limit)
    started = [delivery(broadcast, reader) for reader in readers]
    tx.start_deliveries(started, epoch, now)
    last_id = readers[-1].subscriber_id if readers else broadcast.last_id
    tx.move_pass(TELEGRAM, broadcast, last_id, done=len(readers) < limit)
    return started


def started(tx: Tx, *names: str) -> tuple[int, list[Delivery]]:
    """A fresh epoch and a broadcast under way to these followers."""
    epoch = tx.begin_epoch(NOW).epoch
    for name in names:
        follow(tx, name, "daerah")
    return epoch, claim(tx, tell(tx), len(names), epoch)


def settle(tx: Tx, deliveries: Iterable[Delivery], outcome: Settled, epoch: int, now: datetime = NOW) -> None:
    tx.settle(TELEGRAM, [(d, outcome) for d in deliveries], epoch, now)


def addresses(readers: Iterable[Reader] | Iterable[Delivery]) -> list[str]:
    return [reader.address for reader in readers]


def states(tx: Tx, now: datetime = NOW) -> dict[str, int]:
    """Deliveries by state."""
    counts: dict[str, int] = tx.stats(now)["deliveries"]["by_state"]
    return counts


def codes(tx: Tx, now: datetime = NOW) -> dict[str, int]:
    """Deliveries that were not sent, by reason."""
    counts: dict[str, int] = tx.stats(now)["deliveries"]["by_code"]
    return counts


def imported(number: int, *categories: str, consent_at: datetime | None = NOW) -> Subscription:
    return Subscription(TELEGRAM, str(number), categories, consent_at=consent_at)
