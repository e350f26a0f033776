// Head, tiles, shards and problems: what the worker says of itself.

import { NONE, clock, date, isoTime, number, seconds, span, whole } from './format.js';
import { draw, make, resize, setAttribute, setText } from './dom.js';

const TREND_S = 300;
const SHORT_TREND_S = 60;
const PROBLEMS = 50;

const words = {
  rate: whole, behind_ms: span, checkpoint_age_s: seconds, late: whole, quarantined: whole, windows_written: whole,
};
const fromZero = new Set(['rate', 'behind_ms', 'checkpoint_age_s']);

export class Head {
  constructor() {
    this.elements = Object.fromEntries(['state', 'why', 'clock', 'stream', 'worker', 'lake', 'shard-count'].map(id => [id, document.getElementById(id)]));
  }

  /** Once a word, and not again while it stays: it is read out when it changes. Returns whether it did. */
  say(state, why) {
    const isNew = document.body.dataset.state !== state;
    setAttribute(document.body, 'data-state', state);
    setText(this.elements.state, state);
    this.elements.why.hidden = !why;
    setText(this.elements.why, why ?? '');
    const title = `${state} · ${this.stream ?? 'Stock stream'}`;
    if (document.title !== title) document.title = title;
    return isNew;
  }

  take({ head, shards }) {
    if (head) {
      this.stream = head.stream;
      for (const fact of ['stream', 'worker', 'lake']) this.fact(fact, head[fact]);
      this.elements.worker.title = `${head.worker}, application ${head.application}`;
    }
    if (shards) {
      const own = shards.filter(shard => shard.own).length;
      this.fact('shard-count', own === shards.length ? number(own) : `${number(own)} of ${number(shards.length)}`);
    }
  }

  fact(id, text) {
    setText(this.elements[id], text);
    this.elements[id].title = text;
  }

  showClock(market) {
    setText(this.elements.clock, market === null ? NONE : `${date(market)} ${clock(market)}`);
    setAttribute(this.elements.clock, 'datetime', market === null ? null : isoTime(market));
  }
}

export class Tiles {
  constructor() {
    this.tiles = [...document.querySelectorAll('[data-tile]')].map(tile => {
      const svg = tile.querySelector('svg');
      svg.setAttribute('viewBox', '0 0 100 20');
      svg.setAttribute('preserveAspectRatio', 'none');
      const path = draw('path');
      svg.append(path);
      return { key: tile.dataset.tile, tile, path, value: tile.querySelector('data') };
    });
    this.trend = {};
  }

  take({ full, tiles, trend }) {
    if (full) this.trend = {};
    if (tiles) this.values = tiles;
    for (const [key, values] of Object.entries(trend ?? {})) this.trend[key] = [...(this.trend[key] ?? []), ...values].slice(-TREND_S);
    this.isTrendNew ||= full || trend !== undefined;
  }

  render() {
    if (!this.values) return;
    for (const { key, tile, path, value } of this.tiles) {
      const now = this.values[key];
      setText(value, words[key](now));
      setAttribute(value, 'value', now ?? '');
      tile.classList.toggle('attention', key === 'quarantined' && now > 0);
      if (!this.isTrendNew) continue;
      const known = (this.trend[key] ?? []).filter(one => one !== null);
      path.setAttribute('d', line(this.trend[key] ?? [], known, fromZero.has(key)));
      if (known.length > 0) tile.title = `last ${span(this.trend[key].length * 1000)}: ${words[key](Math.min(...known))} to ${words[key](Math.max(...known))}`;
    }
    this.isTrendNew = false;
  }
}

function line(values, known, isFromZero) {
  const low = isFromZero ? 0 : Math.min(...known);
  const high = Math.max(...known);
  const step = 100 / (Math.max(values.length, SHORT_TREND_S) - 1);
  let d = '';
  let isDown = false;
  values.forEach((value, i) => {
    if (value !== null) {
      const y = high > low ? 19 - ((value - low) / (high - low)) * 18 : 19;
      d += `${isDown ? 'L' : 'M'}${(100 - (values.length - 1 - i) * step).toFixed(1)} ${y.toFixed(1)}`;
    }
    isDown = value !== null;
  });
  return d;
}

/** A sequence number of 56 digits: its end tells it from others, so that is what stays when there is no room. */
function longName(className, text = '') {
  const inner = make('bdi', '', text);
  inner.dir = 'ltr';
  return make('span', `long ${className}`, inner);
}

function setLongName(element, text) {
  setText(element.firstChild, text ?? NONE);
  setAttribute(element, 'title', text);
}

export class Shards {
  constructor() {
    this.rows = document.getElementById('shard-rows');
  }

  take({ shards }) {
    if (shards) this.shards = shards;
  }

  render() {
    if (!this.shards) return;
    const rows = resize(this.rows, this.shards.length, makeShard);
    this.shards.forEach((shard, i) => fillShard(rows[i], shard));
    this.shards = null;
  }
}

function makeShard() {
  const row = make('div');
  row.setAttribute('role', 'row');
  row.append(make('span', 'name'), make('span'), make('span'), make('span'), make('span'), longName('position'), make('span', 'problem'));
  for (const cell of row.children) cell.setAttribute('role', 'cell');
  row.firstChild.setAttribute('role', 'rowheader');
  return row;
}

function fillShard(row, shard) {
  const [name, owner, rate, behind, age, sequence, problem] = row.children;
  row.classList.toggle('elsewhere', !shard.own);
  setAttribute(row, 'data-shard', shard.shard);
  setText(name, shard.shard);
  const holder = shard.own ? 'this worker' : shard.owner ?? 'nobody';
  setText(owner, shard.state === 'owned' ? holder : `${shard.state}${shard.owner ? `, ${holder}` : ''}`);
  setAttribute(owner, 'title', shard.owner);
  setText(rate, whole(shard.rate));
  setText(behind, span(shard.behind_ms));
  setText(age, seconds(shard.checkpoint_age_s));
  setLongName(sequence, shard.position);
  setText(problem, shard.problem ?? '');
}

const tones = { bad: 'bad', error: 'bad', warning: 'warn' };

export class Problems {
  constructor() {
    this.list = document.getElementById('problem-list');
    this.none = document.getElementById('no-problems');
  }

  take({ full, problems }) {
    if (full) this.list.replaceChildren();
    for (const problem of problems ?? []) this.list.prepend(makeProblem(problem));
    while (this.list.children.length > PROBLEMS) this.list.lastElementChild.remove();
    this.none.hidden = this.list.children.length > 0;
  }
}

function makeProblem({ at, kind, text, shard, position, ticker }) {
  const time = make('time', '', clock(at * 1000));
  time.dateTime = isoTime(at * 1000);
  const words = make('p', 'text');
  if (ticker) words.append(make('b', '', make('bdi', '', ticker)));
  words.append(text);
  const item = make('li', '', time, make('span', `badge ${tones[kind] ?? ''}`, kind), make('span', 'name', shard ?? ''), longName('position', position ?? ''), words);
  item.dataset.kind = kind;
  return item;
}
