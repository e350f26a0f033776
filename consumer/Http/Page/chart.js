// The 1-minute averages of the chosen tickers: one by its price, several in percent of each one's first shown value.

import { MINUTE, average, changeFrom, minute, number, percent } from './format.js';
import { draw, setAttribute } from './dom.js';
import { fillTip } from './tip.js';

const MARK_MS = 4000;
const LEAST_MINUTES = 14;
const TAG = { height: 19, gap: 21 };
const EDGE = { left: 14, top: 16, bottom: 26 };

export class Chart {
  constructor(market, selection, redraw) {
    Object.assign(this, { market, selection, redraw });
    this.svg = document.getElementById('chart');
    this.cursor = document.getElementById('cursor');
    this.tip = document.getElementById('tip');
    this.at = null;
    this.size = { width: 0, height: 0 };
    new ResizeObserver(([{ contentRect }]) => {
      this.size = { width: contentRect.width, height: contentRect.height };
      this.changed();
    }).observe(this.cursor);
    this.cursor.addEventListener('pointermove', event => this.point(event));
    this.cursor.addEventListener('pointerdown', event => this.point(event));
    this.cursor.addEventListener('pointerleave', () => this.leave());
    this.cursor.addEventListener('blur', () => this.leave());
    this.cursor.addEventListener('keydown', event => this.onKey(event));
  }

  changed() {
    this.drawn = null;
    this.redraw();
  }

  leave() {
    if (this.at === null) return;
    this.at = null;
    this.changed();
  }

  point(event) {
    if (!this.starts?.length) return;
    const at = this.end - (this.right - (event.clientX - this.cursor.getBoundingClientRect().left)) / this.perMinute * MINUTE;
    this.at = this.starts.reduce((near, start) => (Math.abs(start - at) < Math.abs(near - at) ? start : near));
    this.changed();
  }

  onKey(event) {
    if (!this.starts?.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.starts.length - 1;
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };
    if (event.key === 'Escape') this.at = null;
    else if (event.key in steps) this.at = this.starts[Math.min(Math.max((this.at === null ? last + (event.key === 'ArrowLeft' ? 1 : 0) : this.starts.indexOf(this.at)) + steps[event.key], 0), last)];
    else return;
    event.preventDefault();
    this.changed();
  }

  /** The shown tickers, each with the bars of the shown time and what its line stands for. */
  series() {
    const tickers = this.selection.names.map(name => this.market.find(name)).filter(ticker => ticker?.bars.length > 0);
    const end = Math.max(...tickers.map(ticker => ticker.latest.start));
    const isCompared = this.selection.names.length > 1;
    return tickers.map(ticker => {
      const bars = ticker.since(end - this.selection.minutes * MINUTE);
      const base = bars.find(bar => bar.avg !== 0)?.avg ?? 1;
      const value = isCompared ? bar => changeFrom(base, bar.avg) : bar => bar.avg;
      return { ticker, bars, value, color: this.selection.color(ticker.name) };
    }).filter(series => series.bars.length > 0);
  }

  render(now) {
    const series = this.series();
    const marked = series.some(({ bars }) => bars.some(bar => bar.correctedAt > 0 && now - bar.correctedAt < MARK_MS));
    const state = series.map(({ ticker }) => `${ticker.name} ${ticker.version}`).join() + marked;
    if (this.drawn === state || this.size.width === 0) return;
    this.drawn = state;
    if (marked) setTimeout(this.redraw, MARK_MS);
    this.isCompared = this.selection.names.length > 1;
    this.starts = [...new Set(series.flatMap(({ bars }) => bars.map(bar => bar.start)))].sort((a, b) => a - b);
    if (this.at !== null && !this.starts.includes(this.at)) this.at = this.starts.at(-1) ?? null;
    this.svg.replaceChildren();
    if (series.length > 0) {
      this.scale(series);
      this.drawScale();
      for (const one of series) this.drawSeries(one, now);
      this.drawTags(series);
      this.drawHair(series);
    }
    this.describe(series);
  }

  scale(series) {
    const values = series.flatMap(({ bars, value }) => bars.map(value));
    const low = Math.min(...values);
    const high = Math.max(...values);
    const room = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.001 || 0.001;
    this.low = low - room;
    this.high = high + room;
    this.end = this.starts.at(-1);
    this.step = nice((this.high - this.low) / Math.max(2, this.size.height / 75));
    this.decimals = Math.max(0, -Math.floor(Math.log10(this.isCompared ? this.step * 100 : this.step) + 1e-9));
    if (!Number.isInteger(Number(((this.isCompared ? 100 : 1) * this.step * 10 ** this.decimals).toPrecision(6)))) this.decimals++;
    for (const one of series) one.label = this.labelOf(one);
    this.right = this.size.width - widest([...series.map(one => one.label), this.yLabel(this.high), this.yLabel(this.low)]) - 20;
    this.bottom = this.size.height - EDGE.bottom;
    // The first minutes of a new stream are not to be lost at the edge of two empty hours.
    this.minutes = Math.min(Math.max((this.end - this.starts[0]) / MINUTE, LEAST_MINUTES), this.selection.minutes - 1);
    this.perMinute = (this.right - EDGE.left) / this.minutes;
  }

  x(start) {
    return this.right - ((this.end - start) / MINUTE) * this.perMinute;
  }

  y(value) {
    return EDGE.top + ((this.high - value) / (this.high - this.low)) * (this.bottom - EDGE.top);
  }

  yLabel(value) {
    return this.isCompared ? percent(value, this.decimals) : number(value, this.decimals);
  }

  /** A name beside each line, so that lines are told apart without their colors. */
  labelOf({ ticker, bars, value }) {
    if (!this.isCompared) return average(bars.at(-1).avg, ticker.decimals);
    const name = [...ticker.name];
    const short = name.length > 8 ? `${name.slice(0, 7).join('')}…` : ticker.name;
    return (this.size.width < 520 ? '' : `\u2068${short}\u2069 `) + percent(value(bars.at(-1)));
  }

  add(tag, className, attributes, text) {
    const element = draw(tag, className);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, typeof value === 'number' ? value.toFixed(1) : value);
    if (text !== undefined) element.textContent = text;
    this.svg.append(element);
    return element;
  }

  drawScale() {
    const from = Math.ceil(this.low / this.step);
    for (let i = from; i * this.step <= this.high; i++) {
      const y = this.y(i * this.step);
      this.add('line', this.isCompared && i === 0 ? 'rule zero' : 'rule', { x1: EDGE.left, x2: this.right, y1: y, y2: y });
      this.add('text', 'level', { x: this.right + 8, y: y + 4 }, this.yLabel(i * this.step));
    }
    const every = [1, 2, 5, 10, 15, 30, 60].find(minutes => minutes * this.perMinute >= 62) ?? 120;
    const first = this.end - this.minutes * MINUTE;
    for (let start = Math.ceil(first / (every * MINUTE)) * every * MINUTE; start <= this.end; start += every * MINUTE) {
      const x = this.x(start);
      if (x > EDGE.left + 16 && x < this.right + 8) this.add('text', 'time', { x, y: this.size.height - 8, 'text-anchor': 'middle' }, minute(start));
    }
  }

  drawSeries({ bars, value, color }, now) {
    const parts = { line: '', open: '', gap: '' };
    const points = bars.map(bar => `${this.x(bar.start).toFixed(1)} ${this.y(value(bar)).toFixed(1)}`);
    let lastKind = '';
    for (let i = 1; i < bars.length; i++) {
      const kind = bars[i].start - bars[i - 1].start > MINUTE ? 'gap' : bars[i].closed ? 'line' : 'open';
      parts[kind] += kind === lastKind ? `L${points[i]}` : `M${points[i - 1]}L${points[i]}`;
      lastKind = kind;
    }
    if (!this.isCompared && bars.length > 1)
      this.add('path', 'area', { d: `M${points.join('L')}V${this.bottom}H${this.x(bars[0].start).toFixed(1)}Z` });
    for (const [kind, d] of Object.entries(parts)) if (d) this.add('path', `line ${kind}`, { d }).style.setProperty('--series', color);
    bars.forEach((bar, i) => this.drawPoint(bar, isAlone(bars, i), { cx: this.x(bar.start), cy: this.y(value(bar)) }, color, now));
  }

  drawPoint(bar, alone, at, color, now) {
    if (!bar.closed) this.add('circle', 'hollow', { ...at, r: 3.5 }).style.setProperty('--series', color);
    else if (alone) this.add('circle', 'point', { ...at, r: 2.5 }).style.setProperty('--series', color);
    if (bar.correctedAt === 0 || now - bar.correctedAt >= MARK_MS) return;
    this.add('circle', 'corrected', { ...at, r: 7 });
    this.add('text', 'note', { x: Math.min(Math.max(at.cx, 44), this.right - 30), y: at.cy > 40 ? at.cy - 13 : at.cy + 23 }, 'corrected');
  }

  drawTags(series) {
    const tags = series.map(one => ({ ...one, y: this.y(one.value(one.bars.at(-1))) })).sort((a, b) => a.y - b.y);
    tags.forEach((tag, i) => i > 0 && (tag.y = Math.max(tag.y, tags[i - 1].y + TAG.gap)));
    for (let i = tags.length - 1, most = this.bottom; i >= 0; i--, most = tags[i + 1].y - TAG.gap) tags[i].y = Math.min(tags[i].y, most);
    for (const level of this.svg.querySelectorAll('.level'))
      if (tags.some(tag => Math.abs(tag.y + 4 - level.getAttribute('y')) < TAG.height - 3)) level.remove();
    for (const { y, label, color } of tags) {
      this.add('rect', 'tag', { x: this.right + 4, y: y - TAG.height / 2, width: this.size.width - this.right - 6, height: TAG.height, rx: 4 }).style.setProperty('--series', color);
      this.add('text', 'tag-text', { x: this.right + 9, y: y + 4.2 }, label);
    }
  }

  drawHair(series) {
    this.tip.hidden = this.at === null;
    if (this.at === null) return;
    const x = this.x(this.at);
    this.add('line', 'hair', { x1: x, x2: x, y1: EDGE.top - 8, y2: this.bottom });
    for (const { bars, value, color } of series) {
      const bar = bars.find(one => one.start === this.at);
      if (bar) this.add('circle', bar.closed ? 'point' : 'hollow', { cx: x, cy: this.y(value(bar)), r: 4 }).style.setProperty('--series', color);
    }
    fillTip(this.tip, series, this.at, this.isCompared);
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const left = x + 14 + width < this.right ? x + 14 : Math.max(4, x - 14 - width);
    this.tip.style.transform = `translate(${left.toFixed(0)}px, ${Math.max(4, Math.min(EDGE.top + 4, this.size.height - height - 4))}px)`;
  }

  /** The same for those who do not see it. */
  describe(series) {
    if (series.length === 0) this.tip.hidden = true;
    const index = this.at === null ? this.starts.length - 1 : this.starts.indexOf(this.at);
    setAttribute(this.cursor, 'aria-valuemax', Math.max(0, this.starts.length - 1));
    setAttribute(this.cursor, 'aria-valuenow', Math.max(0, index));
    const start = this.starts[index];
    const words = series.map(({ ticker, bars, value }) => {
      const bar = bars.find(one => one.start === start);
      if (!bar) return `${ticker.name} no tick`;
      const state = bar.closed ? '' : ', still open';
      return `${ticker.name} ${average(bar.avg, ticker.decimals)}${this.isCompared ? `, ${percent(value(bar))}` : ''}${state}`;
    });
    setAttribute(this.cursor, 'aria-valuetext', start === undefined ? 'nothing to show' : `${minute(start)} UTC: ${words.join('; ')}`);
  }
}

const isAlone = (bars, i) => bars[i].start - (bars[i - 1]?.start ?? -Infinity) > MINUTE && (bars[i + 1]?.start ?? Infinity) - bars[i].start > MINUTE;

const ruler = document.createElement('canvas').getContext('2d');

/** In pixels: letters differ, and of a label nothing may be cut off. */
function widest(labels) {
  ruler.font = `bold 12px ${getComputedStyle(document.body).fontFamily}`;
  return Math.max(...labels.map(label => ruler.measureText(label).width));
}

/** The next of 1, 2, 2.5 and 5 times a power of ten. */
function nice(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 2.5, 5, 10].find(factor => factor * power >= step * 0.999) * power;
}
