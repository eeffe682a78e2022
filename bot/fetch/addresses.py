"""Which addresses the program may speak to.

A feed's address is chosen by people who write to the bot, and redirects and DNS answers by whoever runs that host; none
of them may make the server talk to itself or to its neighbours.
"""

import asyncio
import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Own lists and not `is_private`: that property knows neither 100.64/10 nor multicast, and has changed between releases.
NEARBY: dict[Network, str] = {
    IPv4Network("10.0.0.0/8"): "a private address",
    IPv4Network("172.16.0.0/12"): "a private address",
    IPv4Network("192.168.0.0/16"): "a private address",
    IPv4Network("100.64.0.0/10"): "a provider's inner address",
    IPv4Network("127.0.0.0/8"): "a loopback address",
    IPv6Network("::1/128"): "a loopback address",
    IPv6Network("fc00::/7"): "a private address",
}
NEVER_V4 = {
    IPv4Network("0.0.0.0/8"): "this very network",
    IPv4Network("169.254.0.0/16"): "a link-local address",  # where clouds keep their credentials
    IPv4Network("192.0.0.0/24"): "a protocol's address",
    IPv4Network("192.0.2.0/24"): "an address for documentation",
    IPv4Network("192.88.99.0/24"): "a 6to4 relay",
    IPv4Network("198.18.0.0/15"): "an address for benchmarks",
    IPv4Network("198.51.100.0/24"): "an address for documentation",
    IPv4Network("203.0.113.0/24"): "an address for documentation",
    IPv4Network("224.0.0.0/4"): "a multicast address",
    IPv4Network("240.0.0.0/4"): "a reserved address",
}
# Inside the one block of IPv6 that is given out to the public, what still is not public or hides an IPv4 address.
PUBLIC_V6 = IPv6Network("2000::/3")
NEVER_V6 = {
    IPv6Network("2001::/23"): "a protocol's address",  # Teredo, ORCHID, benchmarks
    IPv6Network("2001:db8::/32"): "an address for documentation",
    IPv6Network("2002::/16"): "an IPv4 address in disguise (6to4)",
    IPv6Network("3fff::/20"): "an address for documentation",
}


def refusal(address: Address, *, allow_private: bool = False) -> str | None:
    """Why this address is not spoken to ("a loopback address"), or None when it may be."""
    for network, name in NEARBY.items():
        if address in network:
            return None if allow_private else name
    if isinstance(address, IPv4Address):
        return next((name for network, name in NEVER_V4.items() if address in network), None)
    if address not in PUBLIC_V6:
        return (
            "not a public address"  # ::127.0.0.1, ::ffff:…, 64:ff9b::, fe80::, fec0::, ff00:: and what is not given out
        )
    return next((name for network, name in NEVER_V6.items() if address in network), None)


def literal(host: str) -> Address | None:
    """The address that this host spells out, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def odd_spelling(host: str) -> bool:
    """Whether the system would read this host as an IPv4 address although it is not written like one.

    `127.1`, `2130706433`, `0x7f000001` and `0177.0.0.1` are all loopback to `inet_aton`. No name may end in a number,
    so whatever ends in one and is not four plain decimals is such a spelling.
    """
    last = host.rstrip(".").rsplit(".", 1)[-1]
    return bool(re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last, re.IGNORECASE)) and literal(host) is None


async def system_resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, in the order in which the system would try them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
