"""The pictures of the README, taken anew from the real demo: `python -m tests.browser.shoot [FOLDER]`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, ViewportSize

from bot.simulator.phones import RESIDENTS
from tests.browser.chromium import chromium

LARGEST = 400_000  # bytes a picture may have
ENOUGH = 90_000  # milliseconds until each resident must have a story
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)


@asynccontextmanager
async def running_demo() -> AsyncIterator[str]:
    """`kentongan demo` on a free port; its page's address, which it prints before anything else."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    try:
        async with asyncio.timeout(30):
            address = (await program.stdout.readline()).decode().strip()
        if not address.startswith("http://127.0.0.1:"):
            raise RuntimeError(f"the demo did not begin with its address but with {address!r}")
        yield address
    finally:
        if program.returncode is None:
            program.terminate()
        await program.communicate()


async def picture(browser: Browser, address: str, size: ViewportSize, scale: float, path: Path) -> None:
    """Wait until each resident has got a story and one of them gets one that the other does not; take the picture."""
    page = await browser.new_page(viewport=size, device_scale_factor=scale, reduced_motion="reduce")
    await page.goto(address)
    for owner in RESIDENTS:
        arrived = f'[data-owner="{owner.user_id}"][data-state="arrived"]'
        await page.wait_for_selector(arrived, state="attached", timeout=ENOUGH)
    one, other = (f'[data-owner="{owner.user_id}"]' for owner in RESIDENTS)
    telling = f'{one}[data-state="arrived"]):has({other}[data-state="other_topics"]'
    await page.wait_for_selector(f"[data-story]:first-child:has({telling})", state="attached", timeout=ENOUGH)
    path.write_bytes(await page.screenshot())
    await page.close()
    print(f"{path}: {path.stat().st_size:,} bytes")
    if path.stat().st_size > LARGEST:
        raise RuntimeError(f"{path} is larger than {LARGEST:,} bytes")


async def shoot(folder: Path) -> None:
    """Both pictures: a wide screen and a phone's."""
    folder.mkdir(parents=True, exist_ok=True)
    async with running_demo() as address, chromium() as browser:
        await picture(browser, address, WIDE, 1, folder / "demo.png")
        await picture(browser, address, PHONE, 2, folder / "demo-phone.png")


if __name__ == "__main__":
    asyncio.run(shoot(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")))
