"""feeds.yaml: what it declares, and every fault in it with its line."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.ports import DeclaredFeed
from bot.settings import FeedsFile, read_feeds_file

GOOD = """\
portal:
  name: Kabar Desa
  url: https://www.kabar.example/
  area: Trowulan
  language: en
  timezone: Asia/Makassar
defaults: {quiet: off, daily_limit: 5}
categories:
  - id: daerah
    name: {id: Daerah, en: Regional}
    labels: [DAERAH, 2024, no]
  - id: olahraga
    name: Sports
feeds:
  - url: https://kabar.example/feed/
  - url: https://kabar.example/olahraga/feed/
    every: 90s
    categories: [olahraga, olahraga]
    paused: true
"""
MUST_BEGIN = "must begin with http:// or https:// and a host; write for example https://target-24jam.com"
NAMES = "write for example `name: {id: Hukum, en: Law}`"
FIVE_FAULTS = """\
portal:
  name: Kabar Desa
  url: kabar.example
  timezone: WIB
categories:
  - id: Hukum!
    name: {id: Hukum, en: Law}
  - id: daerah
    name: {id: Daerah, en: Regional}
feeds:
  - url: https://kabar.example/feed/
    every: 5 minutes
  - url: https://kabar.example/daerah/feed/
    categories: [derah]
"""


def read(text: str, folder: Path) -> FeedsFile:
    file = folder / "feeds.yaml"
    file.write_text(text, "utf-8")
    return read_feeds_file(file)


def faults_of(text: str, folder: Path) -> list[str]:
    """The faults, without the name of the file."""
    with pytest.raises(SettingsError) as caught:
        read(text, folder)
    start = f"{folder / 'feeds.yaml'}:"
    assert all(fault.startswith(start) and fault.isprintable() for fault in caught.value.faults)
    return [fault.removeprefix(start).strip() for fault in caught.value.faults]


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    content = read(GOOD, tmp_path)
    portal = content.portal
    assert (portal.name, portal.url, portal.host) == ("Kabar Desa", "https://www.kabar.example", "kabar.example")
    assert (portal.area, portal.language, portal.timezone) == ("Trowulan", "en", ZoneInfo("Asia/Makassar"))
    assert (content.quiet, content.daily_limit) == (None, 5)
    assert [(c.id, c.names, c.labels) for c in content.categories] == [
        ("daerah", {"id": "Daerah", "en": "Regional"}, ("DAERAH", "2024", "no")),
        ("olahraga", {"en": "Sports"}, ()),
    ]
    assert content.feeds == (
        DeclaredFeed("https://kabar.example/feed/"),
        DeclaredFeed("https://kabar.example/olahraga/feed/", 90.0, ("olahraga",), paused=True),
    )


def test_five_faults_are_named_all_five_with_their_lines(tmp_path: Path) -> None:
    assert faults_of(FIVE_FAULTS, tmp_path) == [
        f'3: portal url "kabar.example" {MUST_BEGIN}',
        '4: portal timezone "WIB" is no time zone; write Asia/Jakarta',
        '6: category id "Hukum!" must be 1 to 20 of a-z, 0-9 and _; write for example hukum',
        '12: every "5 minutes" must be a number and s, m, h or d; write for example 30s, 5m or 1h',
        '14: category "derah" is not declared under categories; did you mean daerah?',
    ]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


ONE_FAULT = {
    "an unknown block": (GOOD + "feed: []\n", '20: the file has no key "feed"; did you mean feeds?'),
    "an unknown key": (
        changed("area:", "city:"),
        '4: portal has no key "city"; write one of area, language, name, timezone, url',
    ),
    "a misspelt key": (changed("every:", "evry:"), '17: a feed has no key "evry"; did you mean every?'),
    "a misspelt key that must be there": (
        changed("  name: Kabar", "  nama: Kabar"),
        '2: portal has no key "nama"; did you mean name?',
    ),
    "a key twice": (
        changed("  area:", "  name: Desa\n  area:"),
        '4: portal has the key "name" twice (first in line 2); leave one of them out',
    ),
    "no portal url": (
        changed("  url: https://www.kabar.example/\n", ""),
        "2: portal has no url; write for example https://target-24jam.com",
    ),
    "an empty portal name": (
        changed("name: Kabar Desa", 'name: " "'),
        "2: portal name must be a text; write for example Target 24 Jam",
    ),
    "a portal on ftp": (
        changed("https://www.", "ftp://www."),
        f'3: portal url "ftp://www.kabar.example/" {MUST_BEGIN}',
    ),
    "an unknown time zone": (
        changed("Asia/Makassar", "Asia/Jakrta"),
        '6: portal timezone "Asia/Jakrta" is no time zone; did you mean Asia/Jakarta?',
    ),
    "a folder as time zone": (
        changed("Asia/Makassar", "Asia"),
        '6: portal timezone "Asia" is no time zone; write for example Asia/Jakarta',
    ),
    "a path as time zone": (
        changed("Asia/Makassar", "/etc/passwd"),
        '6: portal timezone "/etc/passwd" is no time zone; write for example Asia/Jakarta',
    ),
    "a language's name": (
        changed("language: en", "language: English"),
        '5: portal language "English" must be a language\'s two letters; write for example id or en',
    ),
    "quiet hours of one time": (
        changed("quiet: off", "quiet: 21.00"),
        '7: quiet "21.00" must be two times of the day or off; write for example 21.00-05.00',
    ),
    "a limit in words": (
        changed("daily_limit: 5", "daily_limit: many"),
        '7: daily_limit "many" must be a whole number from 1 to 999, or off; write for example 12',
    ),
    "a limit of zero": (
        changed("daily_limit: 5", "daily_limit: 0"),
        '7: daily_limit "0" must be a whole number from 1 to 999, or off; write for example 12',
    ),
    "a category without id": (
        changed("- id: daerah\n    name", "- name"),
        "9: a category has no id; write for example `id: hukrim`",
    ),
    "a category without name": (changed("    name: Sports\n", ""), f"12: a category has no name; {NAMES}"),
    "a category id twice": (
        changed("- id: olahraga", "- id: daerah").replace("[olahraga, olahraga]", "[]"),
        '12: category id "daerah" stands in line 9 already; give one another id',
    ),
    "a reserved id": (
        changed("- id: daerah", "- id: semua"),
        '9: category id "semua" is a word of the deep links; write another one',
    ),
    "another reserved id": (
        changed("- id: daerah", "- id: undang"),
        '9: category id "undang" is a word of the deep links; write another one',
    ),
    "an id of 21 characters": (
        changed("- id: daerah", f"- id: {'a' * 21}"),
        f'9: category id "{"a" * 21}" must be 1 to 20 of a-z, 0-9 and _; write for example {"a" * 20}',
    ),
    "labels that are no list": (
        changed("labels: [DAERAH, 2024, no]", "labels: DAERAH"),
        "11: labels must be a list; write each one on a line that begins with a dash",
    ),
    "a name in an unknown language": (
        changed("en: Regional", "English: Regional"),
        "10: a name's language \"English\" must be a language's two letters; write for example id or en",
    ),
    "two names in one language": (
        changed("en: Regional", "id: Regional"),
        '10: a category has two names in "id"; leave one of them out',
    ),
    "an empty name": (changed("en: Regional", "en:"), f'10: the name in "en" must be a text; {NAMES}'),
    "no category": (
        GOOD[: GOOD.index("categories:")] + "categories: []\nfeeds: []\n",
        "8: categories is empty; write at least one, with id and name",
    ),
    "no feeds": (GOOD[: GOOD.index("feeds:")], "1: the file has no feeds; write for example `feeds: []`"),
    "a feed without url": (
        changed("url: https://kabar.example/olahraga/feed/\n    every", "every"),
        "16: a feed has no url; write for example `url: https://target-24jam.com/feed/`",
    ),
    "a feed twice": (
        changed("kabar.example/olahraga/feed/", "kabar.example/feed/"),
        "16: feed https://kabar.example/feed/ stands in line 15 already; leave one of them out",
    ),
    "a feed with a password": (
        changed("https://kabar.example/feed/", "https://u:p4ss@kabar.example/feed/"),
        '15: feed url "https://…@kabar.example/feed/" has a user name or password in it; leave that out',
    ),
    "an interval of nothing": (
        changed("every: 90s", "every: 0s"),
        '17: every "0s" must be between 1s and 30d; write for example 5m',
    ),
    "an interval without unit": (
        changed("every: 90s", "every: 300"),
        '17: every "300" must be a number and s, m, h or d; write for example 30s, 5m or 1h',
    ),
    "an unknown category": (
        changed("[olahraga, olahraga]", "[olahraga, politik]"),
        '18: category "politik" is not declared under categories; write one of daerah, olahraga',
    ),
    "paused in other words": (
        changed("paused: true", "paused: later"),
        '19: paused "later" is neither yes nor no; write true or false',
    ),
    "a feed that is only an address": (
        GOOD + "  - https://kabar.example/x/\n",
        "20: a feed must be a block of `key: value` lines; write for example `url: …` below it",
    ),
    "a list for a text": (
        changed("area: Trowulan", "area: [a]"),
        "4: portal area must be a text; write for example Mojokerto",
    ),
}


@pytest.mark.parametrize(("text", "fault"), ONE_FAULT.values(), ids=ONE_FAULT)
def test_one_fault_is_one_line_with_its_number(text: str, fault: str, tmp_path: Path) -> None:
    assert faults_of(text, tmp_path) == [fault]


BROKEN = {
    "empty": ("", "is empty; write portal, categories and feeds, as in the project's example"),
    "only a comment": ("# nothing\n", "is empty; write portal, categories and feeds, as in the project's example"),
    "an open bracket": ("a: [", "1: is not valid YAML here"),
    "a tab": ("portal:\n\tname: x\n", "2: YAML allows no tab at the beginning of a line; write spaces"),
    "a missing quote": ('portal:\n  name: "Kabar\n', "3: is not valid YAML here"),
    "bad indentation": ("portal:\n  name: x\n url: y\n", "3: is not valid YAML here"),
    "two documents": ("a: 1\n---\nb: 2\n", "2: is not valid YAML here"),
    "an unknown alias": ("portal: *nobody\n", "1: is not valid YAML here"),
    "a control character": ("a: 1\nportal: \x07\n", "2: has a character that YAML does not allow; delete it"),
    "a list": ("- a\n", "1: the file must be a block of `key: value` lines"),
    "words": ("hello\n", "1: the file must be a block of `key: value` lines"),
    "very deep": ("[" * 3000, "is nested too deeply"),
    "a tag that makes objects": ("!!python/object/apply:os.getcwd []\n", "1: the file must be a block"),
    "something inside itself": ("portal: &a\n  name: *a\n", "1: portal has no url"),
}


@pytest.mark.parametrize(("text", "fault"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_feeds_file_at_all_says_so_first(text: str, fault: str, tmp_path: Path) -> None:
    assert faults_of(text, tmp_path)[0].startswith(fault)


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no such file; write one .* or set FEEDS_FILE"):
        read_feeds_file(tmp_path / "none.yaml")


def test_a_folder_and_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_feeds_file(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("portal: é".encode("latin-1"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_feeds_file(tmp_path / "latin.yaml")


@pytest.mark.parametrize("quiet", ["off", "false", "no", '"off"'])
def test_quiet_off_is_understood_though_yaml_takes_it_for_a_boolean(quiet: str, tmp_path: Path) -> None:
    assert read(changed("quiet: off", f"quiet: {quiet}"), tmp_path).quiet is None


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    content = read(
        "portal: {name: Kabar, url: http://kabar.example}\ncategories: [{id: a, name: A}]\nfeeds:\n", tmp_path
    )
    assert (content.quiet, content.daily_limit, content.feeds) == ((1260, 300), None, ())
    assert (content.portal.area, content.portal.language) == ("", "id")
    assert content.portal.timezone == ZoneInfo("Asia/Jakarta")


YAML = st.recursive(
    st.sampled_from(["~", "off", "1", "x", '"21.00-05.00"', "https://a.example/", "daerah", "{}", "[]"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(["portal", "name", "url", "id", "feeds", "categories", "labels", "every", "defaults"]),
            inner, max_size=4,
        ).map(lambda block: "{" + ", ".join(f"{key}: {value}" for key, value in block.items()) + "}"),
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.one_of(YAML, st.text(max_size=80)))
@example("{portal: {name: {}}, categories: [[]], feeds: [{url: {}}]}")
def test_any_file_at_all_is_read_or_refused_with_faults(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any-feeds.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        content = read_feeds_file(file)
    except SettingsError as error:
        faults = error.faults
        assert faults
        assert all(fault.isprintable() for fault in faults)
    else:
        assert content.portal.name
