// The page: builds the panes from the first state, then follows the events.

import { Desk } from "./desk.js";
import { el } from "./dom.js";
import { Phone } from "./phone.js";
import { listen } from "./talk.js";
import { language, speak, t } from "./words.js";

const phones = new Map();
const unread = new Map();
const narrow = matchMedia("(width < 720px)");
let desk;
let began = performance.now();
let active;

listen({
  state: whole,
  phone: (change) => phones.get(change.id)?.update(change),
  story: (story) => desk?.update(story),
  toast: ({ phone, text }) => phones.get(phone)?.toast(text),
}, (connected) => { document.getElementById("lost").hidden = connected; });

setInterval(tick, 500);
document.getElementById("try").open = !narrow.matches;
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => { speak(button.dataset.language); translate(); });
}
translate();

function whole(state) {
  began = performance.now() - state.elapsed * 1000;
  if (!desk) build(state);
  for (const phone of state.phones) phones.get(phone.id).renew(phone);
  desk.renew(state.stories);
  tick();
  document.body.dataset.ready = "yes";
}

function build(state) {
  const stage = document.getElementById("stage");
  desk = new Desk(state);
  for (const about of state.phones) {
    const phone = new Phone(state.portal, state.categories, noticed);
    phone.update({ ...about, messages: [] });
    phones.set(about.id, phone);
    stage.append(phone.pane);
  }
  stage.append(desk.pane);
  tabs();
  show([...phones.keys()][0]);
}

function translate() {
  document.documentElement.lang = language();
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", node.dataset.language === language());
  }
  for (const phone of phones.values()) phone.translate();
  desk?.translate();
  tabs();
}

function tick() {
  const passed = Math.floor((performance.now() - began) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  document.getElementById("elapsed").textContent = `${two(Math.floor(passed / 60))}.${two(passed % 60)}`;
}

// On a small screen: one pane at a time -----------------------------------------------------------------------------

function noticed(phone) {
  if (!narrow.matches || phone.id === active) return;
  unread.set(phone.id, (unread.get(phone.id) ?? 0) + 1);
  tabs();
}

function show(id) {
  active = id;
  unread.delete(id);
  for (const [key, pane] of panes()) pane.toggleAttribute("data-active", key === id);
  const phone = phones.get(id);
  if (phone) phone.chat.scrollTop = phone.chat.scrollHeight;
  tabs();
}

function panes() {
  return [...[...phones].map(([id, phone]) => [id, phone.pane]), ["portal", desk.pane]];
}

function tabs() {
  if (!desk) return;
  const list = document.getElementById("tabs");
  const held = list.contains(document.activeElement);
  list.replaceChildren(...panes().map(([id, pane]) => tab(id, pane)));
  if (held) list.querySelector("[aria-selected=true]").focus();
}

function tab(id, pane) {
  const count = unread.get(id);
  const attributes = {
    type: "button", role: "tab", id: `tab-${id}`, "aria-controls": pane.id, "aria-selected": String(id === active),
    tabindex: id === active ? 0 : -1, onclick: () => show(id), onkeydown: (event) => step(event, id),
  };
  const badge = count && el("span", { class: "badge" }, String(count), el("span", { class: "sr" }, t("unread", { n: "" })));
  return el("button", attributes, phones.get(id)?.name ?? t("portal"), badge);
}

function step(event, id) {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!move) return;
  const all = panes().map(([key]) => key);
  show(all[(all.indexOf(id) + move + all.length) % all.length]);
}
