// The newsroom's desk at the portal, and the board of what was published.

import { el, icon } from "./dom.js";
import { post } from "./talk.js";
import { language, seconds, t } from "./words.js";

const ROOMY = matchMedia("(height >= 780px)"); // else the board comes first, and the form waits to be opened
const ICONS = { arrived: "check", waiting: "wait" };

export class Desk {
  constructor(state) {
    this.portal = state.portal;
    this.address = state.address;
    this.categories = state.categories;
    this.owners = state.phones;
    this.stories = new Map();
    this.editing = null; // the story whose title is being changed
    this.pane = el("section", { class: "pane", id: "pane-portal", "aria-labelledby": "owner-portal" });
    this.build();
  }

  /** All stories, the newest first. */
  renew(stories) {
    this.stories = new Map([...stories].reverse().map((story) => [story.id, story]));
    this.list();
  }

  /** One story that is new or has changed. */
  update(story) {
    this.stories.set(story.id, story);
    this.list();
  }

  /** Say everything again in the language that is now shown; what was typed stays. */
  translate() {
    const kept = [this.title.value, this.text.value, new Set(this.chosen())];
    this.build();
    [this.title.value, this.text.value] = kept;
    for (const box of this.boxes()) box.checked = kept[2].has(box.value);
    this.list();
  }

  build() {
    this.title = el("input", { type: "text", id: "draft-title", maxlength: 200, value: t("sample_title") });
    this.text = el("textarea", { id: "draft-text", maxlength: 20000 }, t("sample_text"));
    this.note = el("span", { class: "note", role: "status" });
    this.recent = el("ul");
    this.none = el("p", { class: "none" }, t("no_lines"));
    this.past = el("details", { class: "past" });
    this.lines = el("div", { class: "lines", tabindex: -1, role: "group", "aria-label": t("published") },
      this.none, this.recent, this.past);
    this.form = el("form", { onsubmit: (event) => this.publish(event) },
      el("div", { class: "field" }, el("label", { for: "draft-title" }, t("title")), this.title),
      el("div", { class: "field" }, el("label", { for: "draft-text" }, t("text")), this.text),
      el("fieldset", {}, el("legend", {}, t("categories")), this.categories.map((c) => this.pick(c))),
      el("div", { class: "row" }, el("button", { type: "submit" }, t("publish")), this.note),
    );
    this.pane.replaceChildren(
      el("div", { class: "owner" }, el("h2", { id: "owner-portal" }, t("portal")), el("p", {}, this.portal)),
      el("div", { class: "desk" },
        el("details", { class: "draft", open: ROOMY.matches }, el("summary", {}, t("own_story")), this.form),
        this.lines),
    );
  }

  pick(category) {
    const box = el("input", { type: "checkbox", value: category.slug, checked: category.slug === "kesehatan" });
    return el("label", { class: "pick" }, box, el("span", {}, category.name[language()]));
  }

  boxes() {
    return [...this.form.querySelectorAll("input[type=checkbox]")];
  }

  chosen() {
    return this.boxes().filter((box) => box.checked).map((box) => box.value);
  }

  async publish(event) {
    event.preventDefault();
    const [title, categories] = [this.title.value.trim(), this.chosen()];
    if (!title) return this.say("need_title", this.title);
    if (!categories.length) return this.say("need_category", this.boxes()[0]);
    const done = await post("/newsroom/publish", { title, text: this.text.value, categories });
    if (!done) return this.say("failed");
    this.note.textContent = "";
    this.title.value = this.text.value = "";
  }

  say(key, place) {
    this.note.textContent = t(key);
    place?.focus();
  }

  /** Bring the board up to date; what has not changed stays in place, with its focus. */
  list() {
    const recent = [...this.stories.values()].filter((story) => !story.past);
    for (const story of recent) this.place(story);
    this.none.hidden = recent.length > 0;
    this.before([...this.stories.values()].filter((story) => story.past));
  }

  place(story) {
    const old = this.find(story.id);
    const said = JSON.stringify(story);
    if (old && (old.said === said || this.editing === story.id)) return;
    const node = this.line(story);
    node.said = said;
    if (!old) return this.recent.prepend(node);
    const held = [...old.querySelectorAll("button")].indexOf(document.activeElement);
    old.replaceWith(node);
    if (held >= 0) (node.querySelectorAll("button")[held] ?? this.lines).focus({ preventScroll: true });
  }

  find(id) {
    return this.recent.querySelector(`[data-story="${Number(id)}"]`);
  }

  line(story) {
    const acts = el("span", { class: "acts" },
      el("button", { type: "button", onclick: () => this.retitle(story) }, t("retitle")),
      el("button", { type: "button", onclick: () => post("/newsroom/withdraw", { id: story.id }) }, t("withdraw")));
    return el("li", { "data-story": story.id, class: story.withdrawn ? "withdrawn" : null },
      el("h3", {}, story.title),
      el("ul", { class: "who" }, this.owners.map((owner) => this.verdict(owner, story.phones[owner.id]))),
      el("p", { class: "about" }, this.about(story), !story.withdrawn && acts),
    );
  }

  about(story) {
    const names = story.categories.map((slug) => this.categories.find((c) => c.slug === slug).name[language()]);
    const marks = [story.retitled && t("retitled"), story.withdrawn && t("withdrawn")].filter(Boolean);
    return el("span", {}, [names.join(", "), ...marks].join(" · "));
  }

  verdict(owner, { state, seconds: s = 0, copies = 1 }) {
    if (owner.part !== "resident" && state === "new") return null;
    const words = copies > 1 ? t("v_copies", { name: owner.name, n: copies })
      : t(`v_${state}`, { name: owner.name, s: seconds(s) });
    return el("li", { class: state === "arrived" ? "got" : null, "data-owner": owner.id, "data-state": state },
      icon(ICONS[state] ?? "dash"), words);
  }

  before(past) {
    this.past.hidden = past.length === 0;
    if (this.past.childElementCount === past.length + 1) return;
    this.past.replaceChildren(
      el("summary", {}, t("past", { n: past.length })), ...past.reverse().map((story) => el("p", {}, story.title)));
  }

  retitle(story) {
    this.editing = story.id;
    const input = el("input", { type: "text", maxlength: 200, value: story.title, "aria-label": t("new_title") });
    const leave = () => {
      this.editing = null;
      this.find(story.id).said = null;
      this.list();
      this.find(story.id).querySelector("button")?.focus();
    };
    const save = async (event) => {
      event.preventDefault();
      if (input.value.trim()) await post("/newsroom/edit", { id: story.id, title: input.value });
      leave();
    };
    const form = el("form", { class: "retitle", onsubmit: save, onkeydown: (e) => e.key === "Escape" && leave() },
      input, el("button", { class: "save" }, t("save")),
      el("button", { class: "leave", type: "button", onclick: leave }, t("leave")));
    this.find(story.id).replaceChildren(form);
    input.select();
  }
}
