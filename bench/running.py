"""`kentongan run` in a process of its own, on one core, as the measurements of the whole program need it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FEEDS: Final = """\
portal: {name: Kabar Uji, url: "https://kabar.example", language: id, timezone: Asia/Jakarta}
defaults: {quiet: off}
categories:
  - {id: daerah, name: {id: Daerah, en: Regional}, labels: [DAERAH]}
  - {id: hukrim, name: {id: Hukum & Kriminal, en: Law & Crime}, labels: [HUKRIM]}
feeds: []
"""


@contextmanager
def program(folder: Path, variables: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """The program with its database in `folder` and these variables besides; its process id and its web address."""
    (folder / "feeds.yaml").write_text(FEEDS)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {
        "DATABASE_URL": f"sqlite:///{folder}/bench.db", "FEEDS_FILE": str(folder / "feeds.yaml"),
        "LISTEN": "127.0.0.1:0", "LOG_FORMAT": "json", "PYTHONPATH": str(Path.cwd()),
    }  # fmt: skip
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=folder, env=kept | given | dict(variables), stderr=log, stdout=log
        )
        spread_out(process.pid, 0)
        try:
            yield process.pid, _address(folder / "log")
        finally:
            process.terminate()
            process.wait(20)


def _address(log: Path) -> str:
    """Where the running program listens, once it runs."""
    for _ in range(300):
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        if any(line.get("event") == "running" for line in lines):
            return next(str(line["address"]) for line in lines if line.get("event") == "listening")
        time.sleep(0.1)
    raise RuntimeError(f"the program did not start: {log.read_text()[-2000:]}")


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread_out(pid: int, core: int) -> None:
    """Let a process use this core only, where the system can do that and has two."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(pid, {cores[core]})
