"""Plays worlds of dice on all processors but shows one at a time what it has found.

`python -m tests.dice FIRST:LAST` plays these seeds; `python -m tests.dice SEED` one, with the story of its world.
"""

import os
import sys
import time
from multiprocessing import get_context

import structlog

from tests.dice.block import block
from tests.support.outbox_world_play import a_folder, play

BLOCK = 20  # seeds that one process plays before it tells
PROCESSES = int(os.environ.get("KENTONGAN_PROCESSES", "2"))
SHOWN = 10  # complaints of one world


def main() -> int:
    """Play; 1 when anything was wrong."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "0:20000"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if ":" not in wanted:
        return _one(int(wanted))
    first, last = map(int, wanted.split(":"))
    return _many(first, last)


def _one(seed: int) -> int:
    history: list[str] = []
    with a_folder() as folder:
        found = play(seed, folder, history=history)
    print(*history, sep="\n")
    print(*found or ["nothing was wrong"], sep="\n")
    return int(bool(found))


def _many(first: int, last: int) -> int:
    began, wrong, played = time.monotonic(), 0, 0
    blocks = [range(begin, min(begin + BLOCK, last)) for begin in range(first, last, BLOCK)]
    with get_context("spawn").Pool(PROCESSES) as pool:
        for seeds, found in pool.imap_unordered(block, blocks):
            played += len(seeds)
            for seed, complaints in found.items():
                wrong += 1
                print(f"\nseed {seed} (python -m tests.dice {seed} plays it again):", *complaints[:SHOWN], sep="\n  ")
            seconds = time.monotonic() - began
            print(f"\r{played} of {last - first} worlds, {wrong} wrong, {seconds:.0f} s", end="", flush=True)
    print()
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
