// The console's pages beside the conversations: SELETO_BIN=path/to/seleto node --test e2e/pages.test.mjs

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { addContact, launchBrowser, settled, startDemo, visit, write } from "./support.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const HOSTILE = `=HYPERLINK("http://x") <img src=x onerror=alert(1)>`;

const PAGES = [
  ["/funil", "Funil"],
  ["/funil?ver=lista&periodo=tudo", "Funil"],
  ["/numeros", "Números"],
  ["/integracoes", "Integrações"],
  ["/integracoes/mensagens", "Mensagens enviadas"],
  ["/agente", "Agente"],
  ["/perguntas", "Perguntas técnicas"],
  ["/privacidade", "Privacidade"],
];

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await launchBrowser();
  const { page, close } = await visit(browser, demo);
  await addContact(page, HOSTILE);
  await write(page, "Oi, aqui é a Marina, da Brasa Burger, de Maringá. Quero a FB300");
  await settled(page);
  await addContact(page, "Edson Moreira");
  await write(page, "qual a corrente nominal do motor da SE3000 em 380V?");
  await settled(page);
  await close();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Opens a page of the console, and notes everything that is wrong. */
async function open(
  path,
  { width = 1360, height = 860, dark = false, bypassCSP = false, url = demo.url } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    locale: "pt-BR",
    acceptDownloads: true,
    bypassCSP,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => problems.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  page.on("console", (line) => {
    if (["error", "warning"].includes(line.type())) problems.push(`console: ${line.text()}`);
  });
  await page.exposeFunction("noteViolation", (what) => problems.push(`policy: ${what}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(url + path);
  return { page, problems, close: () => context.close() };
}

for (const [look, screen] of [
  ["a desk", {}],
  ["a phone", { width: 390, height: 780 }],
  ["the dark", { dark: true }],
]) {
  test(`every page on ${look} can be read by everybody`, async () => {
    for (const [path, title] of PAGES) {
      const { page, problems, close } = await open(path, screen);
      assert.equal(await page.locator("h1").innerText(), title);
      const [content, window] = await page.evaluate(() => [document.body.scrollWidth, innerWidth]);
      assert.ok(content <= window, `${path} scrolls sideways: ${content} > ${window}`);
      assert.deepEqual(problems, [], path);
      await close();

      // axe is no script of ours: the policy keeps it out.
      const checked = await open(path, { ...screen, bypassCSP: true });
      await checked.page.evaluate(AXE);
      const found = await checked.page.evaluate((only) => axe.run(document, { runOnly: only }), RULES);
      const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
      assert.deepEqual(told, [], path);
      await checked.close();
    }
  });
}

test("a lead is moved and its temperature set with the keyboard alone", async () => {
  const { page, problems, close } = await open("/funil");
  const card = page.locator(".lead-card", { hasText: "Marina" });
  await card.getByRole("button").focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: /Corrigir/ });
  await dialog.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.name), "etapa");
  await dialog.getByLabel("Etapa").selectOption("ganho");
  await dialog.getByLabel("Temperatura").selectOption("quente");
  await dialog.getByLabel("Temperatura").press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const won = page.locator(".column.ganho .lead-card", { hasText: "Marina" });
  await won.waitFor();
  assert.match(await won.innerText(), /Quente[\s\S]*à mão/);
  assert.ok(await dialog.isHidden());
  assert.deepEqual(problems, []);
  await close();
});

test("a card is dragged to another column", async () => {
  const { page, problems, close } = await open("/funil");
  const card = page.locator(".lead-card", { hasText: "Edson" });
  await card.dragTo(page.locator(".column.quente"));
  await page.locator(".column.quente .lead-card", { hasText: "Edson" }).waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("the export opens in a spreadsheet and computes nothing", async () => {
  const { page, close } = await open("/funil?periodo=tudo");
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Exportar CSV" }).click();
  const text = await readFile(await (await started).path(), "utf8");
  assert.ok(text.startsWith("\uFEFFTelefone;Nome;"), text.slice(0, 40));
  const lines = text.trim().split("\r\n");
  assert.equal(lines.length, 3, text);
  for (const cell of lines.slice(1).flatMap((line) => line.split(";"))) {
    assert.doesNotMatch(cell, /^"?\s*[=+\-@]/, "a formula");
  }
  await close();
});

test("a chart can be read as a table", async () => {
  const { page, close } = await open("/numeros");
  const chart = page.locator("figure", { hasText: "De onde são" });
  await chart.getByText("Ver como tabela").click();
  const row = chart.getByRole("row", { name: /PR/ });
  assert.match(await row.innerText(), /PR\s+1/);
  await close();
});

test("an engineer's answer reaches the lead's phone", async () => {
  const { page, problems, close } = await open("/perguntas");
  const question = page.locator(".question", { hasText: "corrente nominal" });
  await question.getByLabel("Resposta para Edson Moreira").fill("O motor da SE3000 usa 3,2 A em 380 V.");
  await question.getByRole("button", { name: "Responder" }).click();
  await question.getByText("Respondida por").waitFor();
  assert.deepEqual(problems, []);
  await close();

  const chat = await visit(browser, demo);
  await chat.page.getByRole("button", { name: /Edson Moreira/ }).first().click();
  await chat.page.locator(".bubble", { hasText: "3,2 A em 380 V" }).waitFor();
  await chat.close();
});

test("the data of a person is one file", async () => {
  const { page, close } = await open("/privacidade");
  const leads = await (await page.request.get(`${demo.url}/funil/leads.csv?periodo=tudo`)).text();
  const [, phone] = /(\(?55 \d{2} [\d-]+)/.exec(leads) ?? [];
  await page.getByLabel("Telefone").fill(phone);
  const started = page.waitForEvent("download");
  await page.getByRole("button", { name: "Exportar" }).click();
  const held = JSON.parse(await readFile(await (await started).path(), "utf8"));
  assert.equal(held.leads.length, 1);
  assert.ok(held.messages.length >= 2, "the lead's words and ours");
  await page.reload();
  await page.getByRole("cell", { name: "Exportou os dados de uma pessoa" }).first().waitFor();
  await close();
});

test("a message is tried out and reaches nobody", async () => {
  const { page, problems, close } = await open("/agente");
  await page.getByLabel("Mensagem do lead").fill("Oi, sou a Lia, de Campinas. Quanto custa a FB300?");
  await page.getByRole("button", { name: "Testar" }).click();
  const answer = page.locator(".trial-answer");
  await answer.waitFor();
  assert.match(await answer.innerText(), /FB300/);
  assert.doesNotMatch(await answer.innerText(), /R\$/);
  assert.deepEqual(problems, []);
  await close();
});

test("a dead letter is tried again, and the page shows it by itself", async (t) => {
  if (!demo.canRestart) return t.skip("needs a demonstration of its own");
  const seeded = await startDemo({ seed: ["--leads", "300", "--messages", "9000", "--days", "25"] });
  t.after(() => seeded.stop());
  const { page, problems, close } = await open("/integracoes", { url: seeded.url });
  const another = await open("/integracoes", { url: seeded.url });
  const count = (where) => where.locator("#nao-entregues .count").innerText().then(Number);
  const before = await count(page);
  assert.ok(before > 1, "the seeded leads have messages that were refused");
  const line = page.locator("table.letters tbody tr", { hasText: "WhatsApp" }).first();
  await line.getByRole("button", { name: /Tentar de novo/ }).click();
  await page.getByText("Voltou para a fila").waitFor();
  for (const where of [page, another.page]) {
    await where.waitForFunction(
      (was) => Number(document.querySelector("#nao-entregues .count")?.textContent) === was - 1,
      before,
    );
  }
  await page.goto(`${seeded.url}/integracoes/mensagens`);
  const first = page.locator("table.sent tbody tr").first();
  assert.match(await first.innerText(), /Na fila|Enviando|Enviada|Recebida|Lida|Recusada/);
  assert.deepEqual(problems, []);
  await another.close();
  await close();
});
