"""Search over the archive: what somebody typed, as a query of FTS5 that cannot be anything but words.

Every word is quoted, so quotes, stars, NEAR and brackets are only text. The tokenizer folds case and diacritics; here
the suffixes -nya, -lah, -kah and -pun are put on and taken off, and words that every story has are left out.
"""

from typing import Final

from bot.news.item import Story
from bot.news.stopwords import NO_CLITICS, STOP_WORDS
from storage.sqlite.part import Part, listed
from storage.sqlite.stories import STORY_COLUMNS, story_of

_MOST_WORDS, _LONGEST_WORD = 8, 40
_SHORTEST_BEGINNING: Final = 5  # letters of the last word: with fewer, half of all words begin so, and it takes long
_SHORTEST_STEM: Final = 3
_CLITICS: Final = ("nya", "lah", "kah", "pun")
# Of very many the newest: to rank a word that stands in every second story takes longer than anybody waits.
_RANKED: Final = 1_000
_MONTHS_MS: Final = 90 * 24 * 60 * 60 * 1000  # a story of that age counts half
# Each with its rank: headline before summary before text. Negative, the best first.
_FOUND: Final = f"""
SELECT s.id FROM (
  SELECT rowid AS id, bm25(story_fts, 10.0, 4.0, 1.0) AS rank FROM story_fts WHERE story_fts MATCH ?1
  ORDER BY rowid DESC LIMIT {_RANKED}
) f CROSS JOIN story s ON s.id = f.id WHERE s.withdrawn_at IS NULL
ORDER BY f.rank / (1.0 + max(0, (SELECT max(published) FROM story) - s.published) / {_MONTHS_MS}.0), s.id DESC
LIMIT ?2 OFFSET ?3
"""


class Search(Part):
    """The archive by words."""

    def search(self, words: str, limit: int, offset: int = 0) -> list[Story]:
        """Stories with all of these words, the best and newest first; with any of them where none has all.

        The last word may be the beginning of one. What the portal took down is not found.
        """
        wanted = asked(words)
        for joint in (" AND ", " OR ") if len(wanted) > 1 else (" AND ",):
            ids = [row[0] for row in self.all(_FOUND, joint.join(wanted), limit, offset)] if wanted else []
            if ids or offset:  # a further page has no other way to look than the first one
                break
        found = STORY_COLUMNS + "JOIN json_each(?) w ON w.value = s.id ORDER BY w.key"
        return [story_of(row) for row in self.all(found, listed(ids))] if wanted and ids else []


def asked(text: str) -> list[str]:
    """The words of a question, each with the forms that count as it, as terms of FTS5."""
    words = [word for word in map(_plain, text.split()) if any(map(str.isalnum, word))]
    telling = [word for word in words if word not in STOP_WORDS] or words
    chosen = list(dict.fromkeys(telling))[:_MOST_WORDS]
    return [_term(word, beginning=word == chosen[-1] == words[-1]) for word in chosen]


def _term(word: str, *, beginning: bool) -> str:
    """`("banjirnya" OR "banjir" …)`; the last word also as the beginning of a longer one."""
    stem = _stem(word)
    forms = dict.fromkeys([word, stem, *(stem + clitic for clitic in _CLITICS)]) if word.isalpha() else {word: None}
    terms = [f'"{form}"' for form in forms]
    if beginning and len(word) >= _SHORTEST_BEGINNING:
        terms.append(f'"{word}" *')
    return f"({' OR '.join(terms)})"


def _plain(word: str) -> str:
    """One word without what a query could take for anything else; a quote ends a string, a NUL the whole query."""
    clean = word.encode("utf-8", "ignore").decode()
    return "".join(c for c in clean.casefold() if c.isprintable() and c != '"').strip("'’‘`.,;:!?()[]{}*^-+~")[
        :_LONGEST_WORD
    ]


def _stem(word: str) -> str:
    for clitic in _CLITICS:
        if word.endswith(clitic) and word not in NO_CLITICS and len(word) - len(clitic) >= _SHORTEST_STEM:
            return word.removesuffix(clitic)
    return word
