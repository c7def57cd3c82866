// The lines of a table that are drawn: those in sight and some around them, with gaps for the others, so that ten
// thousand rows scroll like ten. The line of the active cell is always kept, because the focus is in it.
import { fill } from "./values.js";

const ALL = 120; // so many rows are simply all drawn
const AROUND = 20;

export class RowWindow {
  constructor(grid) {
    this.grid = grid;
    this.box = grid.table.parentElement;
    this.blank = grid.body.querySelector("tr[data-row]").cloneNode(true);
    this.numbers = new Map(); // row -> its number as the server counts: blank rows have none
    this.gaps = [];
    this.widths = [];
    this.first = 0;
    this.last = -1;
    this.box.addEventListener("scroll", () => this.later());
    window.addEventListener("resize", () => this.later());
  }

  get rows() {
    return this.grid.sheet.rows;
  }

  get height() {
    this.known ||= this.grid.body.querySelector("tr[data-row]")?.offsetHeight || 0;
    return this.known || 33;
  }

  later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.known = 0;
      this.draw();
    });
  }

  span() {
    const count = this.rows.length;
    if (count <= ALL) return [0, count - 1];
    const top = Math.floor(this.box.scrollTop / this.height);
    const seen = Math.ceil((this.box.clientHeight || 600) / this.height);
    return [Math.max(0, top - AROUND), Math.min(count - 1, top + seen + AROUND)];
  }

  // Which rows have a line now, in order.
  wanted() {
    [this.first, this.last] = this.span();
    const found = [];
    for (let at = this.first; at <= this.last; at += 1) found.push(at);
    const active = this.grid.active ? this.rows.indexOf(this.grid.active.row) : -1;
    if (active >= 0 && active < this.first) found.unshift(active);
    else if (active > this.last) found.push(active);
    return found;
  }

  draw() {
    const { grid } = this;
    const places = this.wanted();
    const kept = new Set(places.map((at) => this.rows[at].id));
    for (const [id, line] of grid.lines) {
      if (kept.has(id)) continue;
      line.remove();
      grid.lines.delete(id);
      grid.tds.delete(id);
    }
    this.put(places, this.height);
    grid.table.setAttribute("aria-rowcount", String(this.rows.length + 1));
    grid.dressSelection();
    this.holdWidths();
  }

  // Lines and gaps in order. The gaps are taken out first: then the lines that stay are already in order, and no
  // line is ever moved, which would take the focus out of it. The height is known before, so nothing is laid out.
  put(places, height) {
    for (const gap of this.gaps) gap.remove();
    let cursor = this.grid.body.firstElementChild;
    const place = (node) => {
      if (node === cursor) cursor = cursor.nextElementSibling;
      else this.grid.body.insertBefore(node, cursor);
    };
    this.used = 0;
    let next = 0;
    for (const at of places) {
      if (at > next) place(this.gap((at - next) * height));
      place(this.line(at));
      next = at + 1;
    }
    if (this.rows.length > next) place(this.gap((this.rows.length - next) * height));
  }

  gap(height) {
    const gap = (this.gaps[this.used] ??= this.makeGap());
    this.used += 1;
    gap.firstElementChild.style.height = `${height}px`;
    return gap;
  }

  makeGap() {
    const gap = document.createElement("tr");
    gap.className = "grid-gap";
    gap.setAttribute("aria-hidden", "true");
    const cell = document.createElement("td");
    cell.colSpan = this.blank.cells.length;
    gap.append(cell);
    return gap;
  }

  line(at) {
    const row = this.rows[at];
    if (!this.grid.tds.has(row.id)) this.grid.makeLine(row, this.blank.cloneNode(true));
    const line = this.grid.lines.get(row.id);
    line.setAttribute("aria-rowindex", String(at + 2));
    this.label(row, line);
    return line;
  }

  label(row, line) {
    const text = this.numbers.get(row) ?? "";
    line.dataset.row = row.key;
    line.querySelector("th").textContent = text;
    line.querySelector("[data-grid=remove-row]")?.setAttribute("aria-label", fill(this.grid.words.removeRow, { n: text || "·" }));
  }

  // After a change: count again and tell the lines that are drawn.
  number() {
    this.numbers.clear();
    let count = 0;
    for (const row of this.rows) if (!this.grid.sheet.isBlank(row)) this.numbers.set(row, String((count += 1)));
    for (const row of this.rows) {
      const line = this.grid.lines.get(row.id);
      if (line) this.label(row, line);
    }
  }

  // Bring a row into sight, wherever it is.
  show(row) {
    if (!this.grid.tds.has(row.id)) this.box.scrollTop = Math.max(0, (this.rows.indexOf(row) - 6) * this.height);
    this.draw();
  }

  // Columns never become narrower while other rows come into sight.
  holdWidths() {
    if (this.rows.length <= ALL) return;
    const heads = [...this.grid.table.tHead.rows[0].cells];
    const widths = heads.map((head) => head.offsetWidth);
    heads.forEach((head, at) => {
      if (widths[at] <= (this.widths[at] ?? 0)) return;
      this.widths[at] = widths[at];
      head.style.minWidth = `${widths[at]}px`;
    });
  }
}
