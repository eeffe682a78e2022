"""What a person's next text is taken for, after a screen asked for one. Words that stop always stop."""

from datetime import timedelta
from typing import Final

from bot.chat.scene import Scene

SEARCH: Final = "search"
WORD: Final = "word"
ERASE: Final = "erase"
CONTACT: Final = "contact"
REPORT: Final = "report"  # or report:STORY
ANSWER: Final = "answer"  # answer:CONTACT
LASTS: Final = timedelta(hours=1)  # whoever writes tomorrow does not mean yesterday's question


def current(scene: Scene) -> str:
    """What the next text is taken for now, "" for nothing but what it says."""
    since = scene.person.step_at
    fresh = since is not None and scene.board.now - since < LASTS
    return scene.person.step if fresh else ""


def number_of(step: str) -> int | None:
    """The number behind a step's name, where it has one."""
    number = step.partition(":")[2]
    return int(number) if number.isdecimal() else None
