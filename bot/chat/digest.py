"""The digest: what is new since the last one, as a list that is read in a minute or two."""

from datetime import datetime
from typing import Final

from bot.chat.fit import cut
from bot.chat.message import Button, Message, Span
from bot.chat.stories import LONGEST_LINE, LONGEST_LISTED, listed_link, more_action
from bot.chat.texts import Voice, joined
from bot.chat.turn import Board, Place
from bot.delivery.content import Content
from bot.news.item import Story

MOST: Final = 7  # stories that are shown; the others are one tap away
STORIES_A_MINUTE: Final = 2
# The hour from which a greeting holds, in the order of the day; before the first it is still night.
_GREETINGS: Final = ((4, "digest.morning"), (11, "digest.noon"), (15, "digest.afternoon"), (18, "digest.night"))


def digest_message(content: Content, say: Voice, board: Board) -> Message:
    """The newest seven with one line each, how many there are besides, and the way to them."""
    shown = content.stories[:MOST]
    more = content.more + len(content.stories) - len(shown)
    heading = say.rich(
        "digest.heading", greeting=_greeting(content.at.astimezone(board.timezone), say),
        day=say.day(content.at, board.timezone), n=len(shown) + more, minutes=minutes(len(shown) + more),
    )  # fmt: skip
    others = say.rich("digest.more", n=more) if more else ()
    text = joined("\n\n", heading, *(_entry(n, story) for n, story in enumerate(shown, 1)), others)
    return Message(text, _rows(shown, say) if more and shown else ())


def minutes(stories: int) -> int:
    """How long reading so many stories takes, about; at least one minute."""
    return max(1, -(-stories // STORIES_A_MINUTE))


def _greeting(local: datetime, say: Voice) -> str:
    begun = [key for hour, key in _GREETINGS if hour <= local.hour]
    return say.t(begun[-1] if begun else "digest.night")


def _entry(number: int, story: Story) -> tuple[Span, ...]:
    title = Span(cut(" ".join(story.title.split()), LONGEST_LISTED), link=listed_link(story.link))
    line = cut(" ".join(story.summary.split()), LONGEST_LINE)
    return joined("\n", (Span(f"{number}. "), title), (Span(line),) if line else ())


def _rows(shown: tuple[Story, ...], say: Voice) -> tuple[tuple[Button, ...], ...]:
    oldest = min(shown, key=lambda story: (story.published, story.id))
    return ((Button(say.t("button.see_all"), more_action(Place(oldest.id, len(shown)))),),)
