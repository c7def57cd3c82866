// The list of findings under the form; each leads to its cell.
import { fill } from "../grid/values.js";

const SHOWN = 100;

export class FindingsPanel {
  constructor(words, goTo) {
    this.words = words;
    this.list = document.querySelector("[data-findings]");
    this.none = document.querySelector("[data-no-findings]");
    this.counts = document.querySelector("[data-finding-counts]");
    this.steps = document.querySelector("[data-finding-steps]");
    this.goTo = goTo;
    this.found = [];
    this.at = -1;
    this.steps?.addEventListener("click", (event) => this.step(Number(event.target.closest("[data-step]")?.dataset.step ?? 0)));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "F8" || !this.found.length) return;
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    });
    this.template = document.getElementById("finding-template");
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-row][data-col]");
      if (!link || !link.dataset.row || !goTo(link.dataset.row, link.dataset.col)) return;
      event.preventDefault();
    });
  }

  // To the next finding that stands at a cell, or the one before.
  step(step) {
    const places = this.found.filter(({ row, col }) => row && col);
    if (!step || !places.length) return;
    this.at = this.at < 0 ? (step > 0 ? 0 : places.length - 1) : (this.at + step + places.length) % places.length;
    this.goTo(places[this.at].row, places[this.at].col);
  }

  // counts: all there are; the list holds no more than anybody can work through at a time.
  show(findings, { errors, warnings }, others) {
    if (JSON.stringify(findings) !== JSON.stringify(this.found)) this.at = -1;
    this.found = findings;
    if (this.steps) this.steps.hidden = !findings.length;
    this.list.replaceChildren(...findings.slice(0, SHOWN).map((finding) => this.item(finding)));
    this.list.hidden = !findings.length;
    this.none.hidden = findings.length > 0;
    const text = errors + warnings ? fill(this.words.counts, { errors, warnings }) : this.words.noFindings;
    this.counts.textContent = others ? `${text} ${fill(this.words.others, { count: others })}` : text;
    this.counts.classList.toggle("is-problem", errors > 0);
  }

  item({ row, col, level, place, rest, remedy }) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.className = `is-${level}`;
    const use = item.querySelector("use");
    if (level !== "error") use.setAttribute("href", use.getAttribute("href").replace("alert-circle", "alert-triangle"));
    item.querySelector("svg").setAttribute("aria-label", this.words[level]);
    const link = item.querySelector("a");
    link.textContent = place;
    link.dataset.row = row;
    link.dataset.col = col;
    if (row && col) link.href = `#c-${row}-${col}`;
    item.querySelector("span").textContent = rest;
    if (remedy) item.querySelector(".finding-fix").textContent = remedy;
    else item.querySelector(".finding-fix").remove();
    return item;
  }
}
