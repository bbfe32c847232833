// Draws one conversation: days, bubbles, ticks, typing, and where it is scrolled to.

import { dayOf, element, icon, phoneText, richText, timeOf } from "./format.js";

const EXAMPLES = [
  "Oi, tudo bem?",
  "Quero uma máquina de fazer hambúrguer",
  "Tenho um açougue em Joinville e faço uns 200 hambúrgueres por dia",
  "Quanto custa a FB300?",
  "Vocês têm máquina de espeto?",
  "Posso falar com uma pessoa?",
];

const TICKS = {
  pending: ["pending", "", "Enviando"],
  failed: ["failed", "is-failed", "Não entregue"],
  sent: ["sent", "", "Enviada"],
  received: ["received", "", "Entregue"],
  read: ["received", "is-read", "Lida"],
};

const MEDIA = { audio: "🎤 Áudio", image: "📷 Imagem", document: "📄 Documento", reaction: "Reagiu com" };

const byId = (id) => document.getElementById(id);

export class Chat {
  #scroll = byId("scroll");
  #list = byId("bubbles");
  #drawn = new Map();
  #unseen = 0;
  #contact = null;

  constructor(onExample) {
    for (const text of EXAMPLES) {
      const button = element("button", "example", text);
      button.type = "button";
      button.addEventListener("click", () => onExample(text));
      const item = element("li");
      item.append(button);
      byId("examples").append(item);
    }
    byId("to-end").addEventListener("click", () => this.toEnd());
    this.#scroll.addEventListener("scroll", () => this.#showToEnd());
    new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(this.#scroll);
  }

  #atEnd = true;

  /** Shows another conversation from its start. */
  open(contact, company) {
    this.#contact = contact;
    this.#drawn.clear();
    this.#list.replaceChildren();
    byId("composer-hint").textContent =
      `Você escreve como ${contact.name} · ${phoneText(contact.phone)}`;
    for (const bubble of contact.bubbles.values()) this.draw(bubble, company, false);
    this.refresh();
    this.toEnd();
  }

  /** Shows a new bubble, or what has changed about a known one. */
  draw(bubble, company, isNew = true) {
    const known = this.#drawn.get(bubble.messageId);
    const item = this.#bubble(bubble, company);
    const wasAtEnd = this.#isAtEnd();
    if (known) {
      item.classList.toggle("is-first", known.classList.contains("is-first"));
      known.replaceWith(item);
    } else {
      this.#append(item, bubble);
      item.classList.toggle("is-new", isNew);
    }
    this.#drawn.set(bubble.messageId, item);
    if (known && !wasAtEnd) return;
    if (wasAtEnd || bubble.author === "lead") this.toEnd();
    else if (isNew) this.#missOne();
  }

  /** Brings everything around the bubbles up to date. */
  refresh() {
    byId("empty").hidden = !this.#contact || this.#drawn.size > 0;
    this.#showToEnd();
  }

  showTyping(on, company) {
    const typing = byId("typing");
    if (typing.hidden === !on) return;
    const wasAtEnd = this.#isAtEnd();
    typing.hidden = !on;
    byId("typing-text").textContent = on ? `${company} está digitando` : "";
    if (wasAtEnd) this.toEnd();
  }

  toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#unseen = 0;
    this.#showToEnd();
  }

  #append(item, bubble) {
    const previous = this.#list.lastElementChild;
    const day = dayOf(bubble.atMs);
    const newDay = this.#list.dataset.day !== day || !previous;
    if (newDay) {
      this.#list.append(element("li", "day", day));
      this.#list.dataset.day = day;
    }
    item.classList.toggle("is-first", newDay || previous.dataset.author !== bubble.author);
    this.#list.append(item);
  }

  #bubble(bubble, company) {
    const isMine = bubble.author === "lead";
    const item = element("li", isMine ? "bubble is-mine" : "bubble");
    item.dataset.author = bubble.author;
    item.dataset.id = bubble.messageId;
    item.classList.toggle("is-failed", bubble.ticks === "failed");
    item.append(element("span", "visually-hidden", isMine ? "Você: " : `${company}: `));
    if (bubble.author === "company") item.append(element("span", "bubble-author", "Pessoa da equipe"));
    const quoted = bubble.quotes && this.#contact?.bubbles.get(bubble.quotes);
    if (quoted) item.append(element("span", "bubble-quote", quoted.text));
    const media = MEDIA[bubble.kind];
    item.append(media ? `${media} ${bubble.kind === "audio" ? "" : bubble.text}` : richText(bubble.text));
    item.append(this.#foot(bubble, isMine));
    return item;
  }

  #foot(bubble, isMine) {
    const foot = element("span", "bubble-foot");
    if (bubble.edited) foot.append(element("span", "", "Editada"));
    const time = element("time", "", timeOf(bubble.atMs));
    time.dateTime = new Date(bubble.atMs).toISOString();
    foot.append(time);
    if (isMine) {
      const [name, className, label] = TICKS[bubble.ticks] ?? TICKS.sent;
      foot.append(icon(name, `icon ticks ${className}`, label));
    }
    return foot;
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < 60;
  }

  #missOne() {
    this.#unseen += 1;
    this.#showToEnd();
  }

  #showToEnd() {
    this.#atEnd = this.#isAtEnd();
    if (this.#atEnd) this.#unseen = 0;
    byId("to-end").hidden = this.#atEnd;
    byId("to-end-count").textContent = this.#unseen > 0 ? this.#unseen : "";
  }
}
