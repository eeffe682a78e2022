"""What kind of world a seed makes: how the network, the disk, the clocks and the people behave."""

import random
from dataclasses import dataclass, field

# What may become of a request, and how often among the troubled ones.
CONNECT, SERVER, FLOOD, LOST, DEAF, BLOCK, MOVE, RIGHTS, FORM = (
    "connect", "server", "flood", "lost", "deaf", "block", "move", "rights", "form",
)  # fmt: skip
MIXED = {CONNECT: 3, SERVER: 3, FLOOD: 3, LOST: 2, DEAF: 2, BLOCK: 1, MOVE: 1, RIGHTS: 1, FORM: 1}


@dataclass(frozen=True)
class Weather:
    """How it goes in a world until calm comes."""

    name: str
    trouble: float = 0.0  # the share of requests that something happens to
    fates: dict[str, int] = field(default_factory=lambda: MIXED)
    crash_every: float = 0.0  # mean seconds between two deaths of the process; 0: it lives
    power: float = 0.0  # of the deaths: the power fails, and the file is what the disk has
    zombies: float = 0.0  # of the deaths: the old process writes once more
    refusals: float = 0.0  # of the ticks' transactions: the store refuses
    jumps: float = 0.0  # chance before each scene that the wall's clock jumps
    latency: tuple[float, float] = (0.01, 0.2)  # seconds, each way
    stall: float = 0.0  # of the transactions: the disk takes long


CALM = Weather("calm")
WEATHERS = (
    CALM,
    Weather("trouble", 0.25, crash_every=12),
    Weather("bad night", 0.5, crash_every=2.5, refusals=0.02, power=0.1, zombies=0.2),
    Weather("kills", 0.02, crash_every=1.0, power=0.3, zombies=0.3, stall=0.1),
    Weather("floods", 0.5, {FLOOD: 1}, crash_every=20),
    Weather("silence", 0.4, {LOST: 1, DEAF: 1}, crash_every=15),
    Weather("broken server", 0.6, {SERVER: 4, CONNECT: 1}, crash_every=15),
    Weather("full disk", 0.1, refusals=0.25, crash_every=10, stall=0.2),
    Weather("mad clock", 0.1, crash_every=10, jumps=0.7),
    Weather("power cuts", 0.1, crash_every=2.0, power=1.0),
    Weather("slow and disordered", 0.15, latency=(0.01, 0.45), crash_every=10, stall=0.3),
    Weather("other forms", 0.5, {FORM: 4, FLOOD: 1}, crash_every=10),
    Weather("moves", 0.3, {MOVE: 3, BLOCK: 1, RIGHTS: 1, FLOOD: 1}, crash_every=10),
)


@dataclass(frozen=True)
class Plot:
    """What happens in a world."""

    readers: int
    rate: float
    scenes: tuple[tuple[float, float], ...]  # seconds of action, then hours that pass
    hour: int  # local, at the beginning
    acts: int  # in each scene
    stories: int
    alerts: int
    wishes: float  # the share of readers with hours, limits and modes of their own
    newsroom: float  # the share of acts that are the newsroom's
    replies: float = 0.1  # the share of acts in which somebody writes
    crowded: bool = False  # everybody follows everything
    errata: float = 0.1  # the share of the newsroom's acts in which it corrects in a hurry


def draw(dice: random.Random) -> tuple[Weather, Plot]:
    """The kind of world."""
    weather = dice.choice(WEATHERS)
    kind = dice.choice(("day", "day", "night", "newsroom", "newsroom", "rush", "errata"))
    if kind == "rush":
        return weather, Plot(
            dice.randint(16, 30), dice.choice((8.0, 15.0)), ((dice.uniform(4, 7), 0),), dice.randint(6, 20),
            dice.randint(10, 25), dice.randint(1, 2), dice.randint(1, 2), 0.1, 0.2, 0.6, crowded=True,
        )  # fmt: skip
    if kind == "errata":
        return weather, Plot(
            dice.randint(12, 18), 30.0, ((dice.uniform(8, 14), 0),), dice.randint(6, 20), dice.randint(8, 12),
            dice.randint(1, 2), 2, 0.1, 0.9, crowded=True, errata=0.7,
        )  # fmt: skip
    scenes = tuple(
        (dice.uniform(1.5, 5.0), 0.0 if dice.random() < 0.4 else dice.uniform(0.5, 9.0))
        for _ in range(dice.randint(2, 3))
    )
    return weather, Plot(
        dice.randint(4, 12), dice.choice((5.0, 10.0, 30.0)), scenes,
        dice.choice((4, 5, 20, 21, 22)) if kind == "night" else dice.randint(0, 23),
        dice.randint(3, 9), dice.randint(1, 4), dice.randint(0, 2), 0.8 if kind == "night" else 0.4,
        0.7 if kind == "newsroom" else 0.3,
    )  # fmt: skip
