"""A broadcast as an operator sees it: its live progress, and its report."""

import os
import pwd
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.chat import texts
from bot.cli.common import errors, print_table
from bot.delivery.plan import Status
from bot.flow import progress as flow
from bot.ports import Report, Store

STILL: Final = 10.0  # seconds without any change after which nobody need look on
LINE_EVERY: Final = 2.0  # seconds between two lines where there is no terminal to draw a bar on
STOPPED: Final = frozenset({Status.CANCELLED, Status.WITHDRAWN, Status.EXPIRED, Status.INTERRUPTED})
_COLUMNS: Final = (
    "channel",
    "sent",
    "failed",
    "unknown",
    "recalled",
    "in digests",
    "under way",
    "waiting",
    "p50",
    "p95",
)


def shell_user() -> str:
    """Who the audit log names."""
    try:
        return f"shell:{pwd.getpwuid(os.getuid()).pw_name}"  # what variables say, anybody can say
    except KeyError:  # a container's user that has no name
        return f"shell:{os.getuid()}"


def full_moment(at: datetime, language: str, timezone: ZoneInfo) -> str:
    """A moment, written out: `Kamis 26 November 2026, 07.00 WIB`."""
    local = at.astimezone(timezone)
    return f"{texts.day(language, at, timezone)}, {local:%H.%M} {local.tzname()}"


# Live ---------------------------------------------------------------------------------------------------------------


async def look_on(store: Store, broadcast_id: int, total: int) -> flow.Progress:
    """Show its progress until it is over, or until nothing has moved for a while; how it stands then."""
    with _bar(broadcast_id, total) as show:
        last = None
        async for now in flow.watch(store, broadcast_id, still_after=STILL):
            if now == last:
                break
            show(now)
            last = now
    assert last is not None
    return last


@contextmanager
def _bar(broadcast_id: int, total: int) -> Iterator[Any]:
    """A bar on a terminal, now and then a line anywhere else."""
    if not errors.is_terminal:
        yield _Lines(broadcast_id, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} of {task.total}"),
               TextColumn("{task.fields[others]}"), TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(f"#{broadcast_id}", total=total, others="")
        yield lambda now: _draw(bar, task, now, total)


def _draw(bar: Progress, task: TaskID, now: flow.Progress, total: int) -> None:
    what = f"#{now.broadcast_id} {now.status}"
    bar.update(task, description=what, completed=now.settled, total=max(total, now.settled), others=_others(now))


def _others(now: flow.Progress) -> str:
    counts = (("failed", now.failed), ("unknown", now.unknown), ("waiting", now.waiting))
    return " · ".join(f"{count} {word}" for word, count in counts if count)


class _Lines:
    """Progress for a log: a line at most every few seconds."""

    def __init__(self, broadcast_id: int, total: int) -> None:
        self._name, self._total = f"#{broadcast_id}", total
        self._next = 0.0

    def __call__(self, now: flow.Progress) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LINE_EVERY
        told = " · ".join(part for part in (f"{now.settled} of {max(self._total, now.settled)}", _others(now)) if part)
        errors.print(f"{self._name} {now.status}: {told}", markup=False, highlight=False)


# Afterwards ---------------------------------------------------------------------------------------------------------


def print_report(reports: tuple[Report, ...]) -> None:
    """A line a channel, then what failed and why."""
    rows = [
        (r.channel, r.sent, sum(r.failed.values()), r.unknown, r.recalled, r.digested, r.under_way, r.waiting,
         _seconds(r.p50), _seconds(r.p95))
        for r in reports
    ]  # fmt: skip
    print_table(_COLUMNS, rows)
    for report in reports:
        for code, count in sorted(report.failed.items()):
            print(f"failed on {report.channel}: {code} {count}")


def report_data(reports: tuple[Report, ...]) -> list[dict[str, Any]]:
    """The same as data; p50 and p95 are seconds from publication to arrival, null while nothing has arrived."""
    return [
        {"channel": r.channel, "sent": r.sent, "failed": dict(r.failed), "unknown": r.unknown, "recalled": r.recalled,
         "digested": r.digested, "under_way": r.under_way, "waiting": r.waiting, "p50": r.p50, "p95": r.p95}
        for r in reports
    ]  # fmt: skip


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:g} s"
