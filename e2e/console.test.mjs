// The console in a real browser: SELETO_BIN=path/to/seleto node --test e2e/console.test.mjs

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { addContact, launchBrowser, settled, startDemo, visit, watched, write } from "./support.mjs";

const PASSWORD = "uma frase bem longa";
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A lead of `/demo` who has written and been answered. */
async function lead(name, ...messages) {
  const visitor = await visit(browser, demo);
  await addContact(visitor.page, name);
  for (const message of messages) {
    await write(visitor.page, message);
    await visitor.page.locator(".bubble[data-author=lead]", { hasText: message }).last().waitFor();
    await settled(visitor.page);
  }
  return visitor;
}

/** The console, with a lead's conversation open. */
async function conversation(name, screen) {
  const team = await watched(browser, screen);
  await team.page.goto(`${demo.url}/conversas`);
  await team.page.locator(".conversation-link", { hasText: name }).click();
  await team.page.locator("#cabecalho h2", { hasText: name.split(" ")[0] }).waitFor();
  return team;
}

test("a newcomer sets up, watches, takes over, answers, gives back, corrects and asks why", async () => {
  const link = demo.said?.().match(/http:\S+\/acesso\/\w+/)?.[0];
  const team = await watched(browser);
  const { page } = team;
  if (link) {
    await page.goto(link);
    await page.getByLabel("Seu nome").fill("Ana Paula");
    await page.getByLabel("Login").fill("ana");
    await page.getByLabel("Senha", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Senha de novo").fill(PASSWORD);
    await page.getByRole("button", { name: "Criar conta e entrar" }).click();
    await page.locator(".me-name", { hasText: "Ana Paula" }).waitFor();
  } else {
    await page.goto(`${demo.url}/conversas`);
  }

  const phone = await visit(browser, demo);
  await addContact(phone.page, "Marina Prado");
  await write(phone.page, "Oi! Sou a Marina, da Brasa Burger, de Maringá");
  // The row comes without a reload, with what was said last.
  const row = page.locator(".conversation-link", { hasText: "Marina" });
  await row.waitFor();
  await settled(phone.page);
  await row.locator(".conversation-last", { hasText: "Agente:" }).waitFor();
  await row.click();
  await page.locator(".from-lead", { hasText: "Brasa Burger" }).waitFor();
  await page.locator(".from-agent .tick").first().waitFor();

  // Half a sentence survives what arrives meanwhile.
  const field = page.getByLabel("Mensagem para o lead");
  await field.click();
  await field.pressSequentially("Oi Marina, aqui é");
  await write(phone.page, "vocês entregam no Paraná?");
  await page.locator(".from-lead", { hasText: "entregam no Paraná" }).waitFor();
  assert.equal(await field.inputValue(), "Oi Marina, aqui é");
  assert.ok(await field.evaluate((it) => it === document.activeElement), "the focus stays");
  await settled(phone.page);
  await field.pressSequentially(" a Ana");
  await page.keyboard.press("Enter");
  await phone.page.locator(".bubble[data-author=agent]", { hasText: "Oi Marina, aqui é a Ana" }).waitFor();
  await page.locator(".from-human", { hasText: "aqui é a Ana" }).waitFor();
  await page.locator("#estado.is-human").waitFor();
  await page.locator(".event", { hasText: "assumiu a conversa" }).waitFor();
  assert.equal(await field.inputValue(), "");

  await page.getByRole("button", { name: "Devolver ao agente" }).click();
  await page.locator("#estado.is-agent").waitFor();
  await write(phone.page, "Quero fazer 900 hambúrgueres por dia");
  await settled(phone.page);
  await page.locator(".fact-value", { hasText: "900 hambúrgueres por dia" }).waitFor();

  await page.locator("#fato-company summary").click();
  await page.locator("#fato-company .evidence", { hasText: "Brasa Burger" }).waitFor();
  await page.locator("#valor-company").fill("Brasa Burger Grill");
  await page.locator("#fato-company").getByRole("button", { name: "Salvar" }).click();
  await page.locator("#fato-company .fact-value", { hasText: "Brasa Burger Grill" }).waitFor();
  await page.locator("#fato-company .held").waitFor();

  await page.locator(".why").last().click();
  await page.getByRole("heading", { name: "Por que respondeu isso?" }).waitFor();
  await page.locator(".why-quote", { hasText: "900 hambúrgueres" }).waitFor();
  const before = (await phone.page.locator(".bubble").count());
  await page.getByRole("button", { name: "Repetir" }).click();
  await page.locator("#de-novo .why-both").waitFor();
  assert.equal(await phone.page.locator(".bubble").count(), before, "nothing is sent");

  if (link) {
    await page.getByRole("button", { name: "Sair" }).click();
    await page.getByRole("heading", { name: "Entrar" }).waitFor();
  }
  assert.deepEqual([...team.problems, ...phone.problems], []);
  await team.close();
  await phone.close();
});

test("on a phone the list, the thread and the lead have the screen in turn", async () => {
  const phone = await lead("Patrícia Nunes", "Oi, a CT200 corta frango?");
  const { page, problems, close } = await conversation("Patrícia", { width: 390, height: 780 });
  await fits(page);
  assert.ok(await page.locator(".list").isHidden());
  await page.locator(".to-side").click();
  await page.locator("#lead h3", { hasText: "O que sabemos" }).waitFor();
  await fits(page);
  await page.locator(".side-back").click();
  await page.getByLabel("Mensagem para o lead").fill("Corta sim!");
  await page.getByRole("button", { name: "Enviar" }).click();
  await phone.page.locator(".bubble[data-author=agent]", { hasText: "Corta sim!" }).waitFor();
  await page.getByRole("link", { name: "Voltar à lista" }).click();
  await page.locator(".conversation-link", { hasText: "Patrícia" }).waitFor();
  await page.locator(".nav-more a").click();
  await page.getByRole("heading", { name: "Mais" }).waitFor();
  await fits(page);
  assert.deepEqual(problems, []);
  await close();
  await phone.close();
});

test("everything can be done with the keyboard", async () => {
  const phone = await lead("Edson Moreira", "Oi, vocês têm linha de espeto?");
  const { page, problems, close } = await watched(browser);
  await page.goto(`${demo.url}/conversas`);
  await page.keyboard.press("/");
  await page.keyboard.type("edson");
  await page.locator(".conversation").first().locator("b", { hasText: "Edson" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".conversation").length === 1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator("#cabecalho h2", { hasText: "Edson" }).waitFor();
  await page.keyboard.press("a");
  await page.locator("#estado.is-human").waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("Temos sim");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("Qual volume?");
  await page.keyboard.press("Enter");
  await phone.page.locator(".bubble[data-author=agent]", { hasText: "Qual volume?" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.locator(".event", { hasText: "encerrou a conversa" }).waitFor();
  await page.keyboard.press("?");
  await page.locator("#atalhos[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Não contatar" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#confirmar[open]").waitFor();
  await page.getByRole("button", { name: "Cancelar" }).press("Enter");
  assert.ok(await page.locator("#estado.is-out").isHidden());
  assert.deepEqual(problems, []);
  await close();
  await phone.close();
});

test("the dark look is dark, the light one light, and the choice is remembered", async () => {
  const { page, problems, close } = await watched(browser, { dark: true });
  await page.goto(`${demo.url}/conversas`);
  const brightness = async () => {
    const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
    return (red + green + blue) / 3;
  };
  assert.ok((await brightness()) < 60);
  await page.getByRole("button", { name: "Mudar entre claro e escuro" }).click();
  assert.ok((await brightness()) > 200);
  await page.reload();
  assert.ok((await brightness()) > 200, "the cookie is read before the page is painted");
  assert.deepEqual(problems, []);
  await close();
});

test("hostile names and messages are shown as text, and the policy is never asked", async () => {
  const name = `<img src=x onerror="alert('nome')">`;
  const hostile = `"><svg onload=alert(1)> <script>alert(2)</script> javascript:alert(3)`;
  const phone = await lead(name, hostile);
  const { page, problems, close } = await watched(browser);
  await page.goto(`${demo.url}/conversas`);
  await page.locator(".conversation-link", { hasText: "<img src=x" }).click();
  await page.locator(".from-lead .words", { hasText: "<script>alert(2)" }).waitFor();
  await write(phone.page, "<b onclick=alert(4)>oi</b>");
  await page.locator(".from-lead .words", { hasText: "<b onclick" }).waitFor();
  assert.equal(await page.locator(".inbox img, .inbox script, .words b").count(), 0);
  await page.locator(".why").first().click();
  await page.locator(".why-quote", { hasText: "<svg onload" }).first().waitFor();
  assert.equal(await page.locator("main script, main img").count(), 0);
  assert.deepEqual(problems, []);
  await close();
  await phone.close();
});

test("axe finds nothing on any page, light and dark, wide and narrow", async () => {
  const phone = await lead("Larissa Campos", "Oi, sou a Larissa da Casa do Grill. Quanto custa a FB300?");
  const violations = [];
  for (const screen of [{}, { dark: true }, { width: 390, height: 780 }]) {
    const { page, problems, close } = await conversation("Larissa", screen);
    const opened = new URL(page.url()).pathname;
    const why = await page.locator(".why").first().getAttribute("href");
    for (const path of ["/", "/entrar", "/conversas", opened, why, "/usuarios", "/mais", "/conversas?q=ninguém"]) {
      await page.goto(`${demo.url}${path}`);
      if (path === opened) {
        // Colours are measured when nothing moves any more.
        await page.locator("#fato-name summary").click().catch(() => {});
        await page.evaluate(() => document.querySelectorAll(".is-new").forEach((it) => it.classList.remove("is-new")));
      }
      await page.evaluate(AXE);
      const found = await page.evaluate(() => window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      }));
      const where = `${path} ${JSON.stringify(screen)}`;
      for (const { id, nodes } of found.violations) {
        violations.push(...nodes.map((node) => `${where}: ${id}: ${node.html}: ${node.failureSummary}`));
      }
    }
    assert.deepEqual(problems, []);
    await close();
  }
  assert.deepEqual(violations, []);
  await phone.close();
});

async function fits(page) {
  const { wide, seen } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    seen: document.documentElement.clientWidth,
  }));
  assert.ok(wide <= seen, `the page is ${wide} wide on a screen of ${seen}`);
}
