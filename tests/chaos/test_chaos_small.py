"""A small part of `make chaos` in every test run: real processes, real kills."""

import os
from pathlib import Path

import pytest

from tests.chaos import kills, stores


def test_three_kills_in_the_middle_of_broadcasts_lose_nobody_and_no_stop(tmp_path: Path) -> None:
    """How soon it sends again is measured by `make chaos`, on a machine that does nothing else."""
    verdict = kills.run(3, 300, seed=3, rate=100, folder=tmp_path, within=None)
    assert verdict.complaints == []
    assert str(verdict.figures["kills, readers, broadcasts"]).startswith("3, 300")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a small file system takes root to mount")
def test_a_full_disk_stops_sending_before_anything_unrecorded_leaves() -> None:
    verdict = stores.disk(1, readers=150, rate=60, seconds=2)
    if "skipped" in verdict.figures:
        pytest.skip(str(verdict.figures["skipped"]))
    assert verdict.complaints == []
