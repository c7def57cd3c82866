// Dates of the expression language: a day, with or without a time. No time zone: a day is a day.
const TEXT = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}(?:\.\d{1,6})?))?)?$/;
const DAY = 86_400_000;
const FIRST = Date.parse("0001-01-01T00:00:00Z") / DAY;
const LAST = Date.parse("9999-12-31T00:00:00Z") / DAY;

export class Day {
  // number: days since 1970-01-01; seconds: since midnight, null for a date without a time.
  constructor(number, seconds = null) {
    this.number = number;
    this.seconds = seconds;
    Object.freeze(this);
  }

  // The day so many days later, or null when that is no day of the calendar.
  later(days) {
    const number = this.number + days;
    return number >= FIRST && number <= LAST ? new Day(number, this.seconds) : null;
  }

  // Negative, 0 or positive; when one of them has no time, only the days count.
  compare(other) {
    if (this.number !== other.number) return this.number - other.number;
    return this.seconds === null || other.seconds === null ? 0 : this.seconds - other.seconds;
  }

  toString() {
    const day = new Date(this.number * DAY).toISOString().slice(0, 10);
    if (this.seconds === null) return day;
    return `${day}T${new Date(this.seconds * 1000).toISOString().slice(11, 23)}`;
  }
}

// The day of "2026-03-05" or "2026-03-05T10:30[:15]", or null.
export function day(text) {
  const match = TEXT.exec(text ?? "");
  if (!match) return null;
  const [, year, month, date, hours, minutes, seconds = "0"] = match;
  const at = Date.parse(`${year}-${month}-${date}T00:00:00Z`);
  // 30 February becomes 2 March in some browsers: it is not a day.
  if (Number.isNaN(at) || new Date(at).getUTCDate() !== Number(date)) return null;
  if (hours === undefined) return new Day(at / DAY);
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60) return null;
  return new Day(at / DAY, Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}
