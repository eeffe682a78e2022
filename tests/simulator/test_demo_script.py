"""The script finds a program that does what it should in order, and each fault where it shows."""

from typing import Any

import pytest

from bot.simulator.demo import Demo
from bot.simulator.script import Line, Report
from bot.simulator.telegram import Limits
from tests.support.standin import StandIn


async def played(deadline: float = 5.0, **faults: Any) -> tuple[Report, list[str]]:
    told: list[str] = []
    demo = Demo(tell=told.append, limits=Limits.off())
    await demo.start()
    async with StandIn(demo, **faults):
        report = await demo.script(deadline, moment=0.0)
    await demo.stop()
    return report, told


def failures(report: Report) -> str:
    return "\n".join(line.text for line in report.lines if not line.ok)


async def test_a_program_that_does_what_it_should_passes_and_every_step_is_one_line() -> None:
    report, told = await played()
    assert report.ok, failures(report)
    assert told[1:] == [str(line) for line in report.lines]
    assert all("\n" not in line for line in told)
    steps = " | ".join(line.text for line in report.lines)
    assert "Pak Budi follows Hukum & Kriminal after 3 taps" in steps
    assert "Bu Sri did not get the edited story a second time" in steps
    assert "Bu Sri sends /stop and is told goodbye" in steps


async def test_a_program_that_sends_twice_is_found_out() -> None:
    report, _ = await played(twice=True)
    assert "both stories exactly once" in failures(report)


async def test_a_program_that_sends_to_everyone_is_found_out() -> None:
    report, _ = await played(everyone=True)
    assert "Pak Budi did not get “" in failures(report)
    assert "Bu Sri did not get “" in failures(report)


async def test_a_program_that_sends_again_after_an_edit_is_found_out() -> None:
    report, _ = await played(again_after_edit=True)
    assert failures(report) == "Bu Sri did not get the edited story a second time"


async def test_a_program_that_goes_on_after_a_stop_is_found_out() -> None:
    report, _ = await played(deaf_to_stop=True)
    assert failures(report).startswith("Bu Sri did not get “")


async def test_a_program_that_is_too_slow_is_found_out() -> None:
    demo = Demo(tell=lambda _: None, limits=Limits.off())
    await demo.start()
    async with StandIn(demo, every=0.5):
        report = await demo.script(5.0, promise=0.0, moment=0.0)
    await demo.stop()
    assert failures(report) == "publication to arrival takes at most 0 s"


async def test_without_a_program_the_script_ends_at_its_first_step() -> None:
    demo = Demo(tell=lambda _: None)
    await demo.start()
    report = await demo.script(0.3)
    await demo.stop()
    assert [line.ok for line in report.lines] == [False]
    assert not report.ok


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Line("it arrives", ok=True, seconds=1.26), "ok     it arrives (1.3 s)"),
        (Line("it arrives", ok=False), "FAILED it arrives"),
    ],
)
def test_a_line_reads_well(line: Line, text: str) -> None:
    assert str(line) == text


def test_a_report_without_lines_is_no_success() -> None:
    assert not Report(()).ok
