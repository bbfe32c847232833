// The demo page in a real browser: SELETO_BIN=path/to/seleto node --test e2e/demo.test.mjs

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { addContact, chatOf, launchBrowser, replied, settled, startDemo, visit, write } from "./support.mjs";

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

for (const [size, screen] of [
  ["a desk", { width: 1360, height: 820 }],
  ["a phone", { width: 390, height: 780 }],
]) {
  test(`a greeting on ${size} is answered, and a burst once`, async () => {
    const { page, problems, close } = await visit(browser, demo, screen);
    await addContact(page, "Marina Prado");
    await write(page, "oi");
    const first = await settled(page);
    assert.deepEqual(first[0], ["lead", "oi"]);
    assert.equal(first[1][0], "agent");

    await write(page, "tenho uma hamburgueria em Curitiba");
    await write(page, "quero produzir uns 300 hambúrgueres por dia");
    const burst = (await settled(page)).slice(first.length);
    assert.deepEqual(burst.slice(0, 2).map(([author]) => author), ["lead", "lead"]);
    const reply = burst.slice(2);
    assert.ok(reply.every(([author]) => author === "agent"), JSON.stringify(burst));
    assert.ok(reply.length <= 3, `one reply has at most three bubbles: ${JSON.stringify(reply)}`);
    assert.equal(new Set(reply.map(([, text]) => text)).size, reply.length, "nothing twice");
    await noSidewaysScroll(page);
    assert.deepEqual(problems, []);
    await close();
  });
}

test("a reload brings back the conversation that was open", async () => {
  const { page, problems, close } = await visit(browser, demo);
  await addContact(page, "Sérgio Tavares");
  await write(page, "oi");
  const before = await settled(page);
  await page.reload();
  await page.locator("#composer-hint", { hasText: "Sérgio Tavares" }).waitFor();
  assert.deepEqual(await replied(page), before);
  assert.deepEqual(problems, []);
  await close();
});

test("contacts are separate conversations", async () => {
  const { page, problems, close } = await visit(browser, demo);
  await addContact(page, "Larissa Campos");
  await write(page, "oi, aqui é a Larissa");
  await addContact(page, "Edson Moreira");
  assert.deepEqual(await chatOf(page), []);
  await page.getByRole("button", { name: /Larissa Campos/ }).first().click();
  const chat = await replied(page);
  assert.deepEqual(chat[0], ["lead", "oi, aqui é a Larissa"]);
  assert.deepEqual(problems, []);
  await close();
});

test("an example sentence is sent by a click", async () => {
  const { page, problems, close } = await visit(browser, demo);
  await addContact(page, "Camila Ferraz");
  await page.getByRole("button", { name: "Quanto custa a FB300?" }).click();
  const chat = await replied(page);
  assert.deepEqual(chat[0], ["lead", "Quanto custa a FB300?"]);
  assert.ok(await page.locator("#empty").isHidden());
  assert.deepEqual(problems, []);
  await close();
});

test("hostile text is shown as text", async () => {
  const { page, problems, close } = await visit(browser, demo);
  const name = `<img src=x onerror="alert('nome')">`;
  await addContact(page, name);
  const hostile = `<img src=x onerror="alert(1)"> *<b onclick=alert(2)>oi</b>* <script>alert(3)</script>`;
  await write(page, hostile);
  const chat = await replied(page);
  assert.equal(chat[0][1], hostile.replaceAll("*", ""), "the marks become bold, the rest is text");
  assert.equal(await page.locator("#bubbles img, #bubbles script, #bubbles b, #contacts img").count(), 0);
  assert.equal(await page.locator(".contact[aria-current=true] .contact-name").textContent(), name);
  await page.reload();
  await page.locator(".bubble").first().waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("everything can be done with the keyboard", async () => {
  const { page, problems, close } = await visit(browser, demo);
  const focused = () => page.evaluate(() => document.activeElement?.id);
  for (let presses = 0; (await focused()) !== "new-contact"; presses += 1) {
    assert.ok(presses < 40, "Tab reaches the button for a new contact");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.keyboard.type("Beatriz Hoffmann");
  await page.keyboard.press("Enter");
  await page.locator("#composer-hint", { hasText: "Beatriz Hoffmann" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "text");
  await page.keyboard.type("oi");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("tudo bem?");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "text", "the next message can be typed at once");
  const chat = await replied(page);
  assert.deepEqual(chat[0], ["lead", "oi\ntudo bem?"]);
  assert.deepEqual(problems, []);
  await close();
});

test("the dark look is dark and the light one light", async () => {
  const brightness = async (dark) => {
    const { page, problems, close } = await visit(browser, demo, { dark });
    const colour = await page.evaluate(() => getComputedStyle(document.querySelector(".chat")).backgroundColor);
    const [red, green, blue] = colour.match(/\d+/g).map(Number);
    assert.deepEqual(problems, []);
    await close();
    return (red + green + blue) / 3;
  };
  assert.ok((await brightness(true)) < 60);
  assert.ok((await brightness(false)) > 200);
});

test("the policy forbids everything that is not the page's own", async () => {
  const answer = await fetch(`${demo.url}/demo`);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  const html = await answer.text();
  assert.doesNotMatch(html, /<script(?![^>]* src=)|\son\w+=|style=|https?:/);
});

test("the page says that the demo is down and comes back with it", async (context) => {
  if (!demo.canRestart) return context.skip("the demo was started by somebody else");
  const { page, close } = await visit(browser, demo);
  await addContact(page, "Rogério Bastos");
  await demo.halt();
  await page.locator("#notice", { hasText: "Sem conexão" }).waitFor();
  await page.locator("#presence", { hasText: "sem conexão" }).waitFor();
  await write(page, "tem alguém aí?");
  await page.waitForFunction(() => document.getElementById("text").value === "tem alguém aí?");
  await demo.start();
  await page.locator("#presence", { hasText: "online" }).waitFor();
  await page.locator("#notice").waitFor({ state: "hidden" });
  await addContact(page, "Rogério de novo");
  await write(page, "voltou?");
  await replied(page);
  await close();
});

async function noSidewaysScroll(page) {
  const { wide, seen } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    seen: document.documentElement.clientWidth,
  }));
  assert.ok(wide <= seen, `the page is ${wide} wide on a screen of ${seen}`);
}
