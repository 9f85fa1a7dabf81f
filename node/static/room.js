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

// What went wrong stands there for a minute, and then the machine is ready for the next one.
if (document.body.dataset.home) setTimeout(() => location.replace(document.body.dataset.home), 60000);
