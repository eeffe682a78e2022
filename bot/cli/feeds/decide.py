"""`kentongan feeds release|suppressions|undo`: what only a person can decide."""

from typing import Annotated

import typer

from bot import clock
from bot.cli.common import Json, in_transaction, print_json, print_table, settings, with_store
from bot.cli.feeds.change import Which
from bot.cli.feeds.choose import channels_of, feed_of
from bot.cli.watching import shell_user
from bot.errors import UsageError
from bot.flow import record
from bot.news.duplicates import Suppression
from bot.ports import Tx


def release(
    feed: Which,
    drop: Annotated[bool, typer.Option("--drop", help="Let the stories be: nobody is told.")] = False,
    json: Json = False,
) -> None:
    """Send the stories of a feed that were held back because too many came at once; with --drop let them be.

    Example: kentongan feeds release https://target-24jam.com/feed/
    """
    loaded = settings()

    def work(tx: Tx) -> tuple[str, int, int]:
        found, now = feed_of(tx, feed), clock.now()
        held = sum(len(flood.stories) for flood in tx.held_floods() if flood.feed_id == found.id)
        if not held:
            raise UsageError(f"nothing is held back of {found.url}")
        sent = record.release(tx, found.id, channels_of(loaded), now, tell=not drop)
        tx.add_audit(shell_user(), "feeds_release", f"{found.url} {held} held, {sent} sent", now)
        return found.url, held, sent

    url, held, sent = in_transaction(loaded, work)
    if json:
        print_json({"url": url, "held": held, "sent": sent})
    else:
        print(f"{held} stories of {url} were held back; {sent} go out now, the oldest first")


def suppressions(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
    json: Json = False,
) -> None:
    """Items that were taken for a story which was there already: the same text from another portal.

    Example: kentongan feeds suppressions --limit 50
    """
    rows = with_store(settings(), lambda store: store.read(lambda tx: tx.suppressions(limit)))
    if json:
        print_json([_as_data(row) for row in rows])
        return
    print_table(
        ("id", "when", "item", "of", "taken for", "because of", "undone"),
        [
            (row.id, f"{row.at:%Y-%m-%d %H:%M}", row.copy.title, row.copy.portal, row.story_title,
             f"its title, {row.score:.0%}" if row.reason == "title" else f"its text, {row.score:.0%}",
             "yes" if row.undone_at else "")
            for row in rows
        ],
    )  # fmt: skip


def undo(
    suppression: Annotated[int, typer.Argument(metavar="ID", help="Its number in feeds suppressions.")],
    json: Json = False,
) -> None:
    """Make a story of its own out of an item that was taken for another, and tell it now.

    Example: kentongan feeds undo 12
    """
    loaded = settings()

    def work(tx: Tx) -> int:
        now = clock.now()
        undone = record.undo(tx, suppression, channels_of(loaded), now)
        if undone is None:
            raise UsageError(f"there is nothing to undo in {suppression}: kentongan feeds suppressions shows them")
        tx.add_audit(shell_user(), "feeds_undo", f"#{suppression} is story {undone.story_id}", now)
        return undone.story_id

    story = in_transaction(loaded, work)
    print_json({"suppression": suppression, "story": story}) if json else print(f"story {story} goes out now")


def _as_data(row: Suppression) -> dict[str, object]:
    return {
        "id": row.id, "at": row.at, "title": row.copy.title, "link": row.copy.link, "portal": row.copy.portal,
        "story": row.story_id, "story_title": row.story_title, "reason": row.reason, "score": round(row.score, 3),
        "undone_at": row.undone_at,
    }  # fmt: skip
