// Which tickers the chart shows: the chosen one first, then those beside it. Kept in the address, so that a reload and a bookmark keep it.

const MOST = 6;

export class Selection {
  constructor(onChange) {
    const address = new URLSearchParams(location.hash.slice(1));
    this.names = [...new Set(address.getAll('t'))].slice(0, MOST);
    this.minutes = [30, 60, 120].find(minutes => minutes === Number(address.get('m'))) ?? 120;
    this.colors = new Map(this.names.map((name, i) => [name, i]));
    this.onChange = onChange;
  }

  get isFull() {
    return this.names.length === MOST;
  }

  has(name) {
    return this.names.includes(name);
  }

  /** As a value of the CSS property --series. */
  color(name) {
    return `var(--s${this.colors.get(name) ?? 0})`;
  }

  choose(name) {
    this.set([name]);
  }

  toggle(name) {
    if (this.has(name)) this.set(this.names.filter(other => other !== name));
    else if (!this.isFull) this.set([...this.names, name]);
  }

  show(minutes) {
    this.minutes = minutes;
    this.set(this.names);
  }

  /** A ticker keeps its color as long as it is shown. */
  set(names) {
    for (const name of this.colors.keys()) if (!names.includes(name)) this.colors.delete(name);
    const free = [...Array(MOST).keys()].filter(color => ![...this.colors.values()].includes(color));
    for (const name of names) if (!this.colors.has(name)) this.colors.set(name, names.length === 1 ? 0 : free.shift());
    this.names = names;
    const address = new URLSearchParams([...names.map(name => ['t', name]), ['m', this.minutes]]);
    history.replaceState(null, '', `#${address}`);
    this.onChange();
  }
}
