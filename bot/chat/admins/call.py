"""One act of an admin: who acts, what they may look at, how an answer reaches their screen. Buttons are sealed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.chat.message import Button, Message, Rows, Span
from bot.chat.office import Enquire, Office, OfficeAct, OfficeAsk
from bot.chat.push_seal import ADMINS, Pressed, sealed
from bot.chat.scene import Scene
from bot.chat.texts import Value, Voice
from bot.chat.turn import Mode, Reply, Turn

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Call:
    """An admin in the office; `button` is what they pressed, None when they wrote."""

    scene: Scene
    asked: Enquire
    office: Office
    button: Pressed | None = None

    @property
    def say(self) -> Voice:
        """The texts in their language."""
        return self.scene.say

    def part(self, place: int) -> str:
        """What the button names at this place, "" when nothing."""
        parts = self.button.parts if self.button is not None else ()
        return parts[place] if place < len(parts) else ""

    def number(self, place: int) -> int:
        """The number that the button names at this place, 0 when none."""
        return self.button.number(place) if self.button is not None else 0

    # What is shown ----------------------------------------------------------------------------------------------------

    def act(self, key: str, verb: str, *subject: str | int, **values: Value) -> Button:
        """A button of theirs with a translated label."""
        return self.labelled(self.say.t(key, **values), verb, *subject)

    def labelled(self, label: str, verb: str, *subject: str | int) -> Button:
        """A button of theirs with this label."""
        person = self.scene.person
        action = sealed(self.office.key, person.channel, person.address, verb, *subject, prefix=ADMINS)
        return Button(label, action)

    def show(self, text: tuple[Span, ...], rows: Rows = (), *changes: OfficeAct) -> Turn:
        """A screen: in place of the one whose button was pressed, else a message of its own."""
        mode = Mode.REPLACE if self.asked.pressed else Mode.NEW
        return Turn((Reply(Message(text, tuple(row for row in rows if row)), mode),), changes)

    def toast(self, key: str, *changes: OfficeAct, then: str = "", **values: Value) -> Turn:
        """A passing line; `then` is the screen that is shown anew below it, as it stands after the changes."""
        mode = Mode.TOAST if self.asked.pressed else Mode.NEW
        reply = Reply(Message(self.say.rich(key, **values)), mode)
        return Turn((reply,), changes, (replace(self.asked, action=then, text=""),) if then else ())

    def wait(self, key: str, errand: OfficeAsk, **values: Value) -> Turn:
        """A line that stands until an errand is done: what it brings comes as a message of its own."""
        return replace(self.toast(key, then="", **values), asks=(errand,))

    # In words ---------------------------------------------------------------------------------------------------------

    def ago(self, at: datetime | None) -> str:
        """How long ago."""
        if at is None:
            return self.say.t("office.never")
        seconds = int((self.scene.board.now - at).total_seconds())
        if seconds < _MINUTE:
            return self.say.t("office.just_now")
        for size, key in ((_DAY, "office.days_ago"), (_HOUR, "office.hours_ago")):
            if seconds >= 2 * size:
                return self.say.t(key, n=seconds // size)
        return self.say.t("office.minutes_ago", n=seconds // _MINUTE)

    def moment(self, at: datetime) -> str:
        """A moment on the portal's clock."""
        return self.say.stamp(at, self.scene.board.timezone)

    def topic(self, category: str) -> str:
        """A topic by its name."""
        known = self.scene.board.by_id.get(category)
        return known.name(self.say.language) if known is not None else category
