// Copying, cutting, pasting, filling down and clearing blocks.
import { readBlock, writeBlock } from "./clipboard.js";
import { copied, fill, isNumeric } from "./values.js";

export class Transfer {
  constructor(grid) {
    this.grid = grid;
    document.addEventListener("copy", (event) => this.copy(event));
    document.addEventListener("cut", (event) => this.copy(event) && !grid.readonly && this.clear());
    document.addEventListener("paste", (event) => this.paste(event));
  }

  // Only when the table itself is in hand: not while a cell is edited or text elsewhere is selected.
  inHand() {
    const { grid } = this;
    const here = document.activeElement;
    if (!grid.active || grid.editor.isOpen || !grid.body.contains(here)) return false;
    return here.tagName === "TD" || Boolean(grid.editor.waiting);
  }

  copy(event) {
    if (!this.inHand()) return false;
    const { grid } = this;
    const block = grid.selected().map((line) => line.map((place) => this.plain(place)));
    event.clipboardData.setData("text/plain", writeBlock(block));
    event.preventDefault();
    grid.say(fill(grid.words.copied, { count: block.length * block[0].length }));
    return true;
  }

  plain({ row, col }) {
    const { sheet, calculator } = this.grid;
    const cell = sheet.cell(row, col);
    if (!cell) return "";
    if (cell.kind === "i") return copied(sheet.text(row, col), cell);
    const text = calculator.text(row, col);
    return isNumeric(cell.type) ? text : this.grid.painter.text(row, col);
  }

  paste(event) {
    if (!this.inHand() || this.grid.readonly) return;
    event.preventDefault();
    this.take(readBlock(event.clipboardData));
  }

  // The block goes where the selection begins, line by printed line; headings count as lines, because they do in
  // the workbook too. Cells that take no input are passed over. One single value fills the whole selection.
  take(block) {
    const { grid } = this;
    const single = block.length === 1 && block[0].length === 1;
    this.isCut = false;
    const targets = single ? this.everywhere(block[0][0]) : null;
    grid.sheet.together(() => {
      const { changes, skipped } = targets ?? this.spread(block);
      const count = changes.length;
      grid.sheet.set(changes);
      const said = fill(skipped ? grid.words.pastedSkipped : grid.words.pasted, { count, skipped });
      grid.say(this.isCut ? `${said} ${fill(grid.words.rowsFull, { n: grid.sheet.maxRows })}` : said);
    });
    if (!single) this.showBlock(block);
    grid.buttons();
  }

  everywhere(text) {
    const places = this.grid.selected().flat();
    const inputs = places.filter(({ row, col }) => this.grid.sheet.isInput(row, col));
    return { changes: inputs.map((place) => ({ ...place, text: text ?? "" })), skipped: places.length - inputs.length };
  }

  spread(block) {
    const { grid } = this;
    const [top, left] = grid.block();
    const lines = this.linesFrom(top, block);
    const changes = [];
    let skipped = 0;
    block.forEach((texts, r) => {
      const row = lines[r];
      if (!row) return;
      texts.forEach((text, c) => {
        const column = grid.sheet.columns[left + c];
        if (text === null || !column) return;
        if (grid.sheet.isInput(row, column.key)) changes.push({ row, col: column.key, text: text.trim() });
        else if (text.trim()) skipped += 1;
      });
    });
    return { changes, skipped };
  }

  // The rows that the block's lines fall on; null for headings. Tables grow as needed.
  linesFrom(top, block) {
    const { grid } = this;
    if (grid.isTable) {
      const missing = top + block.length - grid.sheet.rows.length;
      const added = missing > 0 ? grid.sheet.insertRows(grid.sheet.rows.length, missing).length : 0;
      this.isCut = added < missing;
      return grid.sheet.rows.slice(top, top + block.length);
    }
    const byLine = new Map(grid.sheet.rows.map((row) => [grid.lines.get(row.id), row]));
    const lines = [...grid.body.rows];
    const start = lines.indexOf(grid.lines.get(grid.sheet.rows[top].id));
    const printed = lines.slice(start, start + block.length).map((line) => byLine.get(line) ?? null);
    // Copied without the headings (from a filtered or own list): then only rows count.
    const fits = printed.every((row, at) => row || !block[at].some((text) => text?.trim()));
    return fits ? printed : grid.sheet.rows.slice(top, top + block.length);
  }

  showBlock(block) {
    const { grid } = this;
    const [top, left] = grid.block();
    const width = Math.max(...block.map((line) => line.length));
    grid.anchor = grid.at(top, left);
    grid.go(grid.at(top + block.length - 1, left + width - 1), { extend: true });
  }

  clear() {
    this.grid.sheet.set(this.grid.selected().flat().map((place) => ({ ...place, text: "" })));
  }

  // Ctrl+D: the first line of the selection (or the line above a single one) into all lines below.
  fillDown() {
    const { grid } = this;
    let block = grid.selected();
    if (block.length === 1) {
      const [top] = grid.block();
      if (top === 0) return;
      block = [block[0].map(({ col }) => ({ row: grid.sheet.rows[top - 1], col })), ...block];
    }
    const [first, ...rest] = block;
    grid.sheet.set(rest.flatMap((line) => line.map((place, at) => ({ ...place, text: this.plain(first[at]) }))));
  }
}
