// What the desk adds to console.js: digits that pick, uploads that start by themselves, printing. Pages work without it.
"use strict";

// 1–9 pick an item. While a code is being typed into the search field (P0…) a digit is part of it.
document.addEventListener("keydown", (event) => {
  if (!/^[1-9]$/.test(event.key) || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const field = event.target;
  if (field.matches("input, select, textarea")) {
    if (!field.hasAttribute("data-pick") || /[A-Za-z0-9]$/.test(field.value)) return;
  }
  const wanted = document.querySelector(`[data-digit="${event.key}"]`);
  if (wanted) {
    event.preventDefault();
    wanted.click();
  }
});

// Chosen files go up at once.
for (const form of document.querySelectorAll("form[data-upload]")) {
  form.querySelector("input[type=file]").addEventListener("change", (event) => {
    if (event.target.files.length) form.requestSubmit();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
