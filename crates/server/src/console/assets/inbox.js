// Conversations, live: rows move and threads grow without losing focus, scroll or half a sentence.

(() => {
  "use strict";
  const { find, all, toast } = window.seleto;
  const inbox = find(".inbox");
  if (!inbox) return;

  const openId = () => find("#painel")?.dataset.conversation;
  const get = async (path) => {
    const answer = await fetch(path, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.status === 401) location.assign(`/entrar?para=${encodeURIComponent(location.pathname)}`);
    if (!answer.ok) return null;
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    return box.content;
  };

  // The thread's place: at the end it stays there, elsewhere it stays where it is.
  const log = () => find("#rolagem");
  const isAtEnd = () => { const box = log(); return box && box.scrollHeight - box.scrollTop - box.clientHeight < 80; };
  const toEnd = () => {
    const box = log();
    if (box) box.scrollTop = box.scrollHeight;
    const pill = find("#novas");
    if (pill) pill.hidden = true;
  };
  document.addEventListener("click", (event) => { if (event.target.id === "novas") toEnd(); });
  document.addEventListener("scroll", (event) => {
    if (event.target === log() && isAtEnd()) find("#novas").hidden = true;
  }, true);

  // Takes over what is new in a keyed list, and leaves alone what is the same.
  const patchList = (now, next) => {
    let arrived = 0;
    const known = new Map([...now.children].map((child) => [child.id, child]));
    const wanted = new Set([...next.children].map((child) => child.id));
    let before = null;
    for (const child of [...next.children]) {
      const old = known.get(child.id);
      if (!old) {
        if (child.id.startsWith("antes-")) continue; // Earlier messages were asked for already.
        child.classList.add("is-new");
        if (before) before.after(child); else now.append(child);
        arrived += child.classList.contains("message") ? 1 : 0;
        before = child;
      } else {
        if (!same(old, child)) { old.replaceWith(child); before = child; } else before = old;
      }
    }
    // What was shown as the last stretch and is in it no more (a day that moved) goes.
    const start = [...now.children].findIndex((child) => wanted.has(child.id));
    for (const child of [...now.children].slice(Math.max(start, 0))) {
      if (!wanted.has(child.id) && !child.id.startsWith("antes-") && !child.id.startsWith("m-")) child.remove();
    }
    return arrived;
  };
  const same = (old, next) => {
    const copy = old.cloneNode(true);
    copy.classList.remove("is-new", "is-shown");
    if (!copy.className) copy.removeAttribute("class");
    return copy.isEqualNode(next);
  };

  const swap = (id, next) => {
    const now = find(`#${id}`);
    const part = next.querySelector(`#${id}`);
    if (!now || !part || now.isEqualNode(part)) return;
    if (now.contains(document.activeElement) && document.activeElement.matches("input, textarea")) return;
    const focus = now.contains(document.activeElement) ? keyOf(document.activeElement) : null;
    const opened = all("details[open]", now).map((it) => it.id);
    const scroll = now.scrollTop;
    now.replaceWith(part);
    opened.forEach((it) => find(`#${it}`)?.setAttribute("open", ""));
    part.scrollTop = scroll;
    window.htmx.process(part);
    if (focus) all("a, button, summary", part).find((it) => keyOf(it) === focus)?.focus();
  };
  const keyOf = (element) => element.dataset.key || element.closest("details")?.id || element.title || element.textContent;

  const refreshThread = async () => {
    const id = openId();
    if (!id) return;
    const next = await get(`/conversas/${id}/partes`);
    if (!next || openId() !== id) return;
    const stay = isAtEnd();
    const list = find("#mensagens");
    const arrived = patchList(list, next.querySelector("#mensagens"));
    window.htmx.process(list);
    swap("cabecalho", next);
    swap("estado", next);
    swap("lead", next);
    if (stay) toEnd(); else if (arrived > 0) find("#novas").hidden = false;
  };

  // One row of the list: changed where it is, moved, added or taken away.
  const rows = find("#linhas");
  const filter = () => new URLSearchParams({ filtro: find(".list").dataset.filter, q: find("#busca").value });
  const ascends = () => find(".list").dataset.filter === "esperando";
  const refreshRow = async (id) => {
    const next = await get(`/conversas/${id}/linha?${filter()}`);
    if (!next) return;
    showCounts(next.querySelector("#contagens"));
    const row = next.querySelector("li");
    const old = find(`#c-${CSS.escape(id)}`);
    if (!row) return old?.remove();
    const hadFocus = old?.contains(document.activeElement);
    if (openId() === id) row.firstElementChild.setAttribute("aria-current", "true");
    const at = Number(row.dataset.at);
    const others = all("li.conversation", rows).filter((other) => other !== old);
    const after = others.find((other) => (ascends() ? Number(other.dataset.at) > at : Number(other.dataset.at) <= at));
    const isMoved = old?.nextElementSibling !== (after ?? null);
    if (old && !isMoved) old.replaceWith(row);
    else {
      old?.remove();
      find(".rows-empty", rows)?.remove();
      row.classList.add("is-new");
      if (after) after.before(row);
      else if (find(".rows-more", rows)) return; // It belongs to a page that is not shown yet.
      else rows.append(row);
    }
    window.htmx.process(row);
    if (hadFocus) row.firstElementChild.focus();
  };
  const showCounts = (counts) => {
    if (!counts) return;
    for (const [name, value] of Object.entries(counts.dataset)) {
      const place = find(`[data-count="${name}"]`);
      if (place) place.textContent = value === "0" ? "" : value;
    }
  };
  showCounts(find("#contagens"));

  // Changes come one conversation at a time; several at once are taken together.
  const changed = new Set();
  let busy = null;
  const work = async () => {
    try {
      while (changed.size > 0) {
        const ids = [...changed];
        changed.clear();
        await Promise.all(ids.map(refreshRow));
        if (ids.includes(openId())) await refreshThread();
      }
    } catch {
      // Without a connection the stream tells what was missed when it is back.
    } finally { busy = null; }
  };
  const note = (id) => { changed.add(id); busy ??= work(); };

  let lost = false;
  const listen = () => {
    const source = new EventSource(`/ao-vivo?desde=${inbox.dataset.now}`);
    source.addEventListener("conversa", (event) => note(event.data));
    source.addEventListener("pronto", () => { if (lost) toast("Conectado de novo."); lost = false; });
    source.addEventListener("error", () => {
      if (document.visibilityState === "visible" && source.readyState === EventSource.CLOSED && !lost) {
        lost = true;
        toast("Sem conexão: as novidades voltam assim que o servidor responder.", true);
      }
      if (source.readyState !== EventSource.CLOSED) return; // It tries again by itself.
      // A session that is over leads to the login.
      setTimeout(() => get(`/conversas/lista?${filter()}`).catch(() => null).then(listen), 5000);
    });
    addEventListener("pagehide", () => source.close(), { once: true });
  };
  listen();
  addEventListener("pageshow", (event) => { if (event.persisted) { listen(); refreshThread(); } });

  // How long somebody waits grows without anything happening.
  setInterval(() => all(".waits", rows).forEach((it) => note(it.closest("li").dataset.id)), 60_000);

  document.addEventListener("conversa-mudou", () => { if (openId()) note(openId()); });

  // Opening a conversation.
  const opened = () => {
    const id = openId();
    inbox.classList.toggle("is-open", Boolean(id));
    all("[data-row]", rows).forEach((row) => row.removeAttribute("aria-current"));
    if (id) find(`#c-${CSS.escape(id)} [data-row]`)?.setAttribute("aria-current", "true");
    toEnd();
    restoreDraft();
  };
  // Not at the swap: then the old conversation still stands beside the new one.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "painel") return;
    opened();
    if (innerWidth <= 760) find("#conteudo").focus();
  });

  // The composer: Enter sends, and what is half written survives a look at another conversation.
  // A half-written note stays a note: it must not come back as a message to the lead.
  const drafts = new Map();
  const composer = () => ({ field: find("[data-composer]"), note: find("[data-note]") });
  const restoreDraft = () => {
    const { field, note } = composer();
    const draft = field && drafts.get(openId());
    if (!draft) return;
    field.value = draft.text;
    note.checked = draft.isNote;
    showNote();
  };
  const keepDraft = () => {
    const { field, note } = composer();
    drafts.set(openId(), { text: field.value, isNote: note.checked });
  };
  // The words around the field say who will read it.
  const showNote = () => {
    const { field, note } = composer();
    for (const [element, name] of [[field, "placeholder"], [field.labels[0], "textContent"]]) {
      element.dataset.asMessage ??= element[name];
      element[name] = note.checked ? element.dataset.asNote : element.dataset.asMessage;
    }
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-composer], [data-note]")) return;
    if (event.target.matches("[data-note]")) showNote();
    keepDraft();
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-composer]") || event.key !== "Enter") return;
    if (event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("[data-compose]") || !event.detail.successful) return;
    const field = find("[data-composer]", form);
    if (field.value.trim() === (event.detail.requestConfig?.parameters?.texto ?? field.value).trim()) field.value = "";
    keepDraft();
    toEnd();
  });

  // From a fact to the words it was read from.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-to-message]");
    if (!link) return;
    const message = find(link.getAttribute("href"));
    event.preventDefault();
    if (!message) return toast("A mensagem é mais antiga: mostre as mensagens anteriores para vê-la.");
    if (innerWidth <= 1040) location.hash = "#cabecalho";
    all(".is-shown").forEach((it) => it.classList.remove("is-shown"));
    message.classList.add("is-shown");
    message.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shortcuts]")) find("#atalhos").showModal();
  });

  opened();
})();
