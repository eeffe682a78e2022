"""The strict window against networks that nobody knows: in how many of 60,000 more than the rate arrive in a second.

Each network has a rate, a least way and delays of its own, drawn at random; 120 requests leave as the window allows.
The first requests are the dangerous ones: little is known about the way there and back. `--networks=2000` plays fewer.
"""

import heapq
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from typing import Any

from bot.delivery.pace import Sent, Window

NETWORKS = 60_000
REQUESTS = 120
RATES = (5.0, 10.0, 30.0)
LEAST = (0.0, 0.005, 0.02, 0.1)  # seconds, each way
DELAYS = (0.02, 0.1, 0.2, 0.44)  # the most that chance adds, each way of its own


def run() -> dict[str, Any]:
    """Networks that broke the window, the shortest time in which one more than the rate arrived, seconds for 120."""
    given = (arg.partition("=")[2] for arg in sys.argv if arg.startswith("--networks="))
    networks = int(next(given, NETWORKS))
    bounds = [*range(0, networks, 500), networks]
    with ProcessPoolExecutor(2) as pool:
        played = [one for some in pool.map(_some, pairwise(bounds)) for one in some]
    return {
        "networks": networks,
        "broken": sum(shortest < 1.0 - 1e-9 for shortest, _ in played),
        "target_broken": 0,
        "shortest_s": round(min(shortest for shortest, _ in played), 4),
        "seconds_for_120": round(sum(seconds for _, seconds in played) / networks, 2),
    }


def _some(seeds: tuple[int, int]) -> list[tuple[float, float]]:
    return [_network(seed) for seed in range(*seeds)]


def _network(seed: int) -> tuple[float, float]:
    """The shortest time in which rate + 1 requests arrived, and when the last had left."""
    chance = random.Random(seed)
    rate, least = chance.choice(RATES), chance.choice(LEAST)
    there, back = chance.choice(DELAYS), chance.choice(DELAYS)
    window, now = Window(rate, opened=0.0), 1.0
    answers: list[tuple[float, int, Sent]] = []
    arrived: list[float] = []
    while len(arrived) < REQUESTS:
        while answers and answers[0][0] <= now:
            at, _, sent = heapq.heappop(answers)
            window.answered(sent, at)
        for sent in window.take(window.free(now), now):
            arrived.append(now + least + chance.uniform(0, there))
            heapq.heappush(answers, (arrived[-1] + least + chance.uniform(0, back), len(arrived), sent))
        look = now + max(0.001, window.wait(now))
        now = min(look, max(now + 0.0001, answers[0][0])) if answers else look
    arrived.sort()
    most = int(rate)
    return min(late - early for early, late in zip(arrived, arrived[most:], strict=False)), now
