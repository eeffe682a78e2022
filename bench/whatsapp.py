"""CPU-ms a message on WhatsApp, end to end, beside the raw post of the same bytes by aiohttp on uvloop."""

from typing import Any

from bench.rounds import cpu_ms, ours_to, played

ROUNDS = 3
COUNTS = {"raw": 10_000, "ours": 10_000, "raw_spared": 10_000, "wire": 10_000}


def run() -> dict[str, Any]:
    """Three rounds; medians."""
    rounds = played("bench.whatsapp_lane", COUNTS, ROUNDS, "whatsapp")
    return {
        "cpu_ms_a_message": {lane: round(cpu_ms(rounds, lane), 3) for lane in COUNTS},
        "ours_to_raw": ours_to("raw", rounds),
        "ours_to_raw_with_our_collector_setting": ours_to("raw_spared", rounds),
        "target_ours_to_raw": 1.5,
    }
