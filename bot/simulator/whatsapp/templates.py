"""Templates: their form, and the rules for what is put into them."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.model import Choice, Json, NotPossible
from bot.simulator.whatsapp.shape import Shape, units

LONGEST_BODY: Final = 1024
LONGEST_PAYLOAD: Final = 256
SENDABLE: Final = frozenset({"APPROVED", "FLAGGED"})
_REFUSED: Final = {"PAUSED": 132015, "DISABLED": 132016}
_PLACE: Final = re.compile(r"\{\{(\d+)\}\}")
_FORBIDDEN: Final = re.compile(r"[\n\t]| {5,}")


@dataclass(slots=True)
class Template:
    """One template in one language; `{{1}}` … are its places."""

    name: str
    language: str
    category: str  # marketing | utility
    body: str
    header: str = ""
    footer: str = ""
    quick_replies: tuple[str, ...] = ()
    url: str = ""  # of an address button
    status: str = "APPROVED"  # PENDING | APPROVED | REJECTED | FLAGGED | PAUSED | DISABLED
    quality: str = "UNKNOWN"  # GREEN | YELLOW | RED | UNKNOWN
    reason: str = "NONE"
    id: str = ""
    components: tuple[Json, ...] = ()  # as they were asked for; empty: told from the fields above


@dataclass(slots=True)
class Templates:
    """All templates of the account."""

    by_name: dict[tuple[str, str], Template] = field(default_factory=dict)

    def add(self, template: Template) -> Template:
        """One more, as it stands."""
        template.id = template.id or str(900_000_000_000_001 + len(self.by_name))
        self.by_name[template.name, template.language] = template
        return template

    def named(self, name: str, language: str) -> Template:
        """This template; NotPossible when there is none."""
        template = self.by_name.get((name, language))
        if template is None:
            raise NotPossible(f"there is no template {name} in {language}")
        return template

    def fill(self, body: Shape) -> dict[str, Any]:
        """The message that a request makes of its template."""
        asked = body.inside("template")
        asked.only({"name", "language", "components"})
        template = self._found(asked.text("name", 512), asked.inside("language").text("code", 16))
        given: dict[str, list[str]] = {}
        payloads: dict[int, str] = {}
        for component in asked.each("components", 0, 20) if asked.has("components") else []:
            _take(component, template, given, payloads)
        payloads = {**dict(enumerate(template.quick_replies)), **payloads}
        header = _filled(template.header, given.get("header", []), "header")
        shown = _filled(template.body, given.get("body", []), "body")
        if units(shown) > LONGEST_BODY:
            raise CloudError(132005, "The text with its parameters is too long.")
        replies = tuple(Choice(title, payloads[n]) for n, title in enumerate(template.quick_replies))
        opens = (Choice("Buka", url=template.url),) if template.url else ()
        return {
            "kind": "template", "text": shown, "header": header, "footer": template.footer,
            "choices": (*replies, *opens), "category": template.category,
        }  # fmt: skip

    def _found(self, name: str, language: str) -> Template:
        template = self.by_name.get((name, language))
        if template is None:
            raise CloudError(132001, f"template name ({name}) does not exist in {language}")
        if template.status in _REFUSED:
            raise CloudError(_REFUSED[template.status], name)
        if template.status not in SENDABLE:
            raise CloudError(132001, f"template name ({name}) is not approved in {language}")
        return template


def _take(component: Shape, template: Template, given: dict[str, list[str]], payloads: dict[int, str]) -> None:
    kind = _word(component, "type", "header", "body", "button")
    parameters = component.each("parameters", 0, 100) if component.has("parameters") else []
    if kind == "button":
        _take_button(component, parameters, template, payloads)
        return
    component.only({"type", "parameters"})
    if kind in given:
        raise CloudError(132012, f"There are two components of the type {kind}.")
    given[kind] = [_parameter(p) for p in parameters]


def _take_button(component: Shape, parameters: list[Shape], template: Template, payloads: dict[int, str]) -> None:
    component.only({"type", "sub_type", "index", "parameters"})
    _word(component, "sub_type", "quick_reply")
    index = str(component.value.get("index", ""))
    if not index.isdigit() or int(index) >= len(template.quick_replies) or int(index) in payloads:
        raise CloudError(132012, "There is no such button, or it comes twice.")
    if len(parameters) != 1:
        raise CloudError(132000, "A quick reply takes one payload.")
    parameters[0].only({"type", "payload"})
    parameters[0].exactly("type", "payload")
    payloads[int(index)] = parameters[0].text("payload", LONGEST_PAYLOAD)


def _word(shape: Shape, key: str, *allowed: str) -> str:
    """One of these words; the API takes them in both cases."""
    value = shape.value.get(key)
    lower = value.lower() if isinstance(value, str) else value
    word: str = Shape({key: lower}, shape.where).exactly(key, *allowed)
    return word


def _parameter(parameter: Shape) -> str:
    parameter.only({"type", "text"})
    parameter.exactly("type", "text")
    value = parameter.value.get("text")
    if not isinstance(value, str) or not value.strip() or _FORBIDDEN.search(value):
        what = "A parameter is never empty and has no new line, tab or more than four spaces together."
        raise CloudError(132012, what)
    return value


def _filled(pattern: str, values: list[str], what: str) -> str:
    places = {int(n) for n in _PLACE.findall(pattern)}
    if places != set(range(1, len(values) + 1)):
        raise CloudError(132000, f"{what}: {len(values)} parameters for {len(places)} places.")
    return _PLACE.sub(lambda place: values[int(place[1]) - 1], pattern)
