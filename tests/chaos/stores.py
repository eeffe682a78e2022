"""The store refuses for a while: the disk is full, or another program holds the write lock.

Sending must stop before anything leaves that is not written down, say so in `/healthz`, and go on by itself.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.chaos.judge import Verdict, fates, judge_fates, judge_pace, judge_stops
from tests.chaos.trial import Trial, temporary, trial

READERS, RATE = 2_000, 200
SMALL_DISK = 24  # MiB
LOCKED = 30.0  # seconds
FULL = 8.0  # seconds
TOLD_WITHIN = 10.0  # seconds until /healthz says what is wrong: five of patience with the lock, and a look
GOES_ON_WITHIN = 8.0  # seconds after the store takes again: the five of patience, a pause, a tick
STOPS = 5
STRAGGLERS = 0.25  # seconds after it was told in which what was written down before may still leave
HOLD_THE_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
print(time.monotonic(), flush=True)
"""


def disk(seed: int = 0, *, readers: int = READERS, rate: int = RATE, seconds: float = FULL) -> Verdict:
    """A small file system of its own runs full in the middle of two broadcasts, and is freed."""
    with temporary() as folder, small_disk(folder / "disk") as place:
        if place is None:
            return Verdict({"skipped": "mounting a small file system is not allowed here (it takes root)"})
        filler = place / "filler"
        with trial(readers, rate, disk=place, seed=seed) as made:
            return _through(
                made, rate, seed, "disk_full", lambda: _fill(filler), lambda: _wait_and_free(filler, seconds)
            )


def locked(seed: int = 0, *, readers: int = READERS, rate: int = RATE, seconds: float = LOCKED) -> Verdict:
    """Another process holds the write lock."""
    with trial(readers, rate, seed=seed) as made:
        holder: list[subprocess.Popen[str]] = []

        def take() -> None:
            command = [sys.executable, "-c", HOLD_THE_LOCK, str(made.book.path), str(seconds)]
            holder.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            assert holder[0].stdout is not None
            assert holder[0].stdout.readline() == "held\n"

        def wait() -> float:
            assert holder[0].stdout is not None
            return float(holder[0].stdout.readline())

        try:
            return _through(made, rate, seed, "locked", take, wait)
        finally:
            for process in holder:
                process.kill()
                process.communicate()


def _through(
    made: Trial, rate: int, seed: int, reason: str, begin: Callable[[], None], end: Callable[[], float]
) -> Verdict:  # fmt: skip
    """A story and an alert under way, the trouble, its end (its monotonic second), and what came of it."""
    verdict = Verdict()
    stops = Random(seed).sample(list(made.readers), STOPS)
    made.tell_story()
    made.wait_for(len(made.readers) // 5)
    made.sound_alert()
    made.wait_for(len(made.readers) // 10)
    began = time.monotonic()
    begin()
    told = made.wait(lambda: _fault(made) == reason, TOLD_WITHIN * 2, f"healthz says {reason}")
    verdict.must(told <= TOLD_WITHIN, f"healthz told it only after {told:.1f} s")
    told_at = time.monotonic()
    for chat in stops:
        made.phones.say(chat, "/stop")
    _all_is_written(made, verdict)
    ended = end()
    made.wait_for(1)
    settling = made.settle()
    verdict.must(made.program.health().get("ok") is True, "healthz does not say that it is well again")
    again = _judge_silence(verdict, made, told_at + STRAGGLERS, ended)
    verdict.figures |= {
        "readers, seconds of trouble": f"{len(made.readers)}, {ended - began:.1f}",
        "seconds until healthz told": round(told, 1), "seconds until it went on": round(again, 1),
        "seconds to settle then": round(settling, 1),
    }  # fmt: skip
    found = fates(made.broadcasts, made.readers, made.phones.sends, made.book.rows())
    judge_fates(verdict, found, stops)
    doubles = [fate for fate in found if len(fate.arrivals) > 1 or fate.state == "unknown"]
    verdict.must(not doubles, f"copies or doubts without a crash: {len(doubles)}")
    judge_stops(verdict, stops, made.phones.sends, made.book.statuses())
    judge_pace(verdict, made.phones.peak(), rate, made.phones.floods())
    verdict.must(made.program.stop() == 0, "it did not end well")
    verdict.must(made.book.integrity() == "ok", made.book.integrity())
    return verdict


def _all_is_written(made: Trial, verdict: Verdict) -> None:
    """In the middle of the trouble: all that has left is written down as started or better."""
    time.sleep(STRAGGLERS)
    made.look()
    written = {(row.what, row.chat) for row in made.book.rows() if row.state != "queued"}
    unwritten = [send for send in made.phones.sends if send.what in made.broadcasts and send[2:0:-1] not in written]
    verdict.figures["had left, not written down"] = len(unwritten)
    verdict.must(not unwritten, f"left and not written down: {unwritten[:3]}")


def _judge_silence(verdict: Verdict, made: Trial, since: float, ended: float) -> float:
    """Nothing leaves while the store refuses; seconds after its end until something does."""
    leaked = [send for send in made.phones.sends if since < send.at < ended]
    verdict.figures["left while the store refused"] = len(leaked)
    verdict.must(not leaked, f"{len(leaked)} left while the store refused: {leaked[:3]}")
    again = next(send.at for send in made.phones.sends if send.at >= ended) - ended
    verdict.must(again <= GOES_ON_WITHIN, f"it went on only {again:.1f} s after the end")
    return again


def _fault(made: Trial) -> str:
    return str(made.program.health().get("faults", {}).get("telegram", ""))


# The disk -----------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(place: Path, mebibytes: int = SMALL_DISK) -> Iterator[Path | None]:
    """A file system of this size, or None where mounting is not allowed."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "kentongan-chaos", str(place)]
    try:
        allowed = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        allowed = False
    try:
        yield place if allowed else None
    finally:
        if allowed:
            subprocess.run(["umount", str(place)], check=True)


def _fill(filler: Path) -> None:
    """Write until nothing more fits."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue


def _wait_and_free(filler: Path, seconds: float) -> float:
    time.sleep(seconds)
    filler.unlink()
    return time.monotonic()
