import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { ChartData } from './chart-types.ts';
import { escapeHtml } from './escape-html.ts';

/** Three charts side by side on a desk, one on a phone: letters are drawn about as large as this file has them. */
const WIDTH = 360;
const CHARACTER = 7;
const NAME = 20;

interface Point {
  /** Two runs may bear the same label. */
  readonly index: number;
  readonly label: string;
  readonly name: string;
  readonly value: number;
}

/**
 * A chart as SVG with its legend, in the colours of the page's style sheet; a sentence instead when there is no figure.
 * Series differ by the shape of their points too; every point has its figure as a title.
 */
export function chartSvg(data: ChartData): string {
  const points = data.series.flatMap(({ name, values }) =>
    data.labels.flatMap((label, index): readonly Point[] => {
      const value = values[index];
      return value === null || value === undefined ? [] : [{ index, label, name, value }];
    }),
  );
  if (points.length === 0) return '<p class="empty">No figure to draw.</p>';
  const svg = data.kind === 'line' ? lines(data, points) : bars(data, points);
  // The library names each of its groups, which have no role that could bear a name.
  for (const group of svg.querySelectorAll('[aria-label]')) group.removeAttribute('aria-label');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', summary(data, points));
  return `${legend(data)}${svg.outerHTML}`;
}

const { document } = parseHTML('<!doctype html><html><body></body></html>');

function lines(data: ChartData, points: readonly Point[]): Element {
  const write = writer(data);
  const top = Math.max(...points.map(({ value }) => value));
  const color = ({ name }: Point): string => `var(--series-${seriesIndex(data, name)})`;
  const channels = { x: 'index', y: 'value' } as const;
  const marginLeft = 12 + CHARACTER * Math.max(...[top, top / 2].map((value) => write(value, true).length));
  const labels = shortened(data.labels);
  const longest = CHARACTER * Math.max(...labels.map((label) => label.length));
  const marginRight = Math.max(longest / 2, 12);
  const last = data.labels.length - 1;
  const every = Math.ceil(data.labels.length / Math.max(1, Math.floor((WIDTH - marginLeft) / (longest + 14))));
  return Plot.plot({
    document,
    width: WIDTH,
    height: 170,
    marginLeft,
    marginRight,
    marginTop: 12,
    marginBottom: 28,
    x: {
      type: 'point',
      domain: data.labels.map((_, index) => index),
      ticks: data.labels.map((_, index) => index).filter((index) => (last - index) % every === 0),
      tickFormat: (index: number) => labels[index] ?? '',
      padding: 0.25,
      label: null,
      tickSize: 0,
    },
    y: { zero: true, nice: true, ticks: 4, label: null, tickSize: 0, tickFormat: (value) => write(value, true) },
    symbol: { range: ['circle', 'square', 'triangle', 'diamond2'], domain: data.series.map(({ name }) => name) },
    marks: [
      Plot.gridY({ ticks: 4, stroke: 'var(--grid)', strokeOpacity: 1 }),
      Plot.line(points, { ...channels, z: 'name', stroke: color, strokeWidth: 2 }),
      Plot.dot(points, {
        ...channels,
        symbol: 'name',
        fill: color,
        r: 3.5,
        title: ({ label, name, value }) => `${name}, ${label}: ${write(value)}`,
      }),
    ],
  }) as Element;
}

/** Moments as days, or as times when all are of one day: the whole of a label is in the title of its point. */
function shortened(labels: readonly string[]): readonly string[] {
  if (!labels.every((label) => /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(label))) return labels;
  const isOneDay = new Set(labels.map((label) => label.slice(0, 10))).size === 1;
  return labels.map((label) => (isOneDay ? label.slice(11, 16) : label.slice(0, 10)));
}

function bars(data: ChartData, points: readonly Point[]): Element {
  const write = writer(data);
  const several = data.series.length > 1;
  const longest = Math.max(...data.labels.map((label) => Math.min(label.length, NAME)));
  const widest = Math.max(...points.map(({ value }) => write(value).length));
  const y = several ? { fy: 'label', y: 'name' } : { y: 'label' };
  const color = ({ name }: Point): string => `var(--series-${seriesIndex(data, name)})`;
  return Plot.plot({
    document,
    width: WIDTH,
    height: 16 + data.labels.length * (several ? data.series.length * 16 + 12 : 26),
    marginLeft: 20 + longest * CHARACTER,
    marginRight: 12 + widest * CHARACTER,
    marginTop: 4,
    marginBottom: 4,
    x: { axis: null, zero: true },
    y: { axis: several ? null : 'left', domain: several ? data.series.map(({ name }) => name) : data.labels, ...NAMES },
    fy: { domain: data.labels, padding: 0.2, ...NAMES },
    marks: [
      Plot.barX(points, { ...y, x: 'value', fill: color, insetTop: 2, insetBottom: 2, rx: 2 }),
      Plot.text(points, {
        ...y,
        x: 'value',
        text: ({ value }) => write(value),
        dx: 5,
        textAnchor: 'start',
        fontVariant: 'tabular-nums',
      }),
      Plot.ruleX([0], { stroke: 'var(--line)' }),
    ],
  }) as Element;
}

const NAMES = {
  label: null,
  tickSize: 0,
  tickFormat: (label: string): string => (label.length > NAME ? `${label.slice(0, NAME - 1)}…` : label),
};

/** Colours of the style sheet, over again after the last. */
function seriesIndex(data: ChartData, name: string): number {
  return (data.series.findIndex((series) => series.name === name) % 6) + 1;
}

/** Writes a figure with its unit, `short` as on an axis: `120 k€`. */
function writer({ locale, unit, series }: ChartData): (value: number, short?: boolean) => string {
  const isWhole = series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
  const digits = isWhole ? 0 : 2;
  const full = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  return (value, short = false) => `${(short ? compact : full).format(value)}${unit && `\u00a0${unit}`}`;
}

function legend({ kind, series, locale }: ChartData): string {
  if (series.length < 2) return '';
  const shapes = kind === 'line' ? ['●', '■', '▲', '◆'] : ['■'];
  const entries = series.map(
    ({ name }, index) =>
      `<li><span aria-hidden="true" class="series-${(index % 6) + 1}">${shapes[index % shapes.length]}</span> ${escapeHtml(name)}</li>`,
  );
  return `<ul class="legend" lang="${escapeHtml(locale)}">${entries.join('')}</ul>`;
}

/** What a chart shows, for who cannot see it. */
function summary(data: ChartData, points: readonly Point[]): string {
  const write = writer(data);
  const of = data.series.map(({ name }) => {
    const own = points.filter((point) => point.name === name);
    const [first, last] = [own[0], own.at(-1)];
    if (!first || !last) return `${name}: no figure`;
    if (data.kind === 'bar') return `${name}: ${own.map(({ label, value }) => `${label} ${write(value)}`).join(', ')}`;
    return own.length === 1
      ? `${name}: ${write(last.value)} on ${last.label}`
      : `${name}: from ${write(first.value)} on ${first.label} to ${write(last.value)} on ${last.label}`;
  });
  return `${data.title}. ${of.join('; ')}.`;
}
