// The page of one form: puts sheet, formulas, grid or card, findings and autosave together.
import { Calculator } from "../grid/formulas.js";
import { Grid } from "../grid/grid.js";
import { Painter } from "../grid/paint.js";
import { Sheet } from "../grid/sheet.js";
import { isNumeric } from "../grid/values.js";
import { Card } from "./card.js";
import { askAboutConflict } from "./conflict.js";
import { FindingsPanel } from "./findings.js";
import { fetchRows } from "./rows.js";
import { Saver } from "./saver.js";

const data = JSON.parse(document.getElementById("editor-data").textContent);
const root = document.getElementById("editor");
const { words, readonly } = data;
for (const column of data.columns) column.isNumber = isNumeric(column.type);

if (data.urls.rows) await fetchRows(data);

const keys = {
  fixed: () => data.rows.map(({ key }) => key),
  card: () => ["card"],
  table: () => [...Object.keys(data.entries), ...Array.from({ length: data.blankRows }, (_, at) => `blank ${at}`)],
}[data.layout]();

const sheet = new Sheet(data, keys);
const calculator = new Calculator(sheet, data.code, data.formulas, data.outside, data.constants);
const painter = new Painter(sheet, calculator, data.marks, words);
for (const [row, cells] of Object.entries(data.carried)) for (const col of Object.keys(cells)) painter.carried.add(`${row} ${col}`);
painter.setFindings(data.findings);

const view = data.layout === "card" ? new Card(root, sheet, calculator, painter, data) : new Grid(root, sheet, calculator, painter, data);
const panel = new FindingsPanel(words, (row, col) => view.focusCell(row, col));
panel.show(data.findings, data.counts, data.others);

function takeFindings(answer) {
  if (answer.findings) {
    painter.setFindings(answer.findings);
    panel.show(answer.findings, answer.counts, answer.others);
  }
  painter.carried.clear();
  view.repaintAll();
}

function describe(key, id, col) {
  const row = sheet.rows.find((one) => one.id === id) ?? sheet.rowByKey(key) ?? sheet.rows[0];
  return view.nameOf({ row, col });
}

if (!readonly) {
  const saver = new Saver(sheet, data, {
    saved: takeFindings,
    conflict: (state) => askAboutConflict(state, sheet, words, describe),
    restarted(state) {
      if (data.layout === "table") view.rebuild();
      takeFindings(state);
    },
  });
  sheet.onChange(() => saver.touch());
  saver.restore();
}

// A link to a cell (from the list of findings of the whole set) opens it.
const wanted = /^#c-([^-]+)-(.+)$/.exec(decodeURIComponent(location.hash));
if (wanted) view.focusCell(wanted[1], wanted[2]);
document.documentElement.dataset.editor = "ready";
