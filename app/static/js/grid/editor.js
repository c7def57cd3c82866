// Editing one cell: an input (or a list) is put into it and taken out again.
import { isNumeric, read } from "./values.js";

export class CellEditor {
  constructor(grid) {
    this.grid = grid;
    this.place = null;
    this.waiting = null;
    this.input = document.createElement("input");
    this.input.autocomplete = "off";
    this.list = document.createElement("select");
    for (const control of [this.input, this.list]) {
      control.addEventListener("keydown", (event) => this.key(event));
      control.addEventListener("blur", () => (this.waiting ? this.rest() : this.commit()));
    }
    this.input.addEventListener("compositionstart", () => this.begin());
    this.input.addEventListener("input", () => {
      this.begin();
      this.preview();
    });
    this.list.addEventListener("change", () => this.preview());
  }

  get isOpen() {
    return this.place !== null;
  }

  holds(target) {
    return target === this.input || target === this.list || this.list.contains(target);
  }

  // Input methods for Chinese only work in a field. So on a cell for text an unseen one lies ready, and becomes the
  // editor with the first character.
  wait(place) {
    const { grid } = this;
    const cell = grid.sheet.cell(place.row, place.col);
    if (grid.readonly || cell?.kind !== "i" || isNumeric(cell.type) || cell.type === "choice" || cell.type === "date") return;
    const td = grid.td(place.row, place.col);
    this.waiting = place;
    this.fillInput(cell, true, "", null);
    this.input.setAttribute("aria-label", `${grid.nameOf(place)} ${td.textContent}`);
    td.classList.add("is-waiting");
    if (!td.firstChild) td.append(document.createTextNode(""));
    td.append(this.input);
    td.tabIndex = -1;
    this.input.focus({ preventScroll: true });
  }

  rest() {
    const { row, col } = this.waiting;
    const td = this.grid.td(row, col);
    this.waiting = null;
    this.input.remove();
    td?.classList.remove("is-waiting");
    if (td?.classList.contains("is-active")) td.tabIndex = 0;
  }

  begin() {
    if (!this.waiting) return;
    const { row, col } = this.waiting;
    const td = this.grid.td(row, col);
    this.place = this.waiting;
    this.waiting = null;
    this.overwrite = true;
    this.before = this.grid.sheet.text(row, col);
    this.control = this.input;
    td.classList.replace("is-waiting", "is-editing");
    td.firstChild.remove();
  }

  // overwrite: typing replaces what was there, and arrows leave the cell; otherwise arrows move in the text.
  open({ overwrite = false, key = "", event = null } = {}) {
    const { grid } = this;
    const place = grid.active;
    if (grid.readonly || !place || !grid.sheet.isInput(place.row, place.col)) return;
    if (this.waiting) this.rest();
    const cell = grid.sheet.cell(place.row, place.col);
    const td = grid.td(place.row, place.col);
    this.place = place;
    this.overwrite = overwrite;
    this.before = grid.sheet.text(place.row, place.col);
    this.control = cell.type === "choice" ? this.list : this.input;
    this.control.setAttribute("aria-label", grid.nameOf(place));
    if (cell.type === "choice") this.fillList(cell, overwrite ? key : "");
    else this.fillInput(cell, overwrite, key, event);
    td.classList.add("is-editing");
    td.replaceChildren(this.control);
    this.control.focus({ preventScroll: true });
    if (this.control === this.input && !overwrite) this.input.select();
    if (this.control === this.list) this.showList();
    if (overwrite) this.preview();
  }

  fillInput(cell, overwrite, key, event) {
    this.input.inputMode = isNumeric(cell.type) ? "decimal" : "text";
    this.input.placeholder = cell.type === "date" ? "2026-03-05" : "";
    this.input.maxLength = 2000;
    const typed = overwrite && key.length === 1;
    this.input.value = typed ? key : overwrite ? "" : this.before;
    // An input method composes into the input by itself; a plain key was put there by hand.
    if (typed) event?.preventDefault();
  }

  fillList(cell, key) {
    const { value } = read(this.before, cell);
    const options = [{ v: "", label: this.grid.words.choose }, ...cell.choices];
    if (value === null) options.push({ v: this.before, label: this.before });
    this.list.replaceChildren(...options.map(({ v, label }) => new Option(label, v)));
    const wanted = key.trim().toLowerCase();
    const found = wanted && cell.choices.find(({ v, label }) => label.toLowerCase().startsWith(wanted) || v.toLowerCase().startsWith(wanted));
    this.list.value = found ? found.v : (value ?? this.before);
  }

  showList() {
    try {
      this.list.showPicker?.();
    } catch {
      // Only allowed right after a click or key: then the list opens by its own means.
    }
  }

  // While somebody types: totals follow, the cell itself is judged when it is left.
  preview() {
    const { row, col } = this.place;
    row.texts[col] = this.control.value;
    this.grid.refresh(this.grid.calculator.run(new Set([row])));
  }

  key(event) {
    if (event.isComposing || this.waiting) return;
    const { grid } = this;
    const { key, shiftKey } = event;
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    event.stopPropagation();
    if (key === "Escape") this.cancel();
    else if (key === "Enter" && !event.altKey) this.leave(() => grid.move(shiftKey ? -1 : 1, 0));
    else if (key === "Tab") {
      let moved = false;
      this.leave(() => (moved = grid.tab(shiftKey)));
      if (!moved) return;
    } else if (arrows[key] && this.overwrite && this.control === this.input) this.leave(() => grid.move(...arrows[key]));
    else return;
    event.preventDefault();
  }

  leave(go) {
    this.commit();
    go();
  }

  close() {
    const { row, col } = this.place;
    const td = this.grid.td(row, col);
    this.place = null;
    if (!td) return;
    td.classList.remove("is-editing");
    const focused = document.activeElement === this.control;
    this.grid.painter.paint(td, row, col);
    if (focused) {
      td.tabIndex = 0;
      td.focus({ preventScroll: true });
      this.wait({ row, col });
    }
  }

  commit() {
    if (!this.isOpen) return;
    const { row, col } = this.place;
    const text = this.control.value;
    row.texts[col] = this.before;
    this.close();
    this.grid.sheet.set([{ row, col, text }]);
    this.grid.refresh([{ row, col }, ...this.grid.calculator.run(new Set([row]))]);
  }

  cancel() {
    const { row, col } = this.place;
    row.texts[col] = this.before;
    this.close();
    this.grid.refresh(this.grid.calculator.run(new Set([row])));
  }
}
