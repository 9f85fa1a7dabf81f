// The document camera on the page of materials: F8 opens it, Space takes, Space or Enter keeps and goes on to the next
// missing paper, R turns, X takes again. Nothing is called kept before the station has answered; a page that was taken
// stays here until it has. Without this file, and without a camera, files are chosen as before.
"use strict";

const camera = document.querySelector("[data-camera]");

if (camera) {
  const part = (name) => camera.querySelector(`[data-part="${name}"]`);
  const [video, sheet, says, hints, which, device] = ["video", "sheet", "says", "hints", "which", "device"].map(part);
  const handles = [...camera.querySelectorAll("[data-corner]")];
  const opener = document.querySelector("[data-camera-open]");
  let stream = null;
  let taken = null; // the canvas of the page that was taken
  let corners = [];
  let stale = false; // the last answer was none: ask for the page anew first, its form may be another one by now

  opener.hidden = false;
  showTakers();
  opener.addEventListener("click", () => open());

  function say(key, tone = "plain") {
    says.textContent = camera.dataset[key] ?? key;
    says.dataset.tone = tone;
  }

  function stage(name) {
    camera.dataset.stage = name;
    for (const one of camera.querySelectorAll("[data-in]")) one.hidden = !one.dataset.in.split(" ").includes(name);
  }

  // -- the camera itself

  async function open(deviceId = "") {
    camera.hidden = false;
    camera.scrollIntoView({ block: "start" });
    if (!window.isSecureContext || !navigator.mediaDevices) return failed("insecure");
    close();
    stage("waiting");
    say("waiting");
    const wanted = { width: { ideal: 1920 }, height: { ideal: 1080 } };
    if (deviceId) wanted.deviceId = { exact: deviceId };
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (why) {
      const known = { NotAllowedError: "forbidden", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "busy" };
      return failed(known[why.name] ?? "busy");
    }
    stream.getVideoTracks()[0].addEventListener("ended", lost);
    video.srcObject = stream;
    await video.play().catch(() => {});
    await offerDevices();
    offerMaterials();
    live();
  }

  function close() {
    for (const track of stream?.getTracks() ?? []) {
      track.removeEventListener("ended", lost);
      track.stop();
    }
    stream = null;
    video.srcObject = null;
  }

  function failed(key) {
    close();
    stage("failed");
    say(key, "bad");
    part("again").focus();
  }

  // Unplugged. What was taken is still here and can be kept; the rest goes on by hand.
  function lost() {
    close();
    if (taken) say("lostTaken", "warn");
    else failed("lost");
  }

  navigator.mediaDevices?.addEventListener("devicechange", () => {
    if (stream && stream.getVideoTracks()[0].readyState === "ended") lost();
  });

  async function offerDevices() {
    const known = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
    const mine = stream?.getVideoTracks()[0]?.getSettings().deviceId;
    device.replaceChildren(...known.map((one, place) => new Option(one.label || `${place + 1}`, one.deviceId, false, one.deviceId === mine)));
    part("devices").hidden = known.length < 2;
  }
  device.addEventListener("change", () => open(device.value));

  // -- which paper is meant

  const sections = () => [...document.querySelectorAll("#materials [data-material]")];
  const wanting = () => sections().filter((one) => one.dataset.wants === "yes");

  function offerMaterials(chosen = "") {
    const want = chosen || (wanting()[0] ?? sections()[0])?.dataset.material || "";
    which.replaceChildren(...sections().map((one) => new Option(one.dataset.name, one.dataset.material, false, one.dataset.material === want)));
  }

  function showTakers() {
    for (const one of document.querySelectorAll("[data-take]")) one.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-take]");
    if (!button) return;
    const code = button.closest("[data-material]").dataset.material;
    if (stream) {
      offerMaterials(code);
      live();
      camera.scrollIntoView({ block: "start" });
    } else open().then(() => stream && offerMaterials(code));
  });

  // -- taking one

  function live() {
    taken = null;
    stage("live");
    say("ready");
    part("take").focus();
  }

  function take() {
    if (camera.dataset.stage !== "live" || !video.videoWidth) return;
    taken = picture.still(video);
    corners = picture.WHOLE.map((one) => [...one]);
    stage("taken");
    look();
    part("use").focus();
  }

  function look() {
    sheet.width = taken.width;
    sheet.height = taken.height;
    sheet.getContext("2d").drawImage(taken, 0, 0);
    const seen = picture.measured(taken);
    hints.replaceChildren(...["blurred", "glare"].filter((one) => seen[one]).map((one) => Object.assign(document.createElement("li"), { textContent: camera.dataset[one] })));
    say("taken");
    placeHandles();
  }

  function placeHandles() {
    handles.forEach((handle, place) => {
      handle.style.left = `${corners[place][0] * 100}%`;
      handle.style.top = `${corners[place][1] * 100}%`;
    });
  }

  function move(place, x, y) {
    corners[place] = [Math.min(Math.max(x, 0), 1), Math.min(Math.max(y, 0), 1)];
    placeHandles();
  }

  handles.forEach((handle, place) => {
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = sheet.getBoundingClientRect();
      move(place, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const size = event.shiftKey ? 0.05 : 0.01;
      move(place, corners[place][0] + step[0] * size, corners[place][1] + step[1] * size);
    });
  });

  function turn() {
    taken = picture.turned(taken);
    corners = corners.map(([x, y]) => [1 - y, x]);
    corners = [corners[3], corners[0], corners[1], corners[2]]; // bottom left has become top left
    look();
  }

  function again() {
    if (stream) live();
    else {
      taken = null;
      open();
    }
  }

  // -- keeping it: the list of materials in the answer takes the place of the one that is shown

  async function use(goOn) {
    if (camera.dataset.stage !== "taken") return;
    stage("sending");
    say("sending");
    const material = which.value;
    try {
      if (stale) await swap(await fetch(location.pathname, { cache: "no-store" }));
      const { blob, sha256 } = await picture.sealed(picture.straightened(taken, corners));
      const body = new FormData();
      body.append("csrf", document.querySelector("#materials input[name=csrf]").value);
      body.append("material", material);
      body.append("sha256", sha256);
      body.append("files", blob, "page.jpg");
      const answer = await fetch(camera.dataset.to, { method: "POST", body });
      const trouble = await swap(answer);
      stale = false;
      if (answer.status === 422) return refused(trouble);
    } catch (why) {
      stale = true;
      stage("taken");
      say(why.message === "signed out" ? "signedOut" : "notKept", "bad");
      part("use").focus();
      return;
    }
    next(goOn ? "" : material);
  }

  // What is wrong with a file, as the page says it; an error if the answer is some other page than this one.
  async function swap(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("#materials")) throw new Error(answer.status === 401 || /sign-in/.test(answer.url) ? "signed out" : "not kept");
    for (const id of ["materials", "papers-there"]) document.getElementById(id)?.replaceWith(document.adoptNode(page.getElementById(id)));
    showTakers();
    return document.querySelector("#materials .troubles .problem")?.innerText ?? "";
  }

  function refused(why) {
    stage("taken");
    says.textContent = why;
    says.dataset.tone = "bad";
    part("use").focus();
  }

  function next(material) {
    offerMaterials(material);
    if (!material && !wanting().length) {
      close();
      taken = null;
      stage("done");
      say("done", "good");
      document.querySelector("[data-key=F9]").focus();
    } else if (stream) live();
    else failed("lost");
  }

  const acts = { take, turn, again, use: () => use(true), more: () => use(false), leave: () => leave() };

  function leave() {
    close();
    taken = null;
    camera.hidden = true;
    opener.focus();
  }

  camera.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) acts[button.dataset.do]();
  });

  // Keys of the camera while it is open and nobody types; a button that has the focus takes Space and Enter by itself.
  document.addEventListener(
    "keydown",
    (event) => {
      if (camera.hidden || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      const typing = event.target.matches("input, select, textarea, summary");
      const pressed = event.key === " " && !event.target.matches("button, a") ? { live: "take", taken: "use" }[camera.dataset.stage] : { r: "turn", x: "again", m: "more" }[event.key.toLowerCase()];
      if (event.key === "Escape") leave();
      else if (!typing && pressed && (camera.dataset.stage === "taken" || pressed === "take")) acts[pressed]();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );

  window.addEventListener("pagehide", close);
}
