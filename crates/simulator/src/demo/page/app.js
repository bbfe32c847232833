// The page's own state: who the contacts are, what they see, and what is being waited for.

import { Chat } from "./chat.js";
import { drawContacts, freshName, lastOf, setUpDialog } from "./contacts.js";
import { listen } from "./events.js";
import { waitText } from "./format.js";

/** After this long without a reply, typing is no longer shown and the page says so. */
const PATIENCE_MS = 45_000;
/** The ticks of a message that the agent has taken. */
const TAKEN = ["sent", "received", "read"];
const CHOSEN_KEY = "seleto-demo-contact";
const WIDE = matchMedia("(min-width: 1180px)");

const byId = (id) => document.getElementById(id);
const text = byId("text");
const contacts = new Map();
const chat = new Chat((example) => send(example));
let company = byId("company").textContent;
let chosen = localStorage.getItem(CHOSEN_KEY);
let online = false;
let ready = false;
let sending = Promise.resolve();
let redrawing = false;

listen({
  onReset(about) {
    company = about.company;
    byId("company").textContent = company;
    document.title = `${company} – simulador de WhatsApp`;
    contacts.clear();
    ready = false;
    byId("log").setAttribute("aria-busy", "true");
  },
  onChange(change) {
    if (change.type === "contact") meet(change);
    else if (change.type === "bubble") show(change);
    else if (change.type === "typing") typing(change);
  },
  onReady() {
    if (!ready) open(contacts.has(chosen) ? chosen : [...contacts.keys()].at(-1));
    ready = true;
    byId("log").setAttribute("aria-busy", "false");
    if (contacts.size === 0) addContact(freshName(contacts));
  },
  onLine(isOnline) {
    if (online !== isOnline && isOnline) say("");
    if (!isOnline) say("Sem conexão com o simulador. Tentando de novo…");
    online = isOnline;
    redraw();
  },
});

function meet({ phone, name }) {
  const known = contacts.get(phone);
  if (known) known.name = name;
  else {
    const metAt = ready ? Date.now() : 0;
    contacts.set(phone, { phone, name, bubbles: new Map(), unread: 0, typing: false, givenUpOn: "", metAt });
  }
  redraw();
}

function show(bubble) {
  const contact = contacts.get(bubble.phone);
  if (!contact) return;
  const isNew = !contact.bubbles.has(bubble.messageId);
  contact.bubbles.set(bubble.messageId, bubble);
  if (ready) {
    const isReply = isNew && bubble.author !== "lead";
    if (isReply && contact.givenUpOn) forgive(contact);
    if (isReply && bubble.phone !== chosen) contact.unread += 1;
    if (bubble.phone === chosen) chat.draw(bubble, company, isNew);
  }
  redraw();
}

function forgive(contact) {
  contact.givenUpOn = "";
  if (contact.phone === chosen) say("");
}

function typing({ phone, on }) {
  const contact = contacts.get(phone);
  if (contact) contact.typing = on;
  redraw();
}

function open(phone) {
  const contact = contacts.get(phone);
  if (!contact) return;
  chosen = phone;
  localStorage.setItem(CHOSEN_KEY, phone);
  contact.unread = 0;
  document.body.dataset.view = "chat";
  chat.open(contact, company);
  redraw();
}

/** Draws what depends on everything, once for many changes. */
function redraw() {
  if (redrawing) return;
  redrawing = true;
  requestAnimationFrame(() => {
    redrawing = false;
    const contact = contacts.get(chosen);
    const isTyping = Boolean(contact && (contact.typing || isWaiting(contact)));
    chat.refresh();
    chat.showTyping(isTyping, company);
    drawContacts(contacts, chosen, open);
    drawPresence(isTyping);
    drawFigures(contact);
    byId("send").disabled = !contact || text.value.trim() === "";
  });
}

function drawPresence(isTyping) {
  const presence = byId("presence");
  presence.textContent = !online ? "sem conexão" : isTyping ? "digitando…" : "online";
  presence.classList.toggle("is-typing", online && isTyping);
  presence.classList.toggle("is-off", !online);
}

/** The message to which the agent owes an answer, if it does. */
function unanswered(contact) {
  const last = lastOf(contact);
  return last?.author === "lead" && TAKEN.includes(last.ticks) ? last : null;
}

function isWaiting(contact) {
  const message = unanswered(contact);
  return message !== null && Date.now() - message.atMs < PATIENCE_MS;
}

function drawFigures(contact) {
  let [mine, theirs, asked, wait] = [0, 0, 0, null];
  for (const bubble of contact?.bubbles.values() ?? []) {
    if (bubble.author === "lead") {
      mine += 1;
      asked = bubble.atMs;
    } else {
      theirs += 1;
      if (asked) wait = bubble.atMs - asked;
      asked = 0;
    }
  }
  byId("count-lead").textContent = mine;
  byId("count-agent").textContent = theirs;
  byId("last-wait").textContent = wait === null ? "–" : waitText(wait);
}

function say(problem) {
  const notice = byId("notice");
  notice.textContent = problem;
  notice.hidden = problem === "";
}

async function ask(path, body) {
  const headers = { "content-type": "application/json" };
  let response;
  try {
    response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    throw new Error("O simulador não respondeu. Veja no terminal se o comando seleto demo continua rodando.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `O simulador recusou o pedido (código ${response.status}).`);
  return answer;
}

/** Sends in the order of typing, one after the other. */
function send(message) {
  const phone = chosen;
  if (!contacts.has(phone) || message.trim() === "") return;
  sending = sending.then(async () => {
    try {
      await ask("/demo/messages", { phone, text: message });
      say("");
    } catch (problem) {
      say(problem.message);
      if (phone === chosen && text.value === "") setText(message);
    }
  });
}

async function addContact(name) {
  try {
    const { phone } = await ask("/demo/contacts", { name });
    meet({ phone, name });
    open(phone);
    text.focus();
  } catch (problem) {
    say(problem.message);
  }
}

function setText(value) {
  text.value = value;
  fitText();
  redraw();
}

/** For browsers without `field-sizing`; the style sheet caps the height. */
function fitText() {
  if (CSS.supports("field-sizing", "content")) return;
  text.rows = Math.min(6, text.value.split("\n").length);
}

function showInfo(on) {
  document.body.classList.toggle("with-info", on);
  byId("toggle-info").setAttribute("aria-expanded", String(on));
}

/** Over a narrow screen the panel lies on the chat, so the focus goes along. */
function toggleInfo() {
  const on = !document.body.classList.contains("with-info");
  showInfo(on);
  if (on && !WIDE.matches) byId("close-info").focus();
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const message = text.value;
  setText("");
  send(message);
  text.focus();
});
text.addEventListener("input", () => {
  fitText();
  redraw();
});
text.addEventListener("keydown", (event) => {
  // A key that confirms a suggestion of an input method must not send.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});
byId("show-list").addEventListener("click", () => (document.body.dataset.view = "list"));
byId("toggle-info").addEventListener("click", toggleInfo);
byId("close-info").addEventListener("click", () => {
  showInfo(false);
  byId("toggle-info").focus();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !WIDE.matches) showInfo(false);
});
setUpDialog(() => freshName(contacts), addContact);
showInfo(WIDE.matches);
WIDE.addEventListener("change", () => showInfo(WIDE.matches));
if (WIDE.matches) text.focus();

setInterval(() => {
  const contact = contacts.get(chosen);
  const message = contact && unanswered(contact);
  if (!message || isWaiting(contact) || contact.givenUpOn === message.messageId) return;
  contact.givenUpOn = message.messageId;
  say("O agente recebeu a mensagem e ainda não respondeu. Se uma pessoa assumiu a conversa, é o esperado; senão, veja os registros no terminal.");
  redraw();
}, 1000);
