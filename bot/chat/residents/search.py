"""Looking for something in the archive."""

from typing import Final

from bot.chat import screens, steps, stories
from bot.chat.fit import cut
from bot.chat.message import Button, Message
from bot.chat.residents import keywords
from bot.chat.scene import Scene
from bot.chat.screen_seal import LONGEST
from bot.chat.texts import joined
from bot.chat.turn import Reply, Turn
from bot.chat.wishes import FindMatches, MatchesFound, SetStep

LONGEST_SHOWN: Final = 60  # of what was asked for
_LONGEST_ASKED: Final = 200
_MOST_DIGITS: Final = 4


def search(scene: Scene, typed: str = "", *, again: bool = False) -> Turn:
    """Ask what to look for, or look for what was typed; `again` where that is asked until something is found."""
    if typed:
        return Turn(asks=(FindMatches(_asked(typed), again=again),))
    menu = ((screens.button(scene, "button.menu", "menu"),),)
    return scene.show(Message(scene.say.rich("search.ask"), menu), SetStep(steps.SEARCH))


def onward(_scene: Scene, subject: str) -> Turn | None:
    """The next stories, `5:banjir`; None when the button says nothing of that kind."""
    shown, _, query = subject.partition(":")
    if not (shown.isascii() and shown.isdecimal() and len(shown) <= _MOST_DIGITS and query.strip()):
        return None
    return Turn(asks=(FindMatches(query, int(shown)),))


def found(scene: Scene, matches: MatchesFound) -> Turn:
    """The stories, as a message of their own; without any, what was asked for may be tried again."""
    asked = matches.asked
    query = cut(asked.query, LONGEST_SHOWN)
    menu = screens.button(scene, "button.menu", "menu")
    if not matches.stories:
        return _nothing(scene, asked, query)
    heading = scene.say.rich("search.found", query=query)
    text = joined("\n\n", stories.late(scene), heading, *stories.listed(scene, matches.stories, asked.shown + 1))
    follow = keywords.follow_button(scene, asked.query)
    rows = (_more(scene, matches), follow, (menu,))
    return Turn((Reply(Message(text, tuple(row for row in rows if row))),))


def _nothing(scene: Scene, asked: FindMatches, query: str) -> Turn:
    menu = screens.button(scene, "button.menu", "menu")
    if asked.again:
        text = joined("\n\n", stories.late(scene), scene.say.rich("search.none", query=query))
        return Turn((Reply(Message(text, ((menu,),))),), (SetStep(steps.SEARCH),))
    key = "search.no_more" if asked.shown else "search.none_of_it"
    rows = ((screens.button(scene, "search.button_again", "search"), menu),)
    return Turn((Reply(Message(joined("\n\n", stories.late(scene), scene.say.rich(key, query=query)), rows)),))


def _more(scene: Scene, matches: MatchesFound) -> tuple[Button, ...]:
    asked = matches.asked
    action = f"find:{asked.shown + len(matches.stories)}:{asked.query}"
    if not matches.more or len(action.encode("utf-8", "replace")) > LONGEST:
        return ()
    return (screens.button(scene, "button.see_more", action),)


def _asked(typed: str) -> str:
    return " ".join(typed.split())[:_LONGEST_ASKED]
