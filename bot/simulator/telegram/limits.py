"""How much Telegram takes: an account, a chat, a group; what is more gets 429."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates that are allowed; None switches one off."""

    account_per_second: int | None = 30  # in any sliding one-second window
    chat_per_second: float | None = 1.0
    chat_burst: int = 3
    group_per_minute: int | None = 20
    retry_after: int = 5  # seconds told with a 429; the chat (or account) stays closed for as long

    @classmethod
    def off(cls) -> "Limits":
        """No limits at all, for benchmarks."""
        return cls(None, None, 3, None)
