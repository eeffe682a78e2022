"""Lanes in turn, round after round, each alone in a process beside the barest answering machine."""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping

Rounds = list[dict[str, dict[str, float]]]  # round by round: lane -> cpu and wall in seconds, count


def played(module: str, counts: Mapping[str, int], times: int, *stub: str) -> Rounds:
    """So many rounds of the lanes of `module`: a noisy moment does not fall on one of them alone."""
    answering = subprocess.Popen(
        [sys.executable, "-m", "bench.stub", *stub], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert answering.stdout is not None
    assert answering.stdin is not None
    url = answering.stdout.readline().strip()
    try:
        return [{lane: _lane(module, lane, url, count) for lane, count in counts.items()} for _ in range(times)]
    finally:
        answering.stdin.close()
        answering.wait(5)


def cpu_ms(rounds: Rounds, lane: str) -> float:
    """CPU-ms a message of this lane, the median of the rounds."""
    return statistics.median(r[lane]["cpu"] / r[lane]["count"] * 1000 for r in rounds)


def ours_to(measure: str, rounds: Rounds) -> float:
    """How many times the measure's CPU ours takes, compared round by round; the median."""
    return round(statistics.median(r["ours"]["cpu"] / r[measure]["cpu"] for r in rounds), 2)


def _lane(module: str, lane: str, url: str, count: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", module, lane, url, str(count)], check=True, stdout=subprocess.PIPE, text=True
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result
