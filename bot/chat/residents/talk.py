"""Words that are no command and answer no question: numbers of what was shown, thanks, what we do not understand."""

from typing import Final

from bot.chat import screens, steps, words
from bot.chat.message import Button, Message
from bot.chat.residents import acts as residents
from bot.chat.residents import contact, quiet, quiet_hours
from bot.chat.scene import Scene
from bot.chat.turn import Role, Turn

_FEWEST: Final = 2  # words of what may be meant for the newsroom


def typed(scene: Scene, text: str) -> Turn:
    """What follows from them."""
    return _thanked(scene, text) or _of_screen(scene, text) or _lost(scene, text)


def bring(scene: Scene) -> Turn:
    """What was not understood goes to the newsroom; a button from long ago asks for it anew."""
    name, _, text = steps.current(scene).partition(":")
    return contact.write(scene, steps.CONTACT, text) if name == steps.LETTER else contact.contact(scene)


def _of_screen(scene: Scene, text: str) -> Turn | None:
    """Numbers and hours mean what the last screen listed, and change nothing under any other."""
    step, numbers = steps.current(scene), words.numbers(text)
    if scene.active and _is_quiet(step, text):
        return quiet.quiet(scene, text)
    if step == steps.LANGUAGES:
        return _language(scene, numbers)
    if numbers and (step == steps.TOPICS or not (step or scene.active)):  # a newcomer has seen nothing but topics
        return residents.tick_numbers(scene, numbers)
    return None


def names_hours(scene: Scene, text: str) -> bool:
    """Whether it is what the screen of quiet hours waits for, though it may begin as a command does: `mulai jam 22`."""
    return scene.active and steps.current(scene) == steps.QUIET and quiet_hours.read_span(text) is not None


def _is_quiet(step: str, text: str) -> bool:
    """Whether quiet hours are meant; where they were asked for also when not understood, to be asked again."""
    if step == steps.QUIET:
        return quiet_hours.is_about_hours(text)
    return quiet_hours.names_minutes(text) and quiet_hours.read_span(text) is not None


def _language(scene: Scene, numbers: tuple[int, ...]) -> Turn | None:
    codes = screens.language_codes(scene)
    known = len(numbers) == 1 and 1 <= numbers[0] <= len(codes)
    return residents.set_language(scene, codes[numbers[0] - 1]) if known else None


def _thanked(scene: Scene, text: str) -> Turn | None:
    if words.thanks(text):
        return scene.show(Message(scene.say.rich("thanks.welcome")))
    # A nod asks for nothing: one line, without a question or a button that would ask for another.
    return scene.show(Message(scene.say.rich("thanks.fine"))) if words.is_fine(text) else None


def _lost(scene: Scene, text: str) -> Turn:
    """With the way to what they may have meant: to stop, or to tell the newsroom something."""
    stop = (screens.button(scene, "button.stop", "stop"),) if scene.active and words.may_mean_stop(text) else ()
    if not _is_letter(scene, text):
        return scene.show(screens.lost(scene, *stop))
    letter: Button = screens.button(scene, "contact.button_bring", "letter")
    return scene.show(screens.lost(scene, *stop, letter), *steps.under(scene, f"{steps.LETTER}:{text.strip()}"))


def _is_letter(scene: Scene, text: str) -> bool:
    """Whether it may be meant for the newsroom; whoever belongs to it writes it no letters by chance."""
    person = scene.person
    words_said = sum(any(map(str.isalpha, word)) for word in text.split())
    return person.role is Role.RESIDENT and not person.group and words_said >= _FEWEST
