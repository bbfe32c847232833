import { launchBrowser, startDemo, visit, addContact, write, settled } from "./support.mjs";
const demo = await startDemo();
const browser = await launchBrowser();
try {
  const { page } = await visit(browser, demo, { width: 1280, height: 800 });
  for (const [name, lines] of [["Edson Moreira", ["Oi, vocês têm linha de espeto?"]], ["Patrícia Nunes", ["Oi, a CT200 corta frango?"]], ["Marina Prado", ["Oi! Tenho uma hamburgueria em Maringá e quero sair do manual", "Sou a Marina, da Brasa Burger. A gente faz uns 900 hambúrgueres por dia", "Quero comprar ainda este mês. Quanto custa a FB300?"]]]) {
    await addContact(page, name);
    for (const line of lines) { await write(page, line); await page.locator(".bubble[data-author=lead]", { hasText: line }).last().waitFor(); await settled(page); }
  }
  for (const dark of [false, true]) {
    const context = await browser.newContext({ viewport: { width: 1360, height: 820 }, colorScheme: dark ? "dark" : "light", locale: "pt-BR" });
    const p = await context.newPage();
    p.on("console", (line) => console.log(line.type(), line.text()));
    p.on("pageerror", (e) => console.log("ERR", e.message));
    await p.goto(`${demo.url}/`); await p.screenshot({ path: `/tmp/cs/landing-${dark}.png` });
    await p.goto(`${demo.url}/conversas`); await p.waitForTimeout(500); await p.screenshot({ path: `/tmp/cs/list-${dark}.png` });
    await p.getByText("Marina").first().click(); await p.locator("#mensagens").waitFor(); await p.waitForTimeout(700);
    await p.screenshot({ path: `/tmp/cs/thread-${dark}.png` });
    await p.locator("#fato-company summary").click(); await p.screenshot({ path: `/tmp/cs/fact-${dark}.png` });
    await p.locator(".why").last().click(); await p.waitForTimeout(500); await p.getByRole("button", { name: "Repetir" }).click(); await p.waitForTimeout(1000);
    await p.screenshot({ path: `/tmp/cs/why-${dark}.png`, fullPage: false });
    await p.goto(`${demo.url}/usuarios`); await p.screenshot({ path: `/tmp/cs/users-${dark}.png` });
    await p.goto(`${demo.url}/entrar`); await p.screenshot({ path: `/tmp/cs/login-${dark}.png` });
    await context.close();
  }
  const context = await browser.newContext({ viewport: { width: 390, height: 800 }, locale: "pt-BR" });
  const p = await context.newPage();
  await p.goto(`${demo.url}/conversas`); await p.waitForTimeout(500); await p.screenshot({ path: `/tmp/cs/m-list.png` });
  await p.getByText("Marina").first().click(); await p.locator("#mensagens").waitFor(); await p.waitForTimeout(700);
  await p.screenshot({ path: `/tmp/cs/m-thread.png` });
  await p.locator(".to-side").click(); await p.waitForTimeout(300); await p.screenshot({ path: `/tmp/cs/m-side.png` });
} finally { await browser.close(); await demo.stop(); }
