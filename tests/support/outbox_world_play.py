"""Plays a world of dice from its beginning to its end."""

import shutil
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
        home = folder / str(seed)  # of its own: who left stands in a file beside the database
        home.mkdir()
        world = World(seed, home, loop, weather=weather, plot=plot)
        try:
            return loop.run_until_complete(world.play())
        finally:
            loop.close()
            shutil.rmtree(home)
            if history is not None:
                history += world.history()


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder, in memory where that is possible: what is proved here needs no disk."""
    memory = Path("/dev/shm")  # noqa: S108 — the folder that is made there has a name of its own
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
