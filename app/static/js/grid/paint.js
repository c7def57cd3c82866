// What a cell looks like: its text, what is wrong with it, what a reviewer said about it.
import { group, isNumeric, fill, shown } from "./values.js";

export class Painter {
  constructor(sheet, calculator, marks, words) {
    Object.assign(this, { sheet, calculator, words });
    this.marks = new Map();
    for (const mark of marks) this.marks.set(`${mark.row} ${mark.col}`, mark.comment);
    this.findings = new Map();
    this.carried = new Set();
  }

  setFindings(findings) {
    const former = [...this.findings.keys()];
    this.findings = new Map();
    for (const finding of findings) {
      const name = `${finding.row} ${finding.col}`;
      this.findings.set(name, [...(this.findings.get(name) ?? []), finding]);
    }
    return new Set([...former, ...this.findings.keys()]);
  }

  text(row, col) {
    const cell = this.sheet.cell(row, col);
    if (!cell) return "——";
    if (cell.kind === "i") return shown(this.sheet.text(row, col), cell);
    const plain = this.calculator.text(row, col);
    if (!plain || !isNumeric(cell.type)) return plain;
    return group(plain, cell.decimals) + (cell.type === "percent" ? "%" : "");
  }

  // Everything said about a cell: [{level, text}], errors first.
  notes(row, col) {
    const cell = this.sheet.cell(row, col);
    const found = [];
    const problem = cell?.kind === "i" ? this.sheet.problem(row, col) : null;
    if (problem) {
      const raw = this.sheet.text(row, col);
      found.push({ level: "error", text: problem.message ?? fill(this.words[problem.name], { raw, n: cell.decimals }) });
    }
    const findings = row.key ? (this.findings.get(`${row.key} ${col}`) ?? []) : [];
    for (const { level, message, remedy } of findings) {
      const text = remedy ? `${message} ${remedy}` : message;
      if (!found.some((note) => note.text === message)) found.push({ level, text });
    }
    const mark = row.key && this.marks.get(`${row.key} ${col}`);
    if (mark) found.push({ level: "mark", text: mark });
    return found;
  }

  paint(td, row, col) {
    td.textContent = this.text(row, col);
    this.dress(td, row, col);
  }

  dress(td, row, col) {
    const notes = this.notes(row, col);
    const levels = new Set(notes.map(({ level }) => level));
    for (const level of ["error", "warning", "mark"]) td.classList.toggle(`has-${level}`, levels.has(level));
    td.classList.toggle("is-carried", this.carried.has(`${row.key} ${col}`));
    if (levels.has("error")) td.setAttribute("aria-invalid", "true");
    else td.removeAttribute("aria-invalid");
    if (notes.length) td.title = notes.map(({ text }) => text).join("\n");
    else td.removeAttribute("title");
    if (row.key && notes.length) td.id = `c-${row.key}-${col}`;
  }
}
