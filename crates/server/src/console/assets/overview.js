// What the pages beside the conversations need: dialogs that are filled, cards that are dragged.

(() => {
  "use strict";
  const { find, all } = window.seleto;

  // A dialog opens when the server has filled it, and closes when its form went well.
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target } = event.detail;
    if (target.matches("dialog[data-filled]") && !target.open) target.showModal();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const closes = event.detail.elt.dataset.closes;
    if (closes && event.detail.successful) find(closes)?.close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    // A click beside the dialog is a click on it that is on none of its children.
    if (event.target.matches("dialog[data-filled]")) event.target.close();
  });

  // A card dropped on a column moves its lead there. The pencil does the same for the keyboard.
  let moving = null;
  document.addEventListener("dragstart", (event) => {
    moving = event.target.closest?.("[data-lead]");
    if (!moving) return;
    moving.classList.add("is-moving");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", moving.dataset.lead);
  });
  document.addEventListener("dragend", () => {
    moving?.classList.remove("is-moving");
    moving = null;
    for (const column of all(".column.is-over")) column.classList.remove("is-over");
  });
  document.addEventListener("dragover", (event) => {
    const column = moving && event.target.closest?.("[data-stage]");
    for (const other of all(".column.is-over")) other.classList.toggle("is-over", other === column);
    if (!column) return;
    event.preventDefault();
    column.classList.add("is-over");
  });
  document.addEventListener("drop", (event) => {
    const column = moving && event.target.closest?.("[data-stage]");
    if (!column) return;
    event.preventDefault();
    if (column.contains(moving)) return;
    window.htmx.ajax("POST", `/funil/${moving.dataset.lead}`, {
      target: "#leads", swap: "outerHTML", source: moving, values: { etapa: column.dataset.stage },
    });
  });

  // From a problem of the playbook to its line.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-to-line]");
    const file = link && find(link.getAttribute("href"));
    if (!file) return;
    event.preventDefault();
    file.open = true;
    const text = find("textarea", file);
    const lines = text.value.split("\n");
    const line = Math.min(Number(link.dataset.toLine), lines.length) - 1;
    const start = lines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0);
    file.scrollIntoView({ block: "start" });
    text.focus({ preventScroll: true });
    text.setSelectionRange(start, start + lines[line].length);
    text.scrollTop = Math.max(0, line - 4) * parseFloat(getComputedStyle(text).lineHeight);
  });
})();
