// What the keyboard does on every page, and the honesty of what renews itself. Every page works without this file.
"use strict";

// Keys: an element with data-key="F9" is pressed by F9. F5, F11 and F12 stay the browser's.
const OURS = /^(F([1-46-9]|10)|Escape)$/;

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const name = event.key === "Escape" ? "Esc" : event.key;
  if (OURS.test(event.key)) {
    const wanted = event.shiftKey ? `Shift+${name}` : name;
    const target = document.querySelector(`[data-key="${wanted}"]:not([disabled])`);
    if (target) {
      event.preventDefault();
      if (target.matches("input, select, textarea")) target.focus();
      else {
        if (target.matches("summary")) target.focus(); // what opens is looked at next
        target.click();
      }
    }
    return;
  }
  if (event.key === "Enter") stepOn(event);
});

// Enter leads to the next field, Shift+Enter back; in the last field it presses the form's own button.
function stepOn(event) {
  const from = event.target;
  const form = from.closest?.("form[data-enter=next]");
  if (!form || !from.matches("input:not([type=submit]), select")) return;
  const fields = [...form.querySelectorAll("input, select, textarea")].filter(
    (field) => field.type !== "hidden" && !field.disabled && !field.readOnly && field.offsetParent,
  );
  // a group of radio buttons is one stop: its chosen one, else its first
  const stopOf = (field) =>
    field.type === "radio" ? fields.find((one) => one.name === field.name && one.checked) ?? fields.find((one) => one.name === field.name) : field;
  const stops = fields.filter((field) => field === stopOf(field));
  const next = stops[stops.indexOf(stopOf(from)) + (event.shiftKey ? -1 : 1)];
  event.preventDefault();
  if (next) next.focus();
  else if (!event.shiftKey) form.requestSubmit(form.querySelector("[data-key=F9], button:not([name])"));
}

// A form goes out once; the server would take a second click for the first anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.classList.contains("is-sent")) event.preventDefault();
  form.classList.add("is-sent");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.is-sent")) form.classList.remove("is-sent");
});

// What is wrong comes first.
document.querySelector("[data-focus]")?.focus();

// Polling: not from a tab that nobody looks at; and when the answer fails, the bar says how old it is.
document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (document.hidden && source.hasAttribute("data-poll")) event.preventDefault();
});
function grownOld() {
  const bar = document.getElementById("sync-bar");
  if (!bar) return;
  const line = bar.querySelector(".bar-stale");
  line.textContent = bar.dataset.stale;
  line.hidden = false;
  bar.classList.add("is-stale");
}
document.addEventListener("htmx:error", grownOld);
document.addEventListener("htmx:response:error", grownOld);

// j and k walk a list ([data-row]), Enter opens the row's [data-open], "/" goes to the field that finds.
function typing(target) {
  return target.matches?.("input, select, textarea, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-find]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    return;
  }
  if (event.key !== "j" && event.key !== "k") return;
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)))];
  event.preventDefault();
  (row.querySelector("[data-open]") ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
});

// The row that the keyboard is on is marked as a whole.
document.addEventListener("focusin", (event) => {
  for (const row of document.querySelectorAll(".is-here")) row.classList.remove("is-here");
  event.target.closest?.("[data-row]")?.classList.add("is-here");
});

// A list that somebody walks through does not change under the fingers.
document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (source.hasAttribute("data-poll") && source.id !== "sync-bar" && source.contains(document.activeElement)) event.preventDefault();
});
