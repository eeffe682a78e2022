"""What a template may look like: the API's own check, before anybody reviews it."""

import re
from typing import Any, Final

from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.model import Json
from bot.simulator.whatsapp.shape import Shape, units
from bot.simulator.whatsapp.templates import Template

EXISTS: Final = 2388024  # subcode: this name has a text in this language already
_LANGUAGES: Final = """
af ar az be_BY bg bn ca cs da de de_AT de_CH el en en_AE en_AU en_CA en_GB en_GH en_IE en_IN en_JM en_MY en_NZ
en_QA en_SG en_UG en_US en_ZA es es_AR es_CL es_CO es_CR es_DO es_EC es_ES es_HN es_MX es_PA es_PE es_UY et fa
fi fil fr fr_BE fr_CA fr_CH fr_CI fr_MA ga gu ha he hi hr hu id it ja ka kk kn ko ky_KG lo lt lv mk ml mr ms
nb nl nl_BE pa pl prs_AF ps_AF pt_BR pt_PT ro ru rw_RW si_LK sk sl sq sr sv sw ta te th tr uk ur uz vi zh_CN
zh_HK zh_TW zu
"""
LANGUAGES: Final = frozenset(_LANGUAGES.split())  # those that Meta documents for templates
_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_PLACE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_SMALL: Final = 60
_BODY: Final = 1024


class NotAccepted(CloudError):  # noqa: N818 — as `NotPossible`
    """A template that is refused when it is created."""

    def __init__(self, title: str, why: str, subcode: int = 0) -> None:
        super().__init__(100, why)
        self.user_title, self.subcode = title, subcode

    def error(self) -> Json:
        """The error as the Graph API tells it to whoever creates templates."""
        told: Json = {
            "message": "Invalid parameter", "type": "OAuthException", "code": 100, "is_transient": False,
            "error_user_title": self.user_title, "error_user_msg": self.details, "fbtrace_id": "Asimulated",
        }  # fmt: skip
        return told | ({"error_subcode": self.subcode} if self.subcode else {})


def read(body: Shape) -> Template:
    """The template that a request asks for, as it waits for review."""
    body.only({"name", "language", "category", "components"})
    name, language = body.text("name", 512), body.text("language", 16)
    if not _NAME.fullmatch(name):
        raise NotAccepted("Invalid name", "Names have lower-case letters, digits and underscores.")
    if language not in LANGUAGES:
        raise NotAccepted("Invalid language", f"{language} is no language of templates.")
    category: str = body.exactly("category", "MARKETING", "UTILITY")
    parts: dict[str, Any] = {}
    components = body.each("components", 1, 4)
    for component in components:
        kind: str = component.exactly("type", *_PARTS)
        if kind in parts:
            raise NotAccepted("Invalid components", f"There are two components of the type {kind}.")
        parts[kind] = _PARTS[kind](component)
    if "BODY" not in parts:
        raise NotAccepted("Invalid components", "There is no body.")
    return Template(
        name, language, category.lower(), parts["BODY"], parts.get("HEADER", ""), parts.get("FOOTER", ""),
        parts.get("BUTTONS", ()), status="PENDING", components=tuple(c.value for c in components),
    )  # fmt: skip


def _header(component: Shape) -> str:
    component.only({"type", "format", "text", "example"})
    component.exactly("format", "TEXT")
    text = component.text("text", _SMALL)
    if "\n" in text or re.search(r"[*_~`]", text):
        raise NotAccepted("Invalid header", "A header is one line without marks for looks.")
    _check_places(text, _examples(component, "header_text", nested=False), "header")
    return text


def _body(component: Shape) -> str:
    component.only({"type", "text", "example"})
    text = component.text("text", _BODY)
    examples = _examples(component, "body_text", nested=True)
    _check_places(text, examples, "body")
    if re.search(r"\t| {5,}|\n{3,}", text):
        raise NotAccepted("Invalid format", "No tabs, no more than four spaces and two new lines together.")
    bare = re.sub(r"^[^\w{]+|[^\w}]+$", "", text)
    if bare.startswith("{{") or bare.endswith("}}"):
        raise NotAccepted("Invalid format", "Variables can't be at the start or end of the template.")
    if re.search(r"\}\}\s*\{\{", text):
        raise NotAccepted("Invalid format", "Variables can't be next to each other.")
    words, places = len(_PLACE.sub(" ", text).split()), len(_PLACE.findall(text))
    if places and words < 2 * places + 1:
        raise NotAccepted("Invalid format", "This template has too many variables for its length.")
    filled = _PLACE.sub(lambda place: examples[int(place[1]) - 1], text)
    if units(filled) > _BODY:
        raise NotAccepted("Invalid format", "The text with its examples is too long.")
    return text


def _examples(component: Shape, key: str, *, nested: bool) -> list[str]:
    if not component.has("example"):
        return []
    example = component.inside("example")
    example.only({key})
    values = example.value.get(key)
    if nested:
        values = values[0] if isinstance(values, list) and len(values) == 1 else None
    if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
        raise NotAccepted("Invalid example", "Examples are texts that are not blank.")
    return values


def _check_places(text: str, examples: list[str], what: str) -> None:
    found = _PLACE.findall(text)
    numbers = list(dict.fromkeys(found))
    if numbers != [str(n) for n in range(1, len(numbers) + 1)] or _PLACE.sub("", text).count("{{"):
        raise NotAccepted("Invalid variables", f"The variables of the {what} go from {{{{1}}}} up without gaps.")
    if len(numbers) != len(examples):
        raise NotAccepted("Missing examples", f"The {what} has {len(numbers)} variables, {len(examples)} examples.")


def _footer(component: Shape) -> str:
    component.only({"type", "text"})
    text = component.text("text", _SMALL)
    if "\n" in text or "{{" in text:
        raise NotAccepted("Invalid footer", "A footer is one line without variables.")
    return text


def _buttons(component: Shape) -> tuple[str, ...]:
    component.only({"type", "buttons"})
    texts = []
    for button in component.each("buttons", 1, 10):
        button.only({"type", "text"})
        button.exactly("type", "QUICK_REPLY")
        text = button.text("text", 25)
        if "\n" in text or "{{" in text:
            raise NotAccepted("Invalid buttons", "A button is one line without variables.")
        texts.append(text)
    if len(set(texts)) != len(texts):
        raise NotAccepted("Invalid buttons", "Two buttons have the same text.")
    return tuple(texts)


_PARTS: Final = {"HEADER": _header, "BODY": _body, "FOOTER": _footer, "BUTTONS": _buttons}
