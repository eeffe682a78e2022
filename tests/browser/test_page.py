"""The page in a real browser: what a newcomer does first, by hand, by keyboard, on a wide screen and on a phone's."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from bot.simulator.demo import Demo
from bot.simulator.phones import REDAKSI, RESIDENTS

Opens = Callable[..., Awaitable[Page]]
SRI, BUDI = (f"#pane-{owner.user_id}" for owner in RESIDENTS)
PHONE = (390, 844)
Entity = tuple[str, int, int] | tuple[str, int, int, str]
RICH = """async ([text, entities]) => {
  const { rich } = await import("/phones/page/message.js");
  const box = document.createElement("p");
  box.append(...rich(text, entities));
  return box.innerHTML;
}"""


async def subscribe(page: Page, pane: str, *topics: str) -> None:
    phone = page.locator(pane)
    await phone.get_by_role("button", name="Mulai", exact=True).click()
    for topic in topics:
        await phone.get_by_role("button", name=topic, exact=True).click()
        await expect(phone.locator(".keys .chosen", has_text=topic)).to_be_visible()
    await phone.get_by_role("button", name="Selesai").click()
    await expect(phone.locator(".status")).to_have_text("mengikuti " + ", ".join(topics))


async def publish(page: Page, title: str, *categories: str) -> Locator:
    """Fill in the desk's form and publish; the story's line on the board."""
    desk = page.locator("#pane-portal")
    await desk.get_by_label("Judul", exact=True).fill(title)
    await desk.get_by_label("Isi", exact=True).fill("Warga menyambutnya.")
    for box in await desk.get_by_role("checkbox").all():
        await box.set_checked(False)
    for category in categories:
        await desk.get_by_role("checkbox", name=category, exact=True).check()
    await desk.get_by_role("button", name="Terbitkan").click()
    return desk.locator("[data-story]", has=page.get_by_role("heading", name=title))


async def test_a_published_story_arrives_on_the_right_phone_and_not_on_the_other(open_page: Opens) -> None:
    page = await open_page()
    await subscribe(page, SRI, "Kesehatan", "Budaya")
    await subscribe(page, BUDI, "Hukum & Kriminal")
    line = await publish(page, "Posyandu Buka Sabtu", "Kesehatan")
    story = page.locator(SRI).locator("article", has_text="Posyandu Buka Sabtu")
    await expect(story).to_contain_text(re.compile(r"tiba \d+,\d detik setelah terbit"))
    await expect(line.locator("li").nth(0)).to_have_text(re.compile(r"Bu Sri · \d+,\d detik"))
    await expect(line.locator("li").nth(1)).to_have_text("Pak Budi · bukan topiknya")
    assert await page.locator(BUDI).locator("article", has_text="Posyandu").count() == 0
    assert await story.count() == 1


async def test_a_story_opens_on_the_portal(open_page: Opens) -> None:
    page = await open_page()
    await subscribe(page, SRI, "Daerah")
    await publish(page, "Embung Terisi", "Daerah")
    async with page.context.expect_page() as opened:
        await page.locator(SRI).get_by_role("link", name="Baca selengkapnya").click()
    article = await opened.value
    await expect(article.get_by_role("heading", name="Embung Terisi").first).to_be_visible()


async def test_typing_and_quick_commands_reach_the_bot(open_page: Opens) -> None:
    page = await open_page()
    await subscribe(page, SRI, "Daerah")
    box = page.locator(SRI).get_by_role("textbox")
    await box.fill("halo & <b>apa kabar</b>")
    await box.press("Enter")
    await expect(box).to_have_value("")
    await expect(page.locator(SRI).locator(".mine").last).to_contain_text("halo & <b>apa kabar</b>")
    await page.locator(SRI).get_by_role("button", name="/berhenti").click()
    await expect(page.locator(SRI).locator(".status")).to_have_text("sudah berhenti")


async def test_a_toast_tells_what_is_missing(open_page: Opens) -> None:
    page = await open_page()
    await page.locator(SRI).get_by_role("button", name="Mulai", exact=True).click()
    await page.locator(SRI).get_by_role("button", name="Selesai").click()
    await expect(page.locator(SRI).locator(".toast")).to_have_text("Pilih sedikitnya satu topik.")


async def test_what_the_newsroom_types_is_never_markup(open_page: Opens) -> None:
    page = await open_page()
    await subscribe(page, SRI, "Daerah")
    title = "<img src=x onerror=alert(1)> & “kutipan”"
    line = await publish(page, title, "Daerah")
    await expect(line).to_be_visible()
    await expect(page.locator(SRI).locator("article", has_text=title)).to_be_visible()
    assert await page.locator("img[src=x]").count() == 0


HOSTILE = {
    "a word without end": "KataYangTidakPernahBerakhir" * 7,
    "turned round": "\u202eterbalik \u202c lurus",
    "from the right": "مرحبا بكم في القرية 123",
    "the end of a section": "]]> <![CDATA[ x ]]>",
    "an entity": "&lt;img src=x onerror=alert(1)&gt;",
}


async def test_hostile_titles_stay_in_their_places(open_page: Opens, demo: Demo) -> None:
    page = await open_page()
    await subscribe(page, SRI, "Daerah")
    for title in HOSTILE.values():
        demo.phones.publish(title, "<p>…</p>", ["daerah"])
    await expect(page.locator(SRI).locator("article .card")).to_have_count(len(HOSTILE))
    for size in ((1440, 900), PHONE):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        for pane, box in ((SRI, ".chat"), ("#pane-portal", ".desk")):
            if size == PHONE and pane != SRI:
                await page.get_by_role("tab", name="Portal").click()
            wide = await page.locator(pane).locator(box).evaluate("box => box.scrollWidth - box.clientWidth")
            assert wide == 0, f"{box} at {size}"
    assert await page.locator("img[src=x]").count() == 0


async def test_a_title_is_edited_and_a_story_withdrawn_at_the_desk(open_page: Opens) -> None:
    page = await open_page()
    line = await publish(page, "Judul Lama", "Daerah")
    await line.get_by_role("button", name="Ubah judul").click()
    await page.get_by_label("Judul baru").fill("Judul Baru")
    await page.keyboard.press("Enter")
    line = page.locator("[data-story]", has=page.get_by_role("heading", name="Judul Baru"))
    await expect(line).to_contain_text("judul diubah")
    await expect(line.get_by_role("button", name="Ubah judul")).to_be_focused()
    await line.get_by_role("button", name="Cabut").click()
    await expect(line).to_contain_text("dicabut")
    await expect(line.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize(
    ("title", "categories", "note"),
    [("", ["Daerah"], "Tulis judulnya dulu."), ("Ada", [], "Pilih sedikitnya satu kategori.")],
)
async def test_the_desk_says_what_is_missing(open_page: Opens, title: str, categories: list[str], note: str) -> None:
    page = await open_page()
    await publish(page, title, *categories)
    await expect(page.locator("#pane-portal .note")).to_have_text(note)


async def test_the_past_is_there_and_went_to_nobody(open_page: Opens) -> None:
    page = await open_page()
    await expect(page.locator(".past summary")).to_have_text(re.compile(r"tidak dikirim ke siapa pun \(12\)"))


# By keyboard and screen reader --------------------------------------------------------------------------------------


async def test_everything_works_by_keyboard_and_the_focus_stays(open_page: Opens) -> None:
    page = await open_page()
    phone = page.locator(SRI)
    await phone.get_by_role("button", name="Mulai", exact=True).focus()
    await page.keyboard.press("Enter")
    topic = phone.get_by_role("button", name="Kesehatan")
    await expect(topic).to_be_visible()
    await expect(phone.get_by_role("log")).to_be_focused()
    await topic.focus()
    await page.keyboard.press("Enter")
    await expect(phone.get_by_role("button", name="✅ Kesehatan")).to_be_focused()
    await phone.get_by_role("button", name="Selesai").focus()
    await page.keyboard.press("Space")
    await expect(phone.locator(".status")).to_have_text("mengikuti Kesehatan")


async def test_news_does_not_take_the_focus_from_the_desk(open_page: Opens, demo: Demo) -> None:
    page = await open_page()
    line = await publish(page, "Pertama", "Daerah")
    await line.get_by_role("button", name="Cabut").focus()
    demo.phones.publish("Kedua", "<p>…</p>", ["daerah"])
    await expect(page.get_by_role("heading", name="Kedua")).to_be_visible()
    await expect(line.get_by_role("button", name="Cabut")).to_be_focused()


async def test_every_control_has_a_name(open_page: Opens) -> None:
    page = await open_page()
    await subscribe(page, SRI, "Daerah")
    await publish(page, "Sebuah Judul", "Daerah")
    tree = await page.locator("body").aria_snapshot()
    nameless = re.findall(r"^\s*- (?:button|link|textbox|checkbox|tab|log)(?:$|:| \[)", tree, re.MULTILINE)
    assert nameless == []
    for name in ("Percakapan Bu Sri dengan bot", "Tulis pesan sebagai Bu Sri", "Terbitkan", "Berita yang terbit"):
        assert name in tree


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color, under = [0, 0, 0]) => {
    canvas.fillStyle = `rgb(${under.join(" ")})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (c) => {
    const [r, g, b] = c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor);
    return layers.reduce((under, color) => rgb(color, under), rgb("white"));
  };
  const poor = [];
  let seen = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest("noscript")) continue;
    seen += 1;
    const back = behind(node);
    const [a, b] = [light(rgb(getComputedStyle(node).color, back)), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${walk.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return [seen, poor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_what_is_behind_it(open_page: Opens, scheme: str) -> None:
    page = await open_page(color_scheme=scheme)
    await subscribe(page, SRI, "Daerah")
    await page.locator(BUDI).get_by_role("button", name="Mulai", exact=True).click()
    await page.locator(BUDI).get_by_role("button", name="Daerah").click()
    await expect(page.locator(BUDI).locator(".chosen")).to_be_visible()
    await publish(page, "Sebuah Judul", "Daerah")
    await expect(page.locator(SRI).locator(".card")).to_be_visible()
    seen, poor = await page.evaluate(CONTRAST)
    assert seen > 60
    assert poor == []


# Languages and screens ----------------------------------------------------------------------------------------------


async def test_the_language_is_switched_and_remembered(open_page: Opens) -> None:
    page = await open_page()
    await page.get_by_role("button", name="English").click()
    await expect(page.locator(".lead")).to_contain_text("real program")
    await page.reload()
    await page.wait_for_selector("body[data-ready]")
    await expect(page.locator(SRI).get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en"


async def test_both_languages_say_everything(open_page: Opens) -> None:
    page = await open_page()
    keys = await page.evaluate("""async () => {
      const text = await (await fetch("/phones/page/words.js")).text();
      const parts = text.split("\\n  en: {");
      return parts.map((part) => [...part.matchAll(/^    (\\w+): "/gm)].map((match) => match[1]).sort());
    }""")
    assert keys[0] == keys[1]
    assert len(keys[0]) > 40


async def test_on_a_phones_screen_the_phones_are_tabs_with_badges(open_page: Opens) -> None:
    page = await open_page(PHONE)
    await subscribe(page, SRI, "Kesehatan")
    await expect(page.locator(BUDI)).to_be_hidden()
    await page.get_by_role("tab", name="Portal").click()
    await expect(page.locator(SRI)).to_be_hidden()
    await publish(page, "Posyandu Buka Sabtu", "Kesehatan")
    tab = page.get_by_role("tab", name="Bu Sri")
    await expect(tab).to_contain_text("1 belum dibaca")
    await tab.click()
    await expect(page.locator(SRI).locator("article").last).to_be_in_viewport()
    await expect(tab).not_to_contain_text("belum dibaca")


async def test_the_tabs_are_walked_with_the_arrow_keys(open_page: Opens) -> None:
    page = await open_page(PHONE)
    await page.get_by_role("tab", name="Bu Sri").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name="Portal")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name=REDAKSI.name)).to_have_attribute("aria-selected", "true")
    await expect(page.locator(f"#pane-{REDAKSI.user_id}")).to_be_visible()


SIZES = [(320, 640), PHONE, (768, 1024), (1000, 800), (1200, 600), (1366, 620), (1440, 900), (1920, 1080)]


async def test_on_no_screen_is_anything_too_wide_and_the_first_button_is_in_sight(open_page: Opens) -> None:
    page = await open_page()
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{width}×{height}"
        await expect(page.locator(SRI).get_by_role("button", name="Mulai", exact=True)).to_be_in_viewport()


# Events and entities ------------------------------------------------------------------------------------------------


async def test_after_a_break_the_page_catches_up_by_itself(open_page: Opens, demo: Demo) -> None:
    page = await open_page()
    demo.phones.stream.close()
    await expect(page.locator("#lost")).to_be_visible()
    demo.phones.publish("Terbit Selama Putus", "<p>…</p>", ["daerah"])
    await expect(page.get_by_role("heading", name="Terbit Selama Putus")).to_be_visible()
    await expect(page.locator("#lost")).to_be_hidden()


ENTITIES: dict[str, tuple[str, list[Entity], str]] = {
    "one": ("Halo dunia", [("bold", 5, 5)], "Halo <strong>dunia</strong>"),
    "after an emoji": ("🥁 tong", [("bold", 3, 4)], "🥁 <strong>tong</strong>"),
    "overlapping": (
        "abc",
        [("bold", 0, 2), ("italic", 1, 2)],
        "<strong>a</strong><strong><em>b</em></strong><em>c</em>",
    ),
    "text that looks like markup": ("<b>", [], "&lt;b&gt;"),
    "a link that is a script": ("klik", [("text_link", 0, 4, "javascript:alert(1)")], "klik"),
    "a link that is data": ("klik", [("text_link", 0, 4, "data:text/html,x")], "klik"),
    "longer than the text": ("klik", [("bold", 2, 99)], "kl<strong>ik</strong>"),
    "unheard of": ("klik", [("unheard_of", 0, 4)], "klik"),
    "a link": (
        "klik",
        [("text_link", 0, 4, "https://a.example/")],
        '<a href="https://a.example/" target="_blank" rel="noopener noreferrer">klik</a>',
    ),
}


async def test_entities_become_elements_and_nothing_else_does(open_page: Opens) -> None:
    page = await open_page()
    for name, (text, entities, html) in ENTITIES.items():
        given = [dict(zip(("type", "offset", "length", "url"), entity, strict=False)) for entity in entities]
        assert await page.evaluate(RICH, [text, given]) == html, name
