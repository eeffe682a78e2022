"""`make pictures`, or `python -m tests.pictures FOLDER [WORD …]`: screens whose names contain one of the words."""

import asyncio
import sys
from pathlib import Path

from tests.pictures.album import INDEX, take
from tests.pictures.screens import steps


async def main() -> int:
    """Take them; the status is 1 when something does not fit its phone."""
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder, words = Path(sys.argv[1]), sys.argv[2:]
    wanted = [step for step in await steps() if not words or any(word in step.name for word in words)]
    faults = await take(folder, wanted, lambda line: print(line, end="\r", flush=True))
    print(f"\n{len(wanted)} screens: {folder / INDEX}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
