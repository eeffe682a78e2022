"""SIGKILL again and again while stories and alerts go out.

Nine kills of ten come at a moment drawn evenly from 0.3 to 1.5 seconds after the program has begun to send again. Each
tenth comes within 150 ms of that, while what the kill before left in doubt is on its way a second time: only so can a
reader of an alert have two attempts of which nobody knows.
"""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.judge import ALERT, STORY, Fate, Verdict, fates, judge_fates, judge_pace, judge_stops
from tests.chaos.phones import Send
from tests.chaos.trial import Trial, trial

READERS, RATE = 10_000, 1_000
STOPS_A_KILL = 2
EARLY_EACH = 10  # each so many-th kill comes at once
AT_ONCE, LATER = (0.0, 0.15), (0.3, 1.5)  # seconds after the first send of a life
SENDING_WITHIN = 2.0  # seconds after a start
CLAIMED_WITHIN = 0.3  # seconds: longer nothing is in flight here
EMPTY = 0.9  # seconds after a start: the program sends nothing in its first, so what arrives is of the life before
UNHEARD_OF = 30.0  # seconds in which nothing is sent: then something else is wrong


@dataclass
class Life:
    """One start of the program and how it ended."""

    started: float
    sending: float = 0.0  # the first send's arrival
    killed: float = 0.0
    early: bool = False
    limits: list[tuple[float, int]] = field(default_factory=list)  # W, and when the program said so

    @property
    def own(self) -> float:
        """From when on what arrives was sent in this life."""
        return self.started + EMPTY

    @property
    def limit(self) -> int:
        """The greatest W that was in force shortly before the end: what is in flight was claimed by then."""
        known = [limit for at, limit in self.limits if at >= self.killed - CLAIMED_WITHIN]
        return max([*known, *(limit for _, limit in self.limits[-1:])], default=0)


@dataclass
class Course:
    """What has happened so far."""

    trial: Trial
    dice: Random
    lives: list[Life]
    leaving: list[int]  # people who will ask to stop
    stopped: list[int]

    def go(self, kills: int) -> None:
        """Kill so often."""
        for number in range(kills):
            life = self.lives[-1]
            life.early = number % EARLY_EACH == EARLY_EACH - 1
            self._until_it_sends(life)
            self._live_on(life)
            self._rise_again()
        self._until_it_sends(self.lives[-1])

    def _until_it_sends(self, life: Life) -> None:
        self.supply()
        deadline = time.monotonic() + UNHEARD_OF
        while not life.sending:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing was sent within {UNHEARD_OF} s of a start")
            life.sending = next((send.at for send in self.look() if send.at > life.own and is_broadcast(send)), 0.0)
            time.sleep(0.01)

    def _live_on(self, life: Life) -> None:
        """Until its last moment; some people ask to stop meanwhile, one of them just before."""
        end = life.sending + self.dice.uniform(*(AT_ONCE if life.early else LATER))
        asks = sorted([end - 0.02 * self.dice.random(), end - 0.8 * self.dice.random()])[: len(self.leaving)]
        while (left := end - time.monotonic()) > 0:
            while asks and time.monotonic() >= asks[0]:
                asks.pop(0)
                self.ask_to_stop()
            if left > 0.1:
                self.supply()
                self._ask_limit(life)
            time.sleep(min(0.01, max(0.0, left)))
            self.look()
        self._ask_limit(life)
        for _ in asks:
            self.ask_to_stop()
        life.killed = self.trial.program.kill()

    def _ask_limit(self, life: Life) -> None:
        limit = self.trial.program.limit()
        if limit:
            life.limits.append((time.monotonic(), limit))

    def _rise_again(self) -> None:
        """At once; now and then somebody asks to stop while nobody is there."""
        if self.leaving and self.dice.random() < 0.25:
            self.ask_to_stop()
        self.lives.append(Life(self.trial.program.start()))

    def ask_to_stop(self) -> None:
        """The next one who leaves says so."""
        chat = self.leaving.pop()
        self.trial.phones.say(chat, "/stop")
        self.stopped.append(chat)

    def supply(self) -> None:
        """Let there be something to send for the whole of the next life: stories and alerts in turn."""
        made = self.trial
        if made.left() < len(made.readers) // 2 and made.program.lives:
            made.tell_story() if len(made.broadcasts) % 2 == 0 else made.sound_alert()

    def look(self) -> list[Send]:
        """What has arrived."""
        return self.trial.look()


def run(
    kills: int = 100, readers: int = READERS, seed: int = 0, *, rate: int = RATE, folder: Path | None = None,
    within: float | None = SENDING_WITHIN,
) -> Verdict:  # fmt: skip
    """Kill so often, let it settle, judge; `within` None measures how soon it sends again and demands nothing."""
    dice = Random(seed)
    began = time.monotonic()
    with trial(readers, rate, folder=folder, seed=seed) as made:
        leaving = dice.sample(list(made.readers), min(STOPS_A_KILL * kills, readers // 4))
        course = Course(made, dice, [Life(time.monotonic() - EMPTY)], leaving, [])
        course.go(kills)
        while course.leaving:
            course.ask_to_stop()
        settling = made.settle()
        peak, floods = made.phones.peak(), made.phones.floods()
        status = made.program.stop()
        verdict = Verdict({"kills, readers, broadcasts": f"{kills}, {readers}, {len(made.broadcasts)}"})
        verdict.must(status == 0, f"SIGTERM ended it with status {status}")
        judge(verdict, course, within)
        judge_pace(verdict, peak, rate, floods)
        verdict.figures["seconds to settle after the last kill"] = round(settling, 1)
    verdict.figures["seconds in all"] = round(time.monotonic() - began)
    return verdict


def judge(verdict: Verdict, course: Course, within: float | None) -> None:
    """All that promise 4 says, and the rest."""
    made, sends = course.trial, course.trial.phones.sends
    found = fates(made.broadcasts, made.readers, sends, made.book.rows())
    judge_fates(verdict, found, set(course.stopped))
    judge_doubts(verdict, course.lives, found)
    judge_stops(verdict, course.stopped, sends, made.book.statuses())
    judge_starts(verdict, course.lives, within)
    integrity = made.book.integrity()
    verdict.figures["integrity check"] = integrity
    verdict.must(integrity == "ok", f"integrity check: {integrity}")
    failed = [f for f in found if f.state == "failed" and f.row and f.row.code not in {"stopped", "unfollowed"}]
    verdict.must(not failed, f"{len(failed)} failed without a reason in this weather: {failed[:3]}")


def judge_doubts(verdict: Verdict, lives: Sequence[Life], found: Sequence[Fate]) -> None:
    """What each kill left in doubt is at most W; what was in doubt twice is rare and listed."""
    extra = Counter(life_of(lives, f.arrivals[0]) for f in found if f.kind == ALERT and len(f.arrivals) > 1)
    unknown = [f for f in found if f.state == "unknown" and f.row]
    ended = Counter(f.row.epoch - 1 for f in unknown if f.row)
    twice = Counter(f.row.epoch - 1 for f in unknown if f.row and f.kind == ALERT)
    killed = [n for n, life in enumerate(lives) if life.killed]
    for n in killed:
        doubts = extra[n] + ended[n]
        verdict.must(doubts <= lives[n].limit, f"kill {n + 1}: {doubts} extra or unknown, W was {lives[n].limit}")
    verdict.must(set(extra) | set(ended) <= set(killed), "a copy or a doubt that no kill explains")
    codes = Counter(f.row.code for f in unknown if f.row)
    verdict.must(set(codes) <= {"crash"}, f"unknown for another reason than a kill: {codes}")
    most = max((extra[n] + ended[n] for n in killed), default=0)
    verdict.figures["W at the kills (least, most)"] = _span([lives[n].limit for n in killed])
    verdict.figures["extra copies of alerts, stories unknown"] = (
        f"{sum(extra.values())}, {sum(f.kind == STORY for f in unknown)}; at most {most} a kill"
    )
    late = sum(count for n, count in twice.items() if not lives[n].early)
    verdict.figures["alert: in doubt twice (readers, after kills)"] = (
        f"{sum(twice.values())}, {len(twice)} of {len(killed)}; not counting kills at once: {late}"
    )
    verdict.must(len(twice) * 10 <= len(killed) + 9, f"in doubt twice after {len(twice)} of {len(killed)} kills")
    verdict.must(late * 10 <= len(killed) + 9, f"{late} readers in doubt twice, not counting kills at once")


def judge_starts(verdict: Verdict, lives: Sequence[Life], within: float | None) -> None:
    """How soon each start sent again."""
    took = sorted(life.sending - life.started for life in lives[1:])
    if not took:
        return
    verdict.figures["seconds from start to sending (median, most)"] = f"{statistics.median(took):.2f}, {took[-1]:.2f}"
    slow = [round(seconds, 2) for seconds in took if within is not None and seconds > within]
    verdict.must(not slow, f"{len(slow)} starts took more than {within} s to send again, the longest {slow[-1:]} s")


def life_of(lives: Sequence[Life], at: float) -> int:
    """The life in which something was sent."""
    return max(n for n, life in enumerate(lives) if life.own <= at)


def is_broadcast(send: Send) -> bool:
    """Whether this is a story or an alert, no answer."""
    return send.what[:6] in {"Siaga ", "Kabar "}


def _span(values: Sequence[int]) -> str:
    return f"{min(values)}, {max(values)}" if values else "–"
