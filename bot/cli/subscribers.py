"""`kentongan subscribers`: in, out, and a look."""

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from json import loads
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.progress import Progress

from bot import clock
from bot.cli.common import Json, errors, print_json, print_table, settings, with_store
from bot.errors import OperationError, UsageError
from bot.flow.audience import LineError, read_line, write_line, write_quiet
from bot.ports import Store, Subscription, Tx

CHUNK = 1_000  # rows a transaction: the write lock is held for some 20 ms, so that a running program is not disturbed
FAULTS_SHOWN = 20

app = typer.Typer(no_args_is_help=True, help="Import, export and list subscribers.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="One JSON object a line; it is read twice, so it must be a file.")],
    json: Json = False,
) -> None:
    """Take subscribers from a file; it is checked whole before the first row is written.

    Doing it twice changes nothing, and nobody who stopped after their consent is brought back.

    Example: kentongan subscribers import readers.jsonl

    A line of the file, whose fields from "mode" on may be left out: {"channel": "telegram", "address": "123",
    "categories": ["daerah"], "mode": "instant", "quiet": "21.00-05.00", "language": "id",
    "consent_at": "2026-01-31T09:00:00+07:00", "consent_wording": "Ya, saya mau", "words": ["pacet"]}

    On WhatsApp "consent_at" and "consent_wording" must be there, and the address is a number with its country.
    """
    loaded = settings()
    known = {c.id for c in loaded.categories}
    total = _check(file, known)

    async def work(store: Store) -> int:
        new = 0
        with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("importing", total=total)
            rows = (read_line(line, known) for _, line in _lines(file))
            for chunk in _chunks(rows):
                new += await store.write(partial(_import_chunk, chunk))
                progress.advance(task, len(chunk))
        return new

    new = with_store(loaded, work)
    print_json({"lines": total, "new": new}) if json else print(f"{total} lines read, {new} new subscribers")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output when left out.")] = None,
) -> None:
    """Write all active subscribers, one JSON object a line: what `import` takes.

    Example: kentongan subscribers export readers.jsonl
    """

    async def work(store: Store) -> int:
        with _out(file) as out:
            count, after = 0, 0
            while page := await store.read(lambda tx: tx.subscribers(after, CHUNK)):  # noqa: B023 — awaited at once
                out.writelines(write_line(subscription) + "\n" for _, subscription in page)
                count, after = count + len(page), page[-1][0]
        return count

    count = with_store(settings(), work)
    if file:
        print(f"{count} subscribers written to {file}")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    json: Json = False,
) -> None:
    """Show active subscribers.

    Example: kentongan subscribers list --limit 10
    """
    page = with_store(settings(), lambda store: store.read(lambda tx: tx.subscribers(0, limit)))
    if json:
        print_json([loads(write_line(s)) for _, s in page])
        return
    rows = [
        (i, s.channel, s.address, " ".join(s.categories), s.mode, write_quiet(s.quiet) or "–", s.language)
        for i, s in page
    ]
    print_table(("id", "channel", "address", "categories", "mode", "quiet", "language"), rows)


def _import_chunk(chunk: list[Subscription], tx: Tx) -> int:
    return tx.import_subscribers(chunk, clock.now())


@contextmanager
def _out(file: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that only its owner may read: it holds people's addresses."""
    if file is None:
        yield sys.stdout
        return
    try:
        with open(file, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            yield out
    except OSError as error:
        raise OperationError(f"{file} cannot be written ({error.strerror})") from error


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, blank ones left out; bytes that are no UTF-8 make no line of JSON."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, line


def _chunks(rows: Iterator[Subscription]) -> Iterator[list[Subscription]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk


def _check(file: Path, known: set[str]) -> int:
    """How many lines there are; UsageError naming the wrong ones."""
    if not file.is_file():
        why = "it is no file that can be read twice" if file.exists() else "no such file"
        raise UsageError(f"{file}: {why}")
    faults, count = [], 0
    for number, line in _lines(file):
        count += 1
        try:
            read_line(line, known)
        except LineError as error:
            faults.append(f"{file}:{number}: {error}")
    if faults:
        more = len(faults) - FAULTS_SHOWN
        shown = faults[:FAULTS_SHOWN] + ([f"… and {more} more"] if more > 0 else [])
        raise UsageError("\n".join([*shown, "nothing was imported"]))
    return count
