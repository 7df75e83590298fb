// A half-filled survey survives a lost connection: kept in this browser as it is typed, and with the portal now and
// then. Without a script the form works all the same, and its second button saves it.
"use strict";

const KEPT_FOR = 24 * 3600 * 1000; // milliseconds; several people may use one computer
const SAVE_EVERY = 30 * 1000;
const PREFIX = "cops-survey:";

const form = document.querySelector("form[data-survey]");
const sent = document.querySelector("[data-survey-sent]");
const keyOf = (place, id) => `${PREFIX}${id}:${place.dataset.owner}`;

// The browser may refuse to keep anything: then nothing is kept, and the form still works.
function stored(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

function read(key) {
  return stored((storage) => JSON.parse(storage.getItem(key)));
}

function forgetOld() {
  stored((storage) => {
    for (const key of Object.keys(storage)) {
      if (key.startsWith(PREFIX) && !(Date.now() - (read(key)?.at ?? 0) < KEPT_FOR)) storage.removeItem(key);
    }
  });
}

forgetOld();
if (sent) stored((storage) => storage.removeItem(keyOf(sent, sent.dataset.surveySent)));
if (form) follow(form);

function follow(form) {
  const key = keyOf(form, form.dataset.survey);
  const status = form.querySelector("[data-saved]");
  const version = form.elements.version.value;
  let unsaved = false;
  let sending = false;
  let latest = null;

  const answers = () => [...new FormData(form)].filter(([name, value]) => /^i\d+$/.test(name) && value);
  const keep = () => stored((storage) => storage.setItem(key, JSON.stringify({ at: Date.now(), version, answers: answers() })));

  restore();
  progress();

  form.addEventListener("input", () => {
    keep();
    unsaved = true;
    progress();
  });
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      status.textContent = "ไม่มีการเชื่อมต่อเครือข่าย คำตอบยังอยู่ในเครื่องนี้ กรุณาส่งอีกครั้งเมื่อเชื่อมต่อได้";
      return;
    }
    keep();
    sending = true;
    latest?.abort();
  }, { capture: true });
  addEventListener("pageshow", () => (sending = false));

  if (form.dataset.draft) {
    setInterval(save, SAVE_EVERY);
    document.addEventListener("visibilitychange", () => document.hidden && save());
    addEventListener("online", save);
  }

  // What stands in this browser and is newer than what the portal knows, unless the portal has just answered.
  function restore() {
    const kept = read(key);
    if (!kept || kept.version !== version || "returned" in form.dataset) return;
    if (kept.at <= Number(form.dataset.savedAt) * 1000 || !kept.answers.length) return;
    const typed = new Map();
    for (const [name, value] of kept.answers) typed.set(name, [...(typed.get(name) ?? []), value]);
    for (const control of form.elements) {
      if (!/^i\d+$/.test(control.name)) continue;
      const given = typed.get(control.name) ?? [];
      if (control.type === "radio" || control.type === "checkbox") control.checked = given.includes(control.value);
      else control.value = given[0] ?? "";
    }
    unsaved = true;
    status.textContent = "นำคำตอบที่ท่านกรอกไว้ในเครื่องนี้กลับมาแล้ว";
  }

  async function save() {
    if (!unsaved || sending || !navigator.onLine) return;
    unsaved = false;
    latest = new AbortController();
    try {
      const options = { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "HX-Request": "true" } };
      const answer = await fetch(form.dataset.draft, { ...options, redirect: "error", keepalive: true, signal: latest.signal });
      if (answer.ok) status.textContent = "บันทึกคำตอบไว้แล้ว ยังไม่ได้ส่ง";
      else if (answer.status === 401) status.textContent = "เซสชันหมดอายุ คำตอบยังอยู่ในเครื่องนี้ กดส่งแล้วเข้าสู่ระบบอีกครั้ง";
    } catch {
      unsaved = true; // no connection: it stays in this browser, and is tried again
    }
  }

  function progress() {
    const given = new Set(answers().map(([name]) => name));
    for (const link of form.querySelectorAll(".survey-progress a")) {
      const items = [...form.querySelectorAll(`${link.hash} [data-item]`)];
      const names = items.map((item) => item.querySelector("input, select, textarea").name);
      const count = names.filter((name) => given.has(name)).length;
      const place = link.querySelector("b") ?? link.appendChild(document.createElement("b"));
      place.textContent = `${count}/${names.length}`;
      link.toggleAttribute("data-complete", count === names.length);
    }
  }
}
