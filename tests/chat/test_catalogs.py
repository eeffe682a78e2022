"""Both languages are complete: every key of the source has its text, and no text is left over or spoilt."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot import catalogs
from bot.chat.texts import rich
from bot.errors import SettingsError

SOURCE = catalogs.FOLDER.parent / "chat"
LANGUAGES = sorted(path.name for path in catalogs.FOLDER.iterdir())
KEY = re.compile(r"[a-z]+(?:\.[a-z_]+)+")


def po(language: str) -> Catalog:
    with (catalogs.FOLDER / language / "LC_MESSAGES" / "kentongan.po").open("rb") as file:
        return read_po(file, locale=language)


def keys_of(catalog: Catalog) -> set[str]:
    return {_key(message) for message in catalog if message.id}


def texts_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def literals(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_two_languages_of_the_portal_are_there() -> None:
    assert LANGUAGES == ["en", "id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_of_the_source_has_a_text_and_every_text_is_used(language: str) -> None:
    used = {literal for literal in literals(SOURCE) if KEY.fullmatch(literal)}
    known = keys_of(po(language))
    assert used - known == set(), "named in the source, missing in the catalog"
    assert known - used == set(), "in the catalog, named nowhere in the source"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_unsure(language: str) -> None:
    for message in po(language):
        assert all(texts_of(message)), f"{message.id} is empty"
        assert not message.fuzzy or not message.id, f"{message.id} is marked fuzzy and would not be used"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_needs_the_same_values_in_every_language(language: str) -> None:
    reference = {_key(m): set().union(*map(placeholders, texts_of(m))) for m in po("id")}
    for message in po(language):
        for text in texts_of(message):
            assert placeholders(text) == reference[_key(message)], f"{language}: {message.id}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_of_a_text_is_closed(language: str) -> None:
    for message in po(language):
        for text in texts_of(message) if message.id else []:
            values = dict.fromkeys(placeholders(text), "x")
            left = "".join(span.text for span in rich(text, **values))
            assert "*" not in left, f"{language}: {message.id}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tone_is_calm(language: str) -> None:
    for message in po(language):
        for text in texts_of(message) if message.id else []:
            assert "!" not in text, f"{message.id} shouts"
            emoji = [c for c in text if c > "\u2fff"]
            assert len(emoji) <= 1, f"{message.id} has more than one emoji"
            assert not (emoji and text.startswith(emoji[0])), f"{message.id} begins with an emoji"


def test_a_catalog_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "id" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kentongan.po").write_text("ini bukan katalog\n", "utf-8")
    with pytest.raises(SettingsError, match=r"kentongan\.po"):
        catalogs.load(tmp_path)
    with pytest.raises(SettingsError, match="no xx/LC_MESSAGES"):
        catalogs.load(tmp_path, fallback="xx")


def test_the_loaded_catalogs_are_those_of_the_files() -> None:
    loaded = catalogs.load()
    assert sorted(loaded.catalogs) == LANGUAGES
    assert all(isinstance(c, gettext.GNUTranslations) for c in loaded.catalogs.values())
    assert loaded.t("en", "button.done") == "Done"
