"""The commands as a shell sees them: output, exit status, and one clear line when something is wrong."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.world import FEEDS_YAML

Shell = Callable[..., subprocess.CompletedProcess[str]]
LINE = {
    "channel": "telegram", "address": "123", "categories": ["daerah"], "mode": "instant", "quiet": "21.00-05.00",
    "language": "id", "consent_at": "2026-01-31T09:00:00+07:00",
}  # fmt: skip


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs `kentongan …` in an empty folder with a feeds.yaml."""
    feeds = '  - {url: "https://portal.example/feed/", every: 5m}'
    (tmp_path / "feeds.yaml").write_text(FEEDS_YAML.format(url="https://portal.example", feeds=feeds))
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=tmp_path, env={**base, "COLUMNS": "200", **environment}, capture_output=True,
            text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


def write_lines(folder: Path, *rows: object) -> str:
    file = folder / "in.jsonl"
    file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return str(file)


def test_help_names_every_command(shell: Shell) -> None:
    helped = shell("--help")
    assert helped.returncode == 0
    for command in (
        "run",
        "demo",
        "doctor",
        "feeds",
        "invite",
        "subscribers",
        "stats",
        "healthcheck",
        "migrate",
        "version",
    ):
        assert command in helped.stdout


@pytest.mark.parametrize(
    "command",
    [["run"], ["demo"], ["doctor"], ["feeds", "list"], ["feeds", "test"], ["invite"], ["subscribers", "import"],
     ["subscribers", "export"], ["subscribers", "list"], ["stats"], ["healthcheck"], ["migrate"], ["version"]],
    ids=" ".join,
)  # fmt: skip
def test_every_command_has_help(shell: Shell, command: list[str]) -> None:
    helped = shell(*command, "--help")
    assert helped.returncode == 0
    assert "Usage" in helped.stdout


def test_version_says_what_runs(shell: Shell) -> None:
    facts = json.loads(shell("version", "--json").stdout)
    assert set(facts) >= {"kentongan", "python", "sqlite"}


def test_wrong_usage_is_status_2(shell: Shell) -> None:
    assert shell("sing").returncode == 2
    wrong = shell("invite", "king")
    assert wrong.returncode == 2
    assert "editor or admin" in wrong.stderr


def test_run_without_a_token_says_where_to_get_one(shell: Shell) -> None:
    ended = shell("run")
    assert ended.returncode == 2
    assert "BotFather" in ended.stderr
    assert "TELEGRAM_BOT_TOKEN" in ended.stderr


def test_a_wrong_feeds_yaml_is_told_with_all_its_faults_and_their_lines(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(
        "portal: {name: Portal, url: ftp://portal.example, language: id, timezone: Asia/Jakartta}\n"
        "categories:\n"
        "  - {id: 'Hukum!', name: {id: Hukum}, labels: [HUKUM]}\n"
        "  - {id: daerah, name: {id: Daerah}, labels: [DAERAH]}\n"
        "feeds:\n"
        "  - {url: 'https://portal.example/feed/', every: 5 minutes}\n"
        "  - {url: 'https://portal.example/b/feed/', categories: [olahraga]}\n"
    )
    ended = shell("stats")
    assert ended.returncode == 2
    for line in (1, 1, 3, 6, 7):
        assert f"feeds.yaml:{line}:" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 5
    assert "Traceback" not in ended.stderr


def test_an_invitation_is_printed_once_and_kept_only_hashed(shell: Shell, tmp_path: Path) -> None:
    made = json.loads(shell("invite", "editor", "--json").stdout)
    assert re.fullmatch(r"/start undang-[\w-]{22}", made["message"])
    assert made["code"].encode() not in b"".join(p.read_bytes() for p in (tmp_path / "var").iterdir())


def test_subscribers_come_in_and_go_out_as_they_came(shell: Shell, tmp_path: Path) -> None:
    rows = [LINE, {**LINE, "address": "-100200", "quiet": None, "categories": ["semua"]}]
    first = shell("subscribers", "import", write_lines(tmp_path, *rows))
    assert "2 lines read, 2 new subscribers" in first.stdout
    again = shell("subscribers", "import", str(tmp_path / "in.jsonl"))
    assert "2 lines read, 0 new subscribers" in again.stdout
    out = [json.loads(line) for line in shell("subscribers", "export").stdout.splitlines()]
    assert [(row["address"], row["categories"], row["quiet"]) for row in out] == [
        ("123", ["daerah"], "21.00-05.00"),
        ("-100200", ["semua"], None),
    ]
    listed = json.loads(shell("subscribers", "list", "--json").stdout)
    assert len(listed) == 2


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("no JSON", "{oops", "not JSON"),
        ("a list", "[1]", "not a JSON object"),
        ("an unknown category", {**LINE, "categories": ["olahraga"]}, "unknown category 'olahraga'"),
        ("no category", {**LINE, "categories": []}, "at least one"),
        ("an unknown channel", {**LINE, "channel": "pigeon"}, "channel must be one of"),
        ("a name as address", {**LINE, "address": "@sri"}, "chat's number"),
        ("a number as address", {**LINE, "address": 123}, "address must be a text"),
        ("a wrong mode", {**LINE, "mode": "weekly"}, "mode must be one of"),
        ("wrong quiet hours", {**LINE, "quiet": "25.00-05.00"}, "quiet must look like"),
        ("consent without offset", {**LINE, "consent_at": "2026-01-31T09:00:00"}, "needs its offset"),
        ("an unknown field", {**LINE, "catgories": []}, "unknown field 'catgories'"),
    ],
)
def test_a_wrong_line_is_named_before_the_first_row_is_written(
    shell: Shell, tmp_path: Path, name: str, row: object, reason: str
) -> None:
    ended = shell("subscribers", "import", write_lines(tmp_path, LINE, row))
    assert ended.returncode == 2, name
    assert "in.jsonl:2: " in ended.stderr
    assert reason in ended.stderr
    assert "nothing was imported" in ended.stderr
    assert shell("subscribers", "export").stdout == ""


def test_stats_and_migrate_are_data_when_asked(shell: Shell) -> None:
    assert json.loads(shell("stats", "--json").stdout)["stories"]["total"] == 0
    assert json.loads(shell("migrate", "--json").stdout) == {"applied": []}


def test_healthcheck_without_a_program_is_a_fault_with_a_hint(shell: Shell) -> None:
    ended = shell("healthcheck", LISTEN="127.0.0.1:9")
    assert ended.returncode == 1
    assert "kentongan run" in ended.stderr
