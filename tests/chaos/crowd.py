"""An alert while a million subscribers are being imported beside the running program."""

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.chaos.judge import Verdict, fates, judge_fates, judge_pace
from tests.chaos.program import whole_environment
from tests.chaos.trial import Trial, reader, trial

NEWCOMERS = 1_000_000
READERS, RATE = 100, 100
FIRST_WITHIN = 1.0  # seconds from the editor's command to the first phone
ALERTS = 5
BETWEEN = 3.0  # seconds


def run(seed: int = 0, *, newcomers: int = NEWCOMERS) -> Verdict:
    """The alerts are for the followers of one category, so that the million does not get them."""
    with trial(READERS, RATE, latency=0.0, jitter=0.0, seed=seed) as made:
        file = made.folder / "newcomers.jsonl"
        _write(file, newcomers)
        before = made.book.count("subscriber")
        began = time.monotonic()
        importing = subprocess.Popen(
            [sys.executable, "-m", "bot", "subscribers", "import", str(file)], cwd=made.folder,
            env=whole_environment(made.program.environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            made.wait(lambda: made.book.count("subscriber") > before, 300, "the import begins to write")
            took = [_alert(made) for _ in range(ALERTS)]
            during = importing.poll() is None
            status = importing.wait(900)
        finally:
            importing.kill()
            importing.wait()
        seconds = time.monotonic() - began
        made.settle()
        verdict = Verdict({
            "imported, seconds": f"{made.book.count('subscriber') - before}, {seconds:.0f}",
            "alerts during it, seconds to the first phone": [round(s, 2) for s in took],
        })  # fmt: skip
        verdict.must(status == 0, f"the import ended with status {status}")
        verdict.must(during, "the import was over before the last alert: nothing was proved")
        verdict.must(max(took) <= FIRST_WITHIN, f"an alert took {max(took):.2f} s to its first reader")
        followers = [chat for chat in made.readers if chat % 3 == 0]
        found = fates(made.broadcasts, followers, made.phones.sends, made.book.rows())
        judge_fates(verdict, found)
        verdict.must(all(len(fate.arrivals) == 1 for fate in found), "not exactly once each")
        judge_pace(verdict, made.phones.peak(), RATE, made.phones.floods())
        verdict.must(made.program.stop() == 0, "it did not end well")
        return verdict


def _alert(made: Trial) -> float:
    """Seconds from the editor's command (its transaction included) to the first phone."""
    began = time.monotonic()
    mark = made.sound_alert(("daerah",))
    made.wait(lambda: made.reached[mark], 30, "the alert's first message")
    first = next(send.at for send in made.phones.sends if send.what == mark)
    time.sleep(BETWEEN)
    return first - began


def _write(file: Path, newcomers: int) -> None:
    """Newcomers follow another category than the alert's audience; nobody has addresses like theirs."""
    with file.open("w") as lines:
        lines.writelines(json.dumps(reader(10_000_000 + n, "budaya")) + "\n" for n in range(newcomers))
