"""Bad weather between the program and Telegram: lost answers, refusals, floods. Everything settles in bounded time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.judge import ALERT, STORY, Fate, Verdict, fates, judge_fates, judge_pace
from tests.chaos.trial import Trial, trial

SERVER_TRIES = 3  # a whole answer 5xx is tried so often


@dataclass(frozen=True)
class Weather:
    """One kind of misfortune, and how long it may keep the outbox busy."""

    fault: str
    how: dict[str, float]
    readers: int
    rate: int
    settles_within: float  # seconds
    lasts: float | None = None  # seconds; None: until everything has settled


DROPS = Weather("ACCEPT_THEN_DROP", {"share": 0.05}, readers=2_000, rate=200, settles_within=60)
# Half of all answers are failures: the breaker lets little through, as it should. The storm passes after a minute.
ERRORS = Weather("SERVER_ERROR", {"share": 0.5}, readers=300, rate=100, settles_within=180, lasts=60)
FLOODS = Weather("FLOOD", {"every": 5, "retry_after": 1}, readers=300, rate=100, settles_within=240)


def drops(seed: int = 0) -> Verdict:
    """One send of twenty is taken, and its answer is lost."""
    return endure(DROPS, seed, _judge_drops)


def errors(seed: int = 0) -> Verdict:
    """Half of all sends are answered 500."""
    return endure(ERRORS, seed, _judge_errors)


def floods(seed: int = 0) -> Verdict:
    """Each fifth send is answered 429."""
    return endure(FLOODS, seed, _judge_floods)


def endure(weather: Weather, seed: int, judge: Callable[[Verdict, Trial, list[Fate]], None]) -> Verdict:
    """A story and an alert through this weather."""
    with trial(weather.readers, weather.rate, seed=seed) as made:
        made.phones.fault(weather.fault, method="sendMessage", **weather.how)
        began = time.monotonic()
        made.tell_story()
        made.wait_for(5)
        made.sound_alert()
        if weather.lasts is not None:
            passes = began + weather.lasts
            made.wait(lambda: time.monotonic() > passes, weather.lasts + 10, "the storm")
            in_storm = len(made.phones.sends)
            made.phones.mend()
        made.settle(weather.settles_within * 2)
        took = time.monotonic() - began
        verdict = Verdict({"readers, sends, seconds": f"{weather.readers}, {len(made.phones.sends)}, {took:.1f}"})
        if weather.lasts is not None:
            verdict.figures["sends while it stormed, the rate would allow"] = (
                f"{in_storm}, {int(weather.rate * weather.lasts)}"
            )
        verdict.must(took <= weather.settles_within, f"it took {took:.0f} s, more than {weather.settles_within}")
        found = fates(made.broadcasts, made.readers, made.phones.sends, made.book.rows())
        judge_fates(verdict, found)
        judge(verdict, made, found)
        judge_pace(verdict, made.phones.peak(), weather.rate, made.phones.floods())
        verdict.must(made.program.health().get("ok") is True, f"not well afterwards: {made.program.health()}")
        verdict.must(made.program.stop() == 0, "it did not end well")
        return verdict


def _judge_drops(verdict: Verdict, made: Trial, found: list[Fate]) -> None:
    """Each lost answer is one doubt: of a story it ends there, of an alert one more attempt follows."""
    lost_answers = [send for send in made.phones.sends if send.status == 0]
    stories = sum(fate.kind == STORY and fate.state == "unknown" for fate in found)
    extra = sum(len(fate.arrivals) - 1 for fate in found if fate.kind == ALERT and fate.arrivals)
    verdict.figures["answers lost, stories unknown, extra copies of alerts"] = (
        f"{len(lost_answers)}, {stories}, {extra}"
    )
    of_stories = [send for send in lost_answers if made.broadcasts.get(send.what) == STORY]
    verdict.must(len(lost_answers) > 0, "no answer was lost: nothing was tried")
    verdict.must(stories == len(of_stories), f"{len(of_stories)} stories' answers were lost, {stories} are unknown")
    verdict.must(all(len(fate.arrivals) == 1 for fate in found if fate.kind == STORY), "a story not exactly once")
    verdict.must(extra <= len(lost_answers), "a copy that no lost answer explains")


def _judge_errors(verdict: Verdict, made: Trial, found: list[Fate]) -> None:
    """Nothing in doubt and no copies; who failed had three tries; little leaves while the breaker is open."""
    early = [f for f in found if f.state == "failed" and f.row and f.row.attempt < SERVER_TRIES]
    doubts = [f for f in found if f.state == "unknown" or len(f.arrivals) > 1]
    refused = sum(send.status == 500 for send in made.phones.sends)
    verdict.figures["answers 500"] = refused
    verdict.must(refused > 0, "no answer was an error: nothing was tried")
    verdict.must(not early, f"given up after fewer than three tries: {early[:3]}")
    verdict.must(not doubts, f"doubts or copies: {doubts[:3]}")


def _judge_floods(verdict: Verdict, made: Trial, found: list[Fate]) -> None:
    """Everybody gets everything, once."""
    refused = sum(send.status == 429 for send in made.phones.sends)
    verdict.figures["answers 429, as the weather wants"] = refused
    verdict.must(refused > 0, "no answer was a flood: nothing was tried")
    wrong = [fate for fate in found if len(fate.arrivals) != 1 or fate.state != "sent"]
    verdict.must(not wrong, f"not exactly once: {wrong[:3]}")
