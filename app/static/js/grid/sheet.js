// The cells of one form in memory: what was typed, undo and redo, what the server has, what is wrong with the input.
// A row is {id, key, texts}: id never changes here, key is the server's ("" while the server does not know the row).
import { read } from "./values.js";

let lastId = 0;
const filled = (texts) => Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ""));

// ["1", "2", "3", "+7", "4"] -> [[1, 3], "+7", [4, 4]]
function ranges(names) {
  const found = [];
  for (const name of names) {
    const last = found.at(-1);
    const number = /^\d+$/.test(name) ? Number(name) : null;
    if (number !== null && Array.isArray(last) && last[1] === number - 1) last[1] = number;
    else found.push(number === null ? name : [number, number]);
  }
  return found;
}

export class Sheet {
  constructor({ layout, columns, rows, entries, stored, rejects, maxRows }, rowKeys) {
    this.layout = layout;
    this.columns = columns;
    this.byColumn = new Map(columns.map((column) => [column.key, column]));
    this.specs = new Map(rows.map((row) => [row.key, row]));
    this.maxRows = maxRows;
    this.rejects = rejects;
    this.stored = stored ?? entries;
    this.rows = rowKeys.map((key) => this.makeRow(key in entries || layout !== "table" ? key : "", entries[key]));
    this.past = [];
    this.future = [];
    this.listeners = new Set();
    this.cells = new Map();
  }

  makeRow(key = "", texts = {}) {
    return { id: (lastId += 1), key, texts: { ...texts } };
  }

  // {type, decimals, negative, choices, kind}: kind i (input), c (computed), k (constant); null when there is no cell.
  cell(row, col) {
    const name = this.layout === "fixed" ? `${row.key} ${col}` : col;
    if (!this.cells.has(name)) this.cells.set(name, this.makeCell(row, this.byColumn.get(col)));
    return this.cells.get(name);
  }

  makeCell(row, column) {
    if (this.layout !== "fixed") return { ...column, kind: column.computed ? "c" : "i" };
    const spec = this.specs.get(row.key)?.cells[column.key];
    if (!spec) return null;
    const [type, decimals, negative, kind, unit] = spec;
    return { type, decimals, negative: Boolean(negative), kind, unit, choices: column.choices, required: column.required };
  }

  isInput(row, col) {
    return this.cell(row, col)?.kind === "i";
  }

  text(row, col) {
    return row.texts[col] ?? "";
  }

  // Why this input cannot be read: {name} of a word known here, or {message} from the server.
  problem(row, col) {
    const text = this.text(row, col);
    const message = this.rejects[row.key]?.[col];
    if (message && text === this.stored[row.key]?.[col]) return { message };
    const { problem } = read(text, this.cell(row, col));
    return problem ? { name: problem } : null;
  }

  isBlank(row) {
    return Object.values(row.texts).every((text) => !text.trim());
  }

  rowByKey(key) {
    return key ? this.rows.find((row) => row.key === key) : undefined;
  }

  // --- changing; every step can be undone ---

  // changes: [{row, col, text}]; cells that are no input are left alone. Returns how many were set.
  set(changes) {
    const step = { cells: [], added: [], removed: [] };
    for (const { row, col, text } of changes) {
      if (!this.isInput(row, col) || this.text(row, col) === text) continue;
      step.cells.push({ row, col, before: this.text(row, col), after: text });
      row.texts[col] = text;
    }
    this.remember(step);
    return step.cells.length;
  }

  insertRows(index, count) {
    const free = this.maxRows ? Math.max(0, this.maxRows - this.rows.length) : count;
    const added = Array.from({ length: Math.min(count, free) }, (_, at) => ({ index: index + at, row: this.makeRow() }));
    this.putRows(added);
    this.remember({ cells: [], added, removed: [] });
    return added.map(({ row }) => row);
  }

  removeRows(rows) {
    const gone = new Set(rows);
    const removed = this.rows.map((row, index) => ({ index, row })).filter(({ row }) => gone.has(row));
    this.takeRows(removed);
    this.remember({ cells: [], added: [], removed });
  }

  // Rows to the places they shall have afterwards, in one go: splicing thousands one by one takes seconds.
  putRows(come) {
    if (!come.length) return;
    const rest = this.rows[Symbol.iterator]();
    const places = new Map(come.map(({ index, row }) => [index, row]));
    const count = this.rows.length + come.length;
    this.rows = Array.from({ length: count }, (_, at) => places.get(at) ?? rest.next().value);
  }

  takeRows(gone) {
    if (!gone.length) return;
    const rows = new Set(gone.map(({ row }) => row));
    this.rows = this.rows.filter((row) => !rows.has(row));
  }

  // Several changes that are undone together.
  together(change) {
    const mark = this.past.length;
    change();
    const steps = this.past.splice(mark);
    if (!steps.length) return;
    this.past.push({ steps });
  }

  remember(step) {
    if (!step.cells.length && !step.added.length && !step.removed.length) return;
    this.past.push(step);
    if (this.past.length > 500) this.past.shift();
    this.future = [];
    this.tell(step);
  }

  undo() {
    const step = this.past.pop();
    if (!step) return null;
    this.future.push(step);
    return this.replay(step, true);
  }

  redo() {
    const step = this.future.pop();
    if (!step) return null;
    this.past.push(step);
    return this.replay(step, false);
  }

  replay(step, back) {
    if (step.steps) {
      const steps = back ? [...step.steps].reverse() : step.steps;
      return steps.map((part) => this.replay(part, back)).at(-1);
    }
    for (const { row, col, before, after } of step.cells) row.texts[col] = back ? before : after;
    const gone = back ? step.added : step.removed;
    const come = back ? step.removed : step.added;
    this.takeRows(gone);
    this.putRows(come);
    this.tell(step);
    return step.cells[0] ?? (come[0] && { row: come[0].row, col: this.columns[0].key }) ?? null;
  }

  onChange(listener) {
    this.listeners.add(listener);
  }

  tell(step) {
    this.listeners.forEach((listener) => listener(step));
  }

  // --- to and from the server ---

  // What is sent: all cells of a form; of a table what changed, and the order of the rows when that changed.
  toSend() {
    if (this.layout === "table") return this.changesToSend();
    const sent = this.rows.map((row) => ({ row, name: row.key, texts: filled(row.texts) }));
    return { sent, body: { cells: Object.fromEntries(sent.map(({ name, texts }) => [name, texts])) } };
  }

  changesToSend() {
    const nameOf = (row) => row.key || `+${row.id}`;
    const sent = new Map();
    for (const { row, col, text } of this.unsaved()) {
      if (!sent.has(row)) sent.set(row, { row, name: nameOf(row), texts: {} });
      sent.get(row).texts[col] = text;
    }
    const order = this.rows.filter((row) => row.key || sent.has(row)).map((row) => ({ row, name: nameOf(row) }));
    const known = Object.keys(this.stored);
    const isAsStored = order.length === known.length && known.every((key, at) => order[at].name === key);
    const body = { edits: Object.fromEntries([...sent.values()].map(({ name, texts }) => [name, texts])) };
    if (!isAsStored) body.order = ranges(order.map(({ name }) => name));
    return { sent: [...sent.values()], order, body };
  }

  // After a save: take over the server's keys and its way of writing, unless somebody typed on meanwhile.
  adopt({ sent, order }, answer) {
    if (order) this.rekey(order, sent, answer);
    else this.stored = answer.entries;
    for (const { row, name, texts } of sent) {
      if (!order) row.key = name;
      const known = this.stored[row.key] ?? {};
      for (const col of order ? Object.keys(texts) : this.byColumn.keys()) {
        if (this.text(row, col) === (texts[col] ?? "")) row.texts[col] = known[col] ?? "";
      }
    }
    this.rejects = answer.rejects;
  }

  // The rows of a table under their new keys; rows that were not changed stand as they stood.
  rekey(order, sent, answer) {
    const edited = new Set(sent.map(({ name }) => name));
    const stored = {};
    const keys = new Map();
    for (const { row, name } of order) {
      const key = answer.keys ? (answer.keys[name] ?? "") : name;
      keys.set(row, key);
      if (key) stored[key] = edited.has(name) ? (answer.entries[key] ?? {}) : this.stored[name];
    }
    for (const row of this.rows) if (keys.has(row)) row.key = keys.get(row);
    this.stored = stored;
  }

  // What was changed here and is not on the server: [{key, row, col, text, before}].
  unsaved() {
    const found = [];
    for (const row of this.rows) {
      const known = this.stored[row.key] ?? {};
      for (const { key: col } of this.columns) {
        const text = this.text(row, col);
        const before = (row.key && known[col]) || "";
        if (text !== before && this.isInput(row, col)) found.push({ key: row.key, id: row.id, row, col, text, before });
      }
    }
    return found;
  }

  // Another state of the form (after a conflict or a reload), then these changes over it.
  restart(state, changes) {
    this.stored = state.entries;
    this.rejects = state.rejects;
    if (this.layout === "table") {
      this.rows = Object.entries(state.entries).map(([key, texts]) => this.makeRow(key, texts));
      for (let spare = 0; spare < 3; spare += 1) this.rows.push(this.makeRow());
    } else {
      for (const row of this.rows) row.texts = { ...state.entries[row.key] };
    }
    const fresh = new Map();
    for (const { key, id, col, text } of changes) {
      let row = this.rowByKey(key) ?? fresh.get(id);
      if (!row && this.layout === "table") {
        row = this.rows.find((one) => this.isBlank(one) && ![...fresh.values()].includes(one)) ?? this.rows[this.rows.push(this.makeRow()) - 1];
        fresh.set(id, row);
      }
      if (row) row.texts[col] = text;
    }
    this.past = [];
    this.future = [];
  }
}
