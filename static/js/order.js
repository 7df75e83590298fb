// Drags sections and items to another place. Without a script, and by keyboard, the buttons ขึ้น and ลง move them.
"use strict";

const arranged = document.querySelector("[data-arranged]");
const EDGE = 70; // pixels from the window's edge where it begins to scroll
let drag = null; // what is dragged, and the order to go back to
let scrolling = 0;

if (arranged && window.htmx) {
  arranged.classList.add("drags");
  arranged.addEventListener("pointerdown", begin);
  arranged.addEventListener("pointermove", follow);
  arranged.addEventListener("pointerup", () => drop(true));
  arranged.addEventListener("pointercancel", () => drop(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") drop(false);
  });
}

function begin(event) {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0 || drag) return;
  event.preventDefault();
  const row = handle.closest("[data-place]");
  drag = { row, before: order(), parent: row.parentNode, next: row.nextSibling };
  row.classList.add("dragged");
  document.body.classList.add("dragging");
  handle.setPointerCapture(event.pointerId);
}

function follow(event) {
  if (!drag) return;
  scrollNear(event.clientY);
  const isSection = drag.row.dataset.place.startsWith("s");
  const under = document.elementFromPoint(event.clientX, event.clientY)?.closest(isSection ? "section[data-place]" : "li[data-place], section[data-place]");
  if (!under || under === drag.row || !arranged.contains(under)) return;
  if (!isSection && under.matches("section")) {
    const list = under.querySelector("[data-items]");
    if (!list.contains(drag.row)) enter(list, under, event.clientY);
    return;
  }
  const box = under.getBoundingClientRect();
  // Past its middle, so that rows of different height do not change places to and fro.
  if (event.clientY > box.top + box.height / 2) under.after(drag.row);
  else under.before(drag.row);
}

function enter(list, section, y) {
  const box = section.getBoundingClientRect();
  if (y > box.top + box.height / 2) list.append(drag.row);
  else list.prepend(drag.row);
}

function scrollNear(y) {
  cancelAnimationFrame(scrolling);
  const step = y < EDGE ? -8 : y > innerHeight - EDGE ? 8 : 0;
  if (!step || !drag) return;
  scrollBy(0, step);
  scrolling = requestAnimationFrame(() => scrollNear(y));
}

function drop(isWanted) {
  if (!drag) return;
  const { row, before, parent, next } = drag;
  drag = null;
  cancelAnimationFrame(scrolling);
  row.classList.remove("dragged");
  document.body.classList.remove("dragging");
  if (!isWanted) parent.insertBefore(row, next);
  else if (order() !== before) send(row.dataset.place);
}

function order() {
  return [...arranged.querySelectorAll("[data-place]")].map((row) => row.dataset.place).join(" ");
}

function send(moved) {
  const form = document.getElementById("wording");
  const values = { order: order(), moved };
  htmx.ajax("POST", form.action, { target: "#wording", swap: "outerHTML show:none", values }).catch(() => location.reload());
}
