"""Faults of feeds in words that an admin understands at once, and what to do about each."""

import re
from typing import Final

from bot.chat.fit import cut
from bot.chat.texts import Voice

LONGEST: Final = 160
_STATUS: Final = re.compile(r"\b([1-5]\d\d)\b")
_FAULTS: Final = {
    "timeout": "fault.timeout",
    "dns": "fault.dns",
    "refused": "fault.refused",
    "broken": "fault.broken",
    "tls": "fault.tls",
    "challenge": "fault.challenge",
    "address_refused": "fault.address_refused",
    "bad_url": "fault.bad_url",
    "too_many_redirects": "fault.redirects",
    "too_large": "fault.too_large",
    "html": "fault.html",
    "not_a_feed": "fault.html",
    "nothing": "fault.nothing",
}


def fault(say: Voice, line: str) -> str:
    """`reason: what happened`, as a feed keeps it, in a few words; what we have no words for stands as it is."""
    reason, _, told = line.partition(": ")
    if reason == "http_status" and (status := _STATUS.search(told)):
        return say.t("fault.status", status=status[1])
    key = _FAULTS.get(reason)
    return say.t(key) if key else cut(told or line, LONGEST)
