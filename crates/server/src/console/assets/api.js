// The API's page asks what is filled in, with the token that stands on it and no cookie.

(() => {
  "use strict";
  const filled = (form) => {
    let path = form.dataset.apiPath;
    const query = new URLSearchParams();
    for (const input of form.querySelectorAll("[data-in]")) {
      const value = input.value.trim();
      if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
      else if (value) query.set(input.name, value);
    }
    return query.size ? `${path}?${query}` : path;
  };
  const ask = async (address) => {
    const token = document.querySelector("[data-api-token]")?.value.trim();
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const response = await fetch(address, { headers, credentials: "omit", cache: "no-store" });
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* as it came */ }
    return `${response.status} ${address}\n\n${shown}`;
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-api-path]");
    if (!form) return;
    event.preventDefault();
    const answer = form.parentElement.querySelector("[data-api-answer]");
    answer.hidden = false;
    answer.textContent = "…";
    try { answer.textContent = await ask(filled(form)); } catch { answer.textContent = "O servidor não respondeu. Tente de novo."; }
  });
})();
