"""Which chats have a broadcast's request on its way just now: an answer to such a chat must not overtake it.

Whoever stopped and was told so would otherwise still get what had been taken from the queue a moment before.
"""

from collections.abc import Callable, Iterable

from bot.delivery.plan import Delivery

PATIENCE = 5.0  # seconds: behind a request that hangs for longer than this an answer leaves all the same


class UnderWay:
    """Deliveries between their claim and their outcome, by chat."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` is monotonic seconds."""
        self._clock = clock
        self._since: dict[str, list[float]] = {}  # by address, the oldest first

    def begin(self, deliveries: Iterable[Delivery]) -> None:
        """These have been written down as started."""
        now = self._clock()
        for delivery in deliveries:
            self._since.setdefault(delivery.address, []).append(now)

    def end(self, delivery: Delivery) -> None:
        """Its outcome is known, or it has not left."""
        since = self._since[delivery.address]
        del since[0]
        if not since:
            del self._since[delivery.address]

    def busy(self, address: str) -> bool:
        """Whether something may still arrive in this chat any moment."""
        since = self._since.get(address)
        return since is not None and self._clock() - since[-1] < PATIENCE
