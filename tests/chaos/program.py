"""`kentongan run` as a real process: started, asked how it is, killed."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

READY_WITHIN = 60.0  # seconds: a machine that is busy with other things is no fault of the program


class Program:
    """One program on one database; each start is a process of its own."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], module: Sequence[str] = ("bot", "run")
    ) -> None:  # fmt: skip
        """`module` is run, with its arguments."""
        self._module = module
        self.folder, self.environment = folder, dict(environment)
        self.log = folder / "program.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        """Start it, and do not wait; the monotonic second in which that was asked."""
        assert self._process is None
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._module], env=whole_environment(self.environment), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        return began

    def wait_until_ready(self, starts: int = 1) -> None:
        """Until it has said `running` so many times in all."""
        deadline = time.monotonic() + READY_WITHIN
        while len(self.logged("running")) < starts:
            if not self.lives or time.monotonic() > deadline:
                raise RuntimeError(f"the program does not run:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    @property
    def lives(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> float:
        """SIGKILL; the monotonic second in which it was sent."""
        assert self._process is not None
        assert self._process.poll() is None, f"it had ended by itself:\n{self.log.read_text()[-3000:]}"
        at = time.monotonic()
        self._process.kill()
        self._process.wait()
        self._process = None
        return at

    def stop(self) -> int:
        """SIGTERM as a service manager sends it; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(30)
        self._process = None
        return status

    def end(self) -> None:
        """Whatever became of it, it is gone afterwards."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def health(self) -> dict[str, Any]:
        """What `/healthz` says; empty while nothing answers."""
        try:
            with urllib.request.urlopen(f"http://{self.environment['LISTEN']}/healthz", timeout=5) as answer:
                return dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.loads(error.read()))
        except OSError:
            return {}

    def limit(self) -> int:
        """W, as the program has it now; 0 while nothing answers."""
        return int(self.health().get("channels", {}).get("telegram", {}).get("in_flight_limit", 0))

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log, of all starts, that tell of this event."""
        if not self.log.exists():
            return []
        lines = (line for line in self.log.read_text(errors="replace").splitlines() if f'"{event}"' in line)
        parsed = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in parsed if line.get("event") == event]


def whole_environment(own: Mapping[str, str]) -> dict[str, str]:
    """What a process needs of ours, and the program's variables."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    return {**inherited, **own}


def command(folder: Path, environment: Mapping[str, str], *words: str, check: bool = True) -> str:
    """A command of the program beside it, run to its end; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words], env=whole_environment(environment), cwd=folder, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    if check and done.returncode:
        raise RuntimeError(f"kentongan {' '.join(words)}: {done.stderr}")
    return done.stdout + done.stderr
