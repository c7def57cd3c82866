// Computed cells while people type, in the order the server gives; the server's own results replace them on saving.
import * as decimal from "../engine/decimal.js";
import { day } from "../engine/dates.js";
import { evaluate } from "../engine/evaluate.js";
import { isNumeric, read } from "./values.js";

const DECODERS = { number: decimal.number, text: String, date: day, truth: Boolean };
// Whether a formula of this form reads any of its cells outside of the row on which it stands.
function looksElsewhere(tree, code) {
  if (Array.isArray(tree)) return tree.some((part) => looksElsewhere(part, code));
  if (!tree || typeof tree !== "object") return false;
  if (["cell", "field", "column"].includes(tree.op) && (!tree.form || tree.form === code) && (tree.shift ?? "current") === "current") return true;
  return Object.values(tree).some((part) => looksElsewhere(part, code));
}

const decoded = (told) => (told ? DECODERS[told[0]](told[1]) : null);

export class Calculator {
  constructor(sheet, code, formulas, outside, constants) {
    this.sheet = sheet;
    this.code = code;
    this.formulas = formulas;
    this.outside = outside;
    this.constants = constants;
    this.results = new Map();
    this.env = {
      scalar: (ref) => this.scalar(ref),
      column: (ref) => this.column(ref),
      attr: (ref) => decoded(this.outside.attrs[`${ref.scope}.${ref.name}`]),
      isBlank: (ref) => this.isBlank(ref),
    };
  }

  // Calculates and returns the cells that changed: [{row, col}]. `touched`: the rows in which something changed; a
  // formula that only looks along its own row is then calculated in these alone.
  run(touched = null) {
    const changed = [];
    this.columns = new Map();
    for (const formula of this.formulas) {
      formula.isLocal ??= !looksElsewhere(formula.tree, this.code);
      const every = touched && formula.isLocal ? touched : this.sheet.rows;
      const rows = formula.row === "*" ? every : [this.sheet.rowByKey(formula.row)];
      for (const row of rows) if (row) this.one(row, formula, changed);
    }
    return changed;
  }

  one(row, { col, decimals, tree }, changed) {
    const blank = this.sheet.layout === "table" && this.sheet.isBlank(row);
    this.row = row;
    this.col = col;
    const value = blank ? null : evaluate(tree, this.env);
    const text = value === null || typeof value === "boolean" ? "" : this.toText(value, decimals);
    const name = `${row.id} ${col}`;
    if (this.results.get(name) === text) return;
    this.results.set(name, text);
    this.columns.delete(col);
    changed.push({ row, col });
  }

  toText(value, decimals) {
    return decimal.isNumber(value) ? decimal.toFixed(value, decimals) : String(value);
  }

  // The plain text of a computed or constant cell, "" when it has no value.
  text(row, col) {
    return this.results.get(`${row.id} ${col}`) ?? this.constants[row.key]?.[col] ?? "";
  }

  isHere(ref) {
    return (!ref.form || ref.form === this.code) && (ref.shift ?? "current") === "current";
  }

  place(ref) {
    if (ref.op === "row") return [this.row, ref.col];
    if (ref.op === "cell") return [this.sheet.rowByKey(ref.row), ref.col ?? this.col];
    return [this.sheet.rows[0], ref.field];
  }

  scalar(ref) {
    if (!this.isHere(ref)) return decoded(this.outside.cells[this.outsideName(ref)] ?? null);
    const [row, col] = this.place(ref);
    return row ? this.value(row, col) : decimal.ZERO;
  }

  outsideName(ref) {
    const form = ref.form ?? this.code;
    const row = ref.op === "row" ? this.row.key : ref.op === "cell" ? ref.row : "card";
    return `${form}.${row}.${ref.col ?? ref.field ?? this.col}|${ref.shift ?? "current"}`;
  }

  // A cell of this form as the server would see it: unreadable input is a blank, a blank number is 0.
  value(row, col) {
    const cell = this.sheet.byColumn.has(col) ? this.sheet.cell(row, col) : null;
    if (!cell) return decimal.ZERO;
    if (cell.kind !== "i") {
      const text = this.text(row, col);
      return text === "" ? null : isNumeric(cell.type) ? decimal.number(text) : text;
    }
    const text = read(this.sheet.text(row, col), cell).value ?? "";
    if (isNumeric(cell.type)) return decimal.number(text === "" ? "0" : text) ?? decimal.ZERO;
    return cell.type === "date" ? day(text) : text;
  }

  column(ref) {
    if (!this.isHere(ref)) {
      const told = this.outside.columns[`${ref.form}.${ref.field}|${ref.shift ?? "current"}`];
      return told ? told.map(decoded) : null;
    }
    if (!this.columns.has(ref.field)) this.columns.set(ref.field, this.ownColumn(ref.field));
    return this.columns.get(ref.field);
  }

  ownColumn(field) {
    const rows = this.sheet.layout === "table" ? this.sheet.rows.filter((row) => !this.sheet.isBlank(row)) : this.sheet.rows;
    return rows.map((row) => this.value(row, field));
  }

  isBlank(ref) {
    if (!this.isHere(ref)) {
      const told = this.outside.cells[this.outsideName(ref)];
      return told === undefined || told === null ? null : told[1] === "";
    }
    const [row, col] = this.place(ref);
    if (!row) return true;
    const cell = this.sheet.cell(row, col);
    return (cell?.kind === "i" ? this.sheet.text(row, col).trim() : this.text(row, col)) === "";
  }
}
