"use strict";

// A form is sent once: a second click or Enter before the next page is ignored. Without script the server says so.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button) {
    button.classList.add("htmx-request");
    button.setAttribute("aria-busy", "true");
  }
});

// The back button may bring the page back as it was: forms can be sent again then.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.classList.remove("htmx-request");
    button.removeAttribute("aria-busy");
  }
});

// Menus close on Escape and on a click elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  closeMenus(null);
  if (open) open.querySelector("summary").focus();
});

// The form that came back with errors is where the reader should be.
const errors = document.getElementById("errors");
if (errors) errors.focus();
