"""Every engine passes the same tests: a new one adds its name and its way to open."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.ports import Store
from storage import open_store
from tests.storage.makers import NOW

MakeStore = Callable[[], Store]


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of this test's own, not yet made."""
    assert request.param == "sqlite"
    return f"sqlite:///{tmp_path}/kept/kentongan.db"


@pytest.fixture
def make_store(url: str) -> Iterator[MakeStore]:
    """Opens the test's database, as often as asked; all are closed at the end."""
    opened: list[Store] = []

    def make() -> Store:
        opened.append(open_store(url, now=NOW, busy_seconds=0.2))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    """The test's database, open."""
    return make_store()
