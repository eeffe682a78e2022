"""What saying something to an audience costs on a channel that bills by message, for editors before they confirm."""

from dataclasses import dataclass
from typing import Final

ALL: Final = "all"
OUTSIDE: Final = "outside"
MICRO: Final = 1_000_000  # micro-units of a currency's unit; all amounts are integers of them


@dataclass(frozen=True, slots=True)
class Cost:
    """What an alert to these readers would cost now, and what it would be taken from.

    Readers of `open` get it as it is written, those of `paid` as a template; those of `waiting` get it later, most when
    they write next, because no template, no budget or no room of the portfolio is left for them now. Who is
    `held` gets it when the platform takes messages again; it costs the same then.
    """

    open: int  # readers whose window is open
    closed: int  # readers outside of one
    paid: int  # of the closed: who is sent a template
    amount: int  # micro-units of `currency`, for all who are reached
    currency: str
    left: int | None = None  # micro-units that the tightest budget still has; None: no budget is set
    budget: str = ""  # which budget that is: day | month | broadcast; "" where none is set
    room: int | None = None  # further people outside of a window whom the portfolio lets us begin with; None: no limit
    unpaid: int = 0  # of the open: for whom no budget is left, so that they wait until it begins anew
    held: str = ""  # who waits because the platform takes nothing for them now: ALL, OUTSIDE (of a window) | ""

    @property
    def waiting(self) -> int:
        """Readers outside of a window who do not get it now."""
        return self.closed - self.paid


def in_units(amount: int) -> str:
    """An amount without its currency, to two decimals where it has any: `12`, `0.50`, `1234.05`."""
    units, rest = divmod(round(amount * 100 / MICRO), 100)
    return f"{units}.{rest:02}" if rest else str(units)
