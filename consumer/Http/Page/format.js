// Numbers and times as people read them. Market times are UTC; all formats are fixed, so that the page is the same on every machine.

export const MINUTE = 60_000_000;
export const NONE = '–';

const SIGNIFICANT = 9;

/** Prices that need more decimals have an exponent instead: 7.2399e−11. */
const MOST_DECIMALS = 12;
const formats = new Map();

/** Decimals of a price, of at most nine significant digits: what a float adds behind them is no price. */
export function decimalsOf(price) {
  const [mantissa, exponent] = price.toPrecision(SIGNIFICANT).split('e');
  const fraction = (mantissa.split('.')[1] ?? '').replace(/0+$/, '').length;
  return Math.max(fraction - Number(exponent ?? 0), 0);
}

export function number(value, decimals = 0, significant = SIGNIFICANT) {
  if (decimals > MOST_DECIMALS + significant - SIGNIFICANT) return minus(value === 0 ? '0' : Number(value.toPrecision(significant)).toExponential());
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(decimals, format);
  }
  return minus(format.format(value));
}

const minus = text => text.replaceAll('-', '−');

/** An average may fall between two prices, so it gets two digits more, as long as it stays readable. */
export function average(value, decimals) {
  const whole = Math.abs(value) < 1 ? 0 : Math.floor(Math.log10(Math.abs(value))) + 1;
  const shown = whole + decimals + 2 > SIGNIFICANT + 1 && whole > 0 ? Math.max(decimals, SIGNIFICANT + 1 - whole) : decimals + 2;
  return number(value, shown, SIGNIFICANT + shown - decimals);
}

export function whole(value) {
  if (value == null) return NONE;
  return (Number.isSafeInteger(Math.round(value)) ? '' : '≈ ') + number(value);
}

/** A count, or a volume, which may be fractional. */
export const quantity = value => (value == null || Number.isInteger(value) ? whole(value) : number(value, decimalsOf(value)));

/** By how much of its base a value differs, up being positive for a negative base too; null where the base is zero. */
export const changeFrom = (base, value) => (base === 0 ? null : (value - base) / Math.abs(base));

export function percent(fraction, decimals = 2) {
  if (fraction === null) return NONE;
  const text = number(Math.abs(fraction) * 100, decimals);
  if (/^[0.,]*$/.test(text)) return text + '%';
  return (fraction < 0 ? '−' : '+') + text + '%';
}

/** ▲, ▼ or ＝, by what the percentage shows and not by what it hides. */
export function arrow(shown) {
  return shown === NONE ? '' : shown[0] === '+' ? '▲' : shown[0] === '−' ? '▼' : '=';
}

export function span(ms) {
  if (ms == null) return NONE;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 9.95) return `${number(s, 1)} s`;
  if (s < 60) return `${Math.min(Math.round(s), 59)} s`;
  if (s < 3600) return pair(s, 60, 'm', 's');
  return s < 86400 ? pair(s / 60, 60, 'h', 'm') : pair(s / 3600, 24, 'd', 'h');
}

function pair(small, many, big, unit) {
  const all = Math.floor(small);
  return `${Math.floor(all / many)} ${big} ${all % many} ${unit}`;
}

export const seconds = s => (s == null ? NONE : s < 1 ? `${number(s, 1)} s` : s < 60 ? `${Math.floor(s)} s` : span(s * 1000));

const iso = micros => new Date(micros / 1000).toISOString();

export const isoTime = iso;
export const date = micros => iso(micros).slice(0, 10);
export const clock = micros => iso(micros).slice(11, 19);
export const minute = micros => iso(micros).slice(11, 16);
