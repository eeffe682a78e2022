"""`kentongan push`: an alert from the server's shell."""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from bot import app as composition
from bot import clock
from bot.channels.console import render
from bot.channels.console.send import NAME as CONSOLE
from bot.channels.console.send import Terminal
from bot.cli.common import Json, errors, print_json, settings, with_store
from bot.cli.notes import Faults, board_of, check_length, composed, read_categories, read_note
from bot.cli.watching import STILL, STOPPED, full_moment, look_on, print_report, report_data, shell_user
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.delivery.estimate import estimate_all, in_words
from bot.delivery.life import LIVES, is_outlived, longest_life
from bot.delivery.moment import read_moment
from bot.delivery.plan import Status
from bot.errors import OperationError, StoreError, UsageError
from bot.flow import newsroom
from bot.flow.progress import Progress
from bot.ports import Store, Tx
from bot.settings import Settings, missing_token_help

SECONDS_TO_THINK: Final = 10
INTERRUPTED: Final = 130  # what a shell calls a program that Ctrl-C ended
_YES: Final = frozenset({"y", "ya", "yes"})
_RULE: Final = "─" * 40


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be told to whom, checked."""

    note: Note
    categories: tuple[str, ...]  # empty: everybody
    at: datetime | None  # None: at once
    preview: str
    audience: Mapping[str, int]  # by channel
    seconds: float  # how long it takes

    @property
    def total(self) -> int:
        """Readers on all channels."""
        return sum(self.audience.values())


def push(
    text: Annotated[str, typer.Option(help="What readers shall read; - reads it from standard input.")],
    title: Annotated[str, typer.Option(help="A line above it.")] = "",
    link: Annotated[str, typer.Option(help="An http(s) address, for a button below it.")] = "",
    level: Annotated[str, typer.Option(help="biasa, penting, or darurat (which wakes people up).")] = "biasa",
    categories: Annotated[
        str | None, typer.Option(help="Whose followers get it, for example daerah,hukrim; everybody when left out.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="When: 07.00, besok 07.00, 30 menit lagi, 2026-11-28 13.40; at once if left out.")
    ] = None,
    place: Annotated[str, typer.Option(help="Where it happens, beside the level.")] = "",
    unverified: Annotated[bool, typer.Option("--unverified", help="Say that it is still being checked.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show audience, time and message; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, and do not wait ten seconds.")] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print the broadcast's id and return.")] = False,
    json: Json = False,
) -> None:
    """Tell readers something now, or at a time: shows it first, asks, waits ten seconds, then shows how it goes.

    A running program sends it at once; without one it leaves when `kentongan run` starts. Ctrl-C while it is being sent
    leaves it going out: `kentongan broadcasts` has what stops it. The audit log names you.

    Example: kentongan push --text "Jembatan Ngujang ditutup sampai besok pagi." --level penting --categories daerah

    Example: kentongan push --title "Siaga banjir" --text - --at "besok 07.00" --dry-run < kabar.txt
    """
    loaded = settings()
    faults = Faults()
    asked = text != "-"  # what is piped in cannot answer a question
    note = read_note(text, faults, title=title, link=link, level=level, place=place, unverified=unverified)
    order = _order(loaded, note, categories, at, faults)
    if dry_run:
        print_json(_as_data(order, loaded)) if json else print(_shown(order, loaded))
        return
    if not yes:
        _ask(order, loaded, answerable=asked)
    elif not no_wait and not json:
        errors.print(_shown(order, loaded), markup=False, highlight=False)
    _send(loaded, order, no_wait=no_wait, json=json)


# Before -------------------------------------------------------------------------------------------------------------


def _order(loaded: Settings, note: Note, categories: str | None, at: str | None, faults: Faults) -> Order:
    """What is meant, or UsageError with everything that is wrong."""
    now = clock.now()
    meant = read_categories(categories, loaded, faults)
    moment = _moment(at, now, loaded, faults)
    content = Content(BroadcastKind.ALERT, moment or now, note=note)
    board = board_of(loaded, now)
    check_length(content, board, "--text", faults)
    faults.raise_any()
    audience, rates = _audience(loaded, meant)
    preview = render.screen(composed(content, board, loaded), looks=sys.stderr.isatty())
    return Order(note, meant, moment, preview, audience, estimate_all(audience, rates))


def _moment(at: str | None, now: datetime, loaded: Settings, faults: Faults) -> datetime | None:
    if at is None:
        return None
    try:
        return read_moment(at, now, loaded.portal.timezone)
    except ValueError as error:
        faults.append(f"--at {error}")
        return None


def _audience(loaded: Settings, categories: tuple[str, ...]) -> tuple[dict[str, int], dict[str, float]]:
    """Readers by channel, and what each channel sends a second."""
    on = {"telegram": loaded.telegram, "whatsapp": loaded.whatsapp}
    rates = {name: channel.rate for name, channel in on.items() if channel is not None} or {CONSOLE: Terminal.rate}

    async def count(store: Store) -> dict[str, int]:
        return await store.read(lambda tx: _count(tx, rates, categories))

    try:
        audience = with_store(loaded, count, read_only=True)
    except StoreError as error:
        if error.reason != "missing":
            raise
        audience = dict.fromkeys(rates, 0)  # nobody has come yet
    if CONSOLE in rates and not audience[CONSOLE]:
        raise UsageError(missing_token_help())
    return audience, rates


def _count(tx: Tx, channels: Mapping[str, object], categories: tuple[str, ...]) -> dict[str, int]:
    return {channel: tx.audience_size(channel, categories) for channel in channels}


def _shown(order: Order, loaded: Settings) -> str:
    """All that should be known before it is sent."""
    whose = f"followers of {', '.join(order.categories)}" if order.categories else "everybody"
    readers = ", ".join(f"{channel} {count:,}" for channel, count in order.audience.items())
    return "\n".join(
        (f"to:      {whose} ({readers})", f"when:    {_when(order, loaded)}",
         f"takes:   {in_words(order.seconds)}", *_too_long(order), f"quiet:   {_quiet(order.note.level)}",
         _RULE, order.preview, _RULE)
    )  # fmt: skip


def _too_long(order: Order) -> Iterator[str]:
    """What becomes of the last readers when sending takes longer than it is news."""
    level, seconds = order.note.level, order.seconds
    if not is_outlived(level, seconds):
        return
    life, most = LIVES[level].total_seconds(), longest_life(level).total_seconds()
    yield f"late:    that is longer than {level} is news ({in_words(life)}): the last readers get it late"
    if seconds > most:
        yield (
            f"         and after {in_words(most)} it stops: whoever has not had it then is listed as"
            " failed (expired); kentongan broadcasts retry sends it to them"
        )


def _when(order: Order, loaded: Settings) -> str:
    if order.at is None:
        return "at once"
    return full_moment(order.at, loaded.portal.language, loaded.portal.timezone)


def _quiet(level: Level) -> str:
    if level is Level.URGENT:
        return "at once, also in quiet hours"
    return "readers in their quiet hours get it when those end"


def _as_data(order: Order, loaded: Settings) -> dict[str, Any]:
    return {
        "dry_run": True, "audience": dict(order.audience), "total": order.total, "seconds": round(order.seconds, 1),
        "lives_seconds": int(LIVES[order.note.level].total_seconds()),
        "too_long": is_outlived(order.note.level, order.seconds),
        "level": order.note.level.value, "categories": list(order.categories),
        "at": order.at.isoformat(timespec="seconds") if order.at else None, "when": _when(order, loaded),
        "message": order.preview,
    }  # fmt: skip


def _ask(order: Order, loaded: Settings, *, answerable: bool) -> None:
    """Show it, have a yes, and leave ten seconds for second thoughts."""
    if not (answerable and sys.stdin.isatty()):
        raise UsageError("push asks before it sends, and nobody can answer here: add --yes (or --dry-run)")
    errors.print(_shown(order, loaded), markup=False, highlight=False)
    try:
        errors.print("Kirim? Send it? [ya/tidak] ", end="", markup=False, highlight=False)
        if sys.stdin.readline().strip().casefold() not in _YES:
            errors.print("nothing was sent")
            raise typer.Exit(1)
        for left in range(SECONDS_TO_THINK, 0, -1):
            errors.print(f"\rsending in {left:2} s; Ctrl-C stops it ", end="", highlight=False)
            time.sleep(1)
        errors.print("\r" + " " * 40 + "\r", end="")
    except KeyboardInterrupt:
        errors.print("\nstopped: nothing was sent")
        raise typer.Exit(INTERRUPTED) from None


# Sending ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Made:
    """The broadcast, as soon as there is one."""

    id: int = 0
    total: int = 0
    still: str = ""  # why nothing is sent to audiences at the moment


def _send(loaded: Settings, order: Order, *, no_wait: bool, json: bool) -> None:
    """Write it down, then show how it goes as far as there is something to see."""
    made = _Made()

    async def work(store: Store) -> Progress | None:
        await store.write(lambda tx: _write(tx, order, made))
        if no_wait or made.still or order.at is not None or not composition.running(loaded):
            return None
        return await look_on(store, made.id, made.total)

    try:
        progress = with_store(loaded, work)
    except KeyboardInterrupt:
        errors.print(f"\n{_left_going(made)}", markup=False, highlight=False)
        raise typer.Exit(INTERRUPTED) from None
    if progress is not None:
        _tell_end(loaded, progress, json=json)
    elif no_wait:
        print_json({"id": made.id}) if json else print(made.id)
    else:
        _tell_later(loaded, order, made, json=json)


def _write(tx: Tx, order: Order, made: _Made) -> None:
    now = clock.now()  # here nothing else is being written
    made.total = sum(_count(tx, order.audience, order.categories).values())
    made.still = tx.standing_still()
    made.id = newsroom.alert(tx, order.note, order.categories, [*order.audience], shell_user(), now, order.at)


def _left_going(made: _Made) -> str:
    if not made.id:
        return "stopped: nothing was sent"
    return (
        f"#{made.id} goes on without you. See it with kentongan broadcasts show {made.id}, "
        f"stop it with kentongan broadcasts cancel {made.id}"
    )


def _tell_later(loaded: Settings, order: Order, made: _Made, *, json: bool) -> None:
    """Nothing is to be seen yet: say what it waits for."""
    if made.still:
        waits_for, why = "resume", f"nothing is sent to audiences ({made.still}): it leaves after kentongan resume"
    elif not composition.running(loaded):
        waits_for, why = "program", "no program is running: it leaves when kentongan run starts"
    else:
        waits_for, why = "time", f"it leaves {_when(order, loaded)}"
    if order.at is not None and waits_for != "time":
        why += f", not before {_when(order, loaded)}"
    if json:
        print_json({"id": made.id, "status": Status.RUNNING.value, "waits_for": waits_for, "why": why})
    else:
        print(f"#{made.id} is kept; {why}")


def _tell_end(loaded: Settings, progress: Progress, *, json: bool) -> None:
    """The report, and whether there is more to come."""
    if json:
        print_json({"id": progress.broadcast_id, "status": progress.status.value,
                    "channels": report_data(progress.reports)})  # fmt: skip
    else:
        print(f"#{progress.broadcast_id} {progress.status}")
        print_report(progress.reports)
    if progress.over and progress.status in STOPPED:
        raise OperationError(f"#{progress.broadcast_id} did not reach everybody: it is {progress.status}")
    if not progress.over:
        errors.print(_why_still(loaded, progress), markup=False, highlight=False)


def _why_still(loaded: Settings, progress: Progress) -> str:
    show = f"see it with kentongan broadcasts show {progress.broadcast_id}"
    if not composition.running(loaded):
        return f"the program has stopped: it goes on when kentongan run starts; {show}"
    if progress.status is Status.PAUSED:
        return f"it is paused: it goes on with kentongan broadcasts resume {progress.broadcast_id}; {show}"
    return f"nothing has moved for {STILL:.0f} s, {progress.waiting} wait for their turn; it goes on by itself; {show}"
