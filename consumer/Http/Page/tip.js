// One row of avg_1min in words, and all shown ones as a table: what the chart is drawn from.

import { MINUTE, average, date, isoTime, minute, number, percent, quantity } from './format.js';
import { make, resize, setAttribute, setText } from './dom.js';

const wording = bar => (bar.closed ? 'closed' : 'still open') + (bar.corrections > 0 ? ', corrected' + (bar.corrections > 1 ? ` ${bar.corrections}×` : '') : '');

/** Two digits more than the chart shows: enough to tell any two averages of one price grid apart. */
const exact = (bar, ticker) => average(bar.avg, ticker.decimals + 2);

function value(shown, number) {
  const data = make('data', '', shown);
  data.value = number ?? '';
  return data;
}

export function fillTip(tip, series, start, isCompared) {
  const list = make('dl', isCompared ? '' : 'single');
  const add = (word, shown, color) => {
    const term = make('dt', '', word);
    if (color) term.style.setProperty('--series', color);
    list.append(term, make('dd', '', shown));
  };
  for (const { ticker, bars, value: of, color } of series) {
    const bar = bars.find(one => one.start === start);
    if (isCompared) add(ticker.name, bar ? value(`${average(bar.avg, ticker.decimals)}  ${percent(of(bar))}`, bar.avg) : 'no tick', color);
    else if (bar) for (const [word, shown, number] of columnsOf(ticker, bar)) add(word, value(shown, number));
  }
  const bar = isCompared ? null : series[0].bars.find(one => one.start === start);
  tip.replaceChildren(make('b', '', `${minute(start)} – ${minute(start + MINUTE)} UTC${bar ? ` · ${wording(bar)}` : ''}`), list);
}

function columnsOf(ticker, bar) {
  const price = name => number(bar[name], ticker.decimals);
  return [
    ['Average', exact(bar, ticker), bar.avg],
    ['Last', price('last'), bar.last],
    ['Open', price('open'), bar.open],
    ['High', price('high'), bar.high],
    ['Low', price('low'), bar.low],
    ['Volume', quantity(bar.volume), bar.volume],
    ['Ticks', quantity(bar.ticks), bar.ticks],
  ];
}

/** Newest first. Rows are filled again and not made again. */
export function fillRows(body, series) {
  const all = series.flatMap(({ ticker, bars }) => bars.map(bar => ({ ticker, bar })));
  all.sort((a, b) => b.bar.start - a.bar.start);
  const rows = resize(body, all.length, () => {
    const row = make('tr');
    for (let i = 0; i < 10; i++) row.append(make('td', '', i === 0 ? make('time') : i > 1 && i < 9 ? make('data') : ''));
    return row;
  });
  all.forEach(({ ticker, bar }, i) => {
    const row = rows[i];
    const [time, name, ...cells] = row.children;
    setAttribute(row, 'data-ticker', ticker.name);
    row.classList.toggle('is-open', !bar.closed);
    setText(time.firstChild, `${date(bar.start)} ${minute(bar.start)}`);
    setAttribute(time.firstChild, 'datetime', isoTime(bar.start));
    setText(name, ticker.name);
    columnsOf(ticker, bar).forEach(([, shown, number], column) => {
      setText(cells[column].firstChild, shown);
      setAttribute(cells[column].firstChild, 'value', number ?? '');
    });
    setText(cells[7], wording(bar));
  });
}
