"""Residents write to the newsroom, editors answer; neither learns who the other is."""

from dataclasses import replace
from typing import Final

from bot.chat import screens, steps
from bot.chat.fit import cut, units
from bot.chat.message import Button, Message, Span
from bot.chat.scene import Scene
from bot.chat.stories import listed_link
from bot.chat.texts import Voice, joined
from bot.chat.turn import Board, Mode, Reply, Role, Turn
from bot.chat.wishes import (
    AnswerContact,
    Contact,
    ContactAnswered,
    ContactFound,
    ContactKind,
    FindContact,
    NewsroomTold,
    SetStep,
    TellNewsroom,
    quoted,
)

A_DAY: Final = 5  # letters of one person
LONGEST: Final = 2000  # units of a letter, and of its answer
_LONGEST_TITLE: Final = 200
_REFUSED: Final = {"too_many": "contact.too_many", "nobody": "contact.nobody", "kept": "contact.for_later"}


def contact(scene: Scene, typed: str = "") -> Turn:
    """Ask for a letter to the newsroom, or bring the one that was typed."""
    if typed:
        return _meant_for_us(scene, typed) or write(scene, steps.CONTACT, typed)
    rows = (
        (screens.button(scene, "contact.button_report", "wrong"),),
        (screens.button(scene, "button.cancel", "cancel"),),
    )  # fmt: skip
    return scene.show(Message(scene.say.rich("contact.ask", portal=scene.board.portal), rows), SetStep(steps.CONTACT))


def report(scene: Scene, typed: str = "") -> Turn:
    """The same for something that is wrong."""
    if typed:
        return _meant_for_us(scene, typed) or write(scene, steps.REPORT, typed)
    return _ask_for_report(scene, steps.REPORT, scene.pressed)


def _meant_for_us(scene: Scene, typed: str) -> Turn | None:
    """Staff are asked: a sentence of theirs that begins as a reader's letter does is seldom one; None for others."""
    if scene.person.role is Role.RESIDENT or units(typed) > LONGEST:
        return None
    send = screens.button(scene, "contact.button_as_reader", "letter")
    message = Message(
        scene.say.rich("contact.from_staff"), ((send,), (screens.button(scene, "button.cancel", "cancel"),))
    )
    return scene.show(message, *steps.under(scene, f"{steps.LETTER}:{typed}"))


def report_story(scene: Scene, story_id: int) -> Turn:
    """The same, of a story whose button was tapped."""
    return _ask_for_report(scene, f"{steps.REPORT}:{story_id}", scene.pressed)


def _ask_for_report(scene: Scene, step: str, pressed: bool) -> Turn:
    key = "contact.report_ask" if step == steps.REPORT else "contact.report_ask_story"
    message = Message(scene.say.rich(key), ((screens.button(scene, "button.cancel", "cancel"),),))
    return Turn((Reply(message, Mode.REPLACE if pressed else Mode.NEW),), (SetStep(step),))


def write(scene: Scene, step: str, typed: str) -> Turn:
    """The letter, or the answer, that the last screen asked for."""
    if not typed.strip():
        return _ask_again(scene, step, scene.say.rich("contact.only_words"))
    if units(typed.strip()) > LONGEST:
        return _ask_again(scene, step, scene.say.rich("contact.too_long", most=LONGEST))
    return _written(scene, step, typed.strip())


def words_alone(scene: Scene, turn: Turn) -> Turn:
    """The same turn, where something came along with the words: it goes no further, and they hear that."""
    if not any(isinstance(ask, TellNewsroom | AnswerContact) for ask in turn.asks):
        return turn
    return replace(turn, replies=(Reply(Message(scene.say.rich("contact.words_alone"))), *turn.replies))


def _ask_again(scene: Scene, step: str, why: tuple[Span, ...]) -> Turn:
    rows = ((screens.button(scene, "button.cancel", "cancel"),),)
    return Turn((Reply(Message(why, rows)),), (SetStep(step),))


def _written(scene: Scene, step: str, typed: str) -> Turn:
    name, number = step.partition(":")[0], steps.number_of(step)
    if name == steps.ANSWER and number is not None:
        return _answer(scene, number, typed)
    kind = ContactKind.REPORT if name == steps.REPORT else ContactKind.MESSAGE
    return Turn(asks=(TellNewsroom(kind, typed, number),))


def told(scene: Scene, told: NewsroomTold) -> Turn:
    """It lies before the editors, or why not."""
    key = _REFUSED.get(told.reason, "contact.sent")
    said = scene.say.rich(key, n=A_DAY) if key == "contact.too_many" else scene.say.rich(key, host=scene.board.host)
    return Turn((Reply(Message(said, ((screens.button(scene, "button.menu", "menu"),),))),))


# The newsroom's side ------------------------------------------------------------------------------------------------


def letter(contact: Contact, say: Voice, board: Board) -> Message:
    """What lies before an editor: words and moment, and nothing of who wrote them."""
    key = "contact.letter_report" if contact.kind is ContactKind.REPORT else "contact.letter"
    about = contact.story
    story = (Span(cut(about.title, _LONGEST_TITLE), link=listed_link(about.link)),) if about is not None else ()
    moment = (Span(say.moment(contact.at, board.timezone), italic=True),)
    text = joined("\n\n", say.rich(key, number=str(contact.id)), story, (Span(cut(contact.text, LONGEST)),), moment)
    return Message(text, ((Button(say.t("contact.button_answer"), f"answer:{contact.id}"),),))


def reply_message(contact: Contact, text: str, say: Voice, board: Board) -> Message:
    """What comes back to whoever wrote."""
    heading = say.rich("contact.reply", portal=board.portal)
    quote = say.rich("contact.your_letter", text=quoted(contact.text))
    text_spans = (Span(cut(text, LONGEST)),)
    return Message(joined("\n\n", heading, text_spans, quote), ((Button(say.t("contact.button_again"), "contact"),),))


def answer(scene: Scene, contact_id: int) -> Turn:
    """An editor wants to answer."""
    if scene.person.role is Role.RESIDENT:
        return scene.tell(scene.say.rich("error.staff_only"))
    return Turn(asks=(FindContact(contact_id),))


def contact_found(scene: Scene, found: ContactFound) -> Turn:
    """Ask the editor for the answer; the letter stays where it is."""
    if found.contact is None or scene.person.role is Role.RESIDENT:
        return Turn((Reply(Message(scene.say.rich("contact.gone")), Mode.NEW),))
    letter = found.contact
    ask = scene.say.rich("contact.answer_ask", number=str(letter.id), text=quoted(letter.text))
    before = scene.say.rich("contact.answered_before", n=letter.answers) if letter.answers else ()
    rows = ((screens.button(scene, "button.cancel", "cancel"),),)
    return Turn((Reply(Message(joined("\n\n", ask, before), rows)),), (SetStep(f"{steps.ANSWER}:{letter.id}"),))


def _answer(scene: Scene, contact_id: int, typed: str) -> Turn:
    if scene.person.role is Role.RESIDENT:  # looked up anew: the role may be gone since the button was tapped
        return scene.show(Message(scene.say.rich("error.staff_only")))
    return Turn(asks=(AnswerContact(contact_id, typed),))


def answered(scene: Scene, answered: ContactAnswered) -> Turn:
    """Whether it could be brought."""
    key = "contact.gone" if not answered.brought else "contact.answered_later" if answered.later else "contact.answered"
    return Turn((Reply(Message(scene.say.rich(key))),))
