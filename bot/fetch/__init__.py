"""One careful request for everything that is read from outside: limits, checked addresses, errors with a stable reason.

`fetcher`     the request itself: hops, deadline, two at a time per host
`addresses`   which addresses may be spoken to, and the look-up of names
`target`      which URLs may be asked for
`body`        reading and unpacking under limits
`challenge`   pages that a firewall gives instead
`validators`  ETag, Last-Modified and Retry-After
`faults`      what went wrong, in one line each
"""

from bot.fetch.addresses import Address, refusal, system_resolve
from bot.fetch.fetcher import Fetcher, Limits

__all__ = ["Address", "Fetcher", "Limits", "refusal", "system_resolve"]
