// <form data-keep [data-unsaved]>: long texts are not lost by a slip. Leaving with something typed is asked about, and
// before the form is sent the page makes sure that somebody is still logged in: a log-in that has ended is told here, with
// everything typed still in its place, and a log-in that was made anew in another window brings its token along.
import { resume, settle } from "./draft.js";

const words = document.getElementById("keep-words")?.dataset;

function tell(form, text, link) {
  const box = form.querySelector("[data-keep-says]") ?? document.createElement("p");
  box.className = "notice notice-problem";
  box.dataset.keepSays = "";
  box.setAttribute("role", "alert");
  box.replaceChildren(text);
  if (link) {
    const login = Object.assign(document.createElement("a"), { href: words.login, target: "_blank", textContent: words.logIn });
    box.append(" ", login);
  }
  (form.querySelector(".form-actions:last-of-type") ?? form).before(box);
  box.scrollIntoView({ block: "center" });
}

// Whether the form can be sent now; the words why not stand beside its buttons.
async function ready(form) {
  try {
    const answer = await fetch(words.session, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401) tell(form, words.ended, true);
    else if (!answer.ok) tell(form, words.offline);
    if (!answer.ok) return false;
    form.elements.csrf_token.value = (await answer.json()).token;
    form.querySelector("[data-keep-says]")?.remove();
    return true;
  } catch {
    tell(form, words.offline);
    return false;
  }
}

export function watchKept(root) {
  const forms = [...root.querySelectorAll("form[data-keep]")];
  if (!forms.length || !words) return;
  const unsaved = new Set(forms.filter((form) => "unsaved" in form.dataset));
  const passed = new WeakSet();
  const asking = new WeakSet();
  const touch = (event) => {
    const form = event.target.closest?.("form[data-keep]");
    if (form) unsaved.add(form);
  };
  document.addEventListener("input", touch);
  document.addEventListener("change", touch);
  document.addEventListener("draftkept", (event) => unsaved.delete(event.target));
  // In the capturing phase: nothing else counts the form as sent before it is.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!("keep" in form.dataset)) return;
    if (passed.delete(form)) {
      unsaved.delete(form);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asking.has(form)) return;
    asking.add(form);
    await settle(form);
    const goes = await ready(form);
    asking.delete(form);
    if (!goes) {
      resume(form);
      return;
    }
    passed.add(form);
    form.requestSubmit(event.submitter);
  }, true);
  window.addEventListener("beforeunload", (event) => unsaved.size && event.preventDefault());
}
