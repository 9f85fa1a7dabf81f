// The form of a case while it is filled in: digits choose, what was typed is saved every ten seconds, and where to begin.
// "Saved" is said after the station's answer and never before. Without this file F9 saves, as ever.
"use strict";

const EVERY_MS = 10_000;

// Begin where something is still to be said.
const sheet = document.querySelector("form[data-enter=next]");
if (sheet && !document.querySelector("[data-focus], [autofocus], :target") && document.activeElement === document.body) {
  const open = [...sheet.querySelectorAll("input, select, textarea")].filter((field) => field.type !== "hidden" && !field.readOnly && field.offsetParent);
  open.find((field) => field.type === "radio" || !field.value)?.focus({ preventScroll: true });
}

// 1–9 choose in a group of radio buttons, and Enter's step follows; in the last group a person still presses Enter.
sheet?.addEventListener("keydown", (event) => {
  if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey || event.target.type !== "radio") return;
  const group = [...sheet.querySelectorAll("input[type=radio]")].filter((one) => one.name === event.target.name);
  const wanted = group[Number(event.key) - 1];
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
  wanted.click();
  const fields = [...sheet.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((one) => !one.readOnly && one.offsetParent);
  fields.slice(fields.indexOf(group.at(-1)) + 1)[0]?.focus();
});

// -- saving by itself

const kept = document.querySelector("[data-autosave]");
if (kept) {
  const form = kept.closest("form");
  let saved = content();
  let sending = null;
  let stale = false; // signed out meanwhile, or the station was away: the form's token may be another one by now

  setInterval(() => {
    if (!sending && !form.classList.contains("is-sent") && content() !== saved) sending = keep().finally(() => (sending = null));
  }, EVERY_MS);

  // A form that is sent while a save is on its way waits for that one: two posts of one hand are not two clerks.
  form.addEventListener("submit", (event) => {
    if (!sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    sending.then(() => form.requestSubmit(event.submitter));
  });

  function content() {
    const data = new FormData(form);
    for (const name of ["seen", "csrf", "form_id"]) data.delete(name);
    return JSON.stringify([...data]);
  }

  async function keep() {
    const wanted = content();
    try {
      if (stale) await renew();
      const answer = await fetch(kept.dataset.autosave, { method: "POST", body: new FormData(form) });
      stale = !answer.ok && answer.status !== 409;
      if (answer.status === 409) return say("overtaken");
      if (!answer.ok) return say(answer.status === 401 ? "signedOut" : "failed");
      form.elements.seen.value = await answer.text();
      saved = wanted;
      say("saved", new Date().toLocaleTimeString("zh-CN", { hour12: false, timeStyle: "short" }));
    } catch {
      stale = true;
      say("failed");
    }
  }

  async function renew() {
    const page = new DOMParser().parseFromString(await (await fetch(location.pathname, { cache: "no-store" })).text(), "text/html");
    const fresh = page.getElementById(form.id)?.elements.csrf.value;
    if (fresh) for (const one of document.querySelectorAll("input[name=csrf]")) one.value = fresh;
  }

  function say(key, at = "") {
    kept.textContent = kept.dataset[key].replace("HH:MM", at);
    kept.classList.toggle("problem", key !== "saved");
  }
}
