"""What transactions say about screens that were shown: their nonces, the newest of each chat."""

from datetime import datetime
from typing import Final

from storage.sqlite.part import Part, to_ms

# Each nonce ends with a space, and all are of one length: the oldest are cut off behind.
_KEEP: Final = """
INSERT INTO screen_nonce (channel, address, nonces, at) VALUES (?1, ?2, ?3 || ' ', ?4)
ON CONFLICT DO UPDATE SET nonces = substr(excluded.nonces || nonces, 1, ?5), at = excluded.at
"""


class Nonces(Part):
    """Screens that were shown."""

    def keep_nonce(self, channel: str, address: str, nonce: str, now: datetime, remembered: int) -> None:
        """A screen is being shown; of this chat's so many are remembered."""
        self.run(_KEEP, channel, address, nonce, to_ms(now), remembered * (len(nonce) + 1))

    def nonces(self, channel: str, address: str) -> list[str]:
        """The nonces of this chat's newest screens, the newest first."""
        kept = self.value("SELECT nonces FROM screen_nonce WHERE channel = ? AND address = ?", channel, address)
        return (kept or "").split()
