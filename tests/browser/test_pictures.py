"""Pictures of screens: every conversation is there in both languages, and what is taken is a phone that fits."""

from pathlib import Path

from PIL import Image

from tests.chat.test_catalogs import keys_of, po
from tests.pictures.album import INDEX, VIEW, channels_of, file_of, take
from tests.pictures.screens import LANGUAGES, played, steps

A_FEW = ("warga-mulai", "redaksi-darurat_ditahan_rekan", "admin-statistik", "grup-grup_anonim")


async def test_every_text_that_a_conversation_says_is_on_a_picture() -> None:
    said = {
        key for _, pair, _ in await played() for _, keys, replies in pair.steps if all(replies.values()) for key in keys
    }
    assert len(said) > 400
    assert said <= keys_of(po("id"))
    taken = await steps()
    assert len({step.name for step in taken}) == len(taken) > 150
    assert all(set(step.replies) == set(LANGUAGES) for step in taken)


async def test_a_few_screens_are_taken_and_fit(tmp_path: Path) -> None:
    wanted = [next(step for step in await steps() if step.name.startswith(name)) for name in A_FEW]
    assert await take(tmp_path, wanted) == []
    files = [
        file_of(step, channel, language) for step in wanted for channel in channels_of(step) for language in LANGUAGES
    ]
    assert {path.name for path in tmp_path.iterdir()} == {*files, INDEX}
    for name in files:
        with Image.open(tmp_path / name) as picture:
            assert picture.width > VIEW["width"] - 40
            assert len(picture.convert("RGB").getcolors(2**24) or ()) > 50, f"{name} is empty"
    page = (tmp_path / INDEX).read_text("utf-8")
    assert all(f'src="{name}"' in page for name in files)
