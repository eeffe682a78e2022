"""CPU-ms a message on WhatsApp, end to end, beside the raw post of the same bytes by aiohttp on uvloop."""

import json
import statistics
import subprocess
import sys
from typing import Any

ROUNDS = 3
COUNTS = {"raw": 10_000, "ours": 10_000, "raw_spared": 10_000, "wire": 10_000}


def run() -> dict[str, Any]:
    """Each lane in turn, three rounds, so that a noisy moment does not fall on one alone; medians."""
    stub = subprocess.Popen(
        [sys.executable, "-m", "bench.stub", "whatsapp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert stub.stdout is not None
    assert stub.stdin is not None
    url = stub.stdout.readline().strip()
    try:
        rounds = [{lane: _lane(lane, url, count) for lane, count in COUNTS.items()} for _ in range(ROUNDS)]
    finally:
        stub.stdin.close()
        stub.wait(5)
    lanes = {lane: statistics.median(r[lane]["cpu"] / r[lane]["count"] * 1000 for r in rounds) for lane in COUNTS}
    return {
        "cpu_ms_a_message": {lane: round(ms, 3) for lane, ms in lanes.items()},
        "ours_to_raw": _ratio(rounds, "raw"),
        "ours_to_raw_with_our_collector_setting": _ratio(rounds, "raw_spared"),
        "target_ours_to_raw": 1.5,
    }


def _ratio(rounds: list[dict[str, dict[str, float]]], measure: str) -> float:
    return round(statistics.median(r["ours"]["cpu"] / r[measure]["cpu"] for r in rounds), 2)


def _lane(lane: str, url: str, count: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.whatsapp_lane", lane, url, str(count)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result
