"""A small part of `make chaos` in every test run: real processes, real kills."""

import os
from pathlib import Path

import pytest

from tests.chaos import kills, stores, weather, whatsapp, whatsapp_closed


def test_three_kills_in_the_middle_of_broadcasts_lose_nobody_and_no_stop(tmp_path: Path) -> None:
    """How soon it sends again is measured by `make chaos`, on a machine that does nothing else."""
    verdict = kills.run(3, 300, seed=3, rate=100, folder=tmp_path, within=None)
    assert verdict.complaints == []
    assert str(verdict.figures["kills, readers, broadcasts"]).startswith("3, 300")


def test_three_kills_during_an_alert_on_whatsapp_leave_everybody_one_copy(tmp_path: Path) -> None:
    """Two minutes of listening are four seconds here; `make chaos` waits for the whole of them."""
    verdict = whatsapp.run(3, 240, seed=3, rate=100, listened=4.0, folder=tmp_path)
    assert verdict.complaints == []
    assert str(verdict.figures["kills, readers, alerts"]).startswith("3, 240")


def test_three_kills_during_alerts_by_template_cost_what_is_written_down_and_may_be_spent(
    tmp_path: Path,
) -> None:
    verdict = whatsapp_closed.run(3, 240, seed=3, rate=100, listened=4.0, folder=tmp_path)
    assert verdict.complaints == []
    assert str(verdict.figures["kills, readers, alerts"]).startswith("3, 240")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a small file system takes root to mount")
def test_a_full_disk_stops_sending_before_anything_unrecorded_leaves() -> None:
    verdict = stores.disk(1, readers=150, rate=60, seconds=2)
    if "skipped" in verdict.figures:
        pytest.skip(str(verdict.figures["skipped"]))
    assert verdict.complaints == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_twenty_kills_lose_nobody_and_no_stop(tmp_path: Path) -> None:
    assert kills.run(20, 3_000, seed=4, rate=300, folder=tmp_path, within=None).complaints == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_lock_of_ten_seconds_loses_nobody() -> None:
    assert stores.locked(1, readers=600, rate=60, seconds=10).complaints == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_lost_answers_lose_nobody() -> None:
    assert weather.drops(1).complaints == []
