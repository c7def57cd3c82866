// Looks for a text in a table: the browser's own search only sees the rows that are drawn.
import { fill } from "./values.js";

const folded = (text) => text.normalize("NFKC").toLowerCase();

export class Finder {
  constructor(grid) {
    this.grid = grid;
    this.field = grid.root.querySelector("[data-grid=find]");
    this.field?.addEventListener("keydown", (event) => this.key(event));
  }

  get isThere() {
    return Boolean(this.field);
  }

  open() {
    this.field.focus();
    this.field.select();
  }

  key(event) {
    if (event.key === "Enter" && !event.isComposing) this.next(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && this.grid.active) this.grid.go(this.grid.active);
    else return;
    event.preventDefault();
  }

  // Row by row from the active cell on, and round to it again.
  next(step) {
    const { grid } = this;
    const wanted = folded(this.field.value.trim());
    if (!wanted) return;
    const { rows, columns } = grid.sheet;
    const total = rows.length * columns.length;
    const [r, c] = grid.active ? grid.index(grid.active) : [0, -1];
    for (let far = 1; far <= total; far += 1) {
      const at = (((r * columns.length + c + step * far) % total) + total) % total;
      const place = grid.at(Math.floor(at / columns.length), at % columns.length);
      if (!this.holds(place, wanted)) continue;
      grid.go(place, { focus: false });
      grid.say(`${grid.nameOf(place)} ${grid.painter.text(place.row, place.col)}`);
      return;
    }
    grid.say(fill(grid.words.notFound, { text: this.field.value.trim() }));
  }

  holds({ row, col }, wanted) {
    if (this.grid.sheet.isInput(row, col) && folded(this.grid.sheet.text(row, col)).includes(wanted)) return true;
    return folded(this.grid.painter.text(row, col)).includes(wanted);
  }
}
