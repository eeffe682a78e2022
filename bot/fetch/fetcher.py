"""The request itself: every hop looked up, checked, connected to by its checked address, read under limits."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import aiohttp
from yarl import URL

from bot import clock
from bot.errors import FetchError
from bot.fetch.addresses import Address, literal, refusal, system_resolve
from bot.fetch.body import read_beginning, read_body
from bot.fetch.challenge import challenge
from bot.fetch.faults import network_fault, status_fault
from bot.fetch.target import check_port, check_url, read_url, shown
from bot.fetch.validators import conditions
from bot.ports import Answer

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Check = Callable[[Address], str | None]
REDIRECTS = {301, 302, 303, 307, 308}
FOR_GOOD = {301, 308}
WITH_THE_FORM = {307, 308}  # the others turn a POST into a GET
PERHAPS_A_CHALLENGE = {202, 403, 406, 429, 503}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of us one document may take."""

    seconds: float = 20.0  # from the first look-up to the last byte, all hops together
    connect_seconds: float = 6.0  # for one address; a name's next address still gets its try
    size: int = 5_000_000  # bytes, packed and unpacked
    redirects: int = 5
    per_host: int = 2


@dataclass(slots=True)
class Gate:
    """The door of one host, and how many stand in or before it."""

    door: asyncio.Semaphore
    users: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked at every hop."""

    headers: dict[str, str] = field(default_factory=dict)  # conditions
    form: Mapping[str, str] | None = None  # a POST when there is one


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where an answer sends us."""

    target: URL
    for_good: bool


class Fetcher:
    """`ports.Fetch`, and its `post` is `ports.Post`, on the program's one ClientSession."""

    def __init__(
        self, session: aiohttp.ClientSession, *, allow_private: bool = False, limits: Limits | None = None,
        resolve: Resolve = system_resolve, check: Check | None = None,
    ) -> None:  # fmt: skip
        self._session = session
        self._limits = limits or Limits()
        self._any_port = allow_private  # an intranet or a test has its own ideas of ports
        self._resolve = resolve
        self._check = check or partial(refusal, allow_private=allow_private)
        self._gates: dict[str, Gate] = {}

    async def __call__(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:
        """The answer (200, or 304 when nothing has changed), or FetchError."""
        return await self._ask(url, Asking(conditions(etag, last_modified)))

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form; the answer (any 2xx, its body unread), or FetchError."""
        return await self._ask(url, Asking(form=form))

    async def _ask(self, url: str, asking: Asking) -> Answer:
        target = read_url(url)
        seen, moved = [target], 0  # the first so many hops hold for good
        left = self._limits.seconds
        while len(seen) <= self._limits.redirects + 1:
            async with self._gate(target.raw_host or ""):
                # Waiting at the gate is not the site's fault and does not count.
                answer, took = await self._timed(self._hop(target, asking), left, seen)
            if isinstance(answer, Answer):
                return replace(answer, moved_permanently_to=str(seen[moved]) if moved else None)
            if answer.target in seen:
                raise FetchError("too_many_redirects", "the redirects go round in a circle")
            if answer.for_good and moved == len(seen) - 1:
                moved += 1
            left, target = left - took, answer.target
            seen.append(target)
        raise FetchError("too_many_redirects", f"more than {self._limits.redirects} redirects")

    async def _timed(
        self, hop: Awaitable[Answer | Redirect], left: float, seen: Sequence[URL]
    ) -> tuple[Answer | Redirect, float]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(left):
                return await hop, loop.time() - begun
        except TimeoutError:
            raise FetchError("timeout", f"no complete answer within {self._limits.seconds:g} s") from None
        except FetchError as error:
            if len(seen) == 1:
                raise
            raise after_redirect(error, seen[-1]) from error

    @asynccontextmanager
    async def _gate(self, host: str) -> AsyncGenerator[None]:
        """Let a few through at a time; a host that nobody asks any more is forgotten."""
        gate = self._gates.setdefault(host, Gate(asyncio.Semaphore(self._limits.per_host)))
        gate.users += 1
        try:
            async with gate.door:
                yield
        finally:
            gate.users -= 1
            if not gate.users:
                del self._gates[host]

    async def _hop(self, target: URL, asking: Asking) -> Answer | Redirect:
        """One request: the answer, or where it sends us."""
        check_port(target, any_port=self._any_port)
        addresses = await self._addresses(target)
        response = await self._first_that_connects(target, addresses, asking)
        try:
            if asking.form is not None:
                return accepted(target, response)
            return await self._understand(target, response, conditional=bool(asking.headers))
        except aiohttp.ClientError as error:
            raise network_fault(error, target.host or "") from error
        finally:
            response.close()  # what we do not want to read is not read to keep a connection

    async def _addresses(self, target: URL) -> list[Address]:
        """The addresses of the target, every one of them allowed: one bad one spoils the name."""
        host, port = target.raw_host or "", target.port or 0
        spelled = literal(host)
        try:
            found = [spelled] if spelled else [parse(text) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise FetchError("dns", f"the name {shown(host)} cannot be found") from error
        for address in found:
            if why := self._check(address):
                where = shown(host) if spelled else f"{shown(host)} ({address})"
                raise FetchError("address_refused", f"{where} is {why}; feeds there are not read")
        if not found:
            raise FetchError("dns", f"the name {shown(host)} has no address")
        return found

    async def _first_that_connects(
        self, target: URL, addresses: Sequence[Address], asking: Asking
    ) -> aiohttp.ClientResponse:
        for address in addresses[:-1]:
            try:
                return await self._request(target, address, asking)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                continue  # the next address of the same name
        try:
            return await self._request(target, addresses[-1], asking)
        except aiohttp.ClientError as error:
            raise network_fault(error, target.host or "") from error

    async def _request(self, target: URL, address: Address, asking: Asking) -> aiohttp.ClientResponse:
        """Connect to the address that was checked, so that no second look-up can give another one."""
        return await self._session.request(
            "GET" if asking.form is None else "POST",
            target.with_host(str(address)),
            headers=request_headers(target) | asking.headers,
            data=asking.form,
            server_hostname=target.raw_host if target.scheme == "https" else None,
            allow_redirects=False,
            auto_decompress=False,
            raise_for_status=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_seconds),
        )

    async def _understand(
        self, target: URL, response: aiohttp.ClientResponse, *, conditional: bool
    ) -> Answer | Redirect:
        headers = named(response)
        if response.status == 304 and conditional:  # noqa: PLR2004
            return Answer(str(target), 304, b"", headers)
        if response.status == 200:  # noqa: PLR2004
            body = await read_body(response, self._limits.size)
            if fault := challenge(200, headers, body):
                raise fault
            return Answer(str(target), 200, body, headers)
        if response.status in REDIRECTS and "location" in headers:
            return Redirect(redirected(target, headers["location"]), response.status in FOR_GOOD)
        if response.status in PERHAPS_A_CHALLENGE:
            body = await read_beginning(response)
            if fault := challenge(response.status, headers, body):
                raise fault
        raise status_fault(response.status, response.headers, clock.now())


def accepted(target: URL, response: aiohttp.ClientResponse) -> Answer | Redirect:
    """What the answer to a form means."""
    headers = named(response)
    if 200 <= response.status < 300:  # noqa: PLR2004
        return Answer(str(target), response.status, b"", headers)
    if response.status in WITH_THE_FORM and "location" in headers:
        return Redirect(redirected(target, headers["location"]), response.status in FOR_GOOD)
    raise status_fault(response.status, response.headers, clock.now())


def named(response: aiohttp.ClientResponse) -> dict[str, str]:
    """The headers by their names in lower case; those that come several times (Link) joined by commas."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def parse(text: str) -> Address:
    """An address as a resolver writes it."""
    address = literal(text)
    if address is None:
        raise OSError(f"the resolver gave {text!r}, which is no address")
    return address


def after_redirect(error: FetchError, target: URL) -> FetchError:
    """The same error, told so that nobody looks for it at the address they wrote."""
    text = f"it redirects to {shown(target.host or '')}: {error}"
    return FetchError(error.reason, text, status=error.status, retry_after=error.retry_after)


def redirected(target: URL, location: str) -> URL:
    """Where a Location header leads; sites put spaces around it, and leave out what stays the same."""
    try:
        url = target.join(URL(location.strip())).with_fragment(None)
    except ValueError:
        raise FetchError("bad_url", f"redirects to something that is no address: {shown(location)}") from None
    check_url(url)
    return url


def request_headers(target: URL) -> dict[str, str]:
    """What every request says about itself and about what it can take."""
    return {
        "Host": target.host_port_subcomponent or "",
        "User-Agent": USER_AGENT,
        "Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
        "Accept-Encoding": "gzip, deflate",
    }


def user_agent() -> str:
    """The project's name and version, as sites see it in their logs."""
    try:
        return f"Kentongan/{version('kentongan')} (feed reader)"
    except PackageNotFoundError:
        return "Kentongan (feed reader)"


USER_AGENT = user_agent()
