// The table as a spreadsheet: one active cell, a selection, keyboard, mouse and touch. Editing is in editor.js,
// copying and pasting in transfer.js.
import { tellCell } from "./bar.js";
import { CellEditor } from "./editor.js";
import { Finder } from "./find.js";
import { RowWindow } from "./rows.js";
import { Transfer } from "./transfer.js";
import { fill } from "./values.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Grid {
  constructor(root, sheet, calculator, painter, { readonly, words, prior }) {
    Object.assign(this, { root, sheet, calculator, painter, readonly, words, prior });
    this.table = root.querySelector("[data-grid-table]");
    this.body = this.table.tBodies[0];
    this.tds = new Map(); // row id -> {column key: td}
    this.lines = new Map(); // row id -> tr; apart, because a column may have any name
    this.places = new WeakMap(); // td -> {row, col}
    this.active = null;
    this.anchor = null;
    this.leaving = false;
    this.table.setAttribute("role", "grid");
    if (readonly) this.table.setAttribute("aria-readonly", "true");
    this.bindRows();
    if (this.isTable) this.window = new RowWindow(this);
    this.editor = new CellEditor(this);
    this.transfer = new Transfer(this);
    this.finder = new Finder(this);
    this.listen();
    sheet.onChange((step) => this.changed(step));
    this.refresh(calculator.run());
    this.redraw();
    this.rest();
  }

  get isTable() {
    return this.sheet.layout === "table";
  }

  bindRows() {
    const lines = [...this.body.querySelectorAll("tr[data-row]")];
    lines.forEach((line, at) => this.bind(this.sheet.rows[at], line));
  }

  bind(row, line) {
    const cells = {};
    const tds = [...line.cells].filter((one) => one.tagName === "TD" && !one.matches(".is-prior, .row-end"));
    this.sheet.columns.forEach(({ key: col }, at) => {
      const td = tds[at];
      cells[col] = td;
      this.places.set(td, { row, col });
      td.setAttribute("role", "gridcell");
      if (!this.readonly && !this.sheet.isInput(row, col)) td.setAttribute("aria-readonly", "true");
    });
    this.tds.set(row.id, cells);
    this.lines.set(row.id, line);
  }

  td(row, col) {
    return this.tds.get(row.id)?.[col];
  }

  // --- drawing ---

  refresh(cells) {
    for (const { row, col } of cells) {
      const td = this.td(row, col);
      if (td?.classList.contains("is-waiting")) {
        td.firstChild.nodeValue = this.painter.text(row, col);
        this.painter.dress(td, row, col);
      } else if (td && !td.classList.contains("is-editing")) this.painter.paint(td, row, col);
    }
  }

  repaintAll() {
    this.calculator.run();
    for (const row of this.sheet.rows) {
      if (this.tds.has(row.id)) this.refresh(this.sheet.columns.map(({ key: col }) => ({ row, col })));
    }
    this.redraw();
    this.bar();
  }

  changed(step) {
    if (step.added.length || step.removed.length) this.rebuild();
    const rows = new Set([...step.cells, ...step.added].map(({ row }) => row));
    this.refresh([...step.cells, ...this.calculator.run(rows)]);
    this.redraw();
    this.buttons();
    this.bar();
  }

  redraw() {
    if (!this.window) return;
    this.window.number();
    this.window.draw();
  }

  // Rows came or went, or all are new.
  rebuild() {
    if (this.active && !this.sheet.rows.includes(this.active.row)) this.active = this.anchor = null;
    this.redraw();
    this.rest();
  }

  makeLine(row, line) {
    line.querySelectorAll("td:not(.row-end)").forEach((td, at) => {
      const column = this.sheet.columns[at];
      td.className = `${column.isNumber ? "num" : "text"} ${this.sheet.isInput(row, column.key) ? "is-input" : "is-computed"}`;
      for (const name of ["id", "title", "tabindex", "aria-invalid", "aria-selected"]) td.removeAttribute(name);
      td.textContent = "";
    });
    this.bind(row, line);
    for (const { key: col } of this.sheet.columns) this.painter.paint(this.td(row, col), row, col);
  }

  // --- where we are ---

  // One cell can be reached with Tab; without an active one it is the first input cell.
  rest() {
    if (this.active) return;
    const row = this.sheet.rows.find((one) => this.sheet.columns.some(({ key }) => this.sheet.isInput(one, key))) ?? this.sheet.rows[0];
    const col = this.sheet.columns.find(({ key }) => row && this.sheet.isInput(row, key)) ?? this.sheet.columns[0];
    const td = row && this.td(row, col.key);
    this.body.querySelectorAll("td[tabindex]").forEach((one) => one.removeAttribute("tabindex"));
    if (td) td.tabIndex = 0;
  }

  index({ row, col }) {
    return [this.sheet.rows.indexOf(row), this.sheet.columns.findIndex(({ key }) => key === col)];
  }

  at(r, c) {
    const row = this.sheet.rows[Math.max(0, Math.min(r, this.sheet.rows.length - 1))];
    const column = this.sheet.columns[Math.max(0, Math.min(c, this.sheet.columns.length - 1))];
    return { row, col: column.key };
  }

  go(place, { extend = false, focus = true } = {}) {
    const former = this.active && this.td(this.active.row, this.active.col);
    if (this.window && !this.td(place.row, place.col)) this.window.show(place.row);
    const td = this.td(place.row, place.col);
    if (!td) return;
    if (former && former !== td) {
      former.classList.remove("is-active");
      former.removeAttribute("tabindex");
    } else this.body.querySelectorAll("td[tabindex]").forEach((one) => one !== td && one.removeAttribute("tabindex"));
    this.active = place;
    if (!extend || !this.anchor) this.anchor = place;
    td.classList.add("is-active");
    td.tabIndex = 0;
    if (focus) td.focus({ preventScroll: true });
    this.reveal(td);
    if (!this.editor.waiting) this.editor.wait(place);
    this.select();
    this.bar();
  }

  // Scroll so that the cell is clear of the sticky head and columns.
  reveal(td) {
    const box = this.table.parentElement;
    const [frame, cell] = [box.getBoundingClientRect(), td.getBoundingClientRect()];
    const left = [...td.parentElement.querySelectorAll(".stick, .stick-2")].reduce((sum, th) => sum + th.offsetWidth, 0);
    const right = frame.right - (td.parentElement.querySelector(".row-end")?.offsetWidth ?? 0);
    const top = this.table.tHead.offsetHeight;
    if (cell.left < frame.left + left) box.scrollLeft -= frame.left + left - cell.left + 8;
    else if (cell.right > right - 16) box.scrollLeft += Math.min(cell.right - right + 24, cell.left - frame.left - left);
    if (cell.top < frame.top + top) box.scrollTop -= frame.top + top - cell.top + 4;
    else if (cell.bottom > frame.bottom - 16) box.scrollTop += cell.bottom - frame.bottom + 24;
    const after = td.getBoundingClientRect();
    if (after.top < 110 || after.bottom > window.innerHeight - 70) td.scrollIntoView({ block: "center", inline: "nearest" });
  }

  // The selected block as [first row, first column, last row, last column].
  block() {
    const [r1, c1] = this.index(this.anchor);
    const [r2, c2] = this.index(this.active);
    return [Math.min(r1, r2), Math.min(c1, c2), Math.max(r1, r2), Math.max(c1, c2)];
  }

  // Every place of the selection, row by row.
  selected() {
    const [top, left, bottom, right] = this.block();
    const rows = this.sheet.rows.slice(top, bottom + 1);
    const columns = this.sheet.columns.slice(left, right + 1);
    return rows.map((row) => columns.map(({ key: col }) => ({ row, col })));
  }

  select() {
    this.body.querySelectorAll(".is-selected").forEach((td) => td.classList.remove("is-selected"));
    const [top, left, bottom, right] = this.block();
    if (top === bottom && left === right) return;
    const columns = this.sheet.columns.slice(left, right + 1);
    for (const row of this.sheet.rows.slice(top, bottom + 1)) {
      const cells = this.tds.get(row.id);
      if (cells) for (const { key } of columns) cells[key].classList.add("is-selected");
    }
  }

  // Lines that have just been drawn show the selection too.
  dressSelection() {
    if (!this.active) return;
    const td = this.td(this.active.row, this.active.col);
    td?.classList.add("is-active");
    if (td && !this.editor.waiting) td.tabIndex = 0;
    this.select();
  }

  move(dr, dc, options) {
    const [r, c] = this.index(this.active);
    this.go(this.at(r + dr, c + dc), options);
  }

  // The next cell to fill in, row by row; null at the end.
  nextInput(step) {
    const width = this.sheet.columns.length;
    let [r, c] = this.index(this.active);
    for (let at = r * width + c + step; at >= 0 && at < width * this.sheet.rows.length; at += step) {
      const place = this.at(Math.floor(at / width), at % width);
      if (this.sheet.isInput(place.row, place.col)) return place;
    }
    return null;
  }

  focusCell(rowKey, col) {
    const row = this.sheet.rowByKey(rowKey);
    if (row && this.sheet.byColumn.has(col)) this.go({ row, col });
    return Boolean(row);
  }

  // --- hands on ---

  listen() {
    this.body.addEventListener("mousedown", (event) => this.press(event));
    this.body.addEventListener("mousemove", (event) => this.drag(event));
    this.body.addEventListener("dblclick", (event) => this.open(event));
    this.body.addEventListener("click", (event) => this.tap(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("focusin", (event) => this.entered(event));
    this.root.addEventListener("click", (event) => this.tool(event));
    this.root.querySelector("input[data-grid=prior]")?.addEventListener("change", (event) => {
      this.table.classList.toggle("shows-prior", event.target.checked);
    });
  }

  placeOf(target) {
    const td = target.closest?.("td");
    return td && this.places.get(td);
  }

  press(event) {
    const place = this.placeOf(event.target);
    if (!place || event.button !== 0 || this.editor.holds(event.target)) return;
    event.preventDefault();
    this.editor.commit();
    this.go(place, { extend: event.shiftKey });
  }

  drag(event) {
    const place = event.buttons === 1 && this.active && !this.editor.isOpen && this.placeOf(event.target);
    if (place && (place.row !== this.active.row || place.col !== this.active.col)) this.go(place, { extend: true });
  }

  open(event) {
    if (this.placeOf(event.target) && !this.editor.isOpen) this.editor.open();
  }

  // A finger has no double click: a tap on a cell that takes input opens it.
  tap(event) {
    const place = this.placeOf(event.target);
    if (place && event.pointerType === "touch" && !this.editor.isOpen) {
      this.go(place);
      this.editor.open();
    }
  }

  entered(event) {
    const place = event.target.tagName === "TD" ? this.places.get(event.target) : null;
    if (place && this.active?.row === place.row && this.active.col === place.col) return;
    if (place) this.go(place, { focus: false });
  }

  key(event) {
    const { waiting } = this.editor;
    if (this.editor.isOpen || !this.active || event.isComposing || (event.target.tagName !== "TD" && !waiting)) return;
    if (this.shortcut(event) || this.travel(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") this.leaving = true;
    else if (event.key !== "Tab") this.leaving = false;
    if (waiting) return;
    const types = event.key.length === 1 || event.key === "Process" || event.keyCode === 229;
    if (types && !event.ctrlKey && !event.metaKey && !event.altKey) this.editor.open({ overwrite: true, key: event.key, event });
  }

  travel(event) {
    const { key, shiftKey: extend } = event;
    const jump = event.ctrlKey || event.metaKey;
    const [rows, columns] = [this.sheet.rows.length, this.sheet.columns.length];
    if (STEPS[key]) {
      const far = jump ? Math.max(rows, columns) : 1;
      this.move(STEPS[key][0] * far, STEPS[key][1] * far, { extend });
    } else if (key === "Enter") this.move(extend ? -1 : 1, 0);
    else if (key === "Home") this.move(jump ? -rows : 0, -columns, { extend });
    else if (key === "End") this.move(jump ? rows : 0, columns, { extend });
    else if (key === "PageDown" || key === "PageUp") this.move(key === "PageDown" ? 12 : -12, 0, { extend });
    else if (key === "Tab") return this.tab(extend);
    else return false;
    return true;
  }

  // Tab goes from input to input and, at the end or after Escape, out of the table.
  tab(back) {
    const place = this.leaving ? null : this.nextInput(back ? -1 : 1);
    this.leaving = false;
    if (place) this.go(place);
    return Boolean(place);
  }

  shortcut(event) {
    const { key } = event;
    const jump = event.ctrlKey || event.metaKey;
    const letter = jump && !event.altKey ? key.toLowerCase() : "";
    if (letter === "a") this.selectAll();
    else if (letter === "f" && this.finder.isThere) this.finder.open();
    else if (this.readonly) return false;
    else if (letter === "z") this.undo(event.shiftKey);
    else if (letter === "y") this.undo(true);
    else if (letter === "d") this.transfer.fillDown();
    else if (key === "F2") this.editor.open();
    else if (key === "Delete" || key === "Backspace") this.transfer.clear();
    else return false;
    return true;
  }

  selectAll() {
    this.anchor = this.at(0, 0);
    this.go(this.at(this.sheet.rows.length, this.sheet.columns.length), { extend: true });
  }

  undo(forward) {
    const place = forward ? this.sheet.redo() : this.sheet.undo();
    if (place && this.sheet.rows.includes(place.row)) this.go(place);
    this.buttons();
  }

  tool(event) {
    const button = event.target.closest("button[data-grid]");
    if (!button || this.readonly) return;
    this.editor.commit();
    const rowOf = () => this.sheet.rows.find((row) => this.lines.get(row.id) === button.closest("tr"));
    const doing = {
      undo: () => this.undo(false),
      redo: () => this.undo(true),
      "add-row": () => this.addRow(this.sheet.rows.length),
      "insert-row": () => this.addRow(this.active ? this.block()[0] : 0),
      "remove-row": () => this.removeRows([rowOf()]),
      "remove-rows": () => this.active && this.removeRows(this.selected().map(([{ row }]) => row)),
    }[button.dataset.grid];
    doing?.();
  }

  addRow(at) {
    const [row] = this.sheet.insertRows(at, 1);
    if (row) this.go({ row, col: this.sheet.columns[0].key });
    else this.say(fill(this.words.rowsFull, { n: this.sheet.maxRows }));
  }

  removeRows(rows) {
    this.sheet.together(() => {
      this.sheet.removeRows(rows);
      if (!this.sheet.rows.length) this.sheet.insertRows(0, 3);
    });
    this.buttons();
  }

  // --- telling ---

  buttons() {
    const undo = this.root.querySelector("[data-grid=undo]");
    if (undo) undo.disabled = !this.sheet.past.length;
    const redo = this.root.querySelector("[data-grid=redo]");
    if (redo) redo.disabled = !this.sheet.future.length;
  }

  say(text) {
    this.root.querySelector("[data-grid-say]").textContent = text;
  }

  nameOf({ row, col }) {
    const label = this.isTable ? fill(this.words.row, { n: this.window.numbers.get(row) || "·" }) : (this.sheet.specs.get(row.key)?.label ?? "");
    return `${label} · ${this.sheet.byColumn.get(col).label}`;
  }

  bar() {
    if (this.active) tellCell(this);
  }
}
