// The calling screen: hears of calls, shows each over the whole screen and speaks it twice. Two calls never overlap.
"use strict";

const AGAIN_MS = 5000;
const SHOWN_MS = 4000; // at least, and as long as it is spoken
const live = document.getElementById("live");
const flash = document.getElementById("flash");
const sound = document.getElementById("sound");
const waiting = []; // {call, again, from}
let speaking = false;

// A call is spoken by this screen once, also when it was reloaded or switched on again in between.
function isNew(id) {
  const [day, number] = id.split(".");
  const [lastDay, lastNumber] = (localStorage.getItem("heard") ?? ".0").split(".");
  if (day === lastDay && Number(number) <= Number(lastNumber)) return false;
  localStorage.setItem("heard", id);
  return true;
}

const source = new EventSource(live.dataset.events);
source.addEventListener("open", () => (document.getElementById("cut").hidden = true));
source.addEventListener("error", () => (document.getElementById("cut").hidden = false));
source.addEventListener("call", (event) => {
  document.getElementById("board").dispatchEvent(new Event("called"));
  if (!isNew(event.lastEventId)) return;
  waiting.push({ call: JSON.parse(event.data), again: true, from: 0 });
  next();
});

function next() {
  if (speaking || !waiting.length) return;
  const now = performance.now();
  const at = waiting.findIndex((one) => one.from <= now);
  if (at < 0) {
    setTimeout(next, Math.min(...waiting.map((one) => one.from)) - now);
    return;
  }
  const [one] = waiting.splice(at, 1);
  speaking = true;
  show(one.call).then(() => {
    speaking = false;
    flash.hidden = true;
    if (one.again) waiting.push({ call: one.call, again: false, from: performance.now() + AGAIN_MS });
    next();
  });
}

async function show(call) {
  flash.querySelector(".screen-flash-ticket").textContent = call.ticket;
  flash.querySelector("[lang=zh-CN]").textContent = call.counter_zh;
  flash.querySelector("[lang=en]").textContent = call.counter_en;
  flash.hidden = false;
  await Promise.all([new Promise((done) => setTimeout(done, SHOWN_MS)), speak(call.voice)]);
  live.dataset.spoken = String(Number(live.dataset.spoken ?? 0) + 1);
}

// Ends when it was spoken, or cannot be: the screen goes on in silence and says how to switch the sound on.
function speak(address) {
  return new Promise((done) => {
    const audio = new Audio(address);
    audio.addEventListener("ended", done);
    audio.addEventListener("error", done);
    audio.play().catch((why) => {
      sound.hidden = why.name !== "NotAllowedError";
      done();
    });
  });
}
sound.addEventListener("click", () => (sound.hidden = true)); // a touch is all that a browser wants
