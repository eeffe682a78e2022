"""The child that reads feeds: what it gives back, what it survives, and that the program never waits for it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import sandbox
from bot.errors import FeedError
from bot.news.feed import read
from bot.ports import Parse
from bot.sandbox import Sandbox

URL = "https://kabar.example/feed/"
PATIENCE = 8.0  # seconds within which a document must be answered, on a busy machine too (the limit is 5 s)
STALL = 0.25  # seconds that the event loop may be late

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def feed(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://kabar.example/{n}/</link><category>DAERAH</category>"
        f"<pubDate>Wed, 28 Feb 2024 06:40:00 +0000</pubDate>"
        f"<description>Warga “{title}” pulang. (é)</description></item>"
        for n, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>Kabar</title>{items}</channel></rss>'.encode()


@pytest.fixture
async def parse() -> AsyncIterator[Sandbox]:
    box = Sandbox()
    yield box
    await box.close()


def pid(box: Sandbox) -> int:
    assert box._child is not None
    return box._child.pid


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 — another process ends; nothing here could set an event
            await asyncio.sleep(0.01)


async def fault(box: Sandbox, body: bytes) -> str:
    with pytest.raises(FeedError) as caught:
        async with asyncio.timeout(PATIENCE):
            await box(body, url=URL)
    return caught.value.reason


async def test_it_says_what_the_parser_says(parse: Sandbox) -> None:
    """Every field survives the pipe, times and tuples too."""
    port: Parse = parse
    body = feed("Satu", "Dua").replace(b"<channel>", b"<channel><ttl>15</ttl>")
    document = await port(body, url=URL, content_type="application/rss+xml; charset=utf-8")
    assert document == read(body, url=URL)
    assert document.ttl_minutes == 15
    assert document.items[0].published == datetime(2024, 2, 28, 6, 40, tzinfo=UTC)
    assert document.items[0].labels == ("DAERAH",)


async def test_the_parsers_own_faults_come_through_and_cost_no_child(parse: Sandbox) -> None:
    assert await fault(parse, b"") == "empty"
    first = pid(parse)
    assert await fault(parse, b"<!doctype html><html></html>") == "html"
    assert len((await parse(feed("Satu"), url=URL)).items) == 1
    assert pid(parse) == first


async def test_nothing_is_started_before_the_first_document() -> None:
    box = Sandbox()
    assert box._child is None
    await box.close()


async def test_many_at_once_wait_for_each_other(parse: Sandbox) -> None:
    documents = await asyncio.gather(*(parse(feed(f"Nomor {n}"), url=URL) for n in range(20)))
    assert [document.items[0].title for document in documents] == [f"Nomor {n}" for n in range(20)]


BOMB = b"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)
)

SLOW = b"<rss version='2.0'><channel>" + b"<a b='" * 2_000_000  # the lenient reader looks for each end anew
MANY = "<item><title>Judul %d</title><link>https://kabar.example/%d/</link></item>"

HOSTILE = {
    "many tags that are never closed": (SLOW, {"too_slow"}),
    "three million elements": (
        b"<rss version='2.0'><channel>" + b"<a/>" * 3_000_000 + b"</channel></rss>",
        {"too_slow", "too_big"},
    ),
    "an entity bomb": (BOMB + b"]><rss version='2.0'><channel><title>&i;</title></channel></rss>", {"entities"}),
    "two megabytes of opening brackets": (b"<" * 2_000_000, {"malformed"}),
    "the same within a feed": (b"<rss version='2.0'><channel>" + b"<" * 2_000_000, {"malformed"}),
    "100,000 nested elements": (b"<rss><channel>" + b"<a>" * 100_000 + b"</a>" * 100_000, {"too_deep"}),
    "more than is passed on": (b"x" * (sandbox.LARGEST + 1), {"too_big"}),
}


@pytest.mark.parametrize(("body", "reasons"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_document_is_a_clear_fault_while_the_loop_keeps_ticking(
    parse: Sandbox, body: bytes, reasons: set[str]
) -> None:
    await parse(feed("Satu"), url=URL)
    late = 0.0
    loop = asyncio.get_running_loop()

    async def tick() -> None:
        nonlocal late
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            late = max(late, loop.time() - before - 0.01)

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0)
    assert await fault(parse, body) in reasons
    ticker.cancel()
    assert late < STALL
    assert len((await parse(feed("Satu"), url=URL)).items) == 1  # and the next one is read again


async def test_of_twenty_thousand_items_two_hundred_are_read_in_time(parse: Sandbox) -> None:
    """Also where the XML is malformed."""
    for flaw in ("", " & isi"):
        items = "".join(MANY % (n, n) for n in range(20_000)).replace("Judul", f"Judul{flaw}")
        async with asyncio.timeout(PATIENCE):
            document = await parse(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), url=URL)
        assert len(document.items) == 200
        assert document.notes[-1] == "20000 items; the newest 200 were read"


async def test_what_takes_too_long_is_killed_and_replaced(parse: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    await parse(feed("Satu"), url=URL)
    first = pid(parse)
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.05)
    assert await fault(parse, SLOW) == "too_slow"
    monkeypatch.undo()
    await parse(feed("Dua"), url=URL)
    assert pid(parse) != first


@on_linux
async def test_what_takes_too_much_memory_is_too_big(parse: Sandbox) -> None:
    """Within a limit that leaves room for a small feed only."""
    import resource  # noqa: PLC0415 — POSIX only

    await parse(feed("Satu"), url=URL)
    size = int(Path(f"/proc/{pid(parse)}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.prlimit(pid(parse), resource.RLIMIT_AS, (size + 2**20, size + 2**20))
    assert await fault(parse, feed(*("Judul " + "x" * 2000 for _ in range(1500)))) == "too_big"
    assert len((await parse(feed("Satu"), url=URL)).items) == 1


@on_linux
async def test_a_child_that_dies_is_a_fault_of_that_document_only(parse: Sandbox) -> None:
    await parse(feed("Satu"), url=URL)
    os.kill(pid(parse), signal.SIGSTOP)  # so that it dies in the middle
    waiting = asyncio.create_task(parse(feed("Dua"), url=URL))
    await asyncio.sleep(0.05)
    os.kill(pid(parse), signal.SIGKILL)
    with pytest.raises(FeedError) as caught:
        await waiting
    assert caught.value.reason == "crashed"
    assert len((await parse(feed("Tiga"), url=URL)).items) == 1


async def test_a_poll_that_is_given_up_leaves_no_half_answer(parse: Sandbox) -> None:
    await parse(feed("Satu"), url=URL)
    given_up = asyncio.create_task(parse(SLOW, url=URL))
    await asyncio.sleep(0.05)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await parse(feed("Dua"), url=URL)).items[0].title == "Dua"


@on_linux
async def test_the_child_holds_two_pipes_and_no_secret(parse: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:geheim")
    with Path(__file__).open() as mine:  # noqa: ASYNC230 — a descriptor to inherit, nothing is read
        os.set_inheritable(mine.fileno(), True)
        await parse(feed("Satu"), url=URL)
        held = {
            fd: str(fd_path.readlink()) for fd_path in Path(f"/proc/{pid(parse)}/fd").iterdir() if (fd := fd_path.name)
        }
    assert b"geheim" not in Path(f"/proc/{pid(parse)}/environ").read_bytes()
    assert held["0"].startswith(("pipe:", "socket:"))
    assert held["1"].startswith(("pipe:", "socket:"))
    assert held["2"] == "/dev/null"
    assert set(held) == {"0", "1", "2"}
    limits = Path(f"/proc/{pid(parse)}/limits").read_text()
    assert f"{sandbox.MEMORY}" in next(line for line in limits.splitlines() if line.startswith("Max address space"))


@on_linux
async def test_closing_ends_the_child(parse: Sandbox) -> None:
    await parse(feed("Satu"), url=URL)
    child = pid(parse)
    await parse.close()
    assert not Path(f"/proc/{child}").exists()


@on_linux
async def test_the_child_ends_with_the_program_however_that_ends() -> None:
    """A program that is killed cannot say goodbye; the pipe says it."""
    program = (
        "import asyncio\nfrom bot.sandbox import Sandbox\n"
        "async def main():\n box = Sandbox()\n"
        f" await box({feed('Satu')!r}, url={URL!r})\n"
        " print(box._child.pid, flush=True)\n await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    child = int(await process.stdout.readline())
    assert Path(f"/proc/{child}").exists()
    process.kill()
    await process.wait()
    await until(lambda: _is_gone(child))


def _is_gone(child: int) -> bool:
    """Ended: no longer there, or only waiting for whoever adopted it to look."""
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
