"""Approved templates: their form, and the rules for what is put into them."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from bot.simulator.whatsapp.errors import CloudError
from bot.simulator.whatsapp.model import Choice
from bot.simulator.whatsapp.shape import Shape, units

LONGEST_BODY: Final = 1024
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
    status: str = "APPROVED"  # APPROVED | PAUSED | DISABLED


@dataclass(slots=True)
class Templates:
    """All templates of the account."""

    by_name: dict[tuple[str, str], Template] = field(default_factory=dict)

    def add(self, template: Template) -> Template:
        """Approve one."""
        self.by_name[template.name, template.language] = template
        return template

    def fill(self, body: Shape) -> dict[str, Any]:
        """The message that a request makes of its template."""
        asked = body.inside("template")
        asked.only({"name", "language", "components"})
        template = self._found(asked.text("name", 512), asked.inside("language").text("code", 16))
        given = {"header": list[str](), "body": list[str]()}
        payloads = dict(enumerate(template.quick_replies))
        for component in asked.each("components", 0, 20) if asked.has("components") else []:
            _take(component, given, payloads)
        header = _filled(template.header, given["header"], "header")
        shown = _filled(template.body, given["body"], "body")
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
        if template.status != "APPROVED":
            raise CloudError(132015 if template.status == "PAUSED" else 132016, name)
        return template


def _take(component: Shape, given: dict[str, list[str]], payloads: dict[int, str]) -> None:
    kind = component.exactly("type", "header", "body", "button")
    parameters = component.each("parameters", 0, 100) if component.has("parameters") else []
    if kind != "button":
        component.only({"type", "parameters"})
        given[kind] = [_parameter(p) for p in parameters]
        return
    component.only({"type", "sub_type", "index", "parameters"})
    component.exactly("sub_type", "quick_reply", "url")
    index = str(component.value.get("index", ""))
    if not index.isdigit() or int(index) not in payloads:
        raise CloudError(132012, "There is no such button.")
    for parameter in parameters:
        payloads[int(index)] = parameter.text("payload", 256)


def _parameter(parameter: Shape) -> str:
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
