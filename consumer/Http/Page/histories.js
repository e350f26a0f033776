// The last two hours of each shown ticker, from the lake: what came before this page was opened, and what came too fast for it.

const MINUTES = 120;
const EVERY_MS = 60_000;
const PAUSE_MS = 10_000;

export class Histories {
  constructor(market, selection, onChange) {
    Object.assign(this, { market, selection, onChange });
    this.asked = new Set();
    this.askedAt = -Infinity;
    this.problem = null;
    setInterval(() => this.refresh(), EVERY_MS);
  }

  /** After a reconnect all may be otherwise. */
  reload() {
    clearTimeout(this.timer);
    this.timer = null;
    this.asked = new Set();
    this.load();
  }

  /** In a while, and with a pause since the last time: each asks the lake. */
  refresh() {
    this.timer ??= setTimeout(() => this.reload(), Math.max(0, this.askedAt + PAUSE_MS - performance.now()));
  }

  load() {
    for (const name of this.selection.names) if (!this.asked.has(name)) this.fetch(name, this.asked);
  }

  async fetch(name, asked) {
    asked.add(name);
    this.askedAt = performance.now();
    const answer = await fetch(`/live/bars?ticker=${encodeURIComponent(name)}&minutes=${MINUTES}`).catch(() => null);
    const body = await answer?.json().catch(() => null);
    // It was asked again since, perhaps of another server.
    if (asked !== this.asked) return;
    if (answer?.ok && body) this.market.addHistory(name, body.bars, performance.now());
    const isKnown = answer?.ok || answer?.status === 404;
    this.problem = isKnown ? null : body?.problem ?? 'what came before this page cannot be read';
    if (!isKnown) this.refresh();
    this.onChange();
  }
}
