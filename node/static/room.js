// The machines of the room. Every page works without this file; with it a form goes out once and a page that nobody touches goes home.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.classList.contains("is-sent")) event.preventDefault();
  form.classList.add("is-sent");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.is-sent")) form.classList.remove("is-sent");
});

// A page that nobody touches stands there for a minute, or as long as it says, and then the machine is ready for the next one.
if (document.body.dataset.home) {
  const patience = 1000 * (document.body.dataset.homeAfter || 60);
  let going;
  const wait = () => { clearTimeout(going); going = setTimeout(() => location.replace(document.body.dataset.home), patience); };
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, wait);
  wait();
}

// A page that can be taken home on paper, where this machine's browser has a printer.
for (const button of document.querySelectorAll("[data-print-page]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
