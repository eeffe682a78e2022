"""CPU-ms a message, end to end, beside the raw post of aiohttp and python-telegram-bot's own send_message."""

from typing import Any

from bench.rounds import cpu_ms, ours_to, played

ROUNDS = 5
COUNTS = {"raw": 10_000, "ours": 10_000, "raw_spared": 10_000, "wire": 10_000, "library": 1_000}


def run() -> dict[str, Any]:
    """Five rounds; medians."""
    rounds = played("bench.lane", COUNTS, ROUNDS)
    return {
        "cpu_ms_a_message": {lane: round(cpu_ms(rounds, lane), 3) for lane in COUNTS},
        "ours_to_raw": ours_to("raw", rounds),
        "ours_to_raw_with_our_collector_setting": ours_to("raw_spared", rounds),
        "library_to_ours": round(cpu_ms(rounds, "library") / cpu_ms(rounds, "ours"), 1),
        "target_ours_to_raw": 1.0,
    }
