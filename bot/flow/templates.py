"""News of templates, written down and told to admins: what may be sent no more, what is sent instead, what is back."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bot.delivery.templates import (
    MISSING,
    KnownTemplate,
    TemplateChange,
    TemplateNews,
    instead_of,
    template_key,
)
from bot.ports import Tx

TellTemplates = Callable[[Tx, Sequence[TemplateChange]], None]  # in the transaction of the news
Learn = Callable[[Tx, Sequence[TemplateNews]], None]
_UNTOLD: Final = frozenset({"", MISSING})
_BAD: Final = frozenset({"REJECTED", "PAUSED", "DISABLED"})


class TemplateLearner:
    """A `Learn`: whatever tells it, a webhook, a refused send or a look at the account."""

    def __init__(self, tell: TellTemplates = lambda *_: None) -> None:
        self._tell = tell

    def __call__(self, tx: Tx, news: Sequence[TemplateNews]) -> None:
        """Write it down; admins hear of each template of ours whose use begins or ends."""
        keys = [template_key(one.name, one.language) for one in news]
        before = {known.key: known for known in tx.templates(keys)}
        tx.template_news(news)
        changes = list(_changes(tx, before, tx.templates(keys)))
        if changes:
            self._tell(tx, changes)


def _changes(tx: Tx, before: dict[str, KnownTemplate], after: Sequence[KnownTemplate]) -> Iterator[TemplateChange]:
    for known in after:
        was = before.get(known.key)
        if known.use is None or was is None:
            continue
        if known.usable and not was.usable and was.status not in _UNTOLD:
            yield TemplateChange(known)
        elif (was.usable and not known.usable) or (known.status != was.status and known.status in _BAD):
            found = (tx.usable_template(use, known.language) for use in instead_of(known.use))
            yield TemplateChange(known, next((key for key in found if key is not None), None))
