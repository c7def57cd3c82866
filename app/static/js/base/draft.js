// <form data-draft="address" data-draft-base data-draft-revision>: what is typed is kept on the server as the writer's
// draft, 1.5 s after the last change and at once when the page is left, closed or put away on a phone. Nothing is
// written over: when another window kept something else, the person chooses. The form fires "draftkept" when all is kept.
const PAUSE = 1500;
const RETRY = [2000, 4000, 8000, 15000, 30000];
const MOST = 60000; // what a browser sends for a page that is going away
const words = document.getElementById("draft-words")?.dataset;
const kept = new WeakMap();

class Draft {
  constructor(form) {
    Object.assign(this, { form, status: form.querySelector("[data-draft-status]"), changes: 0, failures: 0, dirty: false, stopped: false });
    this.status.hidden = false;
    for (const name of ["input", "change"]) form.addEventListener(name, (event) => event.target.type !== "file" && this.touch());
    window.addEventListener("online", () => this.later(0));
    window.addEventListener("pageshow", (event) => event.persisted && this.resume());
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
    if ("unsaved" in form.dataset) this.touch();
  }

  touch() {
    this.changes += 1;
    this.dirty = true;
    this.later(this.failures ? RETRY[0] : PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    if (this.dirty && !this.stopped) this.timer = setTimeout(() => this.save(), pause);
  }

  flush() {
    if (!this.dirty || this.stopped || this.running) return;
    clearTimeout(this.timer);
    this.save();
  }

  body(force) {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (typeof value === "string") fields.append(name, value);
    fields.set("draft_revision", this.form.dataset.draftRevision);
    fields.set("draft_base", this.form.dataset.draftBase);
    if (force) fields.set("draft_force", "1");
    return fields;
  }

  save(force = false) {
    if (this.running) return this.later(PAUSE);
    this.running = this.send(force).finally(() => (this.running = null));
    return this.running;
  }

  async send(force) {
    const mark = this.changes;
    const body = this.body(force);
    this.tell(words.saving);
    try {
      const keepalive = String(body).length < MOST;
      const response = await fetch(this.form.dataset.draft, { method: "POST", body, keepalive, headers: { Accept: "application/json" } });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) this.stored(answer, mark);
      else await this.refused(response.status, answer);
    } catch {
      this.failed(words.offline);
    }
  }

  stored(answer, mark) {
    this.form.dataset.draftRevision = answer.revision;
    this.failures = 0;
    this.dirty = this.changes !== mark;
    const text = words.saved.replace("{time}", answer.saved_at);
    this.tell(answer.behind ? `${text} ${words.behind}` : text, answer.behind ? "attention" : "done");
    if (this.dirty) this.later(PAUSE);
    else if (![...this.form.querySelectorAll("input[type=file]")].some((one) => one.files.length)) this.form.dispatchEvent(new Event("draftkept", { bubbles: true }));
  }

  async refused(status, answer) {
    if (answer.refused) {
      this.stopped = true;
      this.tell(answer.refused, "problem");
      if (answer.choose) this.choose();
    } else if ([400, 401, 403].includes(status) && !(await this.renew())) this.failed(words.ended, true);
    else this.failed(words.offline);
  }

  // The log-in came anew in another window: then its token counts.
  async renew() {
    const answer = await fetch(words.session, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok) this.form.elements.csrf_token.value = (await answer.json()).token;
    return answer.ok;
  }

  failed(text, login = false) {
    const pause = RETRY[Math.min(this.failures, RETRY.length - 1)];
    this.failures += 1;
    this.tell(text, "problem");
    if (login) this.status.append(" ", Object.assign(document.createElement("a"), { href: words.login, target: "_blank", textContent: words.logIn }));
    this.later(pause);
  }

  // Another window kept something else: this page's content counts, or the other one is read.
  choose() {
    const mine = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: words.mine });
    const other = Object.assign(document.createElement("a"), { href: `${location.pathname}?draft=mine`, textContent: words.other });
    mine.addEventListener("click", () => {
      this.stopped = false;
      this.save(true);
    });
    other.addEventListener("click", () => this.form.dispatchEvent(new Event("draftkept", { bubbles: true })));
    this.status.append(" ", mine, " ", other);
  }

  async settle() {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  resume() {
    this.stopped = false;
    this.later(PAUSE);
  }

  tell(text, tone = "") {
    this.status.replaceChildren(text);
    this.status.className = `draft-status${tone ? ` is-${tone}` : ""}`;
  }
}

export function keepDrafts(root) {
  if (words) for (const form of root.querySelectorAll("form[data-draft]")) kept.set(form, new Draft(form));
}

// Before the form is sent: nothing may arrive after it. And when it could not be sent, typing goes on being kept.
export const settle = (form) => kept.get(form)?.settle();
export const resume = (form) => kept.get(form)?.resume();
