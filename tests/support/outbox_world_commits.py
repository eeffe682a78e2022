"""One transaction of somebody else than the ticks, in a world of dice."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.ports import Tx

if TYPE_CHECKING:
    from tests.support.outbox_world import World

TOPICS = ("budaya", "daerah", "hukrim")
CHANNEL = "telegram"


class Commits:
    """What all acts share."""

    def __init__(self, world: "World") -> None:
        self._world, self._dice, self._truth = world, world.dice, world.truth
        self._number = 0

    async def _commit(self, work: Callable[[Tx], Any]) -> Any:
        result = await self._world.store.write(work)
        self._truth.seq += 1
        return result

    def _next(self) -> int:
        self._number += 1
        return self._number
