"""Labels of feeds that no topic means: a short list, and for each a button that says what it means."""

from hashlib import sha256
from typing import Final

from bot.chat.admins.call import Call
from bot.chat.fit import cut
from bot.chat.message import Rows, Span
from bot.chat.office import MapLabel
from bot.chat.texts import joined
from bot.chat.turn import Turn

MOST_LABELS: Final = 10
MOST_TOPICS: Final = 80
NOTHING: Final = "-"  # stands for no topic in a button
_LONGEST: Final = 60


def mark(label: str) -> str:
    """What a button calls a label: labels are longer than buttons."""
    return sha256(label.encode(errors="replace")).hexdigest()[:12]


def labels(call: Call) -> Turn:
    """The most frequent ones."""
    known = call.office.unmapped[:MOST_LABELS]
    if not known:
        return call.show(call.say.rich("labels.none"), ((call.act("office.button.back", "fl"),),))
    lines = [joined("", (Span(_named(label), bold=True),), call.say.rich("labels.seen", n=n)) for label, n in known]
    rows: Rows = tuple((call.labelled(_named(label), "lbl", mark(label)),) for label, _ in known)
    text = joined("\n\n", call.say.rich("labels.title", n=len(call.office.unmapped)), joined("\n", *lines))
    return call.show(text, (*rows, (call.act("office.button.back", "fl"),)))


def label(call: Call) -> Turn:
    """What one of them means."""
    found = _found(call)
    if found is None:
        return call.toast("labels.gone", then="labels")
    topics = [call.labelled(c.name(call.say.language), "lbm", mark(found), c.id)
              for c in call.scene.board.categories[:MOST_TOPICS]]  # fmt: skip
    rows: Rows = tuple(tuple(topics[i : i + 2]) for i in range(0, len(topics), 2))
    none = (call.act("labels.button.none", "lbm", mark(found), NOTHING),)
    back = (call.act("office.button.back", "lb"),)
    return call.show(call.say.rich("labels.ask", label=_named(found)), (*rows, none, back))


def mean(call: Call) -> Turn:
    """It means this from now on; what old stories gain by it is news to nobody."""
    found, category = _found(call), call.part(1)
    if found is None or (category != NOTHING and category not in call.scene.board.by_id):
        return call.toast("labels.gone", then="labels")
    if category == NOTHING:
        return call.toast("labels.ignored", MapLabel(found, ""), then="labels", label=_named(found))
    values = {"label": _named(found), "topic": call.topic(category)}
    return call.toast("labels.mapped", MapLabel(found, category), then="labels", **values)


def _found(call: Call) -> str | None:
    return next((known for known, _ in call.office.unmapped if mark(known) == call.part(0)), None)


def _named(text: str) -> str:
    return cut(" ".join(text.split()) or "…", _LONGEST)
