"""Texts in the reader's language: gettext catalogs in, words and dates as readers write them out."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """The loaded catalogs by language; loading them is the edge's work (`bot.catalogs`)."""

    catalogs: Mapping[str, gettext.NullTranslations]
    fallback: str = "id"
