"""`kentongan whatsapp templates check|sync|status`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import clock
from bot.channels.whatsapp.templates.graph import Found, GraphError, TemplatesApi
from bot.channels.whatsapp.templates.model import Template
from bot.channels.whatsapp.templates.sync import Compared, Standing, compare, news_of, to_do
from bot.channels.whatsapp.templates.written import FOLDER, Fault, Written, read_folder
from bot.cli.common import Json, errors, print_json, print_table, settings
from bot.cli.whatsapp.account import account_of, in_account, learned
from bot.delivery.templates import TemplateNews
from bot.errors import OperationError
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Check template files, create them at Meta, see how they stand.")
COLUMNS = ("name", "language", "category", "status", "quality", "what to do")
Folder = Annotated[
    Path,
    typer.Option("--folder", help="Where the template files are.", exists=True, file_okay=False, show_default="ours"),
]


@app.command()
def check(folder: Folder = FOLDER, json: Json = False) -> None:
    """Check the template files against Meta's rules, without asking anybody; exit status 1 for a fault.

    Everything that is wrong is told at once, with file and line. A warning does not stand in the way.

    Example: kentongan whatsapp templates check
    """
    written = read_folder(folder)
    if json:
        print_json({"templates": [t.key for t in written.templates], "faults": [_as_data(f) for f in written.faults]})
    else:
        _tell(written.faults)
        wrong = sum(not fault.warning for fault in written.faults)
        print(f"{_counted(len(written.templates), 'template')}, {_counted(wrong, 'fault') if wrong else 'no fault'}")
    if not written.sound:
        raise typer.Exit(1)


@app.command()
def sync(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be created, and create nothing.")] = False,
    json: Json = False,
) -> None:
    """Create at Meta what is in our files and not in the account; nothing is ever changed or deleted there.

    A text that has changed needs a new name: raise the version at its end. Meta reviews what is new, mostly within a
    day; the program begins to use a template when it is approved.

    Example: kentongan whatsapp templates sync --dry-run
    """
    loaded = settings()
    account = account_of(loaded)
    templates = _sound(read_folder(fallback=loaded.portal.language))
    made, wrong = asyncio.run(
        in_account(account, lambda api: _sync(loaded, api, templates, dry_run=dry_run, quiet=json))
    )
    if json:
        print_json({"created": made, "faults": wrong, "dry_run": dry_run})
    for line in wrong:
        errors.print(line, style="red", markup=False, highlight=False)
    if wrong:
        raise typer.Exit(1)


@app.command()
def status(json: Json = False) -> None:
    """How each of our templates stands at Meta, and what to do about it.

    Needs WHATSAPP_BUSINESS_ACCOUNT_ID. What is found is what the program goes by from now on.

    Example: kentongan whatsapp templates status
    """
    loaded = settings()
    templates = read_folder(fallback=loaded.portal.language).templates
    found = asyncio.run(in_account(account_of(loaded), _all))
    news = news_of(templates, found, clock.now())
    learned(loaded, templates, news)
    rows = [_row(template, news) for template in templates]
    if json:
        print_json([dict(zip(("name", "language", "category", "status", "quality", "to_do"), row, strict=True))
                    for row in rows])  # fmt: skip
        return
    print_table(COLUMNS, rows)
    others = len({one.key for one in found} - {template.key for template in templates})
    if others:
        print(f"the account has {_counted(others, 'other template')}, of which this program knows nothing")


# Steps --------------------------------------------------------------------------------------------------------------


async def _all(api: TemplatesApi) -> list[Found]:
    with errors.status("asking Meta …"):
        return [found async for found in api.all()]


async def _sync(
    loaded: Settings, api: TemplatesApi, templates: Sequence[Template], *, dry_run: bool, quiet: bool
) -> tuple[list[dict[str, str]], list[str]]:  # fmt: skip
    """Create what is missing; what was created, and what is wrong."""
    found = await _all(api)
    compared = compare(templates, found)
    missing = [one.template for one in compared if one.standing is Standing.MISSING]
    wrong = [_other_text(one) for one in compared if one.standing is Standing.DIFFERS]
    made: list[dict[str, str]] = []
    news: list[TemplateNews] = []
    try:
        for n, template in enumerate(missing, 1):
            told = ("", template.category.value) if dry_run else await _create(api, template, wrong)
            if told is None:
                continue
            made.append({"name": template.name, "language": template.language, "status": told[0], "category": told[1]})
            news.append(TemplateNews(template.name, template.language, clock.now(), *told))
            if not quiet:
                print(f"{n}/{len(missing)} {_said(template, *told)}")
    finally:  # also when the account refuses half-way: what was created is known
        if not dry_run:
            learned(loaded, templates, [*news_of(templates, found, clock.now()), *news])
    if not quiet:
        _sum_up(compared, made, dry_run=dry_run)
    return made, wrong


async def _create(api: TemplatesApi, template: Template, wrong: list[str]) -> tuple[str, str] | None:
    """Ask for one; what is wrong with it alone does not keep the others."""
    try:
        return await api.create(template)
    except GraphError as error:
        if not error.about_the_template:
            raise
        wrong.append(f"{template.name} ({template.language}): {error}")
        return None


def _sound(written: Written) -> tuple[Template, ...]:
    if written.sound:
        return written.templates
    _tell(written.faults)
    raise OperationError("nothing was asked for: mend the files first")


# Words --------------------------------------------------------------------------------------------------------------


def _other_text(compared: Compared) -> str:
    template = compared.template
    return (
        f"{template.name} ({template.language}): the account has another text under this name "
        f"({', '.join(compared.differs)}); name yours {template.next_name()}"
    )


def _said(template: Template, status: str, category: str) -> str:
    name = f"{template.name} ({template.language})"
    if not status:
        return f"{name} would be created as {category}"
    taken = "" if category == template.category else f"; Meta takes it for {category}"
    return f"{name} is created: {status}{taken}"


def _sum_up(compared: Sequence[Compared], made: Sequence[dict[str, str]], *, dry_run: bool) -> None:
    there = sum(one.standing is Standing.SAME for one in compared)
    words = "would be created" if dry_run else "created"
    print(f"{_counted(len(made), 'template')} {words}, {there} {'was' if there == 1 else 'were'} there")
    same = [one.found.status for one in compared if one.found is not None and one.standing is Standing.SAME]
    waiting = [*same, *(one["status"] for one in made)].count("PENDING")
    if waiting:
        waits = "waits" if waiting == 1 else "wait"
        print(f"{waiting} {waits} for Meta's approval: kentongan whatsapp templates status shows when it has come")


def _row(template: Template, news: Sequence[TemplateNews]) -> tuple[str, ...]:
    """What the last word about it is."""
    told = [one for one in news if (one.name, one.language) == (template.name, template.language)]
    state = {field: value for one in told for field, value in one._asdict().items() if value is not None}
    status, category = str(state.get("status", "")), str(state.get("category") or template.category)
    quality, reason = str(state.get("quality", "")), str(state.get("reason", ""))
    do = to_do(template, status, category, quality)
    shown = f"{status} ({reason})" if reason else status
    return template.name, template.language, category, shown, quality, do


def _tell(faults: Sequence[Fault]) -> None:
    for fault in faults:
        errors.print(str(fault), style="yellow" if fault.warning else "red", markup=False, highlight=False)


def _as_data(fault: Fault) -> dict[str, Any]:
    return {"file": str(fault.file), "line": fault.line, "text": fault.text, "warning": fault.warning}


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
