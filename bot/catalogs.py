"""Reads the translations straight from the files that editors edit: `locale/<language>/LC_MESSAGES/kentongan.po`."""

import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from bot.chat.texts import Texts
from bot.errors import SettingsError

FOLDER = Path(__file__).parent / "locale"
_NAME = "kentongan.po"


def load(folder: Path = FOLDER, fallback: str = "id") -> Texts:
    """The texts of every language in the folder; a file that cannot be read is named."""
    files = {path.parent.parent.name: path for path in sorted(folder.glob(f"*/LC_MESSAGES/{_NAME}"))}
    if fallback not in files:
        raise SettingsError([f"{folder}: no {fallback}/LC_MESSAGES/{_NAME}; reinstall the program"])
    return Texts({language: _catalog(path, language) for language, path in files.items()}, fallback)


def _catalog(path: Path, language: str) -> gettext.GNUTranslations:
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise SettingsError([f"{path}: {error}"]) from error
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
