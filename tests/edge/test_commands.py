"""The commands as a shell sees them: output, exit status, and one clear line when something is wrong."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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
        "backup",
        "restore",
        "resume",
        "version",
    ):
        assert command in helped.stdout


@pytest.mark.parametrize(
    "command",
    [["run"], ["demo"], ["doctor"], ["feeds", "list"], ["feeds", "test"], ["invite"], ["subscribers", "import"],
     ["subscribers", "export"], ["subscribers", "list"], ["stats"], ["healthcheck"], ["migrate"], ["version"],
     ["backup"], ["restore"], ["resume"],
     *(["feeds", name] for name in ("add", "pause", "resume", "remove", "import", "export")),
     *(["feeds", name] for name in ("release", "suppressions", "undo"))],
    ids=" ".join,
)  # fmt: skip
def test_every_command_has_help_with_an_example(shell: Shell, command: list[str]) -> None:
    helped = shell(*command, "--help")
    assert helped.returncode == 0
    assert "Usage" in helped.stdout
    assert f"Example: kentongan {' '.join(command)}" in helped.stdout


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


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe{\n", "in.jsonl:1: not JSON"),
        (b"[" * 100_000, "in.jsonl:1: not JSON (nested too deeply)"),
        (b'{"channel": "whatsapp", "address": "\xff", "categories": ["daerah"]}\n', "in.jsonl:1: not UTF-8"),
    ],
    ids=["no text", "no end of it", "not UTF-8"],
)
def test_a_file_of_something_else_is_a_fault_of_one_line(
    shell: Shell, tmp_path: Path, content: bytes, told: str
) -> None:  # fmt: skip
    (tmp_path / "in.jsonl").write_bytes(content)
    ended = shell("subscribers", "import", "in.jsonl")
    assert ended.returncode == 2
    assert told in ended.stderr
    assert len(ended.stderr.splitlines()) == 2


def test_a_file_saved_by_a_windows_editor_is_taken(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(LINE).encode() + b"\r\n")
    assert json.loads(shell("subscribers", "import", "in.jsonl", "--json").stdout) == {"lines": 1, "new": 1}


def test_an_export_belongs_to_its_owner_and_says_where_it_cannot_be(shell: Shell, tmp_path: Path) -> None:
    assert shell("subscribers", "export", "out.jsonl").returncode == 0
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600
    ended = shell("subscribers", "export", "no/such/folder.jsonl")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.splitlines() == ["no/such/folder.jsonl cannot be written (No such file or directory)"]


def test_addresses_in_a_list_are_whole(shell: Shell) -> None:
    assert "https://portal.example/feed/" in shell("feeds", "list", COLUMNS="20").stdout


def test_run_says_in_one_line_why_it_cannot(shell: Shell, tmp_path: Path) -> None:
    away = {"TELEGRAM_BOT_TOKEN": f"123456789:{'A' * 35}", "TELEGRAM_API_URL": "http://127.0.0.1:9"}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ended = shell("run", LISTEN=f"127.0.0.1:{port}", **away)
        asked = shell("healthcheck", LISTEN="127.0.0.1:9")
    assert ended.returncode == asked.returncode == 1
    assert ended.stderr.splitlines() == [
        f"cannot listen on 127.0.0.1:{port} (Address already in use); stop what uses it or set LISTEN=HOST:PORT"
    ]
    assert len(asked.stderr.splitlines()) == 1
    (tmp_path / "var" / "first-admin").mkdir()
    ended = shell("run", LISTEN="127.0.0.1:0", **away)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("var/first-admin cannot be written")
    assert shell("run", "--log-level", "loud", **away).returncode == 2


def test_doctor_looks_into_the_database(shell: Shell, tmp_path: Path) -> None:
    def found(url: str) -> dict[str, object]:
        checks = json.loads(shell("doctor", "--json", DATABASE_URL=url, LISTEN="127.0.0.1:0").stdout)
        return next(check for check in checks if check["name"] == "database")

    assert found("sqlite:///var/k.db")["ok"] is None
    assert not (tmp_path / "var").exists()  # nothing is changed
    shell("stats", DATABASE_URL="sqlite:///var/k.db")
    assert found("sqlite:///var/k.db")["ok"] is True
    (tmp_path / "rubbish.db").write_bytes(b"rubbish" * 1000)
    assert found("sqlite:///rubbish.db")["ok"] is False
    fault = found("postgresql://bot:geheim@db.example/k")
    assert fault["ok"] is False
    assert "geheim" not in str(fault)


def test_stats_and_migrate_are_data_when_asked(shell: Shell) -> None:
    assert json.loads(shell("stats", "--json").stdout)["stories"]["total"] == 0
    assert json.loads(shell("migrate", "--json").stdout) == {"applied": []}


def test_healthcheck_knows_a_stranger(shell: Shell) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        ended = shell("healthcheck", LISTEN=f"127.0.0.1:{server.server_port}")
        server.shutdown()
        serving.join()
    assert ended.returncode == 1
    assert "something else answers" in ended.stderr


def test_healthcheck_without_a_program_is_a_fault_with_a_hint(shell: Shell) -> None:
    ended = shell("healthcheck", LISTEN="127.0.0.1:9")
    assert ended.returncode == 1
    assert "kentongan run" in ended.stderr
