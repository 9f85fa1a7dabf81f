// Card readers on this PC and scanners that type. Without this file: a reader on the station's box still reads, and
// whatever a scanner types can be typed by hand. Nothing that is read here is kept here.
"use strict";

// -- a reader behind its maker's service on this PC: the button carries the conversation, the answers go to the
// station word for word (node/devices/dialects.py reads them there)

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-reader]");
  if (!button) return;
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  const panel = button.closest(".card-panel");
  const says = panel.querySelector("[data-reader-says]");
  button.setAttribute("aria-busy", "true");
  says.textContent = panel.dataset.waiting;
  const told = JSON.parse(button.dataset.reader);
  try {
    const heard = told.http ? await askHttp(told) : await askSocket(told);
    carry(button.form, "heard", JSON.stringify(heard.map(base64)));
  } catch {
    carry(button.form, "trouble", "counter");
  }
  button.form.requestSubmit(button);
});

function carry(form, name, value) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  form.append(field);
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function askHttp(told) {
  const answer = await fetch(told.url, { method: "POST", signal: AbortSignal.timeout(told.seconds * 1000), cache: "no-store" });
  if (!answer.ok) throw new Error("no answer");
  return [new Uint8Array(await answer.arrayBuffer())];
}

// Resolves with what was heard, also when the service falls silent half-way; rejects if nobody is there.
function askSocket(told) {
  return new Promise((resolve, reject) => {
    const service = new WebSocket(told.url);
    service.binaryType = "arraybuffer";
    const heard = [];
    const left = [...told.follow];
    let opened = false;
    const done = () => {
      clearTimeout(patience);
      service.close();
      if (opened) resolve(heard);
      else reject(new Error("nobody there"));
    };
    const patience = setTimeout(done, told.seconds * 1000);
    const say = (text) => service.send(told.binary ? Uint8Array.from(text.match(/../g), (two) => parseInt(two, 16)) : text);
    service.onopen = () => {
      opened = true;
      say(told.opening);
    };
    service.onmessage = ({ data }) => {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
      heard.push(bytes);
      const goesOn = told.goesOn && (heard.length > 1 || hex(bytes).startsWith(told.goesOn));
      if (goesOn && left.length) say(left.shift());
      else done();
    };
    service.onerror = done;
    service.onclose = done;
  });
}

function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// "修改" at a field opens the list of locked answers at that one
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-unlocks]");
  if (link) document.getElementById("unlock-key").value = link.dataset.unlocks;
});

// -- a scanner is a keyboard that nobody can type as fast as: more than 8 characters, less than 35 ms apart, then Enter.
// Into a field it may type whatever the field is for; our own codes alone are taken out again and followed.

// the shapes of CODES in node/web/devices_scan.py; a test holds the two together
const OUR_CODES = [
  /^(?:[A-Za-z0-9-]{3,32}-[0-9]{2}-[0-9]{5}-[0-9A-Za-z]{3})$/,
  /^(?:[Ff][0-9A-Za-z]{3} ?[0-9A-Za-z]{4} ?[0-9A-Za-z]{4})$/,
  /^(?:MC1:[0-9A-Z $%*+\-./:]+)$/,
];
const FAST_MS = 35;
const SHORTEST = 9;
const LONGEST = 2000;
let burst = null; // what came fast so far, and the field as it was before

document.addEventListener(
  "keydown",
  (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = event.timeStamp;
    const isFast = burst && at - burst.at < FAST_MS;
    if (event.key === "Enter") {
      const scanned = isFast && burst.text.length >= SHORTEST ? burst : null;
      burst = null;
      if (!scanned || (scanned.field && !OUR_CODES.some((shape) => shape.test(scanned.text)))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      putBack(scanned);
      post(scanned.text);
    } else if (event.key.length === 1) {
      if (!isFast) burst = begin(event.target);
      burst.at = at;
      if (burst.text.length < LONGEST) burst.text += event.key;
    }
  },
  true,
);

function begin(field) {
  const takesText = field.matches?.("textarea, input:not([type=checkbox], [type=radio], [type=file])");
  return { text: "", at: 0, field: takesText ? field : null, before: takesText ? field.value : "" };
}

// what the scanner typed into a field that was meant for something else
function putBack(scanned) {
  if (scanned.field) scanned.field.value = scanned.before;
}

// A form with something in it stays open: the answer comes in a tab of its own.
function post(code) {
  const csrf = document.querySelector("input[name=csrf]");
  if (!csrf) return;
  const form = Object.assign(document.createElement("form"), { method: "post", action: "/scan", hidden: true });
  if (document.querySelector("form[data-enter]:has(input:not([type=hidden]))")) form.target = "_blank";
  form.append(csrf.cloneNode());
  carry(form, "code", code);
  document.body.append(form);
  form.submit();
  form.remove();
}
