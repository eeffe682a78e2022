"""Which followed words a story mentions: `PDAM`, `Pacet`, `Gajah Mada`, among a hundred thousand of them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum

from bot.news.abbreviations import LEADS_ON
from bot.news.stopwords import NO_CLITICS, STOP_WORDS

SHORTEST, LONGEST, MOST_WORDS = 2, 40, 4  # characters, characters, words of what a resident may follow
_MOST_TOKENS = 8  # of one phrase: `Jl. K.H. Hasyim` has four
_CLITICS, _CLITIC_LENGTH = ("nya", "lah", "kah", "pun"), 3
_NO_CLITIC_ENDINGS = ("llah", "kkah")  # Abdullah, Makkah
_SHORTEST_STEM = 3  # hanya, tanya, celah
_TOKEN = re.compile(r"[^\W_]+|[.,;:!?…()\[\]{}<>\"“”«»|/–—\n]")
_TYPED = re.compile(r"[\w .'’‘`&/-]+")
_APOSTROPHES = "'’‘`ʼ"
_REMEMBERED = 0x3000  # code points below: the alphabets of any portal


class Fault(StrEnum):
    """Why a word cannot be followed."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_MANY_WORDS = "too_many_words"
    NOT_WORDS = "not_words"  # an address, a command, emoji, only digits
    STOP_WORD = "stop_word"  # every story has it


class _Fold(dict[int, str]):
    """Each character without case and diacritics.

    One by one: putting marks without end into their canonical order takes the square of their number.
    """

    def __missing__(self, code: int) -> str:
        whole = unicodedata.normalize("NFKD", chr(code))
        plain = "".join(c for c in whole if not unicodedata.combining(c)).casefold()
        if code < _REMEMBERED:
            self[code] = plain
        return plain


_FOLD = _Fold(dict.fromkeys(map(ord, _APOSTROPHES), ""))


class Keywords:
    """The followed words, each once however many residents follow it; adding and removing takes no rebuilding."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Follow `words`; what has no letter or digit in it is not followed."""
        self._phrases: set[str] = set()
        self._beginnings: Counter[str] = Counter()  # `jl`, `jl gajah`: what leads on, and to how many phrases
        for word in words:
            self.add(word)

    def add(self, word: str) -> None:
        """Follow a word, in whatever case it is written."""
        phrase = key(word)
        if phrase and phrase not in self._phrases:
            self._phrases.add(phrase)
            self._beginnings.update(_beginnings(phrase))

    def remove(self, word: str) -> None:
        """Follow it no longer; nothing happens where nobody did."""
        phrase = key(word)
        if phrase not in self._phrases:
            return
        self._phrases.remove(phrase)
        for beginning in _beginnings(phrase):
            self._beginnings[beginning] -= 1
            if not self._beginnings[beginning]:
                del self._beginnings[beginning]

    def match(self, text: str) -> set[str]:
        """The keys of the followed words that stand in `text`, title and body on lines of their own.

        Whole words only, in any case, with or without diacritics and the suffixes -nya, -lah, -kah and -pun. A phrase
        does not reach over a comma, a bracket or the end of a sentence. Time grows with the text alone.
        """
        tokens = [*_tokens(text), ""]  # "" is a border
        stems = [_stem(token) for token in tokens]
        found: set[str] = set()
        for start, token in enumerate(tokens):
            place, before, phrase = start, "", token
            while tokens[place]:
                if phrase in self._phrases:
                    found.add(phrase)
                if stems[place] and before + stems[place] in self._phrases:
                    found.add(before + stems[place])
                if phrase not in self._beginnings:
                    break
                place, before = place + 1, f"{phrase} "
                phrase = before + tokens[place]
        return found

    def __contains__(self, word: str) -> bool:
        """Whether the word is followed, however it is written."""
        return key(word) in self._phrases

    def __len__(self) -> int:
        """How many different words are followed."""
        return len(self._phrases)


def key(word: str) -> str:
    """What a followed word is kept and found under: small letters, no diacritics, one blank between its words."""
    return " ".join(list(filter(None, _tokens(word)))[:_MOST_TOKENS])


def fault(word: str) -> Fault | None:
    """Why a resident cannot follow this word, or None: 2 to 40 characters, at most 4 words, not all stop words."""
    word = " ".join(word.split())
    tokens = list(_tokens(word.strip(" .'’‘`&/-")))
    words = list(filter(None, tokens))
    if len(word) < SHORTEST:
        return Fault.TOO_SHORT
    if len(word) > LONGEST:
        return Fault.TOO_LONG
    if len(word.split()) > MOST_WORDS or len(words) > _MOST_TOKENS:
        return Fault.TOO_MANY_WORDS
    if not _TYPED.fullmatch(word) or word.startswith("/") or not any(c.isalpha() for c in word) or "" in tokens:
        return Fault.NOT_WORDS  # `Mojosari/Pacet` are two
    return Fault.STOP_WORD if all(part in STOP_WORDS for part in words) else None


def _tokens(text: str) -> Iterator[str]:
    """The folded words in order, and "" where a phrase ends; the full stop of `Jl.` or `M.` ends none."""
    text = text.translate(_FOLD)
    before = ""
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece.isalnum():
            yield piece
        elif piece != "." or not _goes_on(before, text[match.end() : match.end() + 1]):
            yield ""
        before = piece


def _goes_on(before: str, following: str) -> bool:
    """Whether a full stop stands within a name or a number: Jl. Gajah Mada, M. Yasin, 5.000."""
    return before in LEADS_ON or len(before) == 1 or following.isalnum()


def _stem(token: str) -> str:
    """The word without its suffix, "" where it has none: Pacetnya, Pacet; but masalah is no masa."""
    if not token.endswith(_CLITICS) or token.endswith(_NO_CLITIC_ENDINGS) or token in NO_CLITICS:
        return ""
    stem = token[:-_CLITIC_LENGTH]
    return stem if len(stem) >= _SHORTEST_STEM else ""


def _beginnings(phrase: str) -> Iterator[str]:
    """`jl` and `jl gajah` of `jl gajah mada`."""
    return (phrase[: blank.start()] for blank in re.finditer(" ", phrase))
