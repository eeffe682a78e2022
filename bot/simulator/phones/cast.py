"""Who holds the phones; the names are parts in a play, not people."""

from dataclasses import dataclass

from bot.simulator.stories import BY_ID


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of one phone on the page."""

    user_id: int
    name: str
    part: str  # resident | newsroom
    topics: tuple[str, ...] = ()  # what they follow when the demo plays them


RESIDENTS = (
    Owner(70_001, "Bu Sri", "resident", ("kesehatan", "budaya")),
    Owner(70_002, "Pak Budi", "resident", ("hukrim", "daerah")),
)
REDAKSI = Owner(70_003, "Redaksi", "newsroom", tuple(BY_ID))
