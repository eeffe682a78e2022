"""Some worlds, played in a process of its own (a module that such a process can import: `__main__` it cannot)."""

from collections.abc import Iterator

import structlog

from tests.support.outbox_world_play import a_folder, play


def block(seeds: range) -> tuple[range, dict[int, list[str]]]:
    """The complaints about these worlds, by seed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    return seeds, dict(_wrong(seeds))


def _wrong(seeds: range) -> Iterator[tuple[int, list[str]]]:
    with a_folder() as folder:
        for seed in seeds:
            if found := play(seed, folder):
                yield seed, found
