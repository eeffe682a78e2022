"""Takes the writer's mark off the end of an article: `… 84,46(jekyridwan)`, `… sore. (tim/red)`, `… Editor: Nama`."""

import re

_ROLES = (
    r"(?:reporter|rep|kontr|editor|penulis|pewarta|wartawan|jurnalis|kontributor|redaktur|penyunting|fotografer|"
    r"uploader)"
)
_LABELLED = re.compile(
    rf"\s*[|(\[]?\b{_ROLES}\s*:\s*[^.!?:]{{2,60}}(?:[|/]\s*{_ROLES}\s*:\s*[^.!?:]{{2,60}})*[)\]]?\s*$", re.IGNORECASE
)
_STARS = re.compile(r"\s*(?:\*{1,5}|-{2,}|#{2,}|[(\[]\*+[)\]])\s*$")
_MARK = re.compile(r"\s*[-–—]?\s*[(\[]\s*(?P<name>[^()\[\]]{2,60})\s*[)\]](?P<tail>[\s.*#]*)$")
_DASHED = re.compile(r"(?<=[.!?”\"])\s*[-–—]+\s*(?:red|redaksi|tim)\s*[-–—]*\s*$", re.IGNORECASE)
# Behind a sentence: @joko, #joko, /joko, - joko, –joko–, joko/red, Red.
_BARE = re.compile(
    r"(?<=[.!?”\"])\s*(?:[-–—@#/]\s*[a-z]{2,12}\s*[-–—]?|[A-Za-z]{2,12}(?:/[A-Za-z]{2,12}){1,3}\.?|[Rr]ed(?:aksi)?\.?)\s*$"
)
_NAME = re.compile(r"[\w.*'’&@-]+(?:[\s/,|+-]+[\w.*'’&@-]+){0,4}")
_DESK = re.compile(
    r"(?:^|[/\s*,&-])(?:red|redaksi|tim|team|adv|ant|net|hms|humas|rls|rilis|ist)(?:$|[/\s*,&.-])", re.IGNORECASE
)
_CODE = re.compile(r"[A-Za-z]{1,5}\d{1,2}|\d{1,3}/[a-z]{2,12}")  # (mb1), (03/joko)
_ACRONYM = re.compile(r"[A-Z][A-Z0-9.&/-]*")
_ENDED = (".", "!", "?", "”", '"', "’", "…")
_TIMES = 3
_LONGEST = 300  # characters of the end that are looked at


def without_byline(last: str) -> str:
    """The last paragraph without what the newsroom signed it with; an acronym such as `(KDRT)` stays."""
    head, tail = last[:-_LONGEST], last[-_LONGEST:]
    for _ in range(_TIMES):
        tail = _cut(tail)
    return head + tail


def _cut(last: str) -> str:
    for form in (_LABELLED, _STARS, _DASHED, _BARE):
        last = form.sub("", last)
    match = _MARK.search(last, max(0, len(last) - 80))
    if match is None:
        return last
    before = last[: match.start()]
    return before if before and _signs(before, match["name"].strip(), match["tail"]) else last


def _signs(before: str, name: str, tail: str) -> bool:
    """Whether a bracket at the very end is a signature and not the explanation of the words before it."""
    ended = before.rstrip().endswith(_ENDED)
    if _CODE.fullmatch(name):
        return ended
    if not _NAME.fullmatch(name) or any(c.isdigit() for c in name) or not any(c.isalpha() for c in name):
        return False
    desk = _DESK.search(name) is not None
    if _ACRONYM.fullmatch(name):
        return ended and desk
    return ended or desk or "." not in tail
