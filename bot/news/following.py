"""A followed word as a category: `kata:pacet` stands among the audiences of a broadcast like any other.

So its followers are asked, counted, put to sleep and given digests exactly as the followers of a topic. It is never
shown: readers know topics, and words that they wrote themselves.
"""

from bot.news.keywords import key

WORD = "kata:"  # no category's id has a colon in it


def category_of(word: str) -> str:
    """The category under which a word is followed, however it was written."""
    return WORD + key(word)


def word_of(category: str) -> str:
    """The folded word again."""
    return category.removeprefix(WORD)


def is_word(category: str) -> bool:
    """Whether this stands for a word."""
    return category.startswith(WORD)
