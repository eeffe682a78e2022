"""Small values as people write them; what cannot be read is a ValueError that says what to write."""

import re
from urllib.parse import SplitResult, urlsplit

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = 30 * 86400
CLOCK = r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])"
TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0", ""}


def duration(text: str) -> float:
    """Seconds, from `30s`, `5m`, `1h` or `1d`."""
    match = re.fullmatch(r"([0-9]{1,7}) ?([smhd])", text.strip())
    if not match:
        raise ValueError("must be a number and s, m, h or d; write for example 30s, 5m or 1h")
    seconds = int(match[1]) * UNITS[match[2]]
    if not 1 <= seconds <= LONGEST:
        raise ValueError("must be between 1s and 30d; write for example 5m")
    return float(seconds)


def quiet_hours(text: str) -> tuple[int, int] | None:
    """Minutes of the day from and to, from `21.00-05.00`; None from `off`, which YAML may have made a boolean."""
    if text.strip().lower() in {"off", "no", "false"}:
        return None
    match = re.fullmatch(rf"{CLOCK}\s*[-–]\s*{CLOCK}", text.strip())
    if not match:
        raise ValueError("must be two times of the day or off; write for example 21.00-05.00")
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if start == end:
        raise ValueError("begins when it ends; write two different times, or off")
    return start, end


def boolean(text: str) -> bool:
    """A yes or a no."""
    word = text.strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError("is neither yes nor no; write true or false")
    return word in TRUE


def web_address(text: str) -> SplitResult:
    """An http(s) address of a host, without a password in it."""
    if re.search(r"[\x00-\x20\x7f]", text):
        raise ValueError("has spaces in it; write the address as the browser shows it")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is no web address; write for example https://target-24jam.com") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("must begin with http:// or https:// and a host; write for example https://target-24jam.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a user name or password in it; leave that out")
    return parts


def listen_address(text: str) -> tuple[str, int]:
    """Host and port to listen at; port 0 lets the system choose."""
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\s\[\]]*)):([0-9]{1,5})", text.strip())
    if not match or int(match[3]) > 65535:  # noqa: PLR2004 — the last port
        raise ValueError("must be a host and a port; write for example 127.0.0.1:8080")
    return match[1] or match[2] or "0.0.0.0", int(match[3])  # noqa: S104 — ":8080" means everywhere, in every program
