"""One event in one conversation: who, what is known, and how an answer reaches the screen."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.chat.choice import Choice, chosen
from bot.chat.message import Message, Span
from bot.chat.texts import Voice
from bot.chat.turn import Board, Change, Mode, Person, Reply, Status, Turn


@dataclass(frozen=True, slots=True)
class Scene:
    """A person before the board; `pressed` tells that a button of a screen of ours was tapped."""

    person: Person
    board: Board
    pressed: bool = False
    say: Voice = field(init=False)
    choice: Choice = field(init=False)

    def __post_init__(self) -> None:
        """Find the voice and the topics once."""
        object.__setattr__(self, "say", self.board.texts.voice(self.person.language))
        object.__setattr__(self, "choice", chosen(self.person, self.board))

    @property
    def active(self) -> bool:
        """Whether this person is a subscriber."""
        return self.person.status is Status.ACTIVE

    def changed(self, **fields: Any) -> "Scene":  # noqa: ANN401 — the fields of Person, checked by it
        """The scene once the person has changed."""
        return replace(self, person=replace(self.person, **fields))

    def choosing(self, choice: Choice) -> "Scene":
        """The scene once a newcomer's ticks are these."""
        return self.changed(draft=choice.draft().categories)

    def following(self, choice: Choice) -> "Scene":
        """The scene once the person is a subscriber of these topics; whoever joins gets the portal's quiet hours."""
        return self.changed(
            status=Status.ACTIVE,
            categories=choice.ids,
            follows_all=choice.everything,
            draft=None,
            quiet=self.person.quiet if self.active else self.board.quiet,
            paused_until=self.person.paused_until if self.active else None,
        )

    def show(self, message: Message, *changes: Change) -> Turn:
        """A screen: in place of the one whose button was pressed, else a message of its own."""
        mode = Mode.REPLACE if self.pressed else Mode.NEW
        return Turn((Reply(message, mode),), changes)

    def tell(self, text: tuple[Span, ...], *changes: Change) -> Turn:
        """A passing line that leaves the screen as it is; to someone who typed it is a message."""
        mode = Mode.TOAST if self.pressed else Mode.NEW
        return Turn((Reply(Message(text), mode),), changes)
