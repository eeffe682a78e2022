"""The image is built where an engine is; that its context has what it copies is seen here."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def copied() -> list[str]:
    """What the Dockerfile copies from the context."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    words = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    return [word for line in words for word in line]


def admitted() -> set[str]:
    """What .dockerignore lets in, having shut out everything."""
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    return {line.removeprefix("!") for line in lines if line.startswith("!")}


def test_the_image_copies_only_what_is_there_and_let_in() -> None:
    assert copied(), "the Dockerfile copies nothing"
    assert set(copied()) <= admitted()
    assert [name for name in copied() if not (ROOT / name).exists()] == []


def test_everything_that_is_installed_into_the_image_is_pinned() -> None:
    text = (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"pip install ([^\n&]+)", text)
    assert installs
    assert [one for one in installs if "--require-hashes" not in one and "--no-deps" not in one] == []
    assert "--no-build-isolation" in text
