"""The corrected form of what was told: wrong words are replaced where they stand, else the correction is added.

Editors type the wrong words on a phone: with another capital, with two blanks. Whoever is reached after a correction
gets nothing but the corrected form, so it must hold what is right whatever was typed.
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.chat.fit import units
from bot.chat.stories import LONGEST_LINE
from bot.chat.texts import Voice

# Units up to which even the smallest form shows a text whole: a story's in a digest, an alert's below a photo, beside
# its title. Of longer ones the end may be cut, so there the correction comes first.
STORY_ROOM: Final = LONGEST_LINE
ALERT_ROOM: Final = 400
_SEPARATORS: Final = ".,:"  # within a number or a time: 3.500, 2,5, 13.30, 13:30


def stands(text: str, wrong: str) -> bool:
    """Whether these words stand in the text, as whole words; case and runs of blanks do not matter."""
    pattern = _pattern(wrong)
    return pattern is not None and pattern.search(text) is not None


def replaced(text: str, wrong: str, right: str) -> str:
    """The text with these words replaced wherever they stand; a capital at their beginning stays one."""
    pattern, right = _pattern(wrong), right.strip()

    def put(found: re.Match[str]) -> str:
        words = right[:1].upper() + right[1:] if found[0][:1].isupper() else right
        follows = text[found.end() : found.end() + 1]
        return words[:-1] if follows and follows in ".,;" and words.endswith(follows) else words  # never `..`

    return pattern.sub(put, text) if pattern is not None else text


def is_missing(title: str, text: str, wrong: str, right: str) -> bool:
    """Whether nothing can be replaced and what is right is not said yet, as when a portal has mended its own title."""
    return not any(stands(part, wrong) for part in (title, text)) and not _says(f"{title}\n{text}", right)


def righted(title: str, text: str, wrong: str, right: str, added: str, room: int) -> tuple[str, str]:
    """Title and text in their corrected form.

    Where what is right is missing, the text has `added` as a line of its own: after it if both are shown whole
    (`room`, in units), else before it.
    """
    if not is_missing(title, text, wrong, right) or _says(text, added):
        return replaced(title, wrong, right), replaced(text, wrong, right)
    lines = (text.rstrip(), added) if units(text) + units(added) < room else (added, text)
    return title, "\n\n".join(line for line in lines if line)


def revised(ours: str, before: str, new: str, corrections: Sequence[tuple[str, str]]) -> str:
    """What stands in our title or summary after the portal has changed its own from `before` to `new`.

    What editors have corrected stays so while the portal has not changed that, and where it repeats words that were
    wrong; `corrections` are pairs of wrong and right, oldest first. Lines that were added stay until it says so.
    """
    if new == before or _repeats(new, corrections):
        return ours
    rights = [right for _, right in corrections if stands(new, right)]
    lines = [line for line in _added_to(before, ours) if not any(stands(line, right) for right in rights)]
    first = units("\n\n".join([new, *lines])) >= STORY_ROOM
    return "\n\n".join(part for part in ((*lines, new) if first else (new, *lines)) if part)


def amendment(say: Voice, right: str) -> str:
    """The line that is added to a text in which the wrong words do not stand."""
    return say.t("broadcast.amended", text=" ".join(right.split()))


def _repeats(text: str, corrections: Sequence[tuple[str, str]]) -> bool:
    """Whether words stand here that were corrected, and not put back by a later correction."""
    wrongs: list[tuple[str, str]] = []
    for wrong, right in corrections:
        wrongs = [pair for pair in wrongs if not stands(right, pair[0])]
        wrongs.append((wrong, right))
    return any(stands(replaced(text, right, ""), wrong) for wrong, right in wrongs)


def _added_to(before: str, ours: str) -> list[str]:
    """The lines by which ours is longer than what the portal said; none where it was changed within."""
    lines, portals = ours.split("\n\n"), before.rstrip().split("\n\n")
    for place in range(len(lines) - len(portals) + 1):
        if lines[place : place + len(portals)] == portals:
            return lines[:place] + lines[place + len(portals) :]
    return lines if not before.strip() and ours else []


def _says(text: str, line: str) -> bool:
    """Whether one of the text's lines is this: a few words could stand there by chance."""
    return " ".join(line.split()).casefold() in {" ".join(one.split()).casefold() for one in text.splitlines()}


def _pattern(wrong: str) -> re.Pattern[str] | None:
    """What finds these words; None where there are none."""
    words = r"\s+".join(map(re.escape, wrong.split()))
    return re.compile(_before(wrong.strip()) + words + _after(wrong.strip()), re.IGNORECASE) if words else None


def _before(wrong: str) -> str:
    """What must not stand before them: more of a word; more of a number, be it behind a separator."""
    word = r"(?<!\w)" if re.match(r"\w", wrong) else ""
    number = rf"(?<!\d[{_SEPARATORS}])" if re.match(r"\d", wrong) else ""
    return word + number + (r"(?<!\d)" if re.match(rf"[{_SEPARATORS}]\d", wrong) else "")


def _after(wrong: str) -> str:
    """What must not stand behind them."""
    word = r"(?!\w)" if re.search(r"\w\Z", wrong) else ""
    number = rf"(?![{_SEPARATORS}]\d)" if re.search(r"\d\Z", wrong) else ""
    return word + number + (r"(?!\d)" if re.search(rf"\d[{_SEPARATORS}]\Z", wrong) else "")
