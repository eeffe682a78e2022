"""`backup`, `restore` and `resume` as a shell sees them, beside the real program."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.world import FEEDS_YAML

Shell = Callable[..., subprocess.CompletedProcess[str]]
LINE = {"channel": "telegram", "address": "123", "categories": ["daerah"], "consent_at": "2026-01-31T09:00:00+07:00"}
AWAY = {
    "TELEGRAM_BOT_TOKEN": f"123456789:{'A' * 35}",
    "TELEGRAM_API_URL": "http://127.0.0.1:9",
    "LISTEN": "127.0.0.1:0",
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder with a feeds.yaml, and nothing of this machine's settings."""
    (tmp_path / "feeds.yaml").write_text(FEEDS_YAML.format(url="https://portal.example", feeds=" []"))
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**base, "COLUMNS": "200"}


@pytest.fixture
def shell(tmp_path: Path, environment: dict[str, str]) -> Shell:
    """Runs `kentongan …` there."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=tmp_path, env=environment | more, capture_output=True,
            text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    return run


@pytest.fixture
def readers(shell: Shell, tmp_path: Path) -> Path:
    """The database, with one subscriber."""
    subscribers(shell, tmp_path, "123")
    return tmp_path / "var" / "kentongan.db"


def subscribers(shell: Shell, folder: Path, *addresses: str) -> None:
    lines = "".join(json.dumps({**LINE, "address": address}) + "\n" for address in addresses)
    (folder / "in.jsonl").write_text(lines)
    assert shell("subscribers", "import", "in.jsonl").returncode == 0


def exported(shell: Shell) -> list[str]:
    return [json.loads(line)["address"] for line in shell("subscribers", "export").stdout.splitlines()]


def test_help_has_an_example_for_each(shell: Shell) -> None:
    every = shell("--help").stdout
    for command in ("backup", "restore", "resume"):
        assert command in every
        assert f"Example: kentongan {command}" in shell(command, "--help").stdout


def test_a_backup_says_what_it_holds(shell: Shell, readers: Path) -> None:
    told = shell("backup")
    assert (told.returncode, told.stderr) == (0, "")
    assert "1 subscriber, 0 stories, 0 broadcasts; checked" in told.stdout
    data = json.loads(shell("backup", "away.db", "--keep", "3", "--json").stdout)
    assert (data["file"], data["counts"]["subscriber"], data["removed"]) == ("away.db", 1, [])
    assert (readers.parent.parent / "away.db").stat().st_size == data["bytes"]


def test_a_restore_brings_back_what_was_and_says_so(shell: Shell, readers: Path, tmp_path: Path) -> None:
    shell("backup", "then.db")
    subscribers(shell, tmp_path, "124")
    told = shell("restore", "then.db", "--yes")
    assert (told.returncode, told.stderr) == (0, "")
    assert "kept as var/kentongan.db.before-restore-" in told.stdout
    assert "no stops.log" in told.stdout
    assert "kentongan resume" in told.stdout
    assert exported(shell) == ["123"]
    assert "sent again" in shell("resume").stdout
    assert json.loads(shell("resume", "--json").stdout) == {"resumed": False}
    data = json.loads(shell("restore", "then.db", "--yes", "--json").stdout)
    assert (data["interrupted"], data["stopped_again"], data["sending"]) == ([], 0, "paused")
    assert readers.exists()


def test_a_restore_asks_first(shell: Shell, readers: Path) -> None:
    shell("backup", "then.db")
    before = readers.read_bytes()
    ended = shell("restore", "then.db")
    assert ended.returncode == 2
    assert "--yes" in ended.stderr
    assert readers.read_bytes() == before


WRONG = {
    "a file that is not there": (["restore", "none.db", "--yes"], 2, "no such file"),
    "a file that is none of ours": (["restore", "feeds.yaml", "--yes"], 1, "is not a database"),
    "the database itself": (["restore", "var/kentongan.db", "--yes"], 2, "is the database itself"),
    "a backup over the database": (["backup", "var/kentongan.db"], 2, "is the database itself"),
    "a backup over something else": (["backup", "feeds.yaml"], 2, "is no backup"),
    "keep none": (["backup", "--keep", "0"], 2, "Usage"),
}


@pytest.mark.usefixtures("readers")
def test_what_is_wrong_is_told_in_one_message_and_changes_nothing(shell: Shell) -> None:
    for name, (command, ended_with, told) in WRONG.items():
        ended = shell(*command)
        assert ended.returncode == ended_with, name
        assert told in ended.stderr, name
        assert "Traceback" not in ended.stderr, name
    assert exported(shell) == ["123"]


def test_nothing_to_copy_is_a_fault(shell: Shell) -> None:
    for command in (["backup"], ["resume"]):
        ended = shell(*command)
        assert ended.returncode == 1
        assert "there is no database" in ended.stderr


@contextmanager
def running(folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The real program; Telegram is somewhere where nobody answers."""
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, cwd=folder, env=environment | AWAY, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        for line in program.stderr:
            if '"listening"' in line:
                break
        try:
            yield program
        finally:
            program.kill()


def test_beside_the_running_program_a_backup_works_and_a_restore_names_it(
    shell: Shell, readers: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    with running(tmp_path, environment) as program:
        assert json.loads(shell("backup", "then.db", "--json").stdout)["counts"]["subscriber"] == 1
        refused = shell("restore", "then.db", "--yes")
        assert refused.returncode == 1
        assert f"pid {program.pid} " in refused.stderr
        program.send_signal(signal.SIGKILL)
        program.wait()
    assert shell("restore", "then.db", "--yes").returncode == 0
    assert readers.exists()


def damage(database: Path, where: float) -> None:
    with database.open("r+b") as content:
        content.seek(int(database.stat().st_size * where) // 4096 * 4096)
        content.write(b"\xa5" * 4096 * 4)


def checked(shell: Shell, name: str) -> dict[str, object]:
    checks = json.loads(shell("doctor", "--json", LISTEN="127.0.0.1:0").stdout)
    return next(check for check in checks if check["name"] == name)


def test_a_damaged_database_is_told_by_every_command_that_meets_it(shell: Shell, readers: Path) -> None:
    damage(readers, 0.5)
    fault = checked(shell, "database")
    assert fault["ok"] is False
    assert "damaged" in str(fault["detail"])
    ended = shell("backup")
    assert ended.returncode == 1
    assert "the database file is damaged" in ended.stderr
    assert "Traceback" not in ended.stderr
    damage(readers, 0.0)
    for command in (["run"], ["stats"], ["backup"]):
        ended = shell(*command, **AWAY)
        assert ended.returncode == 1
        assert "restore a backup" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_doctor_sees_whether_stops_can_be_noted(shell: Shell, readers: Path) -> None:
    assert checked(shell, "stops")["ok"] is True
    (readers.parent / "stops.log").mkdir()
    fault = checked(shell, "stops")
    assert fault["ok"] is False
    assert "stops.log" in str(fault["detail"])
