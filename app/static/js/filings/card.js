// A card: ordinary fields over the same sheet as the grid, with one row.
export class Card {
  constructor(root, sheet, calculator, painter, { readonly }) {
    Object.assign(this, { root, sheet, calculator, painter });
    this.row = sheet.rows[0];
    if (readonly) return;
    root.addEventListener("input", (event) => this.typed(event.target));
    root.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("focusout", (event) => this.left(event.target));
    this.calculate();
  }

  control(col) {
    return this.root.querySelector(`[name="${CSS.escape(col)}"]`);
  }

  typed(control) {
    if (!this.sheet.byColumn.has(control.name) || control.validity?.badInput) return;
    this.sheet.set([{ row: this.row, col: control.name, text: control.value }]);
    this.calculate();
  }

  left(control) {
    if (control.name && this.sheet.byColumn.has(control.name)) this.say(control.name);
  }

  calculate() {
    for (const { col } of this.calculator.run()) {
      const control = this.control(col);
      if (control) control.value = this.painter.text(this.row, col);
    }
  }

  // What is said about a field, under it.
  say(col) {
    const field = this.root.querySelector(`[data-field="${CSS.escape(col)}"]`);
    const control = this.control(col);
    if (!field || !control) return;
    const notes = this.painter.notes(this.row, col);
    const bad = notes.some(({ level }) => level === "error");
    field.classList.toggle("has-error", bad);
    control.classList.toggle("is-invalid", bad);
    control.toggleAttribute("aria-invalid", bad);
    if (bad) control.setAttribute("aria-invalid", "true");
    field.querySelector("[data-said]").replaceChildren(
      ...notes.map(({ level, text }) => Object.assign(document.createElement("p"), { className: `field-${level}`, textContent: text })),
    );
  }

  repaintAll() {
    for (const { key: col } of this.sheet.columns) {
      const control = this.control(col);
      if (!control) continue;
      const text = this.sheet.isInput(this.row, col) ? this.sheet.text(this.row, col) : this.painter.text(this.row, col);
      if (control !== document.activeElement && control.value !== text) this.put(control, text);
      this.say(col);
    }
    this.calculate();
  }

  // A date field shows nothing for what is no date: then it becomes a plain one, so that the input stays visible.
  put(control, text) {
    control.value = text;
    if (control.type === "date" && text && control.value !== text) {
      control.type = "text";
      control.value = text;
    }
  }

  focusCell(_row, col) {
    const control = this.control(col);
    control?.focus();
    control?.scrollIntoView({ block: "center" });
    return Boolean(control);
  }

  nameOf({ col }) {
    return this.sheet.byColumn.get(col).label;
  }
}
