"""Whatever happens in whatever order: every reader of the audience gets one delivery, and none is lost."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.delivery.plan import Delivery, Settled, State
from bot.ports import Tx
from storage import open_store
from tests.storage.makers import (
    NOW,
    SENT,
    TELEGRAM,
    delivery,
    due,
    hours,
    imported,
    states,
    tell,
    told,
)

T = TypeVar("T")
OUTCOMES = {
    "sent": SENT,
    "failed": Settled(State.FAILED, "bad_request"),
    "unknown": Settled(State.UNKNOWN, "read_timeout"),
    "again": Settled(State.QUEUED, "server"),
    "hold": Settled(State.QUEUED, "flood", hold_until=NOW + timedelta(seconds=30)),
}
FOLLOWED = st.lists(
    st.sampled_from([("daerah",), ("budaya",), ("daerah", "budaya"), ("semua",), ("hukrim",)]), max_size=8
)


class OneCopy(RuleBasedStateMachine):
    """Claims, outcomes, crashes and late categories, as a scheduler that wishes us ill would order them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(f"sqlite:///{Path(self.folder.name)}/k.db", now=NOW)
        self.loop = asyncio.new_event_loop()
        self.in_flight: list[Delivery] = []
        self.requests: Counter[int] = Counter()  # attempts that left, by subscriber
        self.answered: Counter[int] = Counter()  # attempts after which another may follow

    def write(self, work: Callable[[Tx], T]) -> T:
        return self.loop.run_until_complete(self.store.write(work))

    def settle(self, deliveries: list[Delivery], outcome: Settled) -> None:
        self.write(lambda tx: tx.settle(TELEGRAM, [(d, outcome) for d in deliveries], self.epoch, NOW))

    @initialize(followed=FOLLOWED)
    def publish(self, followed: list[tuple[str, ...]]) -> None:
        def work(tx: Tx) -> int:
            tx.import_subscribers([imported(n, *topics) for n, topics in enumerate(followed)], NOW)
            self.story_id = told(tell(tx))
            return tx.begin_epoch(NOW).epoch

        self.epoch = self.write(work)
        self.audience = {n + 1 for n, topics in enumerate(followed) if {"daerah", "semua"} & set(topics)}
        self.late = {n + 1 for n, topics in enumerate(followed) if "budaya" in topics}

    @rule(limit=st.integers(1, 5), asleep=st.booleans())
    def tick(self, limit: int, asleep: bool) -> None:
        """What the deliverer does: due ones and new readers are collected, then started together."""

        def work(tx: Tx) -> list[Delivery]:
            claimed = due(tx, NOW + timedelta(minutes=1), limit)
            for broadcast in tx.open_passes(TELEGRAM, NOW):
                readers = tx.readers(TELEGRAM, broadcast, limit)
                if asleep:
                    tx.queue_deliveries(broadcast, [(reader, NOW) for reader in readers], NOW)
                else:
                    claimed += [delivery(broadcast, reader) for reader in readers]
                last = readers[-1].subscriber_id if readers else broadcast.last_id
                tx.move_pass(TELEGRAM, broadcast, last, done=len(readers) < limit)
            tx.start_deliveries(claimed, self.epoch, NOW)
            return claimed

        started = self.write(work)
        self.in_flight += started
        self.requests.update(d.subscriber_id for d in started)

    @rule(data=st.data(), name=st.sampled_from(sorted(OUTCOMES)))
    def finish(self, data: st.DataObject, name: str) -> None:
        chosen = [d for d in self.in_flight if data.draw(st.booleans())]
        outcome = OUTCOMES[name]
        self.settle(chosen, outcome)
        self.in_flight = [d for d in self.in_flight if d not in chosen]
        if outcome.state is State.QUEUED:
            self.answered.update(d.subscriber_id for d in chosen)

    @rule()
    def crash(self) -> None:
        lost, self.in_flight = self.in_flight, []
        recovery = self.write(lambda tx: tx.begin_epoch(NOW))
        self.epoch = recovery.epoch
        assert recovery.unknown == len(lost)

    @rule()
    def late_category(self) -> None:
        if self.write(lambda tx: tx.add_pass(self.story_id, ["budaya"], NOW - hours(1), NOW)):
            self.audience |= self.late

    @rule()
    def close(self) -> None:
        self.write(lambda tx: tx.close_broadcasts(NOW))

    @invariant()
    def nobody_outside_the_audience_and_nobody_twice(self) -> None:
        if not hasattr(self, "audience"):
            return
        assert set(self.requests) <= self.audience
        for subscriber, sent in self.requests.items():
            assert sent <= 1 + self.answered[subscriber], (
                "a second copy left without word that the first did not arrive"
            )
        assert sum(self.write(states).values()) <= len(self.audience)

    def teardown(self) -> None:
        """Let everything run to its end: then each of the audience has exactly one finished delivery."""
        if hasattr(self, "audience"):
            self.run_to_the_end()
        self.store.close()
        self.loop.close()
        self.folder.cleanup()

    def run_to_the_end(self) -> None:
        for _ in range(50):
            self.tick(5, asleep=False)
            self.settle(self.in_flight, SENT)
            self.in_flight = []
        counts = self.write(states)
        assert counts.keys() <= {"sent", "failed", "unknown"}
        assert sum(counts.values()) == len(self.audience)
        self.write(lambda tx: tx.close_broadcasts(NOW))
        assert self.write(lambda tx: tx.stats(NOW))["broadcasts"] == {"done": 1}


OneCopy.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOneCopy = OneCopy.TestCase
