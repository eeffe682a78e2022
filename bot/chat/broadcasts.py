"""Every kind of broadcast in a reader's language: what it says, how it looks, which buttons stand under it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bot.chat.digest import digest_message
from bot.chat.fit import LONGEST_CAPTION, LONGEST_TEXT, cut, fitted, units
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.stories import LONGEST_TITLE, story_message, usable
from bot.chat.texts import Voice, joined
from bot.chat.turn import Board
from bot.delivery.content import BroadcastKind, Content, Level, Note
from bot.news.item import Story

LONGEST_PLACE: Final = 100
LONGEST_PORTAL: Final = 100
LONGEST_WRONG: Final = 1200  # of what stood there before: what is right must have room too
LONGEST_REASON: Final = 400
_SHORTEST_BODY: Final = 2  # units; less is no word
_RULE: Final = "─" * 12
_LEVELS: Final = {
    Level.ORDINARY: "broadcast.ordinary",
    Level.IMPORTANT: "broadcast.important",
    Level.URGENT: "broadcast.urgent",
}
_Text = tuple[Span, ...]


def broadcast_message(content: Content, language: str, board: Board, *, photos: bool = True) -> Message:
    """What goes to all readers of one language; raises ValueError where what the kind needs is missing.

    A channel that shows no `photos` has room for more words.
    """
    if not photos:
        content = replace(content, note=_alone(content.note), original=_alone(content.original))
    return fitted(_KINDS[content.kind](_Edition(content, board.texts.voice(language), board)))


@dataclass(frozen=True, slots=True)
class _Edition:
    """A content, spoken in one language for one portal."""

    content: Content
    say: Voice
    board: Board

    @property
    def note(self) -> Note:
        """What editors wrote."""
        return self.content.note or Note("")

    def said(self, key: str) -> _Text:
        """A text that may name the portal and the moment."""
        timezone = self.board.timezone
        return self.say.rich(
            key, portal=cut(self.board.portal, LONGEST_PORTAL),
            moment=self.say.moment(self.content.at, timezone), stamp=self.say.stamp(self.content.at, timezone),
        )  # fmt: skip

    def subject(self) -> str:
        """The title of what was told before: of the story, or of the alert."""
        if self.content.story is not None and self.content.follows is None:
            return self.content.story.title
        before = self.content.original or Note("")
        return before.title or before.text.strip().partition("\n")[0]


# The kinds ----------------------------------------------------------------------------------------------------------


def _story(edition: _Edition) -> Message:
    return story_message(_told(edition.content), edition.say.language, edition.board)


def _digest(edition: _Edition) -> Message:
    return digest_message(edition.content, edition.say, edition.board)


def _alert(edition: _Edition) -> Message:
    note = edition.note
    heading = _heading(edition.say.t(_LEVELS[note.level]), note.place)
    return _newsroom(edition, note, heading, edition.said("broadcast.sent"))


def _follow_up(edition: _Edition) -> Message:
    # Where the first message is gone this one stands alone, so it says what it goes on from.
    before = _goes_on_from(edition, edition.subject())
    closing = joined("\n\n", before, edition.said("broadcast.sent"))
    return _newsroom(edition, edition.note, _heading_of_follow_up(edition, edition.note), closing)


def _heading_of_follow_up(edition: _Edition, note: Note) -> _Text:
    level = "" if note.level is Level.ORDINARY else edition.say.t(_LEVELS[note.level])
    return _heading(edition.say.t("broadcast.follow_up"), level, note.place)


def _goes_on_from(edition: _Edition, before: str) -> _Text:
    title = _one_line(before, LONGEST_TITLE)
    return edition.say.rich("broadcast.before", title=title) if title else ()


def _mark(edition: _Edition) -> Message:
    """The message that was wrong, in its corrected form, with a line that says so."""
    corrected = edition.said("broadcast.corrected")
    note = edition.content.original  # of a follow-up about a story too
    if note is None and edition.content.story is not None:
        return story_message(edition.content.story, edition.say.language, edition.board, note=corrected)
    if note is None:
        raise ValueError("a correction is marked on a story or on an alert")
    heading = _heading(edition.say.t(_LEVELS[note.level]), note.place)
    if edition.content.follows is not None:  # it stays what it was, and goes on from what it went on from
        heading = _heading_of_follow_up(edition, note)
        corrected = joined("\n\n", _goes_on_from(edition, edition.content.follows), corrected)
    marked = _newsroom(edition, note, heading, corrected)
    return replace(marked, photo="", caption=bool(note.photo))


def _correction(edition: _Edition) -> Message:
    note = edition.note
    title = _title(edition.subject(), italic=True)
    was = edition.say.rich("broadcast.was", text=prose(note.wrong, LONGEST_WRONG)) if note.wrong.strip() else ()
    head = joined("\n\n", joined("\n", edition.said("broadcast.correction"), title), was)
    label, sorry = edition.say.t("broadcast.right"), edition.said("broadcast.sorry")
    text = _filled(head, f"{label} {prose(note.text)}", sorry, gap="\n" if was else "\n\n")
    story = edition.content.story
    return Message(text, _reading(edition, note.link or (story.link if story else "")))


def _withdrawal(edition: _Edition) -> Message:
    """The stub: what was there, that it is withdrawn, and why; nothing leads on from it."""
    is_story = edition.content.story is not None and edition.content.follows is None
    key = "broadcast.withdrawn_story" if is_story else "broadcast.withdrawn_alert"
    reason = _one_line(edition.note.text, LONGEST_REASON)
    why = edition.say.rich("broadcast.reason", reason=reason) if reason else ()
    title = _title(edition.subject(), italic=True)
    head = joined("\n", edition.said(key), title)
    pictured = not is_story and bool(edition.content.original and edition.content.original.photo)
    return Message(joined("\n\n", head, why, edition.said("broadcast.withdrawn_by")), caption=pictured)


def _test(edition: _Edition) -> Message:
    """To the newsroom only; set in italics between rules, so that nobody takes it for the real one."""
    note, story = edition.note, edition.content.story
    title, body = (story.title, story.summary) if story else (note.title, note.text)
    level = "" if story else edition.say.t(_LEVELS[note.level])
    opening = joined("\n", edition.said("broadcast.test"), edition.said("broadcast.test_about"), (Span(_RULE),))
    heading = tuple(Span(span.text, italic=True) for span in _heading(level, note.place))
    head = joined("\n\n", opening, joined("\n", heading, _title(title, italic=True)))
    tail = joined("\n", (Span(_RULE),), edition.said("broadcast.test_end"))
    photo = "" if story else note.photo
    text = _filled(head, prose(body), tail, italic=True, longest=_room(photo))
    return Message(text, _reading(edition, story.link if story else note.link), photo=photo)


_KINDS: Final[dict[BroadcastKind, Callable[[_Edition], Message]]] = {
    BroadcastKind.STORY: _story,
    BroadcastKind.DIGEST: _digest,
    BroadcastKind.ALERT: _alert,
    BroadcastKind.FOLLOW_UP: _follow_up,
    BroadcastKind.MARK: _mark,
    BroadcastKind.CORRECTION: _correction,
    BroadcastKind.WITHDRAWAL: _withdrawal,
    BroadcastKind.TEST: _test,
}


# What they are made of ----------------------------------------------------------------------------------------------


def _told(content: Content) -> Story:
    if content.story is None:
        raise ValueError("a story is told without a story")
    return content.story


def _newsroom(edition: _Edition, note: Note, heading: _Text, closing: _Text) -> Message:
    """What editors wrote, under its heading, above what closes it."""
    head = joined("\n", heading, _title(note.title))
    unverified = edition.said("broadcast.unverified") if note.unverified else ()
    text = _filled(head, prose(note.text), joined("\n\n", unverified, closing), longest=_room(note.photo))
    preview = None if note.photo else usable(note.link) or None
    return Message(text, _reading(edition, note.link), preview=preview, photo=note.photo)


def _alone(note: Note | None) -> Note | None:
    return replace(note, photo="") if note is not None else None


def _room(photo: str) -> int:
    return LONGEST_CAPTION if photo else LONGEST_TEXT


def _heading(*parts: str) -> _Text:
    words = " · ".join(part for part in (_one_line(part, LONGEST_PLACE) for part in parts) if part)
    return (Span(words, bold=True),) if words else ()


def _title(title: str, *, italic: bool = False) -> _Text:
    line = _one_line(title, LONGEST_TITLE)
    return (Span(line, bold=not italic, italic=italic),) if line else ()


def _filled(
    head: _Text, body: str, tail: _Text, *, gap: str = "\n\n", italic: bool = False, longest: int = LONGEST_TEXT
) -> _Text:
    """Head, body and tail; what is too long for one message is cut from the body, never from what closes it."""
    around = joined("\n\n", head, tail)
    room = longest - sum(units(span.text) for span in around) - units("\n\n")
    text = cut(body, room) if room >= _SHORTEST_BODY else ""
    return joined("\n\n", joined(gap, head, (Span(text, italic=italic),) if text else ()), tail)


def _reading(edition: _Edition, link: str) -> Rows:
    address = usable(link)
    return ((Button(edition.say.t("button.read"), url=address),),) if address else ()


def _one_line(text: str, most: int) -> str:
    return cut(" ".join(text.split()), most)


def invitation(say: Voice, more: str) -> str:
    """How the reader of a cut alert gets the rest: by the button with the label `more`, else by any word."""
    return say.t("broadcast.rest_button", button=more) if more else say.t("broadcast.rest")


def prose(text: str, most: int = LONGEST_TEXT) -> str:
    """Paragraphs as they were written, without the empty lines that typing leaves behind."""
    return cut(re.sub(r"\s*\n\s*\n\s*", "\n\n", text.strip()), most)
