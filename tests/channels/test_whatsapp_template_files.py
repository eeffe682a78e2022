"""Template files: ours keep every rule, and what is wrong in a file is told whole, with its line."""

from pathlib import Path

import pytest

from bot.channels.whatsapp.templates.languages import LANGUAGES
from bot.channels.whatsapp.templates.model import Category
from bot.channels.whatsapp.templates.written import FOLDER, read_file, read_folder
from bot.delivery.templates import Use
from bot.simulator.whatsapp import form

OURS = read_folder()

GOOD = """\
name = "kabar_v1"
use = "digest_2"
language = "id"
category = "marketing"
header = "Kabar"
body = \"\"\"
Dua kabar baru dari topik Anda:
1. {{1}}
2. {{2}}
Ketuk Berita lain untuk membaca.\"\"\"
footer = "Sampai jumpa"

[[parameters]]
means = "headline"
example = "Pasar pindah"

[[parameters]]
means = "headline"
example = "Jalan dibuka"

[[buttons]]
text = "Berita lain"
leads = "more"

[[buttons]]
text = "Berhenti"
leads = "stop"
"""

PLACES = "\n1. {{1}}\n2. {{2}}\n"
BUTTONS = GOOD[GOOD.index("[[buttons]]") :]


def told(folder: Path, text: str) -> list[str]:
    """What is said of a file, without its path."""
    file = folder / "kabar.toml"
    file.write_text(text, "utf-8")
    _, faults = read_file(file)
    return [str(fault).removeprefix(f"{folder}/") for fault in faults]


def test_our_own_files_have_no_fault_and_no_warning() -> None:
    assert [str(fault) for fault in OURS.faults] == []


@pytest.mark.parametrize("use", Use)
def test_each_use_has_a_template_in_both_languages(use: Use) -> None:
    for reserve in (False, True):
        assert {t.language for t in OURS.templates if t.use is use and t.reserve is reserve} == {"id", "en"}


@pytest.mark.parametrize("template", [t for t in OURS.templates if t.reserve], ids=lambda t: t.key)
def test_what_is_in_reserve_says_the_same_with_other_words_and_is_wanted_less(template: object) -> None:
    reserve = next(t for t in OURS.templates if t is template)
    same = [t for t in OURS.templates if (t.use, t.language) == (reserve.use, reserve.language)]
    own = same[0]
    assert same == [own, reserve]
    assert [p.means for p in own.parameters] == [p.means for p in reserve.parameters]
    assert (own.category, own.buttons) == (reserve.category, reserve.buttons)
    ours, others = ({*t.body.split("\n")} - {"{{1}}", "1. {{1}}", "2. {{2}}", "3. {{3}}"} for t in (own, reserve))
    assert not ours & others


@pytest.mark.parametrize("template", OURS.templates, ids=lambda t: t.key)
def test_our_texts_are_calm_and_marketing_shows_five_lines(template: object) -> None:
    found = next(t for t in OURS.templates if t is template)
    texts = [found.header, found.body, found.footer, *(b.text for b in found.buttons)]
    assert not [text for text in texts if "!" in text]
    assert found.category is not Category.MARKETING or found.body.count("\n") < 5


def test_a_file_is_named_for_its_use_and_language() -> None:
    files = list(FOLDER.glob("*.toml"))
    assert len(files) == len(OURS.templates) > 0
    for file in files:
        template, _ = read_file(file)
        assert template is not None
        reserve = ".reserve" if template.reserve else ""
        assert file.name == f"{template.use}{reserve}.{template.language}.toml"


def test_a_good_file_has_no_fault(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD) == []


WRONG: dict[str, tuple[str, str, str]] = {
    "a capital in the name": ("kabar_v1", "Kabar_v1", "kabar.toml:1: name takes lower-case letters"),
    "no version": ('"kabar_v1"', '"kabar"', "kabar.toml:1: name must end in a version, as kabar_v1"),
    "a language of nobody": ('"id"', '"indonesia"', "kabar.toml:3: language must be one of Meta's codes"),
    "a language without templates": ('"id"', '"jv"', "kabar.toml:3: language must be one of Meta's codes"),
    "a blank header": ('"Kabar"', '"   "', "kabar.toml:5: header is blank"),
    "a blank footer": ("Sampai jumpa", " ", "kabar.toml:11: footer is blank"),
    "a category of nobody": ('"marketing"', '"news"', "kabar.toml:4: category 'news' is none of marketing, utility"),
    "a use of nobody": ('"digest_2"', '"digest_9"', "kabar.toml:2: use 'digest_9' is none of"),
    "a long header": ('"Kabar"', f'"{"x" * 61}"', "kabar.toml:5: header has 61 characters; Meta takes 60"),
    "an emoji in the header": ('"Kabar"', '"Kabar 🌧"', "kabar.toml:5: header may have no marks"),
    "a place in the header": ('"Kabar"', '"Kabar {{1}}"', "kabar.toml:5: header may have no places"),
    "a long body": ("Ketuk", "x" * 1000, "kabar.toml:7: body has"),
    "a long footer": ("Sampai jumpa", "x" * 61, "kabar.toml:11: footer has 61 characters"),
    "a gap in the numbers": ("{{2}}", "{{3}}", "kabar.toml:7: body numbers its places 1, 3"),
    "numbers in the wrong order": ("{{1}}\n2. {{2}}", "{{2}}\n2. {{1}}", "kabar.toml:7: body numbers its places 2, 1"),
    "a place with a nought": ("{{2}}", "{{02}}", "kabar.toml:9: body has '{{02}}'"),
    "a place with a name": ("{{2}}", "{{judul}}", "kabar.toml:9: body has '{{judul}}'"),
    "a brace too many": ("membaca.", "membaca }} ini.", "kabar.toml:10: body has '}}'"),
    "a place at the beginning": ("Dua kabar baru dari topik Anda:\n1. {{1}}", "*{{1}}* kabar untuk Anda hari ini",
                                 "kabar.toml:7: body begins with a place"),
    "a place at the end": ("\nKetuk Berita lain untuk membaca.", ".", "kabar.toml:9: body ends with a place"),
    "two places together": ("\n2. {{2}}", " {{2}}", "kabar.toml:8: body has two places next to each other"),
    "too few words": (f"Dua kabar baru dari topik Anda:{PLACES}Ketuk Berita lain untuk membaca", f"Kabar{PLACES}Menu",
                      "kabar.toml:7: body has 2 words for 2 places; Meta wants about 5"),
    "a tab": ("2. {{2}}", "2.\t{{2}}", "kabar.toml:9: body has a tab"),
    "five spaces": ("2. {{2}}", "2.     {{2}}", "kabar.toml:9: body has a tab, or more than four spaces"),
    "two empty lines": ("Anda:\n", "Anda:\n\n\n", "kabar.toml:8: body has more than one empty line"),
    "six lines of marketing": ("Anda:\n", "Anda:\nkabar\nsatu,\n", "kabar.toml:12: warning: body has 6 lines"),
    "an empty example": ('"Jalan dibuka"', '""', "kabar.toml:19: example is empty"),
    "an example of two lines": ('"Jalan dibuka"', '"Jalan\\ndibuka"', "kabar.toml:19: example may have no new line"),
    "a headline that is none": ('"headline"\nexample = "Jalan', '"moment"\nexample = "Jalan',
                                "kabar.toml:2: use digest_2 shows 2 headlines; the file has 1"),
    "a place that nobody describes": ('[[parameters]]\nmeans = "headline"\nexample = "Jalan dibuka"\n', "",
                                      "kabar.toml:13: parameters describe 1 places; the body has 2"),
    "a meaning of nobody": ('"headline"\nexample = "Jalan', '"judul"\nexample = "Jalan',
                            "kabar.toml:18: means 'judul' is none of headline"),
    "a long button": ('"Berita lain"', f'"{"x" * 26}"', "kabar.toml:22: text must have 1 to 25 characters"),
    "two buttons of one text": ('"Berita lain"', '"Berhenti"', "kabar.toml:26: text stands on another button too"),
    "no way to stop": ('"stop"', '"more"', "kabar.toml:21: buttons have none that leads to stop"),
    "a key that is none of ours": ("footer =", "fotter =", "kabar.toml:11: fotter is no key of ours"),
    "no body": ("body = ", "boddy = ", "kabar.toml: body is missing"),
    "a number for a text": ('"Kabar"', "7", "kabar.toml:5: header must be a text"),
    "a table that is none": (BUTTONS, "[buttons]", "buttons are written as [[buttons]]"),
    "a reserve that is no yes or no": ('header = "Kabar"', 'reserve = "ya"',
                                       "kabar.toml:5: reserve must be true or false"),
    "no TOML": ('"Kabar"', '"Kabar', "kabar.toml:5: is no TOML"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, before: str, after: str, expected: str) -> None:
    assert before in GOOD
    found = told(tmp_path, GOOD.replace(before, after, 1))
    assert any(expected in line for line in found), found


def test_the_simulator_takes_the_same_languages() -> None:
    assert form.LANGUAGES == LANGUAGES


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace("kabar_v1", "Kabar").replace("Sampai jumpa", "x" * 99).replace('"Jalan dibuka"', '""')
    assert [line.split(":")[1] for line in told(tmp_path, wrong)] == ["1", "11", "19"]


def test_eleven_buttons_are_too_many(tmp_path: Path) -> None:
    more = "".join(f'\n[[buttons]]\ntext = "Tombol {n}"\nleads = "more"\n' for n in range(9))
    assert any("buttons are 11; Meta takes 10" in line for line in told(tmp_path, GOOD + more))


def test_a_file_that_cannot_be_read_and_an_empty_folder_are_faults(tmp_path: Path) -> None:
    assert [str(f) for f in read_folder(tmp_path).faults] == [f"{tmp_path}: has no template files (*.toml)"]
    (tmp_path / "kabar.toml").write_bytes(b"\xff\xfe")
    (fault,) = read_folder(tmp_path).faults
    assert "it is not UTF-8 text" in str(fault)
    assert not read_folder(tmp_path).sound


def test_two_files_of_one_name_and_a_use_without_the_fallback_language(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace('"id"', '"en"'), "utf-8")
    (tmp_path / "b.toml").write_text(GOOD.replace('"id"', '"en"'), "utf-8")
    read = read_folder(tmp_path)
    told_of = [str(fault).removeprefix(f"{tmp_path}/") for fault in read.faults]
    assert told_of == [
        "b.toml: kabar_v1 in en stands in a.toml too",
        "a.toml: warning: digest_2 has no template in id, for readers of all others",
    ]
    assert not read.sound


def test_the_newest_version_comes_first_and_the_fallback_language_before_others(tmp_path: Path) -> None:
    for name, language in (("kabar_v2", "en"), ("kabar_v9", "id"), ("kabar_v10", "id")):
        text = GOOD.replace("kabar_v1", name).replace('"id"', f'"{language}"')
        (tmp_path / f"{name}.{language}.toml").write_text(text, "utf-8")
    assert [t.key for t in read_folder(tmp_path).templates] == ["kabar_v10/id", "kabar_v9/id", "kabar_v2/en"]
