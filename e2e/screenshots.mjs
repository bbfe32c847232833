// Takes the screenshots of the documents from a real demonstration, with the offline brain:
//
//   npm ci --prefix e2e && SELETO_BIN=target/quick/seleto node e2e/screenshots.mjs
//
// Writes docs/images/demo-*.png and docs/images/painel-*.png. What the agent says is what it says
// that day, so look at the pictures before committing them.

import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addContact, launchBrowser, settled, startDemo, visit, watched, write } from "./support.mjs";

const IMAGES = join(dirname(fileURLToPath(import.meta.url)), "..", "docs", "images");

/** The one who is there when the page opens. */
const FIRST_VISITOR = null;

/** Each lead with its messages, the one to be seen last. A list in the list is one burst. */
const DESKTOP = [
  [FIRST_VISITOR, ["Vocês têm linha de espeto?"]],
  ["Patrícia Nunes", ["Oi, a CT200 corta frango?"]],
  [
    "Marina Prado",
    [
      ["Oi! Tenho uma hamburgueria em Maringá", "e quero sair do manual"],
      "Sou a Marina, da Brasa Burger. A gente faz uns 900 hambúrgueres por dia",
      "E quanto custa a FB300?",
    ],
  ],
];

const PHONE = [
  [
    "Edson Moreira",
    ["Oi, vi a FBM100 no site de vocês", "Aqui é o Edson, do Açougue Boa Carne", "Consegue 10% de desconto?"],
  ],
];

const demo = await startDemo();
const browser = await launchBrowser();
try {
  await mkdir(IMAGES, { recursive: true });
  await shoot("demo-desktop.png", DESKTOP, { width: 1280, height: 800 });
  await shoot("demo-phone.png", PHONE, { width: 390, height: 912 });
  await team("painel-conversas.png", { width: 1440, height: 860 }, async (page) => {
    await open(page, "Marina");
    await page.locator("#fato-company summary").click();
  });
  await team("painel-escuro.png", { width: 1440, height: 860, dark: true }, (page) => open(page, "Patrícia"));
  await team("painel-celular.png", { width: 390, height: 844 }, (page) => open(page, "Edson"));
  await team("painel-por-que.png", { width: 1440, height: 1000 }, async (page) => {
    await open(page, "Marina");
    await page.locator(".why").last().click();
    await page.getByRole("heading", { name: "Por que respondeu isso?" }).waitFor();
  });
} finally {
  await demo.stop();
}

// The pages that show many leads, on invented data.
const full = await startDemo({ seed: ["--leads", "1200", "--messages", "20000", "--days", "120"] });
try {
  for (const [file, path] of [
    ["painel-funil.png", "/funil"],
    ["painel-numeros.png", "/numeros"],
    ["painel-integracoes.png", "/integracoes"],
    ["painel-agente.png", "/agente"],
    ["painel-perguntas.png", "/perguntas"],
  ]) {
    await team(file, { width: 1440, height: 1000 }, (page) => page.goto(`${full.url}${path}`), full);
  }
} finally {
  await browser.close();
  await full.stop();
}

async function shoot(file, conversations, screen) {
  const { page, problems, close } = await visit(browser, demo, screen);
  for (const [name, messages] of conversations) {
    if (name !== FIRST_VISITOR) await addContact(page, name);
    for (const message of messages) {
      for (const part of [message].flat()) await say(page, part);
      await settled(page);
    }
  }
  // The cursor would blink in the picture.
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: join(IMAGES, file), animations: "disabled" });
  if (problems.length > 0) throw new Error(problems.join("\n"));
  await close();
}

/** What the team sees. */
async function team(file, screen, prepare, at = demo) {
  const { page, problems, close } = await watched(browser, screen);
  await page.goto(`${at.url}/conversas`);
  await prepare(page);
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: join(IMAGES, file), animations: "disabled" });
  if (problems.length > 0) throw new Error(problems.join("\n"));
  await close();
}

async function open(page, name) {
  await page.locator(".conversation-link", { hasText: name }).click();
  await page.locator("#cabecalho h2", { hasText: name }).waitFor();
}

/** Writes a message and waits until the chat shows it: before that, all is quiet. */
async function say(page, text) {
  await write(page, text);
  await page.locator(".bubble[data-author=lead]", { hasText: text }).last().waitFor();
}
