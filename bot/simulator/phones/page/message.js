// One message as a messenger shows it: a bubble with its looks, a card, buttons.

import { el, icon, safe, sheet } from "./dom.js";
import { clock, seconds, t } from "./words.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code" };

/** The whole message; `press(data)` is called for buttons. */
export function messageNode(message, { press, site }) {
  const keyed = message.rows.length > 0;
  const look = message.look ?? {};
  const bubble = el("div", { class: "bubble" },
    message.quote != null && el("p", { class: message.quote ? "quote" : "quote lost" }, message.quote || t("gone")),
    look.header && el("p", { class: "head" }, look.header),
    el("p", { class: "said" }, rich(message.text, message.entities)),
    message.card && card(message.card, site),
    look.footer && el("p", { class: "small" }, look.footer),
    el("p", { class: "meta" }, message.edited && el("span", {}, t("edited")), el("time", {}, clock(message.at)),
      look.ticks && el("span", { class: `ticks ${look.ticks}`, "aria-hidden": "true" }, "✓✓")),
  );
  const looks = ["message", message.mine && "mine", keyed && "keyed"].filter(Boolean).join(" ");
  return el("article", { class: looks, "data-id": message.id },
    bubble,
    keyed && keys(message.rows, look.opens, press),
    message.seconds != null && el("p", { class: "arrived" }, t("arrived_in", { s: seconds(message.seconds) })),
  );
}

/** Buttons; a list of WhatsApp's opens with one. */
function keys(rows, opens, press) {
  const all = el("div", { class: "keys" }, rows.map((row) => el("div", {}, row.map((key) => button(key, press)))));
  return opens ? el("details", { class: "list" }, el("summary", {}, opens), all) : all;
}

/** Text and Telegram's entities (offsets in UTF-16 units, as in JavaScript) as nodes. */
export function rich(text, entities) {
  const cuts = new Set([0, text.length]);
  for (const { offset, length } of entities) cuts.add(offset).add(offset + length);
  const places = [...cuts].filter((place) => place >= 0 && place <= text.length).sort((a, b) => a - b);
  return places.slice(1).map((end, i) => dressed(text, places[i], end, entities));
}

function dressed(text, start, end, entities) {
  const over = entities.filter(({ offset, length }) => offset <= start && offset + length >= end);
  let node = document.createTextNode(text.slice(start, end));
  for (const entity of over.reverse()) {
    const tag = TAGS[entity.type];
    const url = entity.type === "text_link" && safe(entity.url);
    if (tag) node = el(tag, {}, node);
    else if (url) node = link(url, {}, node);
  }
  return node;
}

function link(url, attributes, ...children) {
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);
}

function card({ url, title }, site) {
  return safe(url) && link(url, { class: "card" }, el("b", {}, site), el("span", {}, title), sheet());
}

function button({ label, data, url }, press) {
  if (url) return safe(url) ? link(url, {}, label, icon("out")) : el("button", { type: "button", disabled: true }, label);
  const chosen = label.startsWith("✅");
  const words = label.replace(/^✅\s*/, "");
  const attributes = { type: "button", class: chosen ? "chosen" : null, "data-key": data, onclick: () => press(data) };
  return el("button", attributes, chosen && icon("check"), chosen && el("span", { class: "sr" }, "✅ "), words);
}
