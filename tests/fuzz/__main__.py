"""Fuzzing guided by coverage: `python -m tests.fuzz FOLDER MINUTES [target …]`, in an environment that has atheris.

FOLDER keeps what was learned (`corpus-TARGET`) and what was found (`TARGET-found-…`, `TARGET-timeout-…`); a second
run goes on from there. Atheris is no dependency of the project: `pip install atheris` into a copy of the environment.
"""

import subprocess
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import atheris

LONGEST_INPUT = 8_000  # bytes
SLOW = 5  # seconds for one input


def main() -> None:
    """All targets one after the other, MINUTES for each; libFuzzer ends its process, so each has one of its own."""
    folder, minutes, *names = sys.argv[1:]
    if minutes == "-":
        fuzz(names[0], Path(folder), names[1:])
        return
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 — must not be imported before it is instrumented

    for name in names or TARGETS:
        flags = [
            f"-max_total_time={round(float(minutes) * 60)}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={SLOW}",
            "-verbosity=0",
            "-print_final_stats=1",
        ]
        print(f"{name}: {minutes} min", flush=True)
        subprocess.run([sys.executable, "-m", "tests.fuzz", folder, "-", name, *flags], check=False)


def fuzz(name: str, folder: Path, flags: list[str]) -> None:
    """One target, until its time is over or something is found."""
    with atheris.instrument_imports(include=["bot.news", "feedparser"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 — instrumented as it is imported
    from tests.fuzz.seeds import SEEDS, WORDS  # noqa: PLC0415 — likewise after the flags are known

    corpus = folder / f"corpus-{name}"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_text(seed)
    words = folder / f"words-{name}"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS[name]))
    guard = partial(_noted, TARGETS[name], folder / f"{name}-found", set())
    atheris.Setup([sys.argv[0], *flags, f"-dict={words}", f"-artifact_prefix={folder}/{name}-", str(corpus)], guard)
    atheris.Fuzz()


def _noted(check: Callable[[bytes], None], found: Path, places: set[tuple[str, int]], data: bytes) -> None:
    """Keep the first input for each place in the code where something goes wrong, and go on: there may be more."""
    try:
        check(data)
    except Exception as error:  # noqa: BLE001 — whatever it is, it is a find
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = (Path(place.filename).name, place.lineno or 0)
        if where not in places:
            places.add(where)
            found.with_name(f"{found.name}-{where[0]}-{where[1]}").write_bytes(data)
            traceback.print_exception(error)


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
