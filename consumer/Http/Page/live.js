// The live page: one feed, one model, and views that are drawn at most once a frame, and not at all while nobody looks.
//
// GET /live/events sends some four messages a second, each one line of JSON; what does not apply is left out:
//   full      true in the first message of a connection, and whenever rows have gone: forget tickers, shards, problems and trends, and take these
//   at        the server's clock, milliseconds since 1970
//   state     live, catching up, idle, stalled, standing by or draining; `why` says more
//   market    the highest event time, microseconds since 1970, UTC; null before the first tick
//   head      stream, lake, application and worker; with `full`
//   tiles     the six figures as they are; trend: their values, one a second, to be appended (300 are kept)
//   tickers   [id, name] of each ticker before its first row
//   bars      [id, start, average, last, open, high, low, volume, ticks, closed] of each row of avg_1min that changed
//   shards    all of them, about once a second
//   problems  new ones, oldest first (50 are kept)
// GET /live/bars?ticker=NAME&minutes=120 answers { ticker, bars } with such rows, without the id, oldest first: from the lake and from memory.

import { Chart } from './chart.js';
import { make, resize, setAttribute, setText } from './dom.js';
import { Feed } from './feed.js';
import { average } from './format.js';
import { Market } from './market.js';
import { Head, Problems, Shards, Tiles } from './panels.js';
import { Selection } from './selection.js';
import { TickerTable } from './table.js';
import { fillRows } from './tip.js';
import { Histories } from './histories.js';

const byId = id => document.getElementById(id);
let isScheduled = false;

function redraw() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(render);
}

const market = new Market();
const selection = new Selection(() => {
  histories.load();
  chart.changed();
});
const histories = new Histories(market, selection, redraw);
const table = new TickerTable(market, selection, redraw);
const chart = new Chart(market, selection, redraw);
const head = new Head();
const panels = [head, new Tiles(), new Shards(), new Problems()];

function take(message) {
  market.apply(message, performance.now());
  for (const panel of panels) panel.take(message);
  // What came while it caught up may have come too fast to be told.
  if (head.say(message.state, message.why) && (message.state === 'live' || message.state === 'idle')) histories.refresh();
  if (message.full) histories.reload();
  redraw();
}

function render() {
  isScheduled = false;
  const now = performance.now();
  head.showClock(market.clock);
  for (const panel of panels) panel.render?.();
  table.render(now);
  if (selection.names.length === 0 && table.order.length > 0) selection.choose(table.order[0].name);
  chart.render(now);
  renderChoice();
}

function renderChoice() {
  const { names } = selection;
  setText(byId('average-title'), names.length > 0 ? names.map(name => `\u2068${name}\u2069`).join(' · ') : '1-minute average');
  setText(byId('hint'), histories.problem ?? `1-minute average · ${selection.isFull ? 'six at most' : 'Shift-click or + to compare'}`);
  for (const button of byId('ranges').children) setAttribute(button, 'aria-pressed', Number(button.dataset.minutes) === selection.minutes);
  renderLegend();
  const isTable = byId('as-table').getAttribute('aria-pressed') === 'true';
  byId('plot').hidden = isTable;
  byId('rows-table').hidden = !isTable;
  if (isTable) fillRows(byId('rows-table').querySelector('tbody'), chart.series());
  const isEmpty = market.byName.size === 0 && document.body.dataset.state !== 'connecting';
  byId('latest-empty').hidden = !isEmpty;
  byId('chart-empty').hidden = names.length === 0 || names.some(name => market.find(name)?.bars.length > 0);
  setText(byId('chart-empty'), `This worker knows no ${names.join(', ')}.`);
}

function renderLegend() {
  const names = selection.names.length > 1 ? selection.names : [];
  const items = resize(byId('legend'), names.length, () => {
    const remove = make('button', '', '×');
    remove.type = 'button';
    const item = make('li', '', make('i'), make('bdi'), make('span'), remove);
    remove.addEventListener('click', () => selection.toggle(item.dataset.ticker));
    return item;
  });
  names.forEach((name, i) => {
    const [swatch, label, value, remove] = items[i].children;
    const ticker = market.find(name);
    items[i].dataset.ticker = name;
    swatch.style.setProperty('--series', selection.color(name));
    setText(label, name);
    setText(value, ticker?.bars.length > 0 ? average(ticker.latest.avg, ticker.decimals) : 'not known here');
    setAttribute(remove, 'aria-label', `Remove ${name} from the comparison`);
  });
}

function listen() {
  for (const button of byId('ranges').children) button.addEventListener('click', () => selection.show(Number(button.dataset.minutes)));
  byId('as-table').addEventListener('click', ({ currentTarget }) => {
    setAttribute(currentTarget, 'aria-pressed', currentTarget.getAttribute('aria-pressed') !== 'true');
    redraw();
  });
  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
    event.preventDefault();
    byId('filter').select();
    byId('filter').focus();
  });
  byId('latest-empty').append('No tick yet. To send some:', make('code', '', 'producer sample --out ./data/sample'), make('code', '', 'producer replay ./data/sample --speed 60 --create-stream'));
}

listen();
new Feed('/live/events', take, () => head.say('reconnecting'));
