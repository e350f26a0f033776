// The last two hours of each shown ticker, from before the page was opened: asked once for each ticker and connection.

const MINUTES = 120;
const RETRY_MS = 10_000;

export class Histories {
  constructor(market, selection, onChange) {
    Object.assign(this, { market, selection, onChange });
    this.asked = new Set();
    this.problem = null;
  }

  /** After a reconnect all may be otherwise. */
  reload() {
    this.asked = new Set();
    this.load();
  }

  load() {
    for (const name of this.selection.names) if (!this.asked.has(name)) this.fetch(name, this.asked);
  }

  async fetch(name, asked) {
    asked.add(name);
    const answer = await fetch(`/live/bars?ticker=${encodeURIComponent(name)}&minutes=${MINUTES}`).catch(() => null);
    const body = await answer?.json().catch(() => null);
    // Of a connection that is gone, or of a ticker that nobody looks at any more.
    if (asked !== this.asked) return;
    if (answer?.ok && body) {
      this.market.addHistory(name, body.bars, performance.now());
      this.problem = null;
    } else if (answer?.status !== 404) {
      this.problem = body?.problem ?? 'what came before this page cannot be read';
      setTimeout(() => this.again(name, asked), RETRY_MS);
    }
    this.onChange();
  }

  again(name, asked) {
    asked.delete(name);
    if (asked === this.asked) this.load();
  }
}
