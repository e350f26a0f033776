// The model: tickers and their bars as the stream tells them. Knows nothing of the page.

import { MINUTE, changeFrom, decimalsOf } from './format.js';

const KEPT = 120 * MINUTE;
const RECENT = 30 * MINUTE;
const NEWS_MS = 1000;

/** How long a changed close stands out. */
export const LIT_MS = 200;

/** One row of avg_1min, as it stands now. */
class Bar {
  constructor([start, avg, last, open, high, low, volume, ticks, closed]) {
    Object.assign(this, { start, avg, last, open, high, low, volume, ticks, closed: closed === 1 || closed === true });
    this.corrections = 0;
    this.correctedAt = 0;
  }
}

export class Ticker {
  constructor(id, name) {
    this.id = id;
    this.name = name;
    this.bars = [];
    this.decimals = 0;
    this.changedAt = this.litFor = this.litUntil = -Infinity;
    this.direction = 0;
    this.version = 0;
  }

  get latest() {
    return this.bars[this.bars.length - 1];
  }

  /** Bars of the last 30 minutes before its own latest one. */
  get recent() {
    return this.since(this.latest.start - RECENT);
  }

  since(start) {
    let first = this.bars.length;
    while (first > 0 && this.bars[first - 1].start > start) first--;
    return this.bars.slice(first);
  }

  /** From the first to the last average that the chart of 30 minutes shows. */
  get change() {
    return changeFrom(this.recent[0].avg, this.latest.avg);
  }

  /** Whether its close stands out: from the first look at the change, so that a busy page does not miss it. */
  isLit(now) {
    if (this.litFor !== this.changedAt && now - this.changedAt < NEWS_MS) {
      this.litFor = this.changedAt;
      this.litUntil = now + LIT_MS;
    }
    return now < this.litUntil;
  }

  /** Of two versions of a minute the one with more ticks is the later truth; of equals the newer, which may have closed it. */
  merge(bar, now, isHistory) {
    let at = this.bars.length;
    while (at > 0 && this.bars[at - 1].start >= bar.start) at--;
    const old = this.bars[at]?.start === bar.start ? this.bars[at] : null;
    if (old && (old.ticks > bar.ticks || (isHistory && old.ticks === bar.ticks))) return;
    const before = this.latest?.last;
    if (old) {
      bar.corrections = old.corrections;
      bar.correctedAt = old.correctedAt;
      if (old.closed && bar.ticks > old.ticks && !isHistory) {
        bar.corrections++;
        bar.correctedAt = now;
      }
    }
    this.bars.splice(at, old ? 1 : 0, bar);
    this.version++;
    this.decimals = Math.max(this.decimals, decimalsOf(bar.last), decimalsOf(bar.open), decimalsOf(bar.high), decimalsOf(bar.low));
    while (this.bars[0].start <= this.latest.start - KEPT) this.bars.shift();
    if (!isHistory && before !== undefined && before !== this.latest.last) {
      this.changedAt = now;
      this.direction = Math.sign(this.latest.last - before);
    }
  }
}

export class Market {
  constructor() {
    this.clock = null;
    this.clear();
  }

  clear() {
    this.tickers = new Map();
    this.byName = new Map();
    // Of the lake alone: tickers that were asked for, and that this worker does not read.
    this.others = new Map();
    this.version = (this.version ?? 0) + 1;
  }

  apply(message, now) {
    if (message.full) this.clear();
    if (message.market !== undefined) this.clock = message.market;
    for (const [id, name] of message.tickers ?? []) this.add(id, name);
    for (const [id, ...row] of message.bars ?? []) {
      const ticker = this.tickers.get(id);
      if (!ticker) throw new Error(`a bar of ticker ${id}, which was never named`);
      if (ticker.bars.length === 0) this.version++;
      ticker.merge(new Bar(row), now, message.full === true);
    }
  }

  add(id, name) {
    const ticker = new Ticker(id, name);
    this.tickers.set(id, ticker);
    this.byName.set(name, ticker);
    this.version++;
  }

  /** Rows from the lake, beside what the stream told meanwhile. */
  addHistory(name, rows, now) {
    if (!this.find(name)) this.others.set(name, new Ticker(null, name));
    for (const row of rows) this.find(name).merge(new Bar(row), now, true);
  }

  find(name) {
    return this.byName.get(name) ?? this.others.get(name);
  }
}
