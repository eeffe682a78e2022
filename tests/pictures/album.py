"""The pictures themselves: the simulator's own phone in a headless Chromium, and a page to look at them all."""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from playwright.async_api import Page, ViewportSize

from tests.browser.chromium import chromium
from tests.pictures.phones import CHANNELS, Phones, phones
from tests.pictures.screens import LANGUAGES, Step

INDEX: Final = "index.html"
VIEW: Final = ViewportSize(width=390, height=844)
# The phone of the page, as high as what it shows; a list that WhatsApp opens stands apart from its button.
LOOKS: Final = """
body { height: auto !important; overflow: visible !important; background: var(--paper); }
.strip, .tabs, .owner, .foot, .line-lost { display: none !important; }
.stage { display: block !important; padding: 0 !important; }
.pane { height: auto !important; display: block !important; }
.chat { overflow: visible; min-height: 300px; }
.toast { inset: auto 20px 20px; }
.passing .chat { padding-bottom: 84px; }
.picture { width: 100%; border-radius: 10px; display: block; margin-bottom: 6px; }
.opens .keys div:first-child { margin-bottom: 8px; }
.opens .keys div:not(:first-child) :is(button, a) { justify-content: flex-start; text-align: start; font-weight: 400; }
.whatsapp { --accent: #0a7a5a; --chat: #efeae2; --tint: #d9fdd3; }
"""
DRAW: Final = """async ({ channel, language, messages, passing, site }) => {
  const { Phone } = await import("/phones/page/phone.js");
  document.documentElement.lang = language;
  const stage = document.querySelector("#stage");
  stage.className = `stage ${channel} ${passing.length ? "passing" : ""}`;
  const phone = new Phone(site, [], () => {});
  const state = { id: 1, name: "Warga", part: "resident", state: "active", topics: [], commands: [], messages };
  phone.update(state);
  stage.replaceChildren(phone.pane);
  phone.role.textContent = channel === "telegram" ? "bot · Telegram" : "WhatsApp";
  for (const message of messages) {
    const node = phone.find(message.id);
    if (message.opens) node.classList.add("opens");
    if (!message.picture) continue;
    const image = Object.assign(new Image(), { className: "picture", src: message.picture });
    node.querySelector(".bubble").prepend(image);
    await image.decode();
  }
  for (const line of passing) {
    phone.toast(line);
    clearTimeout(phone.fading);
  }
  const box = phone.chat;
  return [box.scrollWidth - box.clientWidth, ...[...box.querySelectorAll(".keys :is(button, a)")]
    .filter((key) => key.scrollWidth > key.clientWidth).map((key) => key.textContent)];
}"""


async def take(folder: Path, steps: Sequence[Step], tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """A picture of each step on each channel in each language, and the index; what does not fit its phone is given."""
    folder.mkdir(parents=True, exist_ok=True)
    faults = []
    async with phones() as both, chromium() as browser:
        page = await browser.new_page(viewport=VIEW, device_scale_factor=1, reduced_motion="reduce", bypass_csp=True)
        await page.goto(both.page)
        await page.wait_for_selector("body[data-ready]")
        await page.add_style_tag(content=LOOKS)
        for number, step in enumerate(steps, 1):
            for channel in channels_of(step):
                for language in LANGUAGES:
                    faults += await _picture(page, both, step, channel, language, folder)
            tell(f"{number} of {len(steps)}: {step.name}")
    (folder / INDEX).write_text(index(steps), "utf-8")
    return faults


async def _picture(page: Page, both: Phones, step: Step, channel: str, language: str, folder: Path) -> list[str]:
    messages, passing = await both.show(channel, language, step)
    shown = {"channel": channel, "language": language, "messages": messages, "passing": passing}
    wide, *crowded = await page.evaluate(DRAW, shown | {"site": "Target 24 Jam"})
    await page.locator(".phone").screenshot(path=folder / file_of(step, channel, language))
    where = file_of(step, channel, language)
    return [f"{where}: {wide} pixels too wide"] * bool(wide) + [f"{where}: {key!r} is crowded" for key in crowded]


def channels_of(step: Step) -> tuple[str, ...]:
    """Groups are Telegram's alone."""
    return CHANNELS[:1] if step.group else CHANNELS


def file_of(step: Step, channel: str, language: str) -> str:
    """The picture's name."""
    return f"{step.name}-{channel}-{language}.png"


def index(steps: Sequence[Step]) -> str:
    """A page with all of them, a row for each step."""
    rows = "\n".join(_row(step) for step in steps)
    return f"""<!doctype html>
<html lang="id"><meta charset="utf-8"><title>Kentongan: {len(steps)} screens</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 24px; }}
section {{ border-top: 1px solid #ccc; padding: 12px 0 20px; }}
div {{ display: flex; gap: 16px; flex-wrap: wrap; align-items: flex-start; }}
figure {{ margin: 0; }} figcaption {{ color: #555; }} img {{ width: 300px; }}
</style>
<h1>{len(steps)} screens</h1>
{rows}
</html>
"""


def _row(step: Step) -> str:
    figures = "".join(
        f'<figure><figcaption>{channel}, {language}</figcaption><img loading="lazy" src="{name}" alt="{name}"></figure>'
        for channel in channels_of(step)
        for language in LANGUAGES
        for name in [file_of(step, channel, language)]
    )
    act = html.escape(step.acts.get("id") or "…")
    title = html.escape(step.title)
    return f'<section id="{step.name}"><h2>{title}</h2><p><code>{act}</code></p><div>{figures}</div></section>'
