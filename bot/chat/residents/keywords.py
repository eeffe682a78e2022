"""Words and places that a resident follows beside their topics: `PDAM`, `Pacet`."""

from typing import Final

from bot.chat import screens, steps
from bot.chat.fit import mark_of
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.scene import Scene
from bot.chat.screen_seal import LONGEST
from bot.chat.texts import joined
from bot.chat.turn import Turn
from bot.chat.wishes import FollowWord, SetStep
from bot.news.keywords import Fault, fault, key

MOST: Final = 10  # words of one person
FAULTS: Final = {
    Fault.TOO_SHORT: "words.too_short",
    Fault.TOO_LONG: "words.too_long",
    Fault.TOO_MANY_WORDS: "words.too_many_words",
    Fault.NOT_WORDS: "words.not_words",
    Fault.STOP_WORD: "words.stop_word",
}


def keywords(scene: Scene, typed: str = "") -> Turn:
    """Show the followed words and take the next text for another one; or take the one that was typed."""
    if not scene.active:
        return screens.subscribe_first(scene)
    return follow(scene, typed) if typed else _ask(scene)


def follow(scene: Scene, typed: str) -> Turn:
    """Follow this word too, or say why not."""
    if not scene.active:
        return screens.subscribe_first(scene)
    word, wrong = key(typed), fault(typed)
    if wrong is not None:
        return _ask(scene, scene.say.rich(FAULTS[wrong]))
    if word in scene.person.words:
        return _show(scene, scene.say.rich("words.already", word=word))
    if len(scene.person.words) >= MOST:
        return _show(scene, scene.say.rich("words.enough", n=MOST))
    changed = scene.changed(words=tuple(sorted({*scene.person.words, word})))
    return _show(changed, scene.say.rich("words.followed", word=word), FollowWord(word))


def let_go(scene: Scene, mark: str) -> Turn | None:
    """No more of this word; None when nobody follows it any more, as an old button may ask."""
    word = next((w for w in scene.person.words if mark_of(w) == mark), None)
    if word is None or not scene.active:
        return None
    changed = scene.changed(words=tuple(w for w in scene.person.words if w != word))
    return _show(changed, scene.say.rich("words.let_go", word=word), FollowWord(word, follow=False))


def follow_button(scene: Scene, typed: str) -> tuple[Button, ...]:
    """A button that follows what was searched for, where that can be followed."""
    word, action = key(typed), f"word:{key(typed)}"
    wanted = scene.active and fault(typed) is None and word not in scene.person.words
    if not wanted or len(action.encode()) > LONGEST or len(scene.person.words) >= MOST:
        return ()
    return (Button(scene.say.t("words.button_follow", word=word), action),)


def _ask(scene: Scene, note: tuple[Span, ...] = ()) -> Turn:
    """The followed words; the next text is another one."""
    text = joined("\n\n", note, _now(scene) or scene.say.rich("words.none"), scene.say.rich("words.how"))
    return scene.show(Message(text, (*_drops(scene), _menu(scene))), SetStep(steps.WORD))


def _show(scene: Scene, note: tuple[Span, ...], *changes: FollowWord) -> Turn:
    """What has changed; whoever goes on writing does not mean another word."""
    more = screens.button(scene, "words.button_more", "keywords")
    message = Message(joined("\n\n", note, _now(scene)), (*_drops(scene), (more,), _menu(scene)))
    return scene.show(message, *changes, SetStep(""))


def _now(scene: Scene) -> tuple[Span, ...]:
    quoted = scene.say.listed([f"“{word}”" for word in scene.person.words])
    return scene.say.rich("words.now", words=quoted) if quoted else ()


def _drops(scene: Scene) -> Rows:
    words = scene.person.words
    drops = [Button(scene.say.t("words.button_let_go", word=word), f"unword:{mark_of(word)}") for word in words]
    return tuple(tuple(drops[i : i + 2]) for i in range(0, len(drops), 2))


def _menu(scene: Scene) -> tuple[Button, ...]:
    return (screens.button(scene, "button.menu", "menu"),)
