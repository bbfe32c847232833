// Starts the demo and the browser, and knows how to read the chat.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const START_MS = 20_000;
const REPLY_MS = 30_000;
/** Longer than the gap between two bubbles of one reply. */
const QUIET_MS = 3_500;

const CHROMIUM_FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/**
 * Runs `$SELETO_BIN demo` on a free port with a fresh database, or uses `$SELETO_URL` as it is.
 * With `seed`, arguments of `seleto seed`, the database is filled first.
 */
export async function startDemo({ seed } = {}) {
  const { SELETO_BIN: binary, SELETO_URL: url } = process.env;
  if (url) return { url: url.replace(/\/$/, ""), canRestart: false, stop: async () => {} };
  assert.ok(binary, "set SELETO_BIN to the seleto binary, or SELETO_URL to a running demo");
  const folder = await mkdtemp(join(tmpdir(), "seleto-e2e-"));
  const port = await freePort();
  const demo = { url: `http://127.0.0.1:${port}`, canRestart: true };
  if (seed) await fill(binary, folder, seed);
  let running = await run(binary, port, folder);
  /** What the terminal shows. */
  demo.said = () => running.said;
  demo.halt = () => end(running);
  demo.start = async () => (running = await run(binary, port, folder));
  demo.stop = async () => {
    await end(running);
    await rm(folder, { recursive: true, force: true });
  };
  return demo;
}

function environment(folder) {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: `sqlite://${join(folder, "seleto.db")}`,
    RUST_LOG: "warn",
  };
}

async function fill(binary, folder, seed) {
  const child = spawn(binary, ["seed", ...seed], { env: environment(folder), stdio: "ignore" });
  const code = await new Promise((done) => child.once("exit", done));
  assert.equal(code, 0, "the database is filled");
}

async function run(binary, port, folder) {
  const env = { ...environment(folder), HOST: "127.0.0.1", PORT: String(port) };
  const child = spawn(binary, ["demo"], { env, stdio: ["ignore", "pipe", "pipe"] });
  child.said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (child.said += bytes));
  const deadline = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/demo`).catch(() => null);
    if (answer?.ok) return child;
    assert.equal(child.exitCode, null, `the demo ended at its start:\n${child.said}`);
    assert.ok(Date.now() < deadline, `the demo does not answer:\n${child.said}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), 25_000);
  await ended;
  clearTimeout(impatience);
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export function launchBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
}

/** Opens a browser of its own, and notes everything that is wrong on its pages. */
export async function watched(browser, { width = 1360, height = 820, dark = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    locale: "pt-BR",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(REPLY_MS);
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
  return { page, problems, close: () => context.close() };
}

/** Opens `/demo` as a new visitor with a contact of its own, and notes everything that is wrong. */
export async function visit(browser, demo, screen) {
  const { page, problems, close } = await watched(browser, screen);
  await page.goto(`${demo.url}/demo`);
  await page.locator("#presence", { hasText: "online" }).waitFor();
  await page.locator("[aria-current=true]").waitFor({ state: "attached" });
  return { page, problems, close };
}

/** Adds a contact, so that tests do not read each other's conversations. */
export async function addContact(page, name) {
  const back = page.getByRole("button", { name: "Ver as conversas" });
  if (await back.isVisible()) await back.click();
  await page.getByRole("button", { name: "Novo contato" }).click();
  await page.getByLabel("Nome").fill(name);
  await page.getByRole("button", { name: "Criar contato" }).click();
  await page.locator("#composer-hint", { hasText: name }).waitFor();
}

export async function write(page, text) {
  await page.getByLabel("Mensagem", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

/** The chat as a list of `[author, text]`. */
export function chatOf(page) {
  return page.locator(".bubble").evaluateAll((bubbles) =>
    bubbles.map((bubble) => {
      const said = bubble.cloneNode(true);
      for (const extra of said.querySelectorAll(".visually-hidden, .bubble-foot")) extra.remove();
      return [bubble.dataset.author, said.textContent];
    }),
  );
}

/** Waits until the agent has answered the latest message of the lead; more bubbles may follow. */
export async function replied(page) {
  await page.waitForFunction(() => {
    const last = [...document.querySelectorAll(".bubble")].at(-1);
    return last?.dataset.author === "agent";
  });
  return chatOf(page);
}

/** Waits until the agent has answered and then said and typed nothing more for a while. */
export async function settled(page) {
  await page.waitForFunction((quiet) => {
    const last = [...document.querySelectorAll(".bubble")].at(-1);
    const isQuiet = last?.dataset.author === "agent" && document.getElementById("typing").hidden;
    const now = isQuiet ? `${last.dataset.id}` : "";
    if (window.quietOn !== now) [window.quietOn, window.quietSince] = [now, performance.now()];
    return isQuiet && performance.now() - window.quietSince > quiet;
  }, QUIET_MS);
  return chatOf(page);
}
