"""Which URLs may be asked for."""

import re

from yarl import URL

from bot.errors import FetchError
from bot.fetch.addresses import literal, odd_spelling

NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
LONGEST = 2_000


def read_url(text: str) -> URL:
    """The URL that this text spells, or FetchError with `bad_url` or `address_refused`."""
    if len(text) > LONGEST:
        raise FetchError("bad_url", f"the address is longer than {LONGEST} characters")
    if re.search(r"[\x00-\x20\x7f]", text):
        raise FetchError("bad_url", "the address contains spaces or control characters")
    try:
        url = URL(text).with_fragment(None)
    except ValueError:
        raise FetchError("bad_url", f"not an address: {shown(text)}") from None
    check_url(url)
    return url


def check_url(url: URL) -> None:
    """Refuse what is no plain http(s) URL of a host."""
    if url.scheme not in {"http", "https"}:
        raise FetchError("bad_url", "only http:// and https:// addresses can be read")
    if url.user is not None or url.password is not None:
        raise FetchError("bad_url", "an address with a user name or password in it is not read")
    host = url.raw_host or ""
    if odd_spelling(host):
        raise FetchError("address_refused", f"{shown(host)} is an IP address in an odd spelling; write it as 1.2.3.4")
    if literal(host) is None and not (len(host) <= 253 and NAME.fullmatch(host)):  # noqa: PLR2004 — a name's limit
        raise FetchError("bad_url", f"{shown(host)!r} is not the name of a host")


def check_port(url: URL, *, any_port: bool) -> None:
    """Refuse the ports of other services: a GET must not be made to speak to someone's mail or shell.

    Own and neighbouring addresses are refused whatever the port, so this only keeps strangers' well-known services
    from being knocked at; feeds do live above 1023 (8000, 8080, 8443, 2368), below it only on 80 and 443.
    """
    if not any_port and url.port not in {80, 443} and (url.port or 0) < 1024:  # noqa: PLR2004 — where well-known ports end
        raise FetchError(
            "address_refused", f"port {url.port} is not a port of web sites; 80, 443 and those above 1023 are"
        )


def shown(text: str, longest: int = 80) -> str:
    """Foreign text made fit for one line of a message."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"
