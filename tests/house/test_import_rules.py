"""The import contracts hold, and each would notice a violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over a copy of the project, not over the installed one."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder)}
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's packages and contracts in a folder of their own."""
    folder = tmp_path_factory.mktemp("house")
    for package in ("bot", "storage"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_house_as_it_stands_keeps_every_contract(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout[-3000:]
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("bot/news/item.py", "import aiohttp", "deciding is pure"),
        ("bot/chat/message.py", "import random", "deciding is pure"),
        ("bot/delivery/plan.py", "import bot.clock", "deciding is pure"),
        ("bot/ports/store.py", "import bot.flow.desk", "imports point one way"),
        ("bot/simulator/server.py", "import bot.chat.message", "the other side of the wire"),
        ("bot/flow/poll.py", "import telegram", "knows python-telegram-bot"),
        ("bot/channels/console/__init__.py", "import bot.channels.telegram", "channels do not know each other"),
        ("bot/flow/desk.py", "import storage", "only app opens a store"),
        ("storage/__init__.py", "import bot.settings", "storage knows the ports"),
        ("bot/unheard_of.py", "", "imports point one way"),
    ],
)
def test_a_planted_violation_is_caught(copy: Path, file: str, line: str, contract: str) -> None:
    place = copy / file
    before = place.read_text() if place.exists() else None
    place.write_text(f"{before or ''}\n{line}\n")
    try:
        result = lint(copy)
    finally:
        place.write_text(before) if before is not None else place.unlink()
    assert result.returncode != 0
    assert contract in result.stdout or "bot.unheard_of" in result.stdout + result.stderr
