// What every page of the console has: theme, messages, confirmations, the keyboard.

(() => {
  "use strict";
  const find = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

  // Light or dark, remembered in a cookie that the server reads before it paints.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const root = document.documentElement;
    const isDark = root.dataset.theme === "escuro"
      || (root.dataset.theme === "sistema" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = isDark ? "claro" : "escuro";
    document.cookie = `tema=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  });

  // A message at the corner, also read aloud.
  const toast = (text, isBad = false) => {
    const box = document.createElement("div");
    box.className = isBad ? "toast bad" : "toast";
    const words = document.createElement("span");
    words.className = "grow";
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "icon-button";
    close.setAttribute("aria-label", "Fechar aviso");
    close.textContent = "×";
    close.addEventListener("click", () => box.remove());
    box.append(words, close);
    find("#avisos")?.append(box);
    setTimeout(() => box.remove(), isBad ? 12000 : 6000);
  };

  // The server's refusals are pages: their sentence is shown where the person is.
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 401) return location.assign(`/entrar?para=${encodeURIComponent(location.pathname)}`);
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const said = find(".problem", page)?.textContent;
    toast(said || "Não deu certo. Tente de novo em instantes.", true);
  });
  document.addEventListener("htmx:sendError", () => {
    toast("Sem conexão com o servidor. O que você escreveu continua aqui: tente de novo.", true);
  });
  document.addEventListener("aviso", (event) => toast(event.detail.value ?? event.detail.text ?? ""));

  // Asks before what cannot be undone.
  const confirmed = (form) => new Promise((resolve) => {
    const dialog = find("#confirmar");
    // A choice may ask its own question.
    const { asks, asksText, asksAction } = find("[data-asks]:checked", form)?.dataset ?? {};
    find("#confirmar-titulo").textContent = asks ?? form.dataset.confirm;
    find("#confirmar-texto").textContent = asksText ?? form.dataset.confirmText ?? "";
    find("#confirmar-sim").textContent = asksAction ?? form.dataset.confirmAction ?? "Confirmar";
    dialog.returnValue = "nao";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "sim"), { once: true });
    dialog.showModal();
  });
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt.closest("[data-confirm]");
    if (!form) return;
    event.preventDefault();
    confirmed(form).then((yes) => yes && event.detail.issueRequest(true));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-confirm]");
    if (!form || form.matches("[hx-post]") || form.dataset.confirmed) return;
    event.preventDefault();
    confirmed(form).then((yes) => {
      if (!yes) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit();
    });
  });

  // A select that acts as soon as it is changed.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // Copies a text that somebody will paste elsewhere.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = find(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source?.value ?? source?.textContent ?? "");
      toast("Copiado.");
    } catch {
      source?.select?.();
      toast("Selecionei o texto: copie com Ctrl+C.");
    }
  });

  // The keyboard. Lists are marked with data-list; their rows are links or buttons with data-row.
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog[open]");
  const step = (by) => {
    const rows = all("[data-list] [data-row]");
    if (rows.length === 0) return;
    const now = rows.findIndex((row) => row === document.activeElement || row.matches("[aria-current=true]"));
    const focused = rows.indexOf(document.activeElement);
    const next = focused >= 0 ? focused + by : now >= 0 ? now + by : by > 0 ? 0 : rows.length - 1;
    rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
  };
  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: (event) => document.activeElement?.matches("[data-row]") && (event.preventDefault(), step(1)),
    ArrowUp: (event) => document.activeElement?.matches("[data-row]") && (event.preventDefault(), step(-1)),
    "/": (event) => {
      const search = find("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    },
    "?": () => find("#atalhos")?.showModal(),
    r: (event) => {
      const composer = find("[data-composer]");
      if (composer) { event.preventDefault(); composer.focus(); }
    },
    n: (event) => {
      const note = find("[data-note]");
      if (note) { event.preventDefault(); note.click(); find("[data-composer]").focus(); }
    },
    e: () => find("[data-key=e]")?.click(),
    a: () => find("[data-key=a]")?.click(),
    Escape: () => find("[data-key=Escape]")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
      return;
    }
    KEYS[event.key]?.(event);
  });

  window.seleto = { find, all, toast };
})();
