"""What transactions say about followed words: subscriptions like those of topics, under `kata:…`.

`followed_word` says which words anybody follows; triggers keep it, whichever way a subscription comes or goes, so that
who compares stories with a hundred thousand words reads only what has changed since the last time.
"""

from datetime import datetime
from typing import Final

from bot.chat.turn import Status
from bot.news.following import category_of, word_of
from storage.sqlite.people import FOLLOWS_STORY, IS_WORD, NO_STORY, People

_ADD: Final = """
INSERT INTO subscription VALUES (?, ?, ?, (SELECT coalesce(max(telling), 0) FROM broadcast_pass)) ON CONFLICT DO NOTHING
"""
_DROP: Final = "DELETE FROM subscription WHERE channel = ? AND category = ? AND subscriber_id = ?"
_OF_PERSON: Final = f"SELECT category FROM subscription WHERE subscriber_id = ? AND {IS_WORD} ORDER BY category"
_CHANGED: Final = "SELECT changed, word, followers > 0 FROM followed_word WHERE changed > ? ORDER BY changed"


class Words(People):
    """Who follows which word."""

    def follow_word(self, channel: str, address: str, word: str) -> bool:
        """An active subscriber follows this word too; False when they did already, or are no subscriber."""
        subscriber = self._subscriber(channel, address)
        if subscriber is None or self.value("SELECT status FROM subscriber WHERE id = ?", subscriber) != Status.ACTIVE:
            return False
        return self.run(_ADD, channel, category_of(word), subscriber) > 0

    def unfollow_word(self, channel: str, address: str, word: str, now: datetime) -> bool:
        """They follow it no longer, and what waited for them because of it is dropped; False when they did not."""
        subscriber = self._subscriber(channel, address)
        if subscriber is None or not self.run(_DROP, channel, category_of(word), subscriber):
            return False
        self._drop_queued(subscriber, "unfollowed", now, unless=f"{FOLLOWS_STORY} OR {NO_STORY}")
        return True

    def words_of(self, channel: str, address: str) -> list[str]:
        """The words that this person follows, folded, sorted."""
        return [word_of(category) for (category,) in self.all(_OF_PERSON, self._subscriber(channel, address))]

    def changed_words(self, after: int) -> tuple[int, list[tuple[str, bool]]]:
        """What has changed after this number (0: everything): the newest number, and words with whether any follows."""
        rows = self.all(_CHANGED, after)
        return (rows[-1][0] if rows else after), [(word_of(category), bool(followed)) for _, category, followed in rows]
