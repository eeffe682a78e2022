"""What the commands share: settings, a store for a moment, and how data is printed."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import app as composition
from bot import logs
from bot.ports import Store, Tx
from bot.settings import Settings, load

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
WIDE = 400  # characters of a line that nobody looks at in a terminal

errors = Console(stderr=True, soft_wrap=True)


def settings() -> Settings:
    """The settings of this folder, and logging that can print none of their secrets."""
    loaded = load(os.environ)
    logs.configure(loaded.log_format or ("console" if sys.stderr.isatty() else "json"), "INFO", loaded.secrets())
    return loaded


def health_url(loaded: Settings) -> str:
    """Where a program with these settings tells how it is; a wildcard address is asked on the loopback."""
    host, port = loaded.listen
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 — compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"


def with_store(loaded: Settings, work: Callable[[Store], Awaitable[T]], *, read_only: bool = False) -> T:
    """Run `work` on the open database, beside a running program or without one; to read, it must be there."""

    async def open_and_work() -> T:
        store = composition.open_store(loaded, read_only=read_only)
        try:
            return await work(store)
        finally:
            store.close()

    return asyncio.run(open_and_work())


def in_transaction(loaded: Settings, work: Callable[[Tx], T]) -> T:
    """Run `work` in one transaction of its own; what it does is done whole, or not at all."""
    return with_store(loaded, lambda store: store.write(work))


def print_json(data: object) -> None:
    """One JSON document on standard output."""
    print(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table on standard output; what does not fit a terminal's line goes on below, a pipe's lines are long."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def print_tree(data: Mapping[str, Any], indent: int = 0) -> None:
    """Nested counts as indented lines."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            print(f"{' ' * indent}{key}")
            print_tree(value, indent + 2)
        else:
            print(f"{' ' * indent}{key}: {value if value is not None else '–'}")
