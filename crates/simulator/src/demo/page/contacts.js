// The list of simulated phones, and the dialog that adds one.

import { element, hueOf, initialsOf, phoneText, plainText, timeOf } from "./format.js";

const NAMES = [
  "Marcos Andrade", "Juliana Prado", "Rogério Bastos", "Patrícia Nunes", "Anderson Kuhn",
  "Camila Ferraz", "Sérgio Tavares", "Beatriz Hoffmann", "Edson Moreira", "Larissa Campos",
];

const byId = (id) => document.getElementById(id);

/** A name that no contact bears yet. */
export function freshName(contacts) {
  const taken = new Set([...contacts.values()].map((contact) => contact.name));
  return NAMES.find((name) => !taken.has(name)) ?? `Cliente ${contacts.size + 1}`;
}

export function lastOf(contact) {
  let last = null;
  for (const bubble of contact.bubbles.values()) last = bubble;
  return last;
}

/** Draws the list, the one with the latest message first. */
export function drawContacts(contacts, chosen, onChoose) {
  const list = byId("contacts");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.phone : null;
  const when = (contact) => lastOf(contact)?.atMs ?? contact.metAt;
  const sorted = [...contacts.values()].sort((a, b) => when(b) - when(a));
  list.replaceChildren(...sorted.map((contact) => entry(contact, chosen, onChoose)));
  if (focused) list.querySelector(`[data-phone="${CSS.escape(focused)}"]`)?.focus();
}

function entry(contact, chosen, onChoose) {
  const button = element("button", "contact");
  button.type = "button";
  button.dataset.phone = contact.phone;
  if (contact.phone === chosen) button.setAttribute("aria-current", "true");
  const avatar = element("span", "avatar", initialsOf(contact.name));
  avatar.dataset.hue = hueOf(contact.phone);
  avatar.setAttribute("aria-hidden", "true");
  const last = lastOf(contact);
  const said = last ? plainText(last.text) : phoneText(contact.phone);
  const line = element("span", "contact-last", contact.typing ? "digitando…" : said);
  line.classList.toggle("is-typing", contact.typing);
  button.append(
    avatar,
    element("span", "contact-name", contact.name),
    element("span", "contact-time", last ? timeOf(last.atMs) : ""),
    line,
  );
  if (contact.unread > 0) {
    const unread = element("span", "contact-unread", contact.unread);
    unread.setAttribute("aria-label", `${contact.unread} não lidas`);
    button.append(unread);
  }
  button.addEventListener("click", () => onChoose(contact.phone));
  const item = element("li");
  item.append(button);
  return item;
}

/** Asks for a name and gives it to `onName`. */
export function setUpDialog(suggest, onName) {
  const dialog = byId("contact-dialog");
  const name = byId("contact-name");
  byId("new-contact").addEventListener("click", () => {
    name.value = suggest();
    dialog.showModal();
    name.select();
  });
  byId("contact-cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  byId("contact-form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    onName(name.value.trim());
  });
}
