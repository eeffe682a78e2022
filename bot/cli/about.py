"""What is said about an earlier broadcast: a follow-up, a correction, a withdrawal; each to those who had it."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from bot import catalogs, clock
from bot.chat.broadcasts import LONGEST_REASON, LONGEST_WRONG
from bot.chat.righted import amendment, is_missing
from bot.chat.stories import LONGEST_TITLE
from bot.cli.common import Json, errors, in_transaction, print_json, settings, with_store
from bot.cli.notes import Faults, board_of, check_length, read_line, read_link, read_text
from bot.cli.watching import shell_user
from bot.delivery.content import BroadcastKind, Content, Note
from bot.errors import NewsroomError
from bot.flow import newsroom
from bot.ports import Tx
from bot.settings import Settings

Id = Annotated[int, typer.Argument(metavar="ID", help="The broadcast that it is about.", min=1)]


def follow_up(
    broadcast: Id,
    text: Annotated[str, typer.Option(help="What is new; - reads it from standard input.")],
    title: Annotated[str, typer.Option(help="A line above it.")] = "",
    link: Annotated[str, typer.Option(help="An http(s) address, for a button below it.")] = "",
    unverified: Annotated[bool, typer.Option("--unverified", help="Say that it is still being checked.")] = False,
    json: Json = False,
) -> None:
    """Tell what has happened since, as a reply to the first message, to everybody who gets that.

    Example: kentongan broadcasts follow-up 12 --text "Jembatan sudah dibuka kembali."
    """
    loaded, faults = settings(), Faults()
    note = Note(
        read_text(text, "--text", faults), read_line(title, "--title", LONGEST_TITLE, faults), read_link(link, faults),
        unverified=unverified,
    )  # fmt: skip
    before = _before(loaded, broadcast)
    level = before.note.level if before.note else note.level
    _check(loaded, replace(_about(before, BroadcastKind.FOLLOW_UP), note=replace(note, level=level)), "--text", faults)
    made = in_transaction(loaded, lambda tx: newsroom.follow_up(tx, broadcast, note, shell_user(), clock.now()))
    _tell(made, BroadcastKind.FOLLOW_UP, broadcast, json=json)


def correct(
    broadcast: Id,
    wrong: Annotated[str, typer.Option(help="What stood there.")],
    right: Annotated[str, typer.Option(help="What is right; - reads it from standard input.")],
    title: Annotated[str, typer.Option(help="The title in its corrected form.")] = "",
    summary: Annotated[str, typer.Option(help="The text (of a story: the summary) in its corrected form.")] = "",
    json: Json = False,
) -> None:
    """Put right what was wrong, on the phones of those who have it, with a message that says so.

    Who has not had it yet gets it in its corrected form. Without --title and --summary the wrong words are replaced
    where they stand, whatever their capitals and blanks; where they stand nowhere the correction is added, and said so.
    It leaves at once, also of an urgent alert: as with push, nobody else is asked, and the audit log names you.

    Example: kentongan broadcasts correct 12 --wrong "Lima orang luka" --right "Tiga orang luka"
    """
    loaded, faults = settings(), Faults()
    was = read_text(wrong, "--wrong", faults)
    note = Note(read_text(right, "--right", faults), wrong=read_line(was, "--wrong", LONGEST_WRONG, faults) and was)
    title = read_line(title, "--title", LONGEST_TITLE, faults)
    before = _before(loaded, broadcast)
    if not title and not summary.strip():
        _check_wrong(before, note, broadcast, faults)
    _check(loaded, replace(_about(before, BroadcastKind.CORRECTION), note=note), "--right", faults)
    added = amendment(catalogs.load().voice(loaded.portal.language), note.text)
    made = in_transaction(
        loaded,
        lambda tx: newsroom.correct(
            tx, broadcast, note, shell_user(), clock.now(), title=title, summary=summary.strip(), added=added
        ),
    )
    _tell(made, BroadcastKind.CORRECTION, broadcast, json=json)


def withdraw(
    broadcast: Id,
    reason: Annotated[str, typer.Option(help="Why; readers see it.")],
    erase: Annotated[
        bool, typer.Option("--erase", help="Delete it from phones where the platform allows that, instead of a stub.")
    ] = False,
    json: Json = False,
) -> None:
    """Take it back: whoever has it sees that it is withdrawn and why, nobody else gets it.

    Example: kentongan broadcasts withdraw 12 --reason "Informasi ini ternyata tidak benar."
    """
    loaded, faults = settings(), Faults()
    why = read_line(read_text(reason, "--reason", faults), "--reason", LONGEST_REASON, faults)
    faults.raise_any()
    made = in_transaction(
        loaded, lambda tx: newsroom.withdraw(tx, broadcast, why, shell_user(), clock.now(), erase=erase)
    )
    _tell(made, BroadcastKind.WITHDRAWAL, broadcast, json=json)


def _before(loaded: Settings, broadcast: int) -> Content:
    """What the earlier one says now."""

    def work(tx: Tx) -> Content:
        found = tx.contents([broadcast]).get(broadcast)
        if found is None:
            raise NewsroomError("not_found", f"there is no broadcast {broadcast}: kentongan broadcasts list shows them")
        return found

    return with_store(loaded, lambda store: store.read(work))


def _about(before: Content, kind: BroadcastKind) -> Content:
    follows = "" if before.kind is BroadcastKind.FOLLOW_UP else None
    return Content(kind, clock.now(), story=before.story, original=before.note, follows=follows)


def _check(loaded: Settings, content: Content, option: str, faults: Faults) -> None:
    if not faults:  # a text that is not there has no length
        check_length(content, board_of(loaded, content.at), option, faults)
    faults.raise_any()


def _check_wrong(before: Content, correction: Note, broadcast: int, faults: Faults) -> None:
    """Where the wrong words do not stand the correction is accepted all the same, as in the chat; it is said."""
    story, note = before.story, before.note
    said = (note.title, note.text) if note else (story.title, story.summary) if story else None
    if faults or said is None or not is_missing(*said, correction.wrong, correction.text):
        return
    hint = f"{correction.wrong!r} does not stand in #{broadcast}: the correction is added to its"
    errors.print(f"{hint} {'summary' if note is None else 'text'}", markup=False, highlight=False)


def _tell(made: int, kind: BroadcastKind, broadcast: int, *, json: bool) -> None:
    data: dict[str, Any] = {"id": made, "kind": kind.value, "about": broadcast}
    print_json(data) if json else print(f"#{made} is the {kind.replace('_', '-')} about #{broadcast}")
