"""The newsroom behind a conversation that has nothing around it: the real flow on a real database in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

from bot.chat.broadcasts import broadcast_message
from bot.chat.message import from_json
from bot.chat.office import Copy, Enquire, Enquired, Health, OfficeAct, Revoke
from bot.chat.push import Act, LookedIn, LookIn
from bot.chat.turn import Board, Mode, Person, Reply, Role, Status
from bot.delivery.pace import Chats
from bot.delivery.plan import Settled, State
from bot.flow.claim import Batch, Claim, Finished
from bot.flow.desk import hash_code
from bot.flow.editing import Editing
from bot.flow.office import Affairs
from bot.flow.room import look
from bot.flow.screens import refresh
from bot.news import identity
from storage.sqlite import schema
from storage.sqlite.tx import SqliteTx
from tests.support.outbox import Gate
from tests.support.town import NOW, STORIES, ZONE, item


def condition() -> Health:
    """What the program would say of itself."""
    return Health(
        since=NOW - timedelta(hours=2), free=12_000_000_000, total=40_000_000_000,
        copy=Copy(NOW - timedelta(days=1), 3_100_000),
    )  # fmt: skip


MEMBERS = {"1": "Warga", "2": "Rekan"}  # what their phones call them
RATES = {"telegram": 1000.0}


@cache
def _town() -> "sqlite3.Connection":
    """A database with the town's stories, to be copied."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    schema.apply(Database(conn, execute_plugins=False))
    tx = SqliteTx(Database(conn, execute_plugins=False), writes=True)
    for story in STORIES.values():
        tx.add_story(item(story), story.published, story.categories, NOW)
        tx.add_keys(story.id, identity.keys(item(story), "target-24jam.com"), NOW)
    return conn


def _copy() -> "sqlite3.Connection":
    conn = sqlite3.connect(":memory:", isolation_level=None)
    _town().backup(conn)
    return conn


@dataclass
class MemoryNewsroom:
    """Drafts, broadcasts and readers of one test; whatever leaves arrives at once."""

    board: Board
    tx: SqliteTx = field(init=False)

    def __post_init__(self) -> None:
        self.tx = SqliteTx(Database(_copy(), execute_plugins=False), writes=True)
        self._numbers = 0
        self._revoked: set[tuple[str, str]] = set()
        self._claim = Claim(Gate(), Chats(), ZONE, self.tx.begin_epoch(NOW).epoch)  # type: ignore[arg-type]  # only what it looks at

    def meet(self, person: Person) -> None:
        """This person is known here as they are in the conversation."""
        tx, who, known = self.tx, (person.channel, person.address), self.tx.person(person.channel, person.address)
        if person.status is Status.ACTIVE and known.status is not Status.ACTIVE:
            tx.follow(*who, person.categories, person.follows_all, "ya", None, person.language, NOW)
        if person.status is Status.STOPPED and known.status is not Status.STOPPED:
            tx.stop(*who, False, NOW)
        for word in person.words:
            tx.follow_word(*who, word)
        if known.language != person.language:
            tx.set_language(*who, person.language)
        if person.role is not Role.RESIDENT and known.role is not person.role:
            self._numbers += 1
            code = hash_code(f"{self._numbers}")
            tx.add_invitation(code, person.role, NOW, NOW + timedelta(days=1))
            tx.redeem_invitation(*who, code, NOW)
            tx.name_member(*who, MEMBERS.get(person.address, ""))

    def look(self, asked: LookIn, person: Person, now: datetime) -> LookedIn:
        """As the desk does it."""
        self.meet(person)
        return look(self.tx, asked, person, RATES, ZONE, now)

    def do(self, act: Act, person: Person, now: datetime) -> None:
        """As the desk does it."""
        Editing(self.tx, person, RATES, now).do(act)

    def consult(self, asked: Enquire, person: Person, now: datetime) -> Enquired:
        """As the desk does it."""
        self.meet(person)
        return self._affairs(person, now).look(asked)

    def attend(self, act: OfficeAct, person: Person, now: datetime) -> None:
        """As the desk does it."""
        self._affairs(person, now).do(act)
        if isinstance(act, Revoke):
            self._revoked.add((act.member.channel, act.member.address))

    def as_known(self, person: Person) -> Person:
        """The person without a role that was taken from them, and whether another admin is there."""
        revoked = (person.channel, person.address) in self._revoked
        if revoked:
            return replace(person, role=Role.RESIDENT, last_admin=False)
        return replace(person, last_admin=self.tx.person(person.channel, person.address).last_admin)

    def _affairs(self, person: Person, now: datetime) -> Affairs:
        return Affairs(self.tx, person, list(RATES), ZONE, now, condition)

    def refresh(self, now: datetime) -> None:
        """The screens whose time has come."""
        refresh(self.tx, self.board, now)

    def leaving(self, now: datetime) -> list[tuple[str, Reply]]:
        """Everything that leaves now, by address, as it is seen there."""
        seen: list[tuple[str, Reply]] = []
        finished = Finished()
        while True:
            batch = self._claim.run(self.tx, finished, 50, (), now, 0.0)
            if not batch and not batch.closed:
                return seen
            finished = self._settled(batch)
            seen += [(r.address, Reply(from_json(r.message), Mode(r.mode))) for r in batch.replies]
            seen += [
                (d.address, Reply(broadcast_message(batch.contents[d.says], d.language, self.board)))
                for d in batch.deliveries
            ]

    def _settled(self, batch: Batch) -> Finished:
        self._numbers += 1
        sent = Settled(State.SENT, message_id=f"m{self._numbers}")
        return Finished([(d, sent) for d in batch.deliveries], [(r, sent) for r in batch.replies])
