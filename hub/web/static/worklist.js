// The worklist under the fingers: x ticks the row, c claims and r gives back what is ticked, or else the row itself.
// Everything here can be done with the mouse and without this file.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches?.("input:not([type=checkbox]), select, textarea")) return;
  if (!["x", "c", "r"].includes(event.key)) return;
  const form = document.querySelector("[data-claims]");
  const row = document.activeElement?.closest("[data-row]");
  if (!form) return;
  const box = row?.querySelector("input[type=checkbox]");
  event.preventDefault();
  if (event.key === "x") {
    if (box) box.checked = !box.checked;
    return;
  }
  if (box && !form.querySelector("input[type=checkbox]:checked")) box.checked = true;
  if (form.querySelector("input[type=checkbox]:checked")) form.requestSubmit(form.querySelector(`[data-key="${event.key}"]`));
});
