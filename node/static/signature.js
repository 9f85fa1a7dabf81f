// A field to sign in, with a finger, a pen or the mouse. Nothing is sent before the form is, and an empty field sends
// nothing: the signature then stands on paper. Without this file the field is not shown.
"use strict";

for (const pad of document.querySelectorAll("[data-sign]")) {
  const sheet = pad.querySelector("canvas");
  const value = pad.querySelector("input[name=signature]");
  const pen = sheet.getContext("2d");
  const says = pad.querySelector("[data-sign-says]");
  let isDrawn = false;
  pad.hidden = false;
  Object.assign(pen, { lineWidth: 5, lineCap: "round", lineJoin: "round", strokeStyle: "#10131a" });

  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    return [((event.clientX - box.left) * sheet.width) / box.width, ((event.clientY - box.top) * sheet.height) / box.height];
  };
  sheet.addEventListener("pointerdown", (event) => {
    sheet.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!sheet.hasPointerCapture(event.pointerId)) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) pen.lineTo(...place(one));
    pen.stroke();
    isDrawn = true;
  });
  sheet.addEventListener("pointerup", () => {
    if (!isDrawn) return; // a tap is no signature
    value.value = sheet.toDataURL("image/png");
    says.textContent = pad.dataset.signed;
  });
  pad.querySelector("[data-sign-again]").addEventListener("click", () => {
    pen.clearRect(0, 0, sheet.width, sheet.height);
    isDrawn = false;
    value.value = "";
    says.textContent = pad.dataset.empty;
  });
}
