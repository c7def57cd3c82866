// Reading what people type, near enough to the server to show it at once; the server decides (app/filings/values.py).
// A reading is {value, problem}: value is plain text ("1234.5", "2026-03-05", a choice's key), "" for a blank, and
// null when only the server can tell ("3万元"). problem is the name of a message in the page's words, or null.
const BLANKS = /[\s\u200b\ufeff]/g;
const DASHES = /[−–—﹣‐‑]/g;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const BRACKETS = /^\(([^()]+)\)$/;
const NUMERIC = new Set(["decimal", "integer", "percent"]);

export const isNumeric = (type) => NUMERIC.has(type);

function reading(value, problem = null) {
  return { value, problem };
}

function tidied(digits) {
  const [, sign, whole, part] = /^([+-]?)(\d*)\.?(\d*)$/.exec(digits.replaceAll(",", ""));
  const number = (whole.replace(/^0+(?=\d)/, "") || "0") + (part ? `.${part}` : "");
  return sign === "-" && /[1-9]/.test(number) ? `-${number}` : number;
}

function readNumber(raw, cell) {
  let text = raw.normalize("NFKC").replace(BLANKS, "").replace(DASHES, "-");
  if (!text.replaceAll("-", "")) return reading("");
  const inside = BRACKETS.exec(text);
  if (inside) text = `-${inside[1]}`;
  if (cell.type === "percent") text = text.replace(/%$/, "");
  if (!NUMBER.test(text) && !GROUPED.test(text)) {
    // With a unit or a currency sign the server may still understand it.
    return /^[+-]?[¥￥]?[\d,.]+[^\d\s]{1,4}$|^[¥￥]/.test(text) ? reading(null) : reading(null, "notNumber");
  }
  const value = tidied(text);
  if (value.startsWith("-") && !cell.negative) return reading(null, "negative");
  if (value.replace(/\D/g, "").length > 18) return reading(null, "tooLong");
  return (value.split(".")[1] ?? "").replace(/0+$/, "").length > cell.decimals ? reading(null, "decimals") : reading(value);
}

const DATES = [
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/,
  /^(\d{4})(\d{2})(\d{2})$/,
];

function readDate(raw) {
  const text = raw.normalize("NFKC").replace(BLANKS, "").replace(DASHES, "-");
  const found = DATES.map((pattern) => pattern.exec(text)).find(Boolean);
  if (!found) return /^\d{5}$/.test(text) ? reading(null) : reading(null, "notDate");
  const [, year, month, day] = found.map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? reading(date.toISOString().slice(0, 10)) : reading(null, "notDate");
}

function readChoice(raw, cell) {
  const text = raw.normalize("NFKC").trim().toLowerCase();
  const found = cell.choices.find(({ v, label }) => v.toLowerCase() === text || label.normalize("NFKC").toLowerCase() === text);
  // The server also knows the labels in the other language.
  return found ? reading(found.v) : reading(null, /^[\x20-\x7e]+$/.test(text) ? null : "notChoice");
}

// raw: what stands in the cell; cell: {type, decimals, negative, choices}.
export function read(raw, cell) {
  if (!raw || !raw.trim()) return reading("");
  if (isNumeric(cell.type)) return readNumber(raw, cell);
  if (cell.type === "date") return readDate(raw);
  return cell.type === "choice" ? readChoice(raw, cell) : reading(raw.trim());
}

// "1234.5" -> "1,234.50"; more decimals than the cell has are shown as they are.
export function group(plain, decimals) {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(plain) ?? [];
  if (whole === undefined) return plain;
  const places = part.padEnd(decimals, "0");
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (places ? `.${places}` : "");
}

// What a cell shows when nobody edits it.
export function shown(raw, cell) {
  const { value } = read(raw, cell);
  if (value === null || value === "") return raw ?? "";
  if (isNumeric(cell.type)) return group(value, cell.decimals) + (cell.type === "percent" ? "%" : "");
  if (cell.type === "choice") return cell.choices.find(({ v }) => v === value).label;
  return value;
}

// What goes to the clipboard: numbers without separators, so that every spreadsheet takes them as numbers.
export function copied(raw, cell) {
  const { value } = read(raw, cell);
  return isNumeric(cell.type) && value ? value : shown(raw, cell);
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
