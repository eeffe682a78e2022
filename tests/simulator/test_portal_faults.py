"""What can be wrong with a portal's server: each fault as a client meets it."""

import gzip

import aiohttp
import pytest

from bot.simulator.portal import Fault, Portal
from bot.simulator.portal.mishap import HUGE
from tests.simulator.wire import Wire, until


@pytest.fixture(autouse=True)
def article(portal: Portal) -> int:
    return portal.publish("Judul", "<p>Isi.</p>", ["daerah"])


async def test_error_statuses_come_with_retry_after(wire: Wire, portal: Portal) -> None:
    portal.faults.add(answer=Fault.STATUS(503, retry_after=120), path="/feed/", times=1)
    portal.faults.add(answer=Fault.STATUS(410), path="/category/daerah/feed/")
    busy, _ = await wire.get("/feed/")
    assert (busy.status, busy.headers["Retry-After"]) == (503, "120")
    assert (await wire.get("/feed/"))[0].status == 200
    gone, _ = await wire.get("/category/daerah/feed/")
    assert (gone.status, "Retry-After" in gone.headers) == (410, False)
    assert [hit.status for hit in portal.hits] == [503, 200, 410]


async def test_a_redirect_leads_anywhere(wire: Wire, portal: Portal) -> None:
    portal.faults.add(answer=Fault.REDIRECT("http://169.254.169.254/latest/", 308))
    answer, _ = await wire.get("/feed/")
    assert (answer.status, answer.headers["Location"]) == (308, "http://169.254.169.254/latest/")


SPOILED = {
    "challenge": (Fault.CHALLENGE, "text/html", b"<!DOCTYPE html>"),
    "empty": (Fault.EMPTY, "application/rss+xml", b""),
    "wrong type": (Fault.WRONG_TYPE, "text/html", b"<?xml"),
    "a warning before the document": (Fault.PHP_WARNING, "application/rss+xml", b"<br />\n<b>Warning</b>"),
    "half a document": (Fault.TRUNCATED, "application/rss+xml", b"<?xml"),
}


@pytest.mark.parametrize(("fault", "kind", "beginning"), SPOILED.values(), ids=SPOILED)
async def test_spoiled_documents_are_still_200(
    wire: Wire, portal: Portal, fault: Fault, kind: str, beginning: bytes
) -> None:
    _, whole = await wire.get("/feed/")
    portal.faults.add(answer=fault)
    answer, body = await wire.get("/feed/")
    assert (answer.status, answer.content_type) == (200, kind)
    assert body.startswith(beginning)
    assert body != whole or fault is Fault.WRONG_TYPE


async def test_a_stale_cache_shows_the_past(wire: Wire, portal: Portal) -> None:
    rule = portal.faults.add(answer=Fault.STALE)
    _, first = await wire.get("/feed/")
    portal.publish("Baru", "<p>Isi.</p>", ["daerah"])
    answer, again = await wire.get("/feed/")
    assert (again, answer.headers["X-Cache"]) == (first, "HIT")
    portal.faults.remove(rule)
    assert b"Baru" in (await wire.get("/feed/"))[1]


async def test_a_compressed_answer_unpacks(wire: Wire, portal: Portal) -> None:
    _, plain = await wire.get("/feed/")
    portal.faults.add(answer=Fault.GZIP)
    answer, body = await wire.get("/feed/")
    assert (answer.headers["Content-Encoding"], body) == ("gzip", plain)


async def test_a_bomb_is_small_on_the_wire_and_huge_unpacked(wire: Wire, portal: Portal) -> None:
    portal.faults.add(answer=Fault.BOMB)
    async with aiohttp.ClientSession(auto_decompress=False) as session, session.get(f"{wire.url}/feed/") as answer:
        packed = await answer.read()
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) > HUGE


async def test_fifty_megabytes_are_announced_and_sent(wire: Wire, portal: Portal) -> None:
    portal.faults.add(answer=Fault.HUGE)
    async with wire.session.get(f"{wire.url}/feed/") as answer:
        assert answer.content_length == HUGE
        got = 0
        async for piece in answer.content.iter_chunked(2**20):
            got += len(piece)
    assert got == HUGE


async def test_an_endless_document_goes_on_until_the_reader_leaves(wire: Wire, portal: Portal) -> None:
    portal.faults.add(answer=Fault.ENDLESS)
    async with wire.session.get(f"{wire.url}/feed/") as answer:
        assert (answer.content_length, len(await answer.content.readexactly(3 * 2**20))) == (None, 3 * 2**20)
    await until(lambda: portal.hits)
    assert portal.hits[0].status == 0


async def test_a_dripping_document_comes_byte_by_byte(wire: Wire, portal: Portal) -> None:
    portal.drip_every = 0.001
    portal.faults.add(answer=Fault.DRIP)
    async with wire.session.get(f"{wire.url}/feed/") as answer:
        first = await answer.content.readany()
    assert len(first) < 20


async def test_a_cut_document_breaks_off(wire: Wire, portal: Portal) -> None:
    portal.faults.add(answer=Fault.CUT)
    with pytest.raises(aiohttp.ClientPayloadError):
        await wire.get("/feed/")
    assert portal.hits[0].status == 0


async def test_a_dropped_connection_and_a_hanging_one(wire: Wire, portal: Portal) -> None:
    portal.faults.add(answer=Fault.DROP, path="/feed/")
    portal.faults.add(answer=Fault.HANG, path="/robots.txt")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await wire.get("/feed/")
    with pytest.raises(TimeoutError):
        await wire.session.get(f"{wire.url}/robots.txt", timeout=aiohttp.ClientTimeout(total=0.05))


async def test_a_share_of_requests_meets_a_fault(wire: Wire, portal: Portal) -> None:
    rule = portal.faults.add(answer=Fault.STATUS(500), share=0.5)
    statuses = [(await wire.get("/robots.txt"))[0].status for _ in range(40)]
    assert 8 <= statuses.count(500) == rule.struck <= 32
    portal.faults.clear()
    assert (await wire.get("/robots.txt"))[0].status == 200
