"""How long a broadcast takes at the rates of its accounts."""

from collections.abc import Mapping


def estimate(audience: int, rate: float) -> float:
    """Seconds until so many readers are sent to at `rate` messages a second, nothing else being under way."""
    return max(0, audience) / rate


def estimate_all(audiences: Mapping[str, int], rates: Mapping[str, float]) -> float:
    """Seconds until every channel has come to its end: their accounts send side by side."""
    return max((estimate(audience, rates[channel]) for channel, audience in audiences.items()), default=0.0)


def in_words(seconds: float) -> str:
    """A length of time as somebody would say it: `about 12 s`, `about 4 min`, `about 2 h 30 min`."""
    if seconds < 1:
        return "about a second"
    if seconds < 90:  # noqa: PLR2004 — in seconds up to a minute and a half
        return f"about {round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 90:  # noqa: PLR2004 — in minutes up to an hour and a half
        return f"about {minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"
