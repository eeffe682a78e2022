"""What tests of one outbox share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.outbox import Outbox


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    """A program's outbox on an empty store, started."""
    outbox = Outbox(tmp_path)
    await outbox.start()
    yield outbox
    outbox.store.close()
