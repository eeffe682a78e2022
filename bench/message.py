"""CPU-ms a message, end to end, beside the raw post of aiohttp and python-telegram-bot's own send_message."""

import json
import statistics
import subprocess
import sys
from typing import Any

ROUNDS = 5
COUNTS = {"raw": 10_000, "ours": 10_000, "raw_spared": 10_000, "wire": 10_000, "library": 1_000}


def run() -> dict[str, Any]:
    """Each lane in turn, five rounds, so that a noisy moment does not fall on one alone; medians."""
    stub = subprocess.Popen(
        [sys.executable, "-m", "bench.stub"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
    ratios = [r["ours"]["cpu"] / r["raw"]["cpu"] for r in rounds]
    spared = [r["ours"]["cpu"] / r["raw_spared"]["cpu"] for r in rounds]
    return {
        "cpu_ms_a_message": {lane: round(ms, 3) for lane, ms in lanes.items()},
        "ours_to_raw": round(statistics.median(ratios), 2),
        "ours_to_raw_with_our_collector_setting": round(statistics.median(spared), 2),
        "library_to_ours": round(lanes["library"] / lanes["ours"], 1),
        "target_ours_to_raw": 1.0,
    }


def _lane(lane: str, url: str, count: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.lane", lane, url, str(count)], check=True, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result
