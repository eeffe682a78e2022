"""`kentongan backup` and `restore`: a copy, and a way back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from bot import app as composition
from bot.cli.common import Json, errors, print_json, print_table, settings
from bot.errors import UsageError
from bot.flow.leaving import asks_to_stop

MEGABYTE = 1_000_000


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="A file or a folder; a new file in var/backups when left out.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Remove older backups of that folder: keep the newest so many.")
    ] = None,
    json: Json = False,
) -> None:
    """Copy the database into one file, also while the program runs; the copy is checked before it gets its name.

    Names without FILE are kentongan-YYYYMMDD-HHMM.db, in UTC. Keep backups on another disk, and readable by you alone:
    they hold people's addresses. stops.log is not in them, on purpose: copy it too when you move to another machine.

    Example: kentongan backup --keep 14
    """
    loaded = settings()
    with _progress("copying") as progress:
        made = composition.back_up(loaded, file, keep=keep, progress=progress)
    if json:
        print_json(
            {"file": str(made.file), "at": made.at.isoformat(timespec="milliseconds"), "bytes": made.size,
             "counts": made.counts, "removed": [str(old) for old in made.removed]}
        )  # fmt: skip
        return
    print(f"{made.file}: {made.size / MEGABYTE:.1f} MB, {_counted(made.counts)}; checked")
    for old in made.removed:
        print(f"removed {old}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `kentongan backup` made.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of the database; the program must be stopped.

    The database that is there is kept beside it. Nothing is sent twice: what was under way when the backup was made is
    listed, not sent, and feeds are taken in anew without a word. Whoever left since the backup stays away (stops.log).
    Broadcasts wait until `kentongan resume`; people who write are answered.

    Example: kentongan restore var/backups/kentongan-20260131-0200.db
    """
    loaded = settings()
    with composition.hold_database(loaded), composition.restoration(loaded, file) as restoration:
        if not yes:
            _ask(restoration.at, restoration.counts)
        done = restoration.put_in_place(asks_to_stop)
    print_json(_as_data(done)) if json else _tell(done)


@contextmanager
def _progress(what: str) -> Iterator[Any]:
    """A bar on a terminal, nothing anywhere else."""
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(what)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _ask(at: datetime, counts: dict[str, int]) -> None:
    if not sys.stdin.isatty():
        raise UsageError("restore asks before it replaces the database, and nobody can answer here: add --yes")
    errors.print(f"The backup is of {_shown(at)}: {_counted(counts)}.", highlight=False)
    typer.confirm("Put it in the place of the database?", abort=True, err=True)


def _as_data(done: composition.Restored) -> dict[str, Any]:
    settled = done.settled
    return {
        "backup_at": done.backup_at.isoformat(timespec="milliseconds"),
        "kept_aside": str(done.aside) if done.aside else None,
        "migrated": list(done.migrated),
        "stops_log": done.stops_known,
        "stopped_again": settled.stopped, "erased_again": settled.erased,
        "interrupted": [
            {"broadcast": b.id, "kind": b.kind, "title": b.title, "created_at": b.created_at.isoformat(),
             "unknown": b.unknown, "not_known_since_the_backup": b.beyond}
            for b in settled.interrupted
        ],
        "answers_dropped": settled.replies, "messages_dropped": settled.updates,
        "invitations_withdrawn": settled.invitations,
        "sending": "paused",
    }  # fmt: skip


def _tell(done: composition.Restored) -> None:
    settled = done.settled
    print(f"restored as of {_shown(done.backup_at)}")
    if done.aside:
        print(f"the database before it is kept as {done.aside}")
    if done.migrated:
        print(f"brought up to date: {', '.join(done.migrated)}")
    print(f"{settled.stopped} stops and {settled.erased} erasures since the backup done again")
    if not done.stops_known:
        print("no stops.log lies beside the database: if people left since the backup, they are sent to again")
    print(f"dropped: {settled.replies} answers, {settled.updates} messages, {settled.invitations} unused invitations")
    if settled.interrupted:
        print("under way when the backup was made; who has had them is not known, and they are not sent again:")
        rows = [(b.id, b.kind, b.title, b.unknown, b.beyond) for b in settled.interrupted]
        print_table(("id", "kind", "title", "unknown", "not known since the backup"), rows)
    print("broadcasts wait: start the program, look around, then `kentongan resume`")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}{'' if number == 1 else 's'}".replace("storys", "stories")
                     for name, number in counts.items())  # fmt: skip


def _shown(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"
