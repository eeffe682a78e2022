"""One broadcast, whole: what it says, how far it came, whom it missed, what was done about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.cli.common import print_table
from bot.cli.watching import print_report, report_data
from bot.flow.progress import Progress, progress_of
from bot.ports import Sent, Tx

PAGE: Final = 1_000  # missed deliveries a query
UNKNOWN_SHOWN: Final = 50  # more would be no page that somebody reads
AUDITS: Final = 1_000  # the newest acts, among which those about one broadcast are looked for

Missed = tuple[int, str, str, str, str]  # as NewsroomTx.missed: id, channel, address, state, code


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that is known about one broadcast."""

    sent: Sent
    progress: Progress
    missed: tuple[Missed, ...]
    unknown: int  # how many there are in all; `missed` may have fewer
    about: tuple[Sent, ...]
    acts: tuple[tuple[str, str, str, str], ...]  # when, who, what, about what
    held: bool = False  # the rest stands still until a colleague has decided about a correction


def whole(tx: Tx, broadcast_id: int, *, all_missed: bool) -> Whole:
    """Read it; NewsroomError when there is none. Without `all_missed` only the first unknown ones are listed."""
    progress = progress_of(tx, broadcast_id)
    sent = tx.broadcast(broadcast_id)
    assert sent is not None
    missed = tuple(_missed(tx, broadcast_id) if all_missed else _first_unknown(tx, progress))
    return Whole(
        sent, progress, missed, progress.unknown, tuple(tx.about(broadcast_id)), tuple(_acts(tx, broadcast_id)),
        tx.is_held(broadcast_id),
    )  # fmt: skip


def _missed(tx: Tx, broadcast_id: int) -> Iterator[Missed]:
    after = 0
    while page := tx.missed(broadcast_id, after, PAGE):
        yield from page
        after = page[-1][0]


def _first_unknown(tx: Tx, progress: Progress) -> list[Missed]:
    found: list[Missed] = []
    wanted = min(progress.unknown, UNKNOWN_SHOWN)
    for one in _missed(tx, progress.broadcast_id) if wanted else ():
        if one[3] == "unknown":
            found.append(one)
        if len(found) >= wanted:
            break
    return found


def _acts(tx: Tx, broadcast_id: int) -> Iterator[tuple[str, str, str, str]]:
    named = re.compile(rf"#{broadcast_id}\b")
    for at, who, act, detail in reversed(tx.audits(AUDITS)):
        if named.search(detail):
            yield at.isoformat(timespec="seconds"), who, act, detail


# Shown --------------------------------------------------------------------------------------------------------------


def sent_data(sent: Sent) -> dict[str, Any]:
    """A broadcast as data."""
    return {
        "id": sent.id, "kind": sent.kind.value, "status": sent.status.value, "level": sent.level.value,
        "title": sent.title, "story": sent.story_id, "about": sent.original_id, "categories": list(sent.categories),
        "channels": list(sent.channels), "by": sent.made_by, "created_at": _iso(sent.created_at),
        "not_before": _iso(sent.not_before), "expires_at": _iso(sent.expires_at), "done_at": _iso(sent.done_at),
        "reason": sent.reason,
    }  # fmt: skip


def whole_data(whole: Whole) -> dict[str, Any]:
    """All of it as data."""
    missed = [
        {"channel": channel, "address": address, "state": state, "code": code}
        for _, channel, address, state, code in whole.missed
    ]
    return {
        **sent_data(whole.sent),
        "held": whole.held,
        "text": whole.sent.note.text if whole.sent.note else None,
        "reports": report_data(whole.progress.reports),
        "unknown": [one for one in missed if one["state"] == "unknown"],
        "missed": missed,
        "said_about_it": [sent_data(sent) for sent in whole.about],
        "acts": [dict(zip(("at", "who", "act", "detail"), act, strict=True)) for act in whole.acts],
    }


def print_whole(whole: Whole) -> None:
    """All of it for people."""
    sent = whole.sent
    print(f"#{sent.id} {sent.kind} · {sent.level} · {sent.status}{f' ({sent.reason})' if sent.reason else ''}")
    print(sent.title)
    print(f"to {', '.join(sent.categories) or _whole_audience(sent)}, made {_iso(sent.created_at)}", end="")
    print(f" by {sent.made_by}" if sent.made_by else "")
    print()
    print_report(whole.progress.reports)
    if whole.held:
        print("the rest is held: its correction waits for an editor's approval")
    if whole.missed:
        print()
        print_table(("missed on", "address", "state", "why"), [one[1:] for one in whole.missed])
    if hidden := whole.unknown - sum(one[3] == "unknown" for one in whole.missed):
        print(f"… and {hidden} more unknown: --missed lists them all")
    for about in whole.about:
        print(f"#{about.id} {about.kind} is about it: {about.status}")
    for act in whole.acts:
        print("  ".join(act))


def _whole_audience(sent: Sent) -> str:
    if sent.original_id is not None:
        return f"those who had #{sent.original_id}"
    return "everybody" if sent.story_id is None else "those who follow all"


def _iso(at: Any) -> str | None:  # noqa: ANN401 — a datetime or None
    return None if at is None else at.isoformat(timespec="seconds")
