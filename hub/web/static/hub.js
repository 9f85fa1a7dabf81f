// j and k walk a list, Enter opens, "/" looks for something. Every page works without this file.
"use strict";

function typing(target) {
  return target.matches?.("input, select, textarea, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-find]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
    return;
  }
  if (event.key !== "j" && event.key !== "k") return;
  const links = [...document.querySelectorAll("[data-row] [data-open]")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)))];
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});

// The line that the keyboard is on is marked as a whole.
document.addEventListener("focusin", (event) => {
  for (const row of document.querySelectorAll("tr.is-here")) row.classList.remove("is-here");
  event.target.closest?.("[data-row]")?.classList.add("is-here");
});

// A list that somebody walks through does not change under the fingers.
document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (source.hasAttribute("data-poll") && source.id !== "sync-bar" && source.contains(document.activeElement)) event.preventDefault();
});
