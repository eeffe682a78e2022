"""One event in the newsroom's conversation: who acts, what they may look at, and how an answer reaches their screen."""

from dataclasses import dataclass, replace
from typing import Any

from bot.chat.message import Button, Message, Rows, Span
from bot.chat.push import Colleague, Draft, Keep, LookIn, Room, Stage
from bot.chat.push_seal import Pressed, sealed
from bot.chat.scene import Scene
from bot.chat.texts import Voice
from bot.chat.turn import Change, Mode, Reply, Turn


@dataclass(frozen=True, slots=True)
class Visit:
    """A person of staff before the room; `button` is what they pressed, None when they wrote."""

    scene: Scene
    asked: LookIn
    room: Room
    button: Pressed | None = None

    @property
    def say(self) -> Voice:
        """The texts in their language."""
        return self.scene.say

    @property
    def draft(self) -> Draft:
        """The draft that it is about; only handlers that need one ask."""
        if self.room.draft is None:
            raise ValueError("this act is about a draft, and there is none")
        return self.room.draft

    @property
    def argument(self) -> str:
        """The last part of what the button names: a topic, a level."""
        return self.button.parts[-1] if self.button is not None and self.button.parts else ""

    @property
    def me(self) -> Colleague:
        """The person as others would write to them."""
        person = self.scene.person
        return Colleague(person.channel, person.address, None, person.language, person.role)

    def is_author(self, draft: Draft) -> bool:
        """Whether they wrote it."""
        return (draft.channel, draft.address) == (self.scene.person.channel, self.scene.person.address)

    # What is shown ----------------------------------------------------------------------------------------------------

    def act(self, key: str, verb: str, *subject: str | int, **values: str | int) -> Button:
        """A button of theirs."""
        person = self.scene.person
        label = self.say.t(key, **values)
        return Button(label, sealed(self.room.key, person.channel, person.address, verb, *subject))

    def on_draft(self, key: str, verb: str, *subject: str | int) -> Button:
        """A button that holds while the draft is as it is now."""
        return self.act(key, verb, self.draft.id, self.draft.version, *subject)

    def told(self, key: str, *changes: Change, **values: str | int) -> Turn:
        """A screen that is one text."""
        return self.show(Message(self.say.rich(key, **values)), *changes)

    def show(self, message: Message, *changes: Change) -> Turn:
        """A screen: in place of the one whose button was pressed, else a message of its own."""
        mode = Mode.REPLACE if self.asked.pressed else Mode.NEW
        return Turn((Reply(message, mode),), changes)

    def toast(self, key: str, **values: str | int) -> Turn:
        """A passing line; to someone who wrote it is a message."""
        mode = Mode.TOAST if self.asked.pressed else Mode.NEW
        return Turn((Reply(Message(self.say.rich(key, **values)), mode),))

    def prompt(self, text: tuple[Span, ...], rows: Rows, *changes: Change) -> Turn:
        """A question that the next text answers."""
        return self.show(Message(text, rows), *changes)

    # What changes -----------------------------------------------------------------------------------------------------

    def changed(self, **fields: Any) -> Draft:  # noqa: ANN401 — the fields of Draft, checked by it
        """The draft after a change: every approval and every older button is void."""
        draft = self.draft
        fresh = {"stage": Stage.OPEN, "asked_hash": "", "asked_at": None, "version": draft.version + 1}
        return replace(draft, **(fresh | fields))

    def keep(self, draft: Draft, act: str, then: str, detail: str = "") -> Turn:
        """Write the draft, then look at it anew: counts and guards depend on it."""
        return Turn((), (Keep(draft, act, detail),), (replace(self.asked, action=f"{then} {draft.id}", text=""),))

    def begun(self, **fields: Any) -> Draft:  # noqa: ANN401 — likewise
        """A new draft of this person's."""
        person = self.scene.person
        return Draft(self.room.next_draft, 1, person.channel, person.address, **fields)

    def with_draft(self, draft: Draft) -> "Visit":
        """The visit once this is the draft."""
        return replace(self, room=replace(self.room, draft=draft))

    def as_colleague(self, colleague: Colleague) -> "Visit":
        """The same room before somebody else, to write to them in their words with their buttons."""
        person = replace(
            self.scene.person, channel=colleague.channel, address=colleague.address, language=colleague.language
        )  # fmt: skip
        return replace(self, scene=replace(self.scene, person=person))
