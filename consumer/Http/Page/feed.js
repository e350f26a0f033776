// The connection: always one, and a new one whenever the old is broken or silent. Every connection begins with the full state.

const SILENCE_MS = 3000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 5000;

export class Feed {
  /** onMessage(message) is given parsed messages, the first of each connection with `full`; onLost() is called when they stop. */
  constructor(url, onMessage, onLost) {
    Object.assign(this, { url, onMessage, onLost });
    this.retry = FIRST_RETRY_MS;
    this.open();
  }

  open() {
    this.source = new EventSource(this.url);
    this.heardAt = performance.now();
    this.source.onmessage = event => this.take(event.data);
    this.source.onerror = () => this.reopen();
    this.watch = setInterval(() => {
      if (performance.now() - this.heardAt > SILENCE_MS) this.reopen();
    }, 500);
  }

  take(data) {
    this.heardAt = performance.now();
    this.retry = FIRST_RETRY_MS;
    try {
      this.onMessage(JSON.parse(data));
    } catch (failure) {
      // What was shown may be half of a message: ask for all of it again, and let the console know.
      this.reopen();
      throw failure;
    }
  }

  reopen() {
    this.source.close();
    clearInterval(this.watch);
    this.onLost();
    setTimeout(() => this.open(), this.retry);
    this.retry = Math.min(this.retry * 1.5, LAST_RETRY_MS);
  }
}
