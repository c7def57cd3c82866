// Behaviour that every page shares, by delegation; without script all of it degrades to links and plain posts.
import { keepDrafts } from "./draft.js";
import { watchKept } from "./keep.js";
import { upgradePickers } from "./pickers.js";
import { watchUploads } from "./uploads.js";

const byId = (id) => document.getElementById(id);

// Ask before a change: <button data-confirm="…" [data-danger]>. Without <dialog> the browser's own question is used.
// The server asks on a page of its own what was not answered here (app/accounts/asking.py).
const confirmed = new WeakSet();
function answer(form) {
  if (!form || form.elements.confirmed) return;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "1" }));
}

function ask(button) {
  const dialog = byId("confirm-dialog");
  const go = () => {
    answer(button.form);
    confirmed.add(button);
    button.click();
  };
  if (!dialog || !dialog.showModal) {
    if (window.confirm(button.dataset.confirm)) go();
    return;
  }
  byId("confirm-text").textContent = button.dataset.confirm;
  dialog.classList.toggle("is-danger", "danger" in button.dataset);
  dialog.returnValue = "cancel";
  dialog.onclose = () => {
    if (dialog.returnValue === "ok") go();
  };
  dialog.showModal();
}

function guardConfirm(event) {
  const button = event.target.closest("[data-confirm]");
  if (!button) return;
  if (confirmed.delete(button)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (button.form && !button.formNoValidate && !button.form.noValidate && !button.form.reportValidity()) return;
  ask(button);
}

// <… data-flip="class" data-flip-closest=".box" | data-flip-id="id">: show or hide something on phones.
function flip(event) {
  const button = event.target.closest("[data-flip]");
  if (!button) return;
  event.preventDefault();
  const box = button.dataset.flipId ? byId(button.dataset.flipId) : button.closest(button.dataset.flipClosest);
  button.setAttribute("aria-expanded", String(box.classList.toggle(button.dataset.flip)));
}

function sideBar(event) {
  const side = byId("side");
  if (!side) return;
  if (event.target.closest("[data-side-open]")) {
    event.preventDefault();
    side.classList.add("is-open");
    side.querySelector("[data-side-close]").focus();
  } else if (event.target.closest("[data-side-close]") || (side.classList.contains("is-open") && !side.contains(event.target))) {
    event.preventDefault();
    side.classList.remove("is-open");
    if (location.hash === "#side") history.replaceState(null, "", location.pathname + location.search);
    document.querySelector("[data-side-open]").focus();
  }
}

// A question asked over a menu is part of it: answered with no, the focus goes back to where it was, in the open menu.
function closeMenus(except) {
  if (except && except.closest("dialog")) return;
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
}

// A row opens its thing; links, buttons, boxes and selected text keep their own meaning.
function openRow(event) {
  const row = event.target.closest("tr.opens");
  if (!row || event.target.closest("a,button,input,select,label,summary,textarea")) return;
  if (String(window.getSelection())) return;
  const link = row.querySelector("a.row-link");
  if (link) event.ctrlKey || event.metaKey ? window.open(link.href) : link.click();
}

function openDialog(event) {
  const button = event.target.closest("[data-dialog]");
  const dialog = button && byId(button.dataset.dialog);
  if (!dialog || !dialog.showModal) return;
  event.preventDefault();
  dialog.showModal();
}

// <a data-login>: the log-in in a window over this page; when that cannot be had, the link does what links do.
function openLogin(event) {
  const link = event.target.closest("a[data-login]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
  event.preventDefault();
  import("../accounts/window.js").then((log) => log.openLogin(link)).catch(() => location.assign(link.href));
}

// <a data-posts> inside a form: sends the form once it was confirmed; without script it leads to a page that asks.
function post(event) {
  const link = event.target.closest("a[data-posts]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.closest("form").requestSubmit();
}

// One post per click: the second click of a double click finds the button resting.
function submitOnce(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 3000);
}

document.addEventListener("click", guardConfirm, true);
document.addEventListener("click", (event) => {
  flip(event);
  sideBar(event);
  closeMenus(event.target);
  openRow(event);
  openDialog(event);
  openLogin(event);
  post(event);
  const dismiss = event.target.closest("[data-dismiss-message]");
  if (dismiss) dismiss.closest("[data-message]").remove();
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (event.target.closest("dialog")) return;
  const menu = event.target.closest("details.menu[open]");
  closeMenus(null);
  if (menu) menu.querySelector("summary").focus();
  const side = byId("side");
  if (side && side.classList.contains("is-open")) side.querySelector("[data-side-close]").click();
});
document.addEventListener("submit", submitOnce);
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

const summary = byId("error-summary");
if (summary) summary.focus();
upgradePickers(document);
watchUploads(document);
watchKept(document);
keepDrafts(document);
// From here on a click does what the page says it does; tests wait for it.
document.documentElement.dataset.ready = "1";
