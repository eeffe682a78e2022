"""Plays a world of dice from its beginning to its end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.outbox_world import World
from tests.support.outbox_world_loop import VirtualLoop, without_threads
from tests.support.outbox_world_weather import Plot, Weather


def play(
    seed: int, folder: Path, *, weather: Weather | None = None, plot: Plot | None = None,
    history: list[str] | None = None,
) -> list[str]:  # fmt: skip
    """What went wrong in the world of this seed; `history` gets what happened in it."""
    loop = VirtualLoop()
    with without_threads():
        world = World(seed, folder, loop, weather=weather, plot=plot)
        try:
            return loop.run_until_complete(world.play())
        finally:
            loop.close()
            for file in (*folder.glob(f"{seed}.db*"), *folder.glob(f"{seed}-*.db*")):
                file.unlink()
            if history is not None:
                history += world.history()


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder, in memory where that is possible: what is proved here needs no disk."""
    memory = Path("/dev/shm")  # noqa: S108 — the folder that is made there has a name of its own
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
