// Latest close per ticker. Of any number of tickers only the rows in sight are in the document; they are filled again as it scrolls.

import { arrow, average, minute, number, percent } from './format.js';
import { draw, make, resize, setAttribute, setText } from './dom.js';
import { LIT_MS } from './market.js';

const RESORT_MS = 1000;
const HOLD_MS = 1500;
const SPARK = { width: 70, height: 18, minutes: 30 };

const collator = new Intl.Collator('en', { numeric: true });
const keys = {
  name: null,
  close: ticker => ticker.latest.last,
  average: ticker => ticker.latest.avg,
  change: ticker => ticker.change,
};
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class TickerTable {
  constructor(market, selection, redraw) {
    Object.assign(this, { market, selection, redraw });
    this.grid = document.getElementById('grid');
    this.body = document.getElementById('grid-body');
    this.rows = document.getElementById('rows');
    this.filter = document.getElementById('filter');
    this.count = document.getElementById('ticker-count');
    this.noMatch = document.getElementById('no-match');
    this.sort = { key: 'name', down: false };
    this.order = [];
    this.slots = new WeakMap();
    this.active = null;
    this.widest = { close: 0, mean: 0 };
    this.sortedAt = this.touchedAt = -Infinity;
    this.listen();
  }

  listen() {
    this.body.tabIndex = -1;
    this.body.addEventListener('scroll', this.redraw, { passive: true });
    new ResizeObserver(() => {
      this.rowHeight = parseFloat(getComputedStyle(this.grid).getPropertyValue('--row'));
      this.redraw();
    }).observe(this.body);
    for (const header of this.grid.querySelectorAll('[data-key]')) header.firstChild.addEventListener('click', () => this.sortBy(header.dataset.key));
    this.filter.addEventListener('input', () => this.refilter());
    this.filter.addEventListener('keydown', event => this.onFilterKey(event));
    this.rows.addEventListener('mousedown', event => this.onMouseDown(event));
    this.rows.addEventListener('click', event => this.onClick(event));
    this.rows.addEventListener('focusin', event => this.activate(event.target.closest('[data-ticker]')?.dataset.ticker));
    this.body.addEventListener('keydown', event => this.onKey(event));
    // Rows do not change places under a hand that is about to click.
    this.rows.addEventListener('pointermove', () => (this.touchedAt = performance.now()), { passive: true });
  }

  sortBy(key) {
    this.sort = { key, down: this.sort.key === key ? !this.sort.down : key !== 'name' };
    this.sortedAt = -Infinity;
    this.touchedAt = -Infinity;
    this.redraw();
  }

  refilter() {
    this.orderedVersion = null;
    this.body.scrollTop = 0;
    this.redraw();
  }

  onFilterKey(event) {
    if (event.key === 'Escape') {
      this.filter.value = '';
      this.refilter();
      this.focusActive();
    } else if ((event.key === 'ArrowDown' || event.key === 'Enter') && this.order.length > 0) {
      if (event.key === 'Enter') this.selection.choose(this.order[0].name);
      this.move(0);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** A click with Shift would select the text between two clicks. */
  onMouseDown(event) {
    const row = event.target.closest('[data-ticker]');
    if (!row || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    row.focus({ preventScroll: true });
  }

  onClick(event) {
    const name = event.target.closest('[data-ticker]')?.dataset.ticker;
    if (name === undefined) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.target.closest('.add')) this.selection.toggle(name);
    else if (getSelection().isCollapsed) this.show(name);
  }

  /** Its chart too, which on a narrow page may be out of sight. */
  show(name) {
    this.selection.choose(name);
    document.getElementById('average').scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth' });
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.order.length === 0) return;
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.rowHeight) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) this.move(this.indexOfActive() + steps[event.key]);
    else if (event.key === 'Enter' && this.active !== null) this.selection.choose(this.active);
    else if (event.key === ' ' && this.active !== null) this.selection.toggle(this.active);
    else return;
    event.preventDefault();
  }

  indexOfActive() {
    return Math.max(0, this.order.findIndex(ticker => ticker.name === this.active));
  }

  activate(name) {
    if (name === undefined || name === this.active) return;
    this.active = name;
    this.redraw();
  }

  move(index) {
    const to = Math.min(Math.max(index, 0), this.order.length - 1);
    this.active = this.order[to].name;
    this.focusActive();
  }

  focusActive() {
    const top = this.indexOfActive() * this.rowHeight;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top + this.rowHeight > this.body.scrollTop + this.body.clientHeight) this.body.scrollTop = top + this.rowHeight - this.body.clientHeight;
    this.body.focus({ preventScroll: true });
    this.touchedAt = performance.now();
    this.render(performance.now());
  }

  arrange(now) {
    const isNew = this.orderedVersion !== this.market.version;
    if (!isNew && (this.sort.key === 'name' ? this.sortedAt > -Infinity : now < Math.max(this.sortedAt + RESORT_MS, this.touchedAt + HOLD_MS))) return;
    this.orderedVersion = this.market.version;
    this.sortedAt = now;
    const wanted = this.filter.value.trim().toLowerCase();
    const all = [...this.market.tickers.values()].filter(ticker => ticker.bars.length > 0);
    const shown = wanted ? all.filter(ticker => ticker.name.toLowerCase().includes(wanted)) : all;
    const key = keys[this.sort.key];
    const sign = this.sort.down ? -1 : 1;
    const values = key && new Map(shown.map(ticker => [ticker, key(ticker)]));
    this.order = shown.sort((a, b) => sign * (key ? values.get(a) - values.get(b) : 0) || (key ? 1 : sign) * collator.compare(a.name, b.name));
    setText(this.count, wanted ? `${number(shown.length)} of ${number(all.length)}` : all.length === 1 ? '1 ticker' : `${number(all.length)} tickers`);
    this.noMatch.hidden = !wanted || shown.length > 0;
    setText(this.noMatch, this.noMatch.hidden ? '' : `No ticker matches '\u2068${this.filter.value.trim()}\u2069'.`);
    setAttribute(this.grid, 'aria-rowcount', this.order.length + 1);
    for (const header of this.grid.querySelectorAll('[data-key]'))
      setAttribute(header, 'aria-sort', header.dataset.key === this.sort.key ? (this.sort.down ? 'descending' : 'ascending') : null);
  }

  render(now) {
    this.arrange(now);
    if (!this.rowHeight) return;
    const height = this.rowHeight;
    const first = Math.max(0, Math.floor(this.body.scrollTop / height) - 2);
    const last = Math.min(this.order.length, Math.ceil((this.body.scrollTop + this.body.clientHeight) / height) + 2);
    const hadFocus = this.body.contains(document.activeElement);
    this.rows.style.height = `${this.order.length * height}px`;
    const rows = resize(this.rows, Math.max(0, last - first), () => this.makeRow());
    let tabStop = rows[0];
    let isFlashing = false;
    for (let i = first; i < last; i++) {
      const row = rows[i - first];
      isFlashing = this.fill(row, this.order[i], i, now) || isFlashing;
      if (this.order[i].name === this.active) tabStop = row;
    }
    for (const row of rows) row.tabIndex = row === tabStop ? 0 : -1;
    if (hadFocus) this.keepFocus(tabStop);
    if (isFlashing) setTimeout(this.redraw, LIT_MS);
  }

  /** The focus goes with its ticker, and waits at the list while that is out of sight. */
  keepFocus(row) {
    const target = row?.dataset.ticker === this.active ? row : this.body;
    if (document.activeElement !== target) target.focus({ preventScroll: true });
  }

  makeRow() {
    const row = make('div');
    const cell = (tag, name) => {
      const element = make(tag, `cell ${name}`);
      element.setAttribute('role', name === 'name' ? 'rowheader' : 'gridcell');
      row.append(element);
      return element;
    };
    row.setAttribute('role', 'row');
    const add = make('button', 'add');
    add.type = 'button';
    add.tabIndex = -1;
    cell('span', 'compare').append(add);
    const slot = { add, name: cell('span', 'name'), close: cell('data', 'close'), average: cell('data', 'mean'), change: cell('data', 'change') };
    slot.arrow = make('span');
    slot.arrow.ariaHidden = 'true';
    slot.percent = make('span');
    slot.change.append(slot.arrow, ' ', slot.percent);
    const svg = draw('svg');
    svg.setAttribute('viewBox', `0 0 ${SPARK.width} ${SPARK.height}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    slot.spark = draw('path');
    svg.append(slot.spark);
    cell('span', 'spark').append(svg);
    this.slots.set(row, slot);
    return row;
  }

  /** Returns whether the close is lit, and so must be drawn again. */
  fill(row, ticker, index, now) {
    const slot = this.slots.get(row);
    const isLit = !calm.matches && ticker.isLit(now);
    row.style.top = `${index * this.rowHeight}px`;
    setAttribute(row, 'aria-rowindex', index + 2);
    const isChosen = this.selection.has(ticker.name);
    setAttribute(row, 'aria-selected', isChosen);
    setAttribute(slot.add, 'aria-pressed', isChosen);
    slot.add.style.setProperty('--series', isChosen ? this.selection.color(ticker.name) : '');
    slot.close.classList.toggle('up', isLit && ticker.direction > 0);
    slot.close.classList.toggle('down', isLit && ticker.direction < 0);
    if (slot.ticker !== ticker || slot.version !== ticker.version) this.write(row, slot, ticker);
    return isLit;
  }

  write(row, slot, ticker) {
    const { last, avg } = ticker.latest;
    if (slot.ticker !== ticker) {
      row.dataset.ticker = ticker.name;
      slot.add.setAttribute('aria-label', `Compare ${ticker.name}`);
      slot.name.title = ticker.name;
    }
    slot.ticker = ticker;
    slot.version = ticker.version;
    setText(slot.name, ticker.name);
    this.writePrice(slot.close, 'close', number(last, ticker.decimals), last);
    this.writePrice(slot.average, 'mean', average(avg, ticker.decimals), avg);
    const shown = percent(ticker.change);
    setText(slot.percent, shown);
    setText(slot.arrow, arrow(shown));
    slot.change.value = ticker.change ?? '';
    slot.change.title = `since ${minute(ticker.recent[0].start)} UTC`;
    row.classList.toggle('gains', shown[0] === '+');
    row.classList.toggle('loses', shown[0] === '−');
    slot.spark.setAttribute('d', spark(ticker.recent));
  }

  /** A column grows with its prices: of a price no digit may be cut off. */
  writePrice(cell, column, shown, value) {
    setText(cell, shown);
    cell.value = value;
    const digits = shown.replace(/[.,]/g, '').length;
    const width = digits + (shown.length - digits) * 0.55;
    if (width <= this.widest[column]) return;
    this.widest[column] = width;
    this.grid.style.setProperty(`--${column}`, width);
  }
}

function spark(bars) {
  let low = Infinity;
  let high = -Infinity;
  for (const bar of bars) {
    low = Math.min(low, bar.avg);
    high = Math.max(high, bar.avg);
  }
  const start = bars[bars.length - 1].start - (SPARK.minutes - 1) * 60e6;
  const points = bars.map(bar => {
    const x = ((bar.start - start) / 60e6 / (SPARK.minutes - 1)) * SPARK.width;
    const y = high > low ? SPARK.height - 1 - ((bar.avg - low) / (high - low)) * (SPARK.height - 2) : SPARK.height / 2;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.length === 1 ? `${points[0]}l0 .1` : points.join('L')}`;
}
