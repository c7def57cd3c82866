// The form for a suggestion in a window over the page. Mistakes come back into it with everything typed still there, the
// receipt takes its place; whatever goes wrong on the way, the form's own page is one address away.
import { watchCaptchas } from "../accounts/captcha.js";

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

function fill(html) {
  dialog.innerHTML = html;
  dialog.dataset.filled = "1";
  watchCaptchas(dialog);
}

function make() {
  dialog = document.createElement("dialog");
  dialog.className = "dialog suggest-window";
  dialog.setAttribute("aria-labelledby", "suggest-window-title");
  dialog.addEventListener("submit", send);
  dialog.addEventListener("click", (event) => {
    const back = event.target.closest(".form-actions a");
    if (!back) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    if (!dialog.querySelector("#suggestion-form")) delete dialog.dataset.filled; // a receipt: next time a new form
    opener.focus();
  });
  document.body.append(dialog);
}

function say(form) {
  form.parentElement.querySelectorAll("[data-window-says]").forEach((one) => one.remove());
  const words = form.closest("[data-word-failed]").dataset.wordFailed;
  const box = Object.assign(document.createElement("p"), { className: "notice notice-problem", textContent: words });
  box.dataset.windowSays = "";
  box.setAttribute("role", "alert");
  form.before(box);
}

async function send(event) {
  const form = event.target;
  if (form.id !== "suggestion-form") return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  try {
    const answer = await fetch(`${form.action}?window=1`, { method: "POST", body: new FormData(form) });
    if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
    fill(await answer.text());
    (dialog.querySelector(".is-invalid") || dialog.querySelector("#suggest-window-title")).focus();
  } catch {
    say(form);
  }
  button.disabled = false;
}

export async function openSuggestion(link) {
  opener = link;
  if (!dialog) make();
  if (!dialog.dataset.filled) {
    const [answer] = await Promise.all([fetch(`${link.pathname}?window=1`), style()]);
    if (!answer.ok) throw new Error(String(answer.status));
    fill(await answer.text());
  }
  dialog.showModal();
  (dialog.querySelector("input:not([type=hidden]), select, textarea") || dialog).focus();
}
