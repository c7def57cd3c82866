// The line above the table: which cell this is, what it takes, what was there last period, what is wrong.
import { fill } from "./values.js";

function parts(grid, { row, col }) {
  const { words } = grid;
  const cell = grid.sheet.cell(row, col);
  const found = [];
  if (!cell) found.push([words.absent]);
  else if (cell.kind !== "i") found.push([cell.kind === "c" ? words.computed : words.constant]);
  const prior = grid.prior[row.key]?.[col];
  if (prior) found.push([fill(words.prior, { value: prior })]);
  for (const { level, text } of grid.painter.notes(row, col)) found.push([`${words[level]}：${text}`, `is-${level}`]);
  return found;
}

export function tellCell(grid) {
  grid.root.querySelector("[data-cell-name]").textContent = grid.nameOf(grid.active);
  const spans = parts(grid, grid.active).map(([text, className = ""]) => Object.assign(document.createElement("span"), { textContent: text, className }));
  grid.root.querySelector("[data-cell-info]").replaceChildren(...spans);
}
