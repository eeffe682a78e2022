"""What is going out, in the forms it has been given: each content is composed once for each language."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from itertools import islice

from bot.delivery.content import Content
from bot.delivery.plan import Delivery

AT_MOST = 1024  # contents that are kept; more only while more than that are about to leave

Compose = Callable[[Content, str], object]  # what is said, in a language, prepared for the channel


class Forms:
    """The contents last used and their forms, by `Delivery.says`."""

    def __init__(self, compose: Compose) -> None:
        self._compose = compose
        self._contents: dict[Hashable, Content] = {}  # what was used last comes last
        self._prepared: dict[tuple[Hashable, str], object] = {}

    @property
    def known(self) -> Collection[Hashable]:
        """What need not be read again."""
        return self._contents.keys()

    def keep(self, contents: Mapping[Hashable, Content], leaving: Iterable[Delivery]) -> None:
        """These contents are new; `leaving` are all deliveries that have yet to leave, whose contents must stay."""
        self._contents.update(contents)
        needed = {delivery.says for delivery in leaving} & self._contents.keys()
        for says in needed:
            self._contents[says] = self._contents.pop(says)
        if len(self._contents) > AT_MOST:
            self._forget(len(self._contents) - max(AT_MOST // 2, len(needed)))

    def content(self, delivery: Delivery) -> Content | None:
        """What it says; None: that was not kept."""
        return self._contents.get(delivery.says)

    def prepare(self, delivery: Delivery, content: Content | None) -> object:
        """This content in the form that the channel sends."""
        key = (delivery.says, delivery.language)
        if key not in self._prepared:
            if content is None:
                raise LookupError("a delivery is about to leave whose content was not kept")
            self._prepared[key] = self._compose(content, delivery.language)
        return self._prepared[key]

    def _forget(self, count: int) -> None:
        """Those that were used longest ago."""
        for says in list(islice(self._contents, count)):
            del self._contents[says]
        self._prepared = {key: form for key, form in self._prepared.items() if key[0] in self._contents}
