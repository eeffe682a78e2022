"""What someone who looks over an owner's shoulder can tell: which topics this phone follows.

The simulator does not know the program's database, and should not: it reads the screen, as a person would.
"""

import re
from dataclasses import dataclass

from bot.simulator.stories import CATEGORIES
from bot.simulator.telegram import Shown

FOLLOWING = re.compile(
    r"mengikuti|langganan anda aktif|topik:|you (?:still )?follow|your subscription is active|topics:", re.IGNORECASE
)
STOPPED = re.compile(r"sudah berhenti|you have stopped", re.IGNORECASE)
EVERYTHING = re.compile(r"semua topik|all topics", re.IGNORECASE)
NAMES = {name: category.id for category in CATEGORIES for name in (category.name_id, category.name_en)}


@dataclass(frozen=True, slots=True)
class Following:
    """Where a phone stands: `new`, `active` with these topics (ids), or `stopped`."""

    state: str = "new"
    topics: frozenset[str] = frozenset()

    def reason(self, categories: frozenset[str]) -> str:
        """Why a story in these categories should come (`follows`) or should not."""
        if self.state != "active":
            return self.state
        return "follows" if self.topics & categories else "other_topics"


def look(shown: Shown, before: Following) -> Following:
    """What this message, just arrived or changed, says about what its reader follows; else as before."""
    if not shown.from_bot:
        return before
    ticks = _ticks(shown)
    if ticks is not None:
        # A newcomer's ticks are a draft until a sentence confirms them; a follower's count at once.
        return Following("active", ticks) if before.state == "active" and ticks else before
    if STOPPED.search(shown.text):
        return Following("stopped")
    for sentence in re.split(r"\n|(?<=\.) ", shown.text):
        topics = _topics(sentence) if FOLLOWING.search(sentence) else frozenset()
        if topics:
            return Following("active", topics)
    return before


def _ticks(shown: Shown) -> frozenset[str] | None:
    """The topics that are ticked on a keyboard of topics; None when the message has no such keyboard."""
    labels = [button.label for row in shown.buttons for button in row]
    named = [(label, topic) for label in labels for name, topic in NAMES.items() if label.endswith(name)]
    if len(named) < len(CATEGORIES):
        return None
    return frozenset(topic for label, topic in named if label.startswith("✅"))


def _topics(sentence: str) -> frozenset[str]:
    if EVERYTHING.search(sentence):
        return frozenset(NAMES.values())
    return frozenset(topic for name, topic in NAMES.items() if name in sentence)
