// Turns times, numbers and texts of messages into what the page shows.

const clock = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat("pt-BR", { day: "numeric", month: "long" });

export const timeOf = (ms) => clock.format(ms);

export function dayOf(ms) {
  const days = Math.round((midnight(Date.now()) - midnight(ms)) / 86_400_000);
  if (days === 0) return "Hoje";
  return days === 1 ? "Ontem" : date.format(ms);
}

function midnight(ms) {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** "5547999990001" as "+55 47 99999-0001"; anything else as it is. */
export function phoneText(phone) {
  const parts = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(phone);
  return parts ? `+55 ${parts[1]} ${parts[2]}-${parts[3]}` : phone;
}

export function initialsOf(name) {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...word][0] ?? "");
  return letters.join("").toUpperCase();
}

/** One of six colours, always the same for the same phone. */
export function hueOf(phone) {
  return [...phone].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % 9973, 7) % 6;
}

export function waitText(ms) {
  if (ms < 1000) return `${Math.max(1, Math.round(ms))} ms`;
  return `${(ms / 1000).toLocaleString("pt-BR", { maximumFractionDigits: 1 })} s`;
}

const MARKED = /(^|[\s(.,;:!?"'—–-])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s).,;:!?"'—–-])/g;
const TAG_OF_MARK = { "*": "strong", _: "em", "~": "s" };

/** The text with WhatsApp's *bold*, _italic_ and ~strike~ as elements. Foreign text only ever
 * becomes text nodes, so no markup in it can act. */
export function richText(text) {
  const parts = document.createDocumentFragment();
  let done = 0;
  for (const found of text.matchAll(MARKED)) {
    const start = found.index + found[1].length;
    parts.append(text.slice(done, start));
    const marked = document.createElement(TAG_OF_MARK[found[2]]);
    marked.textContent = found[3];
    parts.append(marked);
    done = found.index + found[0].length;
  }
  parts.append(text.slice(done));
  return parts;
}

/** The same text without the marks, for one-line previews. */
export function plainText(text) {
  return text.replace(MARKED, "$1$3").replace(/\s+/g, " ");
}

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function icon(name, className, label) {
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}
