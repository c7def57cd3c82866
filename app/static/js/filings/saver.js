// Autosave: 1.5 s after the last change, one request at a time, again and again until it is stored.
// Until then the changes also lie in this browser's storage, so that not even a crash loses them.
import { fill } from "../grid/values.js";
import { entriesOf } from "./rows.js";

const PAUSE = 1500;
const RETRY = [2000, 4000, 8000, 15000, 30000];

export class Saver {
  constructor(sheet, { key, version, urls, words }, on) {
    Object.assign(this, { sheet, version, urls, words, on });
    this.storageKey = `filing:${key}`;
    this.token = document.querySelector("meta[name=csrf-token]").content;
    this.status = document.querySelector("[data-save-status]");
    this.action = document.querySelector("[data-save-action]");
    this.dirty = false;
    this.stopped = false;
    this.failures = 0;
    this.changes = 0;
    window.addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
    window.addEventListener("online", () => this.dirty && this.later(0));
    document.addEventListener("visibilitychange", () => document.hidden && this.dirty && this.later(0));
  }

  touch() {
    this.changes += 1;
    this.dirty = true;
    this.keep();
    if (!this.stopped && !this.failures) this.tell("dirty");
    this.later(this.failures ? RETRY[0] : PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), pause);
  }

  async save() {
    if (this.running) return this.later(PAUSE);
    this.running = true;
    this.tell("saving");
    const mark = this.changes;
    const sending = this.sheet.toSend();
    try {
      const response = await fetch(this.urls.save, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify({ version: this.version, ...sending.body }),
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) this.stored(sending, answer, mark);
      else await this.refused(response.status, answer);
    } catch {
      this.failed(navigator.onLine === false ? "offline" : "failed");
    } finally {
      this.running = false;
    }
  }

  stored(sending, answer, mark) {
    this.version = answer.version;
    this.failures = 0;
    this.dirty = this.changes !== mark;
    this.action.replaceChildren();
    this.sheet.adopt(sending, answer);
    if (this.dirty) {
      this.keep();
      this.later(PAUSE);
    } else localStorage.removeItem(this.storageKey);
    this.tell("saved", { time: answer.saved_at });
    this.on.saved(answer);
  }

  async refused(status, answer) {
    if (answer.kind === "conflict") return this.conflict();
    if (answer.kind === "refused" || answer.kind === "invalid") {
      this.stopped = true;
      return this.show(`${this.words.refused}${answer.message}`, "problem");
    }
    // The log-in ended, or came anew: then the page holds another token.
    if ([400, 401, 403].includes(status) && !(await this.renew())) return this.loggedOut();
    return this.failed("failed");
  }

  async renew() {
    const response = await fetch(this.urls.page, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("#editor-data") && page.querySelector("meta[name=csrf-token]")?.content;
    if (token) this.token = token;
    return Boolean(token);
  }

  loggedOut() {
    const link = Object.assign(document.createElement("a"), { href: this.urls.page, target: "_blank", className: "btn btn-sm" });
    link.textContent = this.words.logIn;
    this.action.replaceChildren(link);
    this.failed("loggedOut");
  }

  failed(word) {
    const pause = RETRY[Math.min(this.failures, RETRY.length - 1)];
    this.failures += 1;
    this.tell(word);
    this.later(pause);
  }

  // Somebody else saved in between: nothing goes on until the person has chosen.
  async conflict() {
    this.stopped = true;
    const response = await fetch(this.urls.current, { headers: { Accept: "application/json" } });
    if (!response.ok) {
      this.stopped = false;
      return this.failed("failed");
    }
    const state = await response.json();
    if (state.table) state.entries = entriesOf(state.table);
    return this.settle(state, this.sheet.unsaved(), await this.on.conflict(state, this.sheet));
  }

  settle(state, mine, choice) {
    this.version = state.version;
    this.sheet.restart(state, choice === "mine" ? mine : []);
    this.stopped = false;
    this.failures = 0;
    this.dirty = choice === "mine" && mine.length > 0;
    this.on.restarted(state);
    if (this.dirty) this.touch();
    else {
      localStorage.removeItem(this.storageKey);
      this.tell("saved", { time: state.saved_at });
    }
  }

  // --- in this browser ---

  keep() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => {
      if (!this.dirty) return;
      try {
        localStorage.setItem(this.storageKey, JSON.stringify({ version: this.version, changes: this.sheet.unsaved().map(({ key, id, col, text }) => ({ key, id, col, text })) }));
      } catch {
        // Full or forbidden storage: the page still holds everything.
      }
    }, 200);
  }

  // What an earlier visit could not save: put back when nothing changed meanwhile, else asked about.
  async restore() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.storageKey) ?? "null");
    } catch {
      localStorage.removeItem(this.storageKey);
    }
    if (!kept?.changes?.length) return;
    const state = { entries: this.sheet.stored, rejects: this.sheet.rejects, version: this.version };
    if (kept.version === this.version) {
      this.settle(state, kept.changes, "mine");
      this.show(this.words.restored, "attention");
      return;
    }
    this.sheet.restart(state, kept.changes);
    this.on.restarted(state);
    await this.conflict();
  }

  tell(word, values = {}) {
    const tone = { saved: "done", saving: "", dirty: "" }[word] ?? "problem";
    this.show(fill(this.words[word], values), tone);
  }

  show(text, tone) {
    this.status.textContent = text;
    this.status.className = `save-status${tone ? ` is-${tone}` : ""}`;
  }
}
