"""Starts at bad moments: while another runs, and right after a kill in the middle of a feed."""

import time
from pathlib import Path

from tests.chaos.judge import Verdict
from tests.chaos.program import command
from tests.chaos.trial import Trial, temporary, trial

READERS, RATE = 50, 50
LONG_FEED = 400  # articles of a hundred kilobytes each: parsing takes a while
PARSING_WITHIN = 60.0  # seconds
RUNS_WITHIN = 20.0  # seconds: the machine may be busy
KILLS = 3


def run(seed: int = 0) -> Verdict:
    """Both, on one database."""
    verdict = Verdict()
    with temporary() as folder, trial(READERS, RATE, folder=folder, seed=seed) as made:
        _second(made, verdict)
        _killed_while_parsing(made, verdict)
        verdict.must(made.program.stop() == 0, "it did not end well")
        verdict.must(made.book.integrity() == "ok", made.book.integrity())
    return verdict


def _second(made: Trial, verdict: Verdict) -> None:
    """A second `run` ends at once, names the first, and harms nothing."""
    began = time.monotonic()
    said = command(made.folder, made.program.environment | {"LISTEN": "127.0.0.1:0"}, "run", check=False)
    verdict.figures["a second run says"] = said.strip().splitlines()[-1][-160:].replace(str(made.folder), "…")
    verdict.figures["seconds until it said so"] = round(time.monotonic() - began, 2)
    verdict.must(f"pid {made.program.pid} since" in said, f"it does not name pid {made.program.pid}: {said}")
    verdict.must(made.program.lives and made.program.health().get("ok") is True, "the first is not well any more")


def _killed_while_parsing(made: Trial, verdict: Verdict) -> None:
    """The sandbox's child ends with its parent, and a start right after works."""
    for number in range(LONG_FEED):
        made.phones.publish(f"Arsip {number}", "<p>" + "Kata demi kata dari arsip kota. " * 3_000 + "</p>", ["daerah"])
    took, orphans = [], 0
    for number in range(KILLS):
        child = _parsing(made)
        made.program.kill()
        began = made.program.start()
        made.program.wait_until_ready(starts=number + 2)
        took.append(round(time.monotonic() - began, 2))
        orphans += _alive(child)
    verdict.figures["seconds from such a start to `running`"] = took
    verdict.figures["children that outlived it"] = orphans
    verdict.must(max(took) <= RUNS_WITHIN, f"a start took {max(took)} s")
    verdict.must(orphans == 0, f"{orphans} children outlived their program")
    mark = made.sound_alert()
    made.wait(lambda: len(made.reached[mark]) == len(made.readers), 30, "an alert to everybody")


def _parsing(made: Trial) -> int:
    """Wait until the sandbox's child is at work on a feed; its pid."""
    deadline = time.monotonic() + PARSING_WITHIN
    busy: dict[int, int] = {}
    while time.monotonic() < deadline:
        for child in _children(made.program.pid):
            ticks = _ticks(child)
            if ticks > busy.setdefault(child, ticks) + 3:  # 30 ms of CPU since we saw it first
                return child
        time.sleep(0.01)
    raise TimeoutError("no feed was being parsed")


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _ticks(pid: int) -> int:
    """Hundredths of a second of CPU that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
