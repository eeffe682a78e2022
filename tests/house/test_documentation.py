"""What README, .env.example and the Makefile say is true of the program beside them."""

import re
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from bot.cli import build
from bot.settings import load

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CODE = "\n".join(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL)))
TARGETS = ("setup", "demo", "run", "test", "test-shared", "check", "bench")


def commands() -> set[str]:
    """Every command, groups with their own: `run`, `feeds list`, …"""
    group = typer.main.get_command(build())
    assert isinstance(group, TyperGroup)
    names: set[str] = set()
    for name, command in group.commands.items():
        names |= {f"{name} {sub}" for sub in command.commands} if isinstance(command, TyperGroup) else {name}
    return names


def test_every_command_stands_in_the_readme() -> None:
    words = set(re.findall(r"\b[a-z]+(?:-[a-z]+)*\b", CODE))
    assert [name for name in sorted(commands()) if not set(name.split()) <= words] == []


def test_every_command_of_the_readme_exists() -> None:
    first = {name.split()[0] for name in commands()}
    named = set(re.findall(r"\bkentongan ([a-z]+)\b(?!/)", CODE))
    assert named
    assert named <= first


@pytest.mark.parametrize("file", sorted(set(re.findall(r"\]\((?!https?://)([^)#]+)\)", README))))
def test_what_the_readme_links_to_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


@pytest.mark.parametrize("target", TARGETS)
def test_the_makefile_has_the_targets_that_people_know(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_example_environment_and_feeds_file_are_good_as_they_are() -> None:
    settings = load({}, feeds_file=ROOT / "feeds.yaml", dotenv=ROOT / ".env.example")
    assert len(settings.categories) == 6
    assert settings.telegram is None


def test_no_lock_file_records_where_a_package_was_downloaded_from() -> None:
    locks = list(ROOT.glob("*.lock"))
    assert {lock.name for lock in locks} >= {"requirements.lock", "requirements-dev.lock"}
    for lock in locks:
        assert "://" not in lock.read_text(), lock.name
