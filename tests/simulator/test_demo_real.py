"""`kentongan demo --script`: the real program plays the whole demo, and the exit status tells."""

import asyncio
import sys


async def test_the_script_ends_well_with_the_real_program() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--script", "--port", "0",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complained = await program.communicate()
    address, *steps = said.decode().splitlines()
    assert program.returncode == 0, said.decode() + complained.decode()
    assert address.startswith("http://127.0.0.1:")
    assert len(steps) >= 18
    assert all(step.startswith("ok ") for step in steps)
