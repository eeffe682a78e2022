// One owner's phone.

import { el, icon } from "./dom.js";
import { messageNode } from "./message.js";
import { post } from "./talk.js";
import { language, t } from "./words.js";

const NEAR = 60; // pixels from the end within which the chat keeps following
const TOAST = 3200; // milliseconds

export class Phone {
  constructor(site, categories, notice) {
    this.site = site;
    this.categories = categories;
    this.notice = notice; // called when the bot has written
    this.messages = new Map();
    this.live = false;
  }

  /** Take in what is new about this phone: a whole state or a change of it. */
  update({ messages, gone = [], ...about }) {
    Object.assign(this, about);
    if (!this.pane) this.build();
    this.head();
    if (about.commands) this.offer();
    const follow = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < NEAR;
    for (const id of gone) this.drop(id);
    for (const message of messages) this.put(message);
    this.started();
    if (follow || messages.some((message) => message.mine)) this.chat.scrollTop = this.chat.scrollHeight;
  }

  /** Show everything from this state alone, as after a long break. */
  renew(state) {
    const known = new Set(state.messages.map((message) => message.id));
    this.live = false;
    this.update({ ...state, gone: [...this.messages.keys()].filter((id) => !known.has(id)) });
    this.live = true;
  }

  /** Say everything again in the language that is now shown. */
  translate() {
    this.head();
    for (const message of this.messages.values()) this.draw(message);
    this.write.placeholder = t("write");
    this.write.setAttribute("aria-label", t("write_as", { name: this.name }));
    this.sender.setAttribute("aria-label", t("send"));
    this.chat.setAttribute("aria-label", t("chat_of", { name: this.name }));
    this.begin.textContent = t("begin");
    this.empty.replaceChildren(el("strong", {}, t("empty_title")), t("empty"));
    this.role.textContent = t(this.channel === "whatsapp" ? "on_whatsapp" : "bot");
    this.chips.setAttribute("aria-label", t("quick"));
    this.offer();
  }

  /** The passing line that a tap brings up. */
  toast(text) {
    this.note.textContent = text;
    this.note.hidden = false;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { this.note.hidden = true; }, TOAST);
  }

  build() {
    this.status = el("p", { class: "status" });
    this.role = el("span");
    this.empty = el("p", { class: "empty" });
    this.chat = el("div", { class: "chat", role: "log", "aria-live": "polite", tabindex: 0 }, this.empty);
    this.note = el("p", { class: "toast", role: "status", hidden: true });
    this.chips = el("div", { class: "chips", role: "group" });
    this.write = el("input", { type: "text", maxlength: 4096, autocomplete: "off", enterkeyhint: "send" });
    this.sender = el("button", { type: "submit" }, icon("send"));
    this.form = el("form", { class: "write", onsubmit: (event) => this.submit(event) }, this.write, this.sender);
    this.begin = el("button", { type: "button", class: "begin", onclick: () => this.start() });
    const heading = `owner-${this.id}`;
    this.pane = el("section", { class: "pane", id: `pane-${this.id}`, "aria-labelledby": heading, "data-phone": this.id, "data-channel": this.channel },
      el("div", { class: "owner" }, el("h2", { id: heading }, this.name), this.status),
      el("div", { class: "phone" },
        el("div", { class: "peer" }, el("img", { src: "/phones/page/icon.svg", alt: "" }),
          el("div", {}, el("strong", {}, this.site), this.role)),
        this.chat,
        this.note,
        el("div", { class: "foot" }, this.begin, this.chips, this.form),
      ),
    );
    this.translate();
  }

  /** The bot's own commands, one tap each. */
  offer() {
    const mark = this.channel === "whatsapp" ? "" : "/";
    const words = this.commands.length ? this.commands.map((name) => `${mark}${name}`) : t("chips").split(" ");
    this.chips.replaceChildren(...words.map((word) => this.chip(word)));
  }

  head() {
    const names = this.topics.map((slug) => this.categories.find((c) => c.slug === slug)?.name[language()]);
    const topics = names.length === this.categories.length ? t("everything") : names.join(", ");
    this.status.textContent = this.state === "active" ? t("follows", { topics }) : t(this.state);
    this.status.title = this.status.textContent;
  }

  started() {
    const open = this.messages.size > 0;
    this.empty.hidden = open;
    this.begin.hidden = open;
    this.chips.hidden = !open;
    this.form.hidden = !open;
  }

  start() {
    this.say(this.channel === "whatsapp" ? "MULAI" : "/start");
    this.chat.focus({ preventScroll: true }); // the button that had the focus goes away
  }

  chip(word) {
    return el("button", { type: "button", onclick: () => this.say(word) }, word);
  }

  submit(event) {
    event.preventDefault();
    const text = this.write.value.trim();
    if (text) this.say(text);
    this.write.value = "";
  }

  async say(text) {
    if (!(await post(`/phones/${this.id}/say`, { text }))) this.toast(t("failed"));
  }

  async press(message, data) {
    if (!(await post(`/phones/${this.id}/press`, { message_id: message.id, data }))) this.toast(t("failed"));
  }

  put(message) {
    const fresh = this.live && !this.messages.has(message.id);
    this.messages.set(message.id, message);
    const node = this.draw(message);
    if (!fresh || message.mine) return;
    if (message.seconds != null) node.classList.add("fresh");
    this.notice(this);
  }

  draw(message) {
    const press = (data) => this.press(message, data);
    const node = messageNode(message, { press, site: this.site });
    const old = this.find(message.id);
    if (!old) {
      this.chat.append(node);
      return node;
    }
    if (old.querySelector("details")?.open && node.querySelector("details")) node.querySelector("details").open = true;
    const held = old.contains(document.activeElement) && document.activeElement.dataset.key;
    old.replaceWith(node);
    if (held) (node.querySelector(`[data-key="${CSS.escape(held)}"]`) ?? this.chat).focus({ preventScroll: true });
    return node;
  }

  drop(id) {
    this.messages.delete(id);
    this.find(id)?.remove();
  }

  find(id) {
    return this.chat.querySelector(`[data-id="${Number(id)}"]`);
  }
}
