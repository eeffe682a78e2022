"""Who holds the phones; the names are parts in a play, not people."""

from dataclasses import dataclass, replace

from bot.simulator.stories import BY_ID


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of one phone on the page."""

    user_id: int
    name: str
    part: str  # resident | newsroom
    topics: tuple[str, ...] = ()  # what they follow when the demo plays them
    phone: str = ""  # their number, where they use WhatsApp

    @property
    def channel(self) -> str:
        """Their messenger."""
        return "whatsapp" if self.phone else "telegram"


RESIDENTS = (
    Owner(70_001, "Bu Sri", "resident", ("kesehatan", "budaya")),
    Owner(70_002, "Pak Budi", "resident", ("hukrim", "daerah")),
)
BUDI_ON_WHATSAPP = replace(RESIDENTS[1], phone="6281234500002")
REDAKSI = Owner(70_003, "Redaksi", "newsroom", tuple(BY_ID))
