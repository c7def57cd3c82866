// Numbers of the expression language: exact decimals, the same arithmetic as app/filings/expressions/numbers.py.
// A product or quotient is rounded half away from zero to 20 decimal places; null stands for "no value":
// division by 0, a result beyond 10^18, a text that is no number.
import SharedBig from "../../vendor/big/big.mjs";

const PLACES = 20;
const NUMBER = /^-?[0-9]{1,400}(\.[0-9]{1,400})?(E[+-]?[0-9]{1,6})?$/i;

// A constructor of our own: settings of big.js belong to the constructor.
const Big = SharedBig();
Big.DP = PLACES;
Big.RM = Big.roundHalfUp;

const LIMIT = new Big("1e18");
export const ZERO = new Big(0);

export const isNumber = (value) => value instanceof Big;

function settled(result) {
  if (result.eq(0)) return ZERO; // there is no minus zero
  return result.abs().gt(LIMIT) ? null : result;
}

// The number that a text of plain digits ("-1234.50") or a whole JavaScript number stands for, or null.
export function number(value) {
  if (isNumber(value)) return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? new Big(value) : null;
  if (typeof value !== "string" || !NUMBER.test(value)) return null;
  return settled(new Big(value).round(PLACES, Big.roundHalfUp));
}

export const add = (a, b) => settled(a.plus(b));
export const subtract = (a, b) => settled(a.minus(b));
export const multiply = (a, b) => settled(a.times(b).round(PLACES, Big.roundHalfUp));
export const divide = (a, b) => (b.eq(0) ? null : settled(a.div(b)));
export const negate = (a) => settled(a.neg());
export const absolute = (a) => a.abs();
export const difference = (a, b) => a.minus(b);
export const isWhole = (a) => a.round(0, Big.roundDown).eq(a);

// a rounded half away from zero; places is a whole number (of either kind) from -18 to 20, else null.
export function rounded(a, places) {
  const wanted = isNumber(places) ? places : number(places);
  if (wanted === null || wanted.lt(-18) || wanted.gt(PLACES) || !isWhole(wanted)) return null;
  return settled(a.round(wanted.toNumber(), Big.roundHalfUp));
}

// The text of a number with exactly so many decimals ("1234.50"), as the server stores and compares it.
export const toFixed = (a, decimals) => settled(a.round(decimals, Big.roundHalfUp))?.toFixed(decimals) ?? "";
