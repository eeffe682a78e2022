"""Which addresses and URLs the program speaks to."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.fetch import Fetcher, refusal
from bot.fetch.addresses import odd_spelling
from bot.fetch.target import read_url

REFUSED = {
    "loopback": "127.0.0.1",
    "loopback, another one": "127.8.9.10",
    "private, ten": "10.1.2.3",
    "private, 172": "172.31.255.255",
    "private, 192": "192.168.0.1",
    "provider's NAT": "100.64.0.1",
    "link-local": "169.254.1.1",
    "the clouds' metadata": "169.254.169.254",
    "unspecified": "0.0.0.0",  # noqa: S104 — an address that must be refused, nothing is bound to it
    "this network": "0.1.2.3",
    "protocol assignments": "192.0.0.8",
    "documentation 1": "192.0.2.1",
    "documentation 2": "198.51.100.7",
    "documentation 3": "203.0.113.9",
    "6to4 relay": "192.88.99.1",
    "benchmarks": "198.19.0.1",
    "multicast": "224.0.0.251",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "v6 loopback": "::1",
    "v6 unspecified": "::",
    "v4-compatible": "::127.0.0.1",
    "v4-mapped": "::ffff:127.0.0.1",
    "v4-mapped, public": "::ffff:8.8.8.8",
    "v4-translated": "::ffff:0:127.0.0.1",
    "NAT64": "64:ff9b::7f00:1",
    "NAT64, local": "64:ff9b:1::7f00:1",
    "6to4": "2002:7f00:1::",
    "Teredo": "2001::1",
    "ORCHID": "2001:20::1",
    "v6 documentation": "2001:db8::1",
    "v6 documentation, new": "3fff::1",
    "unique local": "fd00::1",
    "v6 link-local": "fe80::1",
    "v6 link-local with a zone": "fe80::1%eth0",
    "site-local": "fec0::1",
    "v6 multicast": "ff02::1",
    "discard": "100::1",
    "segment routing": "5f00::1",
}
ALLOWED = ["1.1.1.1", "8.8.8.8", "103.28.12.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2404:6800:4003::200e"]
ODD = {
    "two parts": "127.1",
    "three parts": "127.0.1",
    "one number": "2130706433",
    "hexadecimal": "0x7f000001",
    "hexadecimal parts": "0x7f.0.0.0x1",
    "octal": "0177.0.0.1",
    "leading zero": "127.0.0.01",
    "trailing dot": "127.0.0.1.",
    "too large": "256.256.256.256",
    "bare 0x": "127.0.0.0x",
    "escaped": "%31%32%37.0.0.1",
}
INTRANET = ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "::1", "fd00::1"]
NEVER = ["169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::1"]  # noqa: S104
BAD_URLS = {
    "a file": "file:///etc/passwd",
    "another protocol": "gopher://feeds.example/",
    "no protocol": "feeds.example/feed",
    "no host": "http:///feed",
    "a password": "http://user:secret-word@feeds.example/",
    "a user": "http://user@feeds.example/",
    "a port out of range": "http://feeds.example:99999/",
    "an open bracket": "http://[::1",
    "a space": "http://feeds.example/a b",
    "a new line": "http://feeds.example/\r\nX-Evil: 1",
    "an escaped host": "http://%66eeds.example/",
    "a hyphen first": "http://-a.example/",
    "empty label": "http://a..example/",
    "too long": "http://feeds.example/" + "a" * 3000,
    "nothing": "",
}


@pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert refusal(ip_address(address)) is not None


@pytest.mark.parametrize("address", ALLOWED)
def test_a_public_address_is_allowed(address: str) -> None:
    assert refusal(ip_address(address)) is None


@pytest.mark.parametrize("address", INTRANET)
def test_allow_private_opens_the_neighbourhood(address: str) -> None:
    assert refusal(ip_address(address), allow_private=True) is None


@pytest.mark.parametrize("address", NEVER)
def test_allow_private_does_not_open_metadata_or_disguises(address: str) -> None:
    assert refusal(ip_address(address), allow_private=True) is not None


@pytest.mark.parametrize("host", ODD.values(), ids=ODD)
async def test_an_odd_spelling_of_an_address_is_refused_before_any_look_up(
    host: str, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(FetchError) as caught:
        await Fetcher(session, resolve=must_not_resolve)(f"http://{host}/feed/")
    assert caught.value.reason == "address_refused"


@pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED)
async def test_a_name_that_resolves_to_a_refused_address_is_refused(
    address: str, session: aiohttp.ClientSession
) -> None:
    """Even when a public address stands beside it."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", address]

    with pytest.raises(FetchError, match=r"feeds\.example") as caught:
        await Fetcher(session, resolve=resolve)("https://feeds.example/feed/")
    assert caught.value.reason == "address_refused"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "127。0。0。1", "１２７.0.0.1"])
async def test_an_address_in_the_url_is_checked_too(host: str, session: aiohttp.ClientSession) -> None:
    with pytest.raises(FetchError) as caught:
        await Fetcher(session, resolve=must_not_resolve)(f"http://{host}/")
    assert caught.value.reason == "address_refused"


async def test_localhost_is_refused_by_the_systems_own_resolver(session: aiohttp.ClientSession) -> None:
    with pytest.raises(FetchError, match="loopback") as caught:
        await Fetcher(session)("http://localhost/feed/")
    assert caught.value.reason == "address_refused"


@pytest.mark.parametrize("port", [1, 22, 25, 587, 993])
async def test_ports_of_other_services_are_refused(port: int, session: aiohttp.ClientSession) -> None:
    with pytest.raises(FetchError, match=f"port {port} ") as caught:
        await Fetcher(session, resolve=must_not_resolve)(f"http://feeds.example:{port}/")
    assert caught.value.reason == "address_refused"


@pytest.mark.parametrize("url", BAD_URLS.values(), ids=BAD_URLS)
async def test_what_is_no_web_address_is_a_bad_url(url: str, session: aiohttp.ClientSession) -> None:
    with pytest.raises(FetchError) as caught:
        await Fetcher(session, resolve=must_not_resolve)(url)
    assert caught.value.reason == "bad_url"
    assert "secret-word" not in str(caught.value)
    assert str(caught.value).isprintable()


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://[", "//", "http://a@"]))
def test_reading_a_url_gives_a_url_or_a_fetch_error(text: str, start: str) -> None:
    try:
        url = read_url(start + text)
    except FetchError as error:
        told = (error.reason, str(error))
    else:
        told = ("", "")
        assert url.scheme in {"http", "https"}
        assert url.user is None
    assert told[0] in {"", "bad_url", "address_refused"}
    assert told[1] == "" or told[1].isprintable()


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_is_allowed_is_global_by_the_standard_library_too(address: IPv4Address | IPv6Address) -> None:
    if refusal(address) is None:
        assert address.is_global
        assert not address.is_multicast
    if refusal(address, allow_private=True) is not None:
        assert refusal(address) is not None


@given(st.ip_addresses(v=4))
def test_a_plain_address_is_no_odd_spelling_and_its_number_is(address: IPv4Address) -> None:
    assert not odd_spelling(str(address))
    assert odd_spelling(str(int(address)))
    assert odd_spelling(hex(int(address)))


@given(st.text(max_size=40))
def test_looking_at_a_spelling_never_raises(host: str) -> None:
    assert odd_spelling(host) in {True, False}


async def must_not_resolve(host: str, _port: int) -> list[str]:
    raise AssertionError(f"{host} was looked up")
