"""Puts back the blanks that an editor or an earlier machine lost, where only one reading is possible."""

import re

from bot.news.markup import LINK_CLOSES, LINK_OPENS

_LETTER = r"[^\W\d_]"
_BEFORE_LINK = re.compile(rf"(?<={_LETTER}){LINK_OPENS}(?={_LETTER})")
_BEHIND_LINK = re.compile(rf"(?<={_LETTER}){LINK_CLOSES}(?={_LETTER})(?!(?:nya|lah|kah|pun|ku|mu|an|i)\b)")
_LOST = re.compile(
    r"(?<=[a-z])(?=Rp\.? ?\d)"  # gratisRp450.000
    r"|(?<=[a-z])(?=\([A-Z]{2})"  # layanan(BNPL)
    r"|(?<=[a-z\d],)(?=[a-z]{2})"  # 2026,kamu
)
_GAINED = re.compile(r"(?<=[^\W_]) (?=(?:[,;]|[.!?](?![.!?…]))(?: |$))")  # Imlek , kamu


def without_links(block: str) -> str:
    """The block with its links no longer marked; a link that was glued to the words around it stands apart."""
    block = _BEHIND_LINK.sub(" ", _BEFORE_LINK.sub(" ", block))
    return " ".join(block.replace(LINK_OPENS, "").replace(LINK_CLOSES, "").split())


def spaced(block: str) -> str:
    """The block with blanks around amounts, brackets and commas as they must be; never within what may be a word.

    `memperolehsaldo` stays: only a dictionary could tell it from `matahari`. Addresses stay as they are.
    """
    return block if "://" in block else _GAINED.sub("", _LOST.sub(" ", block))
