"""The one or two whole sentences under a headline, taken from the text, never written anew."""

import re
from itertools import islice

from bot.news import sentences

LONGEST = 320  # characters
_NUMBERS_LETTERS = re.compile(r"[^\W_]+")
_LOOKED_AT = 8  # sentences: further down nothing introduces a story
_MANY = 8  # words: what is so long and has no end is the lead, and what follows it leans on it
_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-z])[.)]\s")


def summarise(title: str, text: str) -> str:
    """The first one or two whole sentences of `text`, at most 320 characters; nothing that repeats the title.

    A lead that is longer, or has no end, gives nothing: what follows leans on it (`Hal itu disampaikan …`, `Korban
    dibawa …`), and alone under the headline it says less than the headline, or something else.
    """
    lead = ""
    for sentence in islice(sentences.split(text), _LOOKED_AT):
        if not lead and repeats(sentence, title):
            continue
        if not sentences.is_whole(sentence) or _NUMBERED.match(sentence):
            if lead or len(sentence.split()) >= _MANY:
                break
            continue
        if lead:
            both = f"{lead} {sentence}"
            return both if len(both) <= LONGEST else lead
        if len(sentence) > LONGEST:
            break
        lead = sentence
    return lead


def repeats(sentence: str, title: str) -> bool:
    """Whether the sentence says nothing but (a part of) the title."""
    return f" {folded(sentence)} " in f" {folded(title)} "


def folded(text: str) -> str:
    """The words alone: for comparing what was typed twice by hand."""
    return " ".join(_NUMBERS_LETTERS.findall(text.casefold()))
