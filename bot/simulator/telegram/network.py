"""The way between the program and Telegram: it takes time, and not always the same."""

from dataclasses import dataclass
from random import Random


@dataclass(slots=True)
class Network:
    """Seconds that a request is under way: `latency` plus up to `jitter`, split over the way there and back."""

    latency: float = 0.0
    jitter: float = 0.0
    way_there: float = 0.5  # the share that passes before the work is done

    def delays(self, chance: Random) -> tuple[float, float]:
        """Seconds before the work and seconds before the answer."""
        total = self.latency + (chance.random() * self.jitter if self.jitter else 0.0)
        return total * self.way_there, total * (1 - self.way_there)
