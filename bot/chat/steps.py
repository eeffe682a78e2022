"""What a person's next text is taken for, after a screen asked for one. Words that stop always stop."""

from datetime import timedelta
from typing import Final

from bot.chat.scene import Scene
from bot.chat.wishes import SetStep

SEARCH: Final = "search"
WORD: Final = "word"
ERASE: Final = "erase"
CONTACT: Final = "contact"
REPORT: Final = "report"  # or report:STORY
ANSWER: Final = "answer"  # answer:CONTACT
ADDRESS: Final = "address"  # of a feed that an admin adds
LETTER: Final = "letter"  # letter:TEXT, what a button would bring to the newsroom
# The last screen listed something that may be typed as numbers or hours; it asked for no words.
TOPICS: Final = "topics"
LANGUAGES: Final = "languages"
QUIET: Final = "quiet"
_ASKS_NOTHING: Final = frozenset({LETTER, TOPICS, LANGUAGES, QUIET})
LASTS: Final = timedelta(hours=1)  # whoever writes tomorrow does not mean yesterday's question


def current(scene: Scene) -> str:
    """What the next text is taken for now, "" for nothing but what it says."""
    since = scene.person.step_at
    fresh = since is not None and scene.board.now - since < LASTS
    return scene.person.step if fresh else ""


def asked(scene: Scene) -> str:
    """The same, where a question is open: of a list that was shown there is none."""
    step = current(scene)
    return "" if step.partition(":")[0] in _ASKS_NOTHING else step


def under(scene: Scene, step: str) -> tuple[SetStep, ...]:
    """What lies under the screen that is shown now; in a group people talk among themselves under it."""
    return () if scene.person.group else (SetStep(step),)


def number_of(step: str) -> int | None:
    """The number behind a step's name, where it has one."""
    number = step.partition(":")[2]
    return int(number) if number.isdecimal() else None
