"""`kentongan broadcasts`: what has been said, how far it has come, how it is stopped and gone on with."""

from collections.abc import Callable
from typing import Annotated, Final

import typer

from bot import clock
from bot.cli import about
from bot.cli.common import Json, in_transaction, print_json, print_table, settings, with_store
from bot.cli.report import print_whole, sent_data, whole, whole_data
from bot.cli.watching import report_data, shell_user
from bot.delivery.plan import Status
from bot.errors import UsageError
from bot.flow import newsroom
from bot.flow.progress import Progress, progress_of
from bot.ports import Sent, Store, Tx

ROWS: Final = 2_000  # readers that one transaction queues again: the write lock is held for moments only
Id = Annotated[int, typer.Argument(metavar="ID", help="Its number in `kentongan broadcasts list`.", min=1)]

app = typer.Typer(no_args_is_help=True, help="See, stop, go on with, correct and take back what is being said.")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many at most, the newest first.", min=1)] = 20,
    status: Annotated[str | None, typer.Option(help="Only those: running, paused, done, cancelled, …")] = None,
    json: Json = False,
) -> None:
    """Show the newest broadcasts and how far they have come; digests and marks are left out.

    Example: kentongan broadcasts list --status running
    """
    words = [word.value for word in Status]
    if status is not None and status not in words:
        raise UsageError(f"--status is one of {', '.join(words)}, not {status!r}")

    def work(tx: Tx) -> list[tuple[Sent, Progress]]:
        return [(sent, progress_of(tx, sent.id)) for sent in tx.broadcasts(limit, status)]

    found = with_store(settings(), lambda store: store.read(work))
    if json:
        print_json([sent_data(sent) | {"reports": report_data(now.reports)} for sent, now in found])
        return
    columns = ("id", "kind", "level", "status", "made", "sent", "failed", "unknown", "waiting", "title")
    rows = [
        (sent.id, sent.kind, sent.level, sent.status, f"{sent.created_at.astimezone():%Y-%m-%d %H:%M}",
         now.sent, now.failed, now.unknown, now.waiting, " ".join(sent.title.split())[:80])
        for sent, now in found
    ]  # fmt: skip
    print_table(columns, rows)


@app.command()
def show(
    broadcast: Id,
    missed: Annotated[
        bool, typer.Option("--missed", help="List everybody who did not get it, with the reason.")
    ] = False,
    json: Json = False,
) -> None:
    """Show one broadcast: its report by channel, what failed and why, whom nobody knows about, what was done to it.

    Example: kentongan broadcasts show 12 --missed
    """
    loaded = settings()
    found = with_store(loaded, lambda store: store.read(lambda tx: whole(tx, broadcast, all_missed=missed)))
    print_json(whole_data(found)) if json else print_whole(found)


@app.command()
def pause(
    broadcast: Id,
    reason: Annotated[str, typer.Option(help="Why, for your colleagues.")] = "",
    json: Json = False,
) -> None:
    """Let nothing more of it leave until it is resumed; what is in flight arrives.

    Example: kentongan broadcasts pause 12 --reason "checking a name"
    """
    _act(lambda tx: newsroom.pause(tx, broadcast, reason, shell_user(), clock.now()), broadcast, json=json)


@app.command()
def resume(broadcast: Id, json: Json = False) -> None:
    """Go on with a paused one.

    Example: kentongan broadcasts resume 12
    """
    _act(lambda tx: newsroom.resume(tx, broadcast, shell_user(), clock.now()), broadcast, json=json)


@app.command()
def cancel(broadcast: Id, json: Json = False) -> None:
    """Stop it for good: what is in flight arrives, nothing more leaves. Who has it keeps it (see `withdraw`).

    Example: kentongan broadcasts cancel 12
    """
    _act(lambda tx: newsroom.cancel(tx, broadcast, shell_user(), clock.now()), broadcast, json=json)


@app.command()
def retry(
    broadcast: Id,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Also those of whom nobody knows: some may get it a second time.")
    ] = False,
    json: Json = False,
) -> None:
    """Send it once more to those with whom it failed; who blocked the bot or left is not tried.

    Example: kentongan broadcasts retry 12 --unknown
    """
    again = with_store(settings(), lambda store: _try_again(store, broadcast, unknown=unknown))
    if json:
        print_json({"id": broadcast, "again": again})
    else:
        print(f"#{broadcast} is sent again to {again}" if again else f"#{broadcast} missed nobody who can be reached")


async def _try_again(store: Store, broadcast: int, *, unknown: bool) -> int:
    """In small transactions; what fails again meanwhile is not taken again and again."""
    before = await store.read(lambda tx: progress_of(tx, broadcast))
    failed = sum(n for report in before.reports for code, n in report.failed.items() if code not in newsroom.GONE_CODES)
    missed, again = failed + (before.unknown if unknown else 0), 0

    def work(tx: Tx) -> int:
        return newsroom.try_again(tx, broadcast, shell_user(), clock.now(), unknown=unknown, limit=ROWS)

    while again < missed and (taken := await store.write(work)):
        again += taken
    return again


def _act(work: Callable[[Tx], None], broadcast: int, *, json: bool) -> None:
    """Do it, and say where the broadcast stands now."""

    def act(tx: Tx) -> Progress:
        work(tx)
        return progress_of(tx, broadcast)

    now = in_transaction(settings(), act)
    if json:
        print_json({"id": broadcast, "status": now.status.value, "reports": report_data(now.reports)})
    else:
        print(f"#{broadcast} is {now.status}: {now.sent} sent, {now.under_way} in flight")


for command in (about.follow_up, about.correct, about.withdraw):
    app.command()(command)
app.command("recall", hidden=True)(about.withdraw)
