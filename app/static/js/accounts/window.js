// The log-in in a window over the page. Its content comes from the server; errors come back into it with everything typed
// still there. Whatever goes wrong on the way, the log-in's own page is one address away.
import { watchCaptchas } from "./captcha.js";
import "./demonstration.js";

let dialog = null;
let opener = null;

function style() {
  const href = new URL("../../css/accounts.css", import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return Promise.resolve();
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(link);
  });
}

function make() {
  dialog = document.createElement("dialog");
  dialog.className = "dialog login-window";
  dialog.setAttribute("aria-labelledby", "login-window-title");
  dialog.addEventListener("submit", send);
  dialog.addEventListener("click", (event) => choose(event.target.closest("[role=tab]")));
  dialog.addEventListener("keydown", walkTabs);
  dialog.addEventListener("close", () => {
    const password = dialog.querySelector("[name=password]");
    if (password) password.value = "";
    if (opener) opener.focus();
  });
  document.body.append(dialog);
}

function fill(html) {
  dialog.innerHTML = html;
  watchCaptchas(dialog);
}

function choose(tab) {
  if (!tab) return;
  dialog.querySelectorAll("[role=tab]").forEach((one) => {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = !chosen;
  });
}

function walkTabs(event) {
  if (event.target.getAttribute("role") !== "tab" || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const tabs = [...dialog.querySelectorAll("[role=tab]")];
  const other = tabs[(tabs.indexOf(event.target) + 1) % tabs.length];
  choose(other);
  other.focus();
}

function say(words) {
  const panel = dialog.querySelector("#window-login-pane");
  panel.querySelectorAll("[data-window-says]").forEach((one) => one.remove());
  const box = Object.assign(document.createElement("p"), { className: "notice notice-problem", textContent: words });
  box.dataset.windowSays = "";
  box.setAttribute("role", "alert");
  panel.prepend(box);
}

const words = (name) => dialog.querySelector("#window-login-pane").dataset[name];

// What came back takes the place of the form; account and password stay as typed, and the first mistake gets the focus.
function show(html, typed) {
  fill(html);
  for (const [name, value] of Object.entries(typed)) dialog.querySelector(`[name=${name}]`).value = value;
  const wrong = dialog.querySelector(".is-invalid") || dialog.querySelector("[name=password]");
  wrong.focus();
  if (wrong.select) wrong.select();
}

async function send(event) {
  const form = event.target;
  if (!form.classList.contains("login-form")) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  const typed = { account: form.elements.account.value, password: form.elements.password.value };
  button.disabled = true;
  try {
    const answer = await fetch(`${form.action}?window=1`, { method: "POST", body: new FormData(form) });
    if (answer.headers.get("Content-Type").includes("json") && answer.ok) location.assign((await answer.json()).next);
    else if (answer.status === 422) show(await answer.text(), typed);
    else if (answer.status === 400) await renewWith(typed);
    else say(words("wordFailed"));
  } catch {
    say(words("wordFailed"));
  }
  button.disabled = false;
}

async function renewWith(typed) {
  const html = await content();
  const stale = words("wordStale");
  show(html, typed);
  say(stale);
}

async function content() {
  const answer = await fetch(`${opener.pathname}?window=1`);
  if (answer.redirected) {
    location.assign(answer.url); // logged in meanwhile, in another tab
    return "";
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

export async function openLogin(link) {
  opener = link;
  if (!dialog) {
    make();
    const [html] = await Promise.all([content(), style()]);
    fill(html);
  }
  dialog.showModal();
  dialog.querySelector("[name=account]").focus();
}
