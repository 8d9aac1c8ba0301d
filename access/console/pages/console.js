// Nothing here is needed: each page works without it. It only makes two things
// quicker: what would happen is shown while somebody types, and where there are
// too many people, teams or data groups for a list, those that fit are suggested.
"use strict";

// later calls f once nobody has typed for a while.
function later(f) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(f, 300); };
}

// asker returns a function that asks for a page, and drops an answer that comes too late.
function asker() {
  let asked;
  return async (url, options) => {
    if (asked) asked.abort();
    asked = new AbortController();
    const answer = await fetch(url, { ...options, signal: asked.signal, redirect: "error" });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
}

for (const field of document.querySelectorAll("[data-live]")) {
  const form = field.form, ask = asker();
  const live = document.createElement("div");
  live.setAttribute("aria-live", "polite");
  field.after(live);
  field.addEventListener("input", later(async () => {
    const typed = new URLSearchParams(new FormData(form));
    typed.set("step", "check");
    try {
      const page = await ask(form.action, { method: "POST", body: typed });
      const told = page.querySelectorAll("#what-happens > .effects, #" + CSS.escape(field.id + ".error") + ", #error");
      live.replaceChildren(...Array.from(told, (part) => { const copy = document.importNode(part, true); copy.removeAttribute("id"); copy.removeAttribute("role"); return copy; }));
    } catch { /* the button asks as well */ }
  }));
}

for (const field of document.querySelectorAll("[data-suggest]")) {
  const ask = asker();
  field.addEventListener("input", later(async () => {
    if (!field.value) return;
    try {
      const page = await ask(field.dataset.suggest + "&find=" + encodeURIComponent(field.value));
      field.list.replaceChildren(...Array.from(page.querySelectorAll("option"), (o) => document.importNode(o, true)));
    } catch { /* an id or an address can be typed */ }
  }));
}
