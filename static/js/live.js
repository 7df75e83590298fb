// Asks for news of an event's questions and puts them in without disturbing whoever reads, types or is about to press.
// Without this script the page shows the questions of the moment, and a link loads the latest. A module: its names
// are its own.

const SECOND = 1000;
const QUIET = 1500; // milliseconds after a touch, before a list may move under the finger
const PATIENCE = 6; // times as long as usual between two tries, while the portal does not answer
const CLOCK = new Intl.DateTimeFormat("th-TH-u-nu-latn", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Bangkok" });

const board = document.querySelector("[data-live]");
const news = document.getElementById("live-news");
const ids = (text) => new Set((text || "").split(" ").filter(Boolean));
const own = ids(board.dataset.own), asked = ids(board.dataset.asked);
let timer, shown, touchedAt = 0, typedAt = 0, askedAt = Date.now(), failures = 0, ownAskedAt = 0;

// --- When -----------------------------------------------------------------------------------------------
function wait() {
  const usual = Number(document.hidden ? board.dataset.hiddenEvery : board.dataset.every) * SECOND;
  const slower = Math.min(2 ** failures, PATIENCE);
  return usual * slower * (0.8 + 0.4 * Math.random()); // or ten thousand would ask at the same moment
}

function plan(after = wait()) {
  clearTimeout(timer);
  timer = setTimeout(ask, after);
}

function isBusy() {
  const typing = document.activeElement?.matches("main textarea, main input:not([type=checkbox])");
  const unsent = [...board.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
  return unsent || (typing && Date.now() - typedAt < 5 * SECOND) || Date.now() - touchedAt < QUIET;
}

function ask() {
  if (isBusy()) return plan(SECOND);
  askedAt = Date.now();
  plan(); // whatever becomes of this one
  htmx.trigger(board, "news");
}

document.addEventListener("visibilitychange", () => plan(Math.max(0, wait() - (Date.now() - askedAt))));
document.addEventListener("input", () => (typedAt = Date.now()));
for (const kind of ["pointerdown", "pointermove", "keydown"]) {
  board.addEventListener(kind, () => (touchedAt = Date.now()), { passive: true });
}
document.querySelector("[data-live-now]")?.addEventListener("click", (event) => {
  event.preventDefault();
  touchedAt = typedAt = 0;
  ask();
});

// --- What came ------------------------------------------------------------------------------------------
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, target } = event.detail;
  const path = requestConfig.path.split("?")[0];
  if (xhr.responseURL && !new URL(xhr.responseURL).pathname.startsWith(path)) { // the session ended
    event.detail.shouldSwap = false;
    if (requestConfig.verb !== "get") return location.assign(xhr.responseURL);
    clearTimeout(timer);
    return say("เซสชันหมดอายุ กรุณาเข้าสู่ระบบอีกครั้ง");
  }
  if (target !== board) return;
  if (xhr.status === 409) Object.assign(event.detail, { shouldSwap: true, isError: false });
  const isNews = requestConfig.verb === "get";
  if (isNews && (xhr.responseText === shown || isBusy())) event.detail.shouldSwap = false;
  else if (event.detail.shouldSwap) remember(isNews ? xhr.responseText : undefined);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== board) return;
  const wasDown = failures > 0;
  failures = event.detail.successful ? 0 : failures + 1;
  if (failures === 2) say("เชื่อมต่อไม่ได้ กำลังลองใหม่");
  else if (wasDown && !failures) say(summary());
});

let before = new Map(), opened = [], focused = "";

function looks() {
  return new Map([...board.querySelectorAll("[data-question]")].map((row) => [row.dataset.question, row.dataset.look]));
}

function remember(text) {
  shown = text;
  before = looks();
  opened = [...board.querySelectorAll("details[open][id]")].map((details) => details.id);
  const active = document.activeElement;
  const row = board.contains(active) && active.closest("[data-question]");
  focused = row ? { row: row.id, place: focusable(row).indexOf(active) } : null;
}

function focusable(row) {
  return [...row.querySelectorAll("a, button, summary, input:not([type=hidden]), textarea")];
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === board) arrive(event.detail.requestConfig.verb === "get");
  else if (board.contains(event.detail.target) || !event.detail.target.isConnected) voted();
});

function arrive(isNews) {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  mark();
  if (focused) focusable(document.getElementById(focused.row) || board)[focused.place]?.focus({ preventScroll: true });
  const done = board.querySelector("[data-done]")?.dataset.done;
  const changes = isNews ? told() : done || "";
  if (changes) say(`${summary()} · ${changes}`);
}

function summary() {
  return board.querySelector("[data-summary]")?.dataset.summary || "";
}

function say(text) {
  if (news) news.textContent = `${text} · ปรับปรุง ${CLOCK.format(new Date()).replace(":", ".")} น.`;
}

// In words what is new, but not each vote: a screen reader would never be silent.
function told() {
  const now = looks();
  const fresh = [...now.keys()].filter((id) => !before.has(id)).length;
  const answered = [...now].filter(([id, look]) => look === "answered" && before.has(id) && before.get(id) !== look).length;
  const current = [...now].find(([id, look]) => look === "now" && before.get(id) !== look);
  const texts = [];
  if (current) texts.push(`กำลังตอบ “${document.querySelector(`#question-${current[0]} :is(h3, h4)`).textContent.trim()}”`);
  if (fresh) texts.push(`คำถามใหม่ ${fresh} ข้อ`);
  if (answered) texts.push(`ตอบแล้วเพิ่ม ${answered} ข้อ`);
  if (!texts.length && [...before.keys()].some((id) => !now.has(id))) texts.push("บางข้อรวมกับข้ออื่นหรือพ้นจากรายการ");
  return texts.join(" ");
}

// --- One's own votes ------------------------------------------------------------------------------------
function mark() {
  const now = looks();
  for (const id of own) {
    const row = document.getElementById(`question-${id}`);
    if (row) press(row, asked.has(id));
  }
  // A question of one's own that was merged into another took the vote along.
  if ([...before.keys()].some((id) => own.has(id) && !now.has(id))) askForOwn();
}

function press(row, isAsker) {
  const button = row.querySelector("button.vote");
  if (!button) return;
  button.setAttribute("aria-pressed", "true");
  button.value = "0";
  if (!isAsker) return;
  const sign = document.createElement("p"); // who asked cannot take the vote back
  sign.className = "vote own";
  sign.append(...[...button.childNodes].filter((node) => !node.classList?.contains("visually-hidden")));
  button.closest("form").replaceWith(sign);
}

function voted() {
  for (const button of board.querySelectorAll("button.vote")) {
    const id = button.closest("[data-question]").dataset.question;
    if (button.getAttribute("aria-pressed") === "true") own.add(id);
    else own.delete(id);
  }
  shown = undefined;
  plan(); // what everybody shares may be a second old: not to be shown in place of one's own vote
}

async function askForOwn() {
  const address = board.dataset.ownFrom;
  if (!address || Date.now() - ownAskedAt < 60 * SECOND) return;
  ownAskedAt = Date.now();
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const told = await answer.json();
  for (const id of told.votes) own.add(String(id));
  for (const id of told.asked) asked.add(String(id));
  mark();
}

plan();
