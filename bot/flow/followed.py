"""The words that anybody follows, kept in step with the store by what changed since the last story."""

from bot.news.following import category_of
from bot.news.keywords import Keywords
from bot.ports import Tx


class Followed:
    """Finds followed words in stories; used by the one writing thread only."""

    def __init__(self) -> None:
        self._words, self._seen = Keywords(), 0

    def categories(self, tx: Tx, title: str, text: str) -> tuple[str, ...]:
        """The followed words of a story as categories of its audience, sorted."""
        self._seen, changed = tx.changed_words(self._seen)
        for word, followed in changed:
            if followed:
                self._words.add(word)
            else:
                self._words.remove(word)
        return tuple(sorted(map(category_of, self._words.match(f"{title}\n{text}"))))
