// The kiosk: who walks off is asked whether he is still there, and then everything of his is gone. Without this file the
// page goes home by itself (a meta refresh), and the station ends the visit in any case.
"use strict";

const body = document.body;
const overlay = document.getElementById("kiosk-idle");
const idleMs = Number(body.dataset.idle) * 1000;
const lastCallS = Number(body.dataset.lastCall);
const TELL_EVERY_MS = 20000;
let touchedAt = Date.now();
let toldAt = Date.now();

// A page that the browser kept is no page: it is asked for anew, and whoever has gone gets the start page.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

function tell() {
  toldAt = Date.now();
  fetch(body.dataset.here, { method: "POST" })
    .then((answer) => answer.status === 204 || location.replace(body.dataset.bye))
    .catch(() => {}); // the station ends the visit by its own clock
}

function touched() {
  if (overlay.open) return;
  touchedAt = Date.now();
  if (touchedAt - toldAt > TELL_EVERY_MS) tell();
}

function look() {
  const quiet = Date.now() - touchedAt;
  if (quiet < idleMs) return;
  const left = Math.ceil(lastCallS - (quiet - idleMs) / 1000);
  if (left <= 0) {
    location.replace(body.dataset.bye);
    return;
  }
  document.getElementById("kiosk-seconds").textContent = left;
  if (overlay.open) return;
  overlay.showModal();
  document.getElementById("kiosk-asks")?.play().catch(() => {}); // a browser that may not speak by itself
}

if (overlay) {
  for (const what of ["pointerdown", "keydown", "input", "scroll"]) document.addEventListener(what, touched, { passive: true });
  const stay = () => {
    overlay.close();
    touchedAt = Date.now();
    tell();
  };
  document.getElementById("kiosk-stay").addEventListener("click", stay);
  overlay.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  setInterval(look, 500);
}

// What is wrong comes first.
document.querySelector("[data-focus]")?.focus();

// The reader is asked once by itself; after that the citizen says when.
const reading = document.querySelector("form[data-auto]");
if (reading) {
  document.querySelector("[data-reading]").hidden = false;
  setTimeout(() => reading.classList.contains("is-sent") || reading.requestSubmit(), 1500);
}

document.querySelector("[data-print]")?.addEventListener("click", () => {
  document.querySelector(".kiosk-paper").contentWindow.print();
  document.querySelector("[data-printed]").hidden = false;
});
