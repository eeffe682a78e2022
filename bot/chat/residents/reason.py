"""`Kenapa saya menerima ini?` is answered with the rule that matched, as it holds now."""

from typing import Final

from bot.chat import screens
from bot.chat.fit import cut
from bot.chat.message import Message, Span
from bot.chat.scene import Scene
from bot.chat.stories import LONGEST_LISTED
from bot.chat.texts import joined
from bot.chat.turn import Reply, Turn
from bot.chat.wishes import FindReason, ReasonFound
from bot.delivery.content import BroadcastKind
from bot.news.following import is_word, word_of

_ABOUT_EARLIER: Final = {BroadcastKind.FOLLOW_UP: "reason.follow_up", BroadcastKind.CORRECTION: "reason.correction"}


def why(_scene: Scene, story_id: int | None = None) -> Turn:
    """Look up what it was: this story, or whatever came last."""
    return Turn(asks=(FindReason(story_id),))


def found(scene: Scene, reason: ReasonFound) -> Turn:
    """Say it."""
    row = (screens.button(scene, "button.change_topics", "topics"), screens.button(scene, "button.menu", "menu"))
    return Turn((Reply(Message(_said(scene, reason), (row,))),))


def _said(scene: Scene, reason: ReasonFound) -> tuple[Span, ...]:
    say = scene.say
    if not reason.kind:
        return say.rich("reason.nothing")
    kind = BroadcastKind(reason.kind)
    if kind is BroadcastKind.DIGEST:
        return joined(" ", say.rich("reason.digest"), _followed(scene))
    if kind in _ABOUT_EARLIER:
        return say.rich(_ABOUT_EARLIER[kind])
    if kind is not BroadcastKind.STORY:
        return _alert(scene, reason)
    title = (Span(cut(reason.title, LONGEST_LISTED), italic=True),) if reason.title else ()
    return joined("\n", title, _story(scene, reason))


def _story(scene: Scene, reason: ReasonFound) -> tuple[Span, ...]:
    say, person = scene.say, scene.person
    if not scene.active:
        return say.rich("reason.no_longer")
    topics = [c.name(say.language) for c in scene.board.categories if c.id in {*reason.audience} & scene.choice.ids]
    words = [word_of(c) for c in reason.audience if is_word(c) and word_of(c) in person.words]
    rules = joined(
        " ",
        say.rich("reason.all") if scene.choice.everything else (),
        say.rich("reason.topics", topics=say.listed(topics)) if topics and not scene.choice.everything else (),
        say.rich("reason.words", words=say.listed([f"“{word}”" for word in words])) if words else (),
    )
    return rules or say.rich("reason.no_longer")


def _alert(scene: Scene, reason: ReasonFound) -> tuple[Span, ...]:
    names = [c.name(scene.say.language) for c in scene.board.categories if c.id in reason.audience]
    if not names:
        return scene.say.rich("reason.alert_all", portal=scene.board.portal)
    return scene.say.rich("reason.alert_topics", portal=scene.board.portal, topics=scene.say.listed(names))


def _followed(scene: Scene) -> tuple[Span, ...]:
    names = screens.followed(scene)
    return scene.say.rich("reason.followed", topics=names) if names else ()
