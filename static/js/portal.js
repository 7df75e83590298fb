// What HTML cannot do by itself. Nothing depends on it: without a script every form and menu still works.
"use strict";

const PATIENCE = 15000; // milliseconds; after that a form that got no answer may be sent again

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(release, PATIENCE);
});

function release() {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
}
addEventListener("pageshow", release); // the back button may bring the page back as it was left

// A menu closes when the person turns elsewhere or presses Escape.
function closeMenus(target) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// htmx: the same protection against forged and doubled requests as for plain forms.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )cops_csrf=([^;]+)/);
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token[1];
});
document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.verb !== "get" && event.detail.elt.dataset.sent) event.preventDefault();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb !== "get") event.detail.elt.dataset.sent = "yes";
});
document.addEventListener("htmx:afterRequest", (event) => delete event.detail.elt.dataset.sent);
