// The evaluator of the expression language in the browser: the same rules as app/filings/expressions/evaluate.py,
// over the tree that app/filings/expressions/browser.py writes. Nothing here throws on any value.
//
// env has four functions; the references they get are nodes of the tree ({op, form, row, col | field, shift}):
//   scalar(ref)   the value of a cell or field: a number made by decimal.js number(), a text, a Day made by
//                 dates.js day(), a boolean, or null. A blank number of a filed form is number(0), a blank text
//                 "", a blank date null, a cell of a filing that does not exist null.
//   column(ref)   the values of a table column, or null when the filing does not exist
//   attr(ref)     an attribute {scope, name} of the institution or the period
//   isBlank(ref)  whether nothing is filled in there; null when the filing does not exist
import { Day } from "./dates.js";
import * as decimal from "./decimal.js";

const { ZERO, isNumber } = decimal;
const isText = (value) => typeof value === "string";
const isTruth = (value) => typeof value === "boolean";
const isDay = (value) => value instanceof Day;
const isFilled = (value) => value !== null && value !== "";

// A value from outside, made safe.
function clean(value) {
  if (isText(value) || isTruth(value) || isDay(value)) return value;
  return isNumber(value) || typeof value === "number" ? decimal.number(value) : null;
}

function daysLater(date, days) {
  return decimal.isWhole(days) && days.abs().lt(1e7) ? date.later(days.toNumber()) : null;
}

const ARITHMETIC = {
  "+"(a, b) {
    if (isNumber(a) && isNumber(b)) return decimal.add(a, b);
    if (isDay(a) && isNumber(b)) return daysLater(a, b);
    return isNumber(a) && isDay(b) ? daysLater(b, a) : null;
  },
  "-"(a, b) {
    if (!isNumber(b)) return null;
    if (isNumber(a)) return decimal.subtract(a, b);
    return isDay(a) ? daysLater(a, decimal.negate(b)) : null;
  },
  "*": (a, b) => (isNumber(a) && isNumber(b) ? decimal.multiply(a, b) : null),
  "/": (a, b) => (isNumber(a) && isNumber(b) ? decimal.divide(a, b) : null),
};

// From how a compares with b (negative, 0, positive), and whether they are equal within the tolerance.
const COMPARISONS = {
  "==": (order, equal) => equal,
  "!=": (order, equal) => !equal,
  "<=": (order, equal) => order < 0 || equal,
  ">=": (order, equal) => order > 0 || equal,
  "<": (order) => order < 0,
  ">": (order) => order > 0,
};

function compare(op, a, b, tolerance) {
  const holds = COMPARISONS[op];
  if (isNumber(a) && isNumber(b)) {
    return holds(a.cmp(b), decimal.difference(a, b).abs().lte(tolerance));
  }
  if (isText(a) && isText(b)) return op === "==" || op === "!=" ? holds(0, a === b) : null;
  if (isDay(a) && isDay(b)) {
    const order = a.compare(b);
    return holds(order, order === 0);
  }
  return null;
}

function total(values) {
  return values.reduce((sum, value) => (sum && isNumber(value) ? decimal.add(sum, value) : null), ZERO);
}

function extreme(op) {
  return (values) => {
    let best = values.length ? values[0] : ZERO;
    for (const value of values) {
      const better = compare(op, value, best, ZERO);
      if (better === null) return null;
      if (better) best = value;
    }
    return best;
  };
}

const AGGREGATES = {
  SUM: total,
  MAX: extreme(">"),
  MIN: extreme("<"),
  COUNT: (values) => decimal.number(values.filter(isFilled).length),
  ALL: (values) => decimal.number(values.length),
};

// One text per value, so that equal values of one type, and only those, have the same.
const identity = (value) => `${isText(value) ? "text" : isDay(value) ? "day" : "other"}:${value}`;

function column(node, env) {
  const values = env.column(node);
  return values === null || values === undefined ? null : Array.from(values, clean);
}

function junction(decisive) {
  return (node, env, tolerance) => {
    let result = !decisive;
    for (const item of node.items) {
      const value = run(item, env, tolerance);
      if (value === decisive) return decisive;
      if (!isTruth(value)) result = null;
    }
    return result;
  };
}

function arithmetic(node, env) {
  return ARITHMETIC[node.op](run(node.left, env, ZERO), run(node.right, env, ZERO));
}

function comparison(node, env, tolerance) {
  const left = run(node.left, env, ZERO);
  return compare(node.op, left, run(node.right, env, ZERO), node.exact ? ZERO : tolerance);
}

function onNumber(operate) {
  return (node, env) => {
    const [value, ...others] = node.args.map((arg) => run(arg, env, ZERO));
    return isNumber(value) && others.every(isNumber) ? operate(value, ...others) : null;
  };
}

function aggregate(node, env) {
  const values = [];
  for (const arg of node.args) {
    const more = arg.op === "column" ? column(arg, env) : [run(arg, env, ZERO)];
    if (more === null) return null;
    values.push(...more);
  }
  return AGGREGATES[node.name](values);
}

function conditional(node, env) {
  const values = column(node.column, env);
  const by = column(node.by, env);
  const wanted = run(node.value, env, ZERO);
  if (values === null || by === null || wanted === null || values.length !== by.length) return null;
  return AGGREGATES[node.name](values.filter((_, index) => compare("==", by[index], wanted, ZERO) === true));
}

function choice(node, env, tolerance) {
  const value = run(node.condition, env, ZERO);
  return isTruth(value) ? run(value ? node.yes : node.no, env, tolerance) : null;
}

function unique(node, env) {
  const values = column(node.column, env);
  if (values === null) return null;
  const filled = values.filter(isFilled).map(identity);
  return new Set(filled).size === filled.length;
}

function empty(node, env) {
  if (node.ref.op === "attr") return !isFilled(clean(env.attr(node.ref)));
  return env.isBlank(node.ref) ?? null;
}

const scalar = (node, env) => clean(env.scalar(node));

const NODES = new Map(
  Object.entries({
    number: (node) => decimal.number(node.value),
    text: (node) => node.value,
    cell: scalar,
    field: scalar,
    row: scalar,
    attr: (node, env) => clean(env.attr(node)),
    negate: onNumber(decimal.negate),
    abs: onNumber(decimal.absolute),
    round: onNumber(decimal.rounded),
    not: (node, env, tolerance) => {
      const value = run(node.operand, env, tolerance);
      return isTruth(value) ? !value : null;
    },
    and: junction(false),
    or: junction(true),
    if: choice,
    empty,
    unique,
    aggregate,
    conditional,
  }),
);
for (const op of Object.keys(ARITHMETIC)) NODES.set(op, arithmetic);
for (const op of Object.keys(COMPARISONS)) NODES.set(op, comparison);

function run(node, env, tolerance) {
  return NODES.get(node.op)(node, env, tolerance);
}

// The value of the tree, or null. Numbers come back unrounded: see rounded() and toFixed() of decimal.js.
// tolerance: a number of decimal.js or the text of one.
export function evaluate(tree, env, tolerance = ZERO) {
  return run(tree, env, decimal.number(tolerance) ?? ZERO);
}
