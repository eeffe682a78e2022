"""Whatever network, platform, disk, clock, power supply and newsroom do: nobody is forgotten, nobody gets two.

Five hundred worlds in every run, each of a kind that its seed draws. A failure names its seed; `python -m tests.dice
417`
plays that one alone, and `make dice` twenty thousand.
"""

import os
from pathlib import Path

import pytest

from tests.support.outbox_world_play import a_folder, play

FIRST, LAST = map(int, os.environ.get("KENTONGAN_SEEDS", "0:500").split(":"))
BLOCK = 25


@pytest.mark.parametrize("begin", range(FIRST, LAST, BLOCK))
def test_in_every_world_each_reader_is_served_once_or_accounted_for(begin: int) -> None:
    with a_folder() as folder:
        for seed in range(begin, min(begin + BLOCK, LAST)):
            found = play(seed, folder)
            assert not found, f"python -m tests.dice {seed} plays it again: {found[:5]}"


def test_the_same_seed_makes_the_same_world(tmp_path: Path) -> None:
    """A failing seed can be played again: everything that happens follows from it."""
    histories = []
    for _ in range(2):
        history: list[str] = []
        play(7, tmp_path, history=history)
        histories.append(history)
    assert histories[0] == histories[1]
    assert len(histories[0]) > 20
