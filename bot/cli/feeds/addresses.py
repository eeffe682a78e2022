"""Whether an address may be polled at all, before it is kept; the fetcher checks again at the moment of connecting."""

from ipaddress import ip_address

from bot.errors import FetchError
from bot.fetch import refusal, system_resolve
from bot.fetch.addresses import literal
from bot.fetch.target import check_port, read_url, shown


async def why_not(address: str, *, allow_private: bool) -> str:
    """Why this address is not taken: no http(s), a private or loopback host, a service's port, a name nobody knows."""
    try:
        target = read_url(address)
        check_port(target, any_port=allow_private)
    except FetchError as error:
        return str(error)
    host = target.raw_host or ""
    spelled = literal(host)
    try:
        found = [spelled] if spelled else [ip_address(a) for a in await system_resolve(host, target.port or 0)]
    except (OSError, UnicodeError, ValueError):
        return f"the name {shown(host)} cannot be found"
    refused = (refusal(each, allow_private=allow_private) for each in found)
    return next((f"{shown(host)} is {why}; feeds there are not read" for why in refused if why), "")
