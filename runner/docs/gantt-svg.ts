import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GanttData } from './chart-types.ts';

const WIDTH = 960;
const ROW = 20;
/** Said by colour alone; any other stands in words too. */
const CALM: ReadonlySet<string> = new Set(['success', 'unchanged']);

/** What ran when, as SVG, from the start of the first node: a row for each in order of start, linked to its page below `root`; a sentence when nothing ran. */
export function ganttSvg(data: GanttData, root: string): string {
  if (data.bars.length === 0) return '<p class="empty">Nothing ran.</p>';
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const first = Math.min(...data.bars.map(({ start }) => start));
  const bars = data.bars.map((bar) => ({
    ...bar,
    href: bar.href && `${root}${bar.href}`,
    // Some hundredths would not be seen.
    end: bar.start + Math.max(bar.seconds, (data.seconds - first) / 400),
    // The name stands where there is room.
    isLate: bar.start - first > (data.seconds - first) / 2,
    label: CALM.has(bar.status) ? bar.name : `${bar.name} · ${bar.status.replaceAll('_', ' ')}`,
    title: `${bar.name}: ${bar.status}, ${seconds(bar.seconds)} after ${seconds(bar.start)}`,
  }));
  const row = { y: 'name', href: 'href' } as const;
  const name = { ...row, text: 'label', dx: 5, className: 'gantt-name' } as const;
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: 34 + bars.length * ROW,
    marginTop: 28,
    marginBottom: 6,
    marginLeft: 8,
    marginRight: 8,
    x: { domain: [first, data.seconds], axis: 'top', label: null, tickSize: 0, tickFormat: (value) => `${value} s` },
    y: { domain: bars.map((bar) => bar.name), axis: null },
    marks: [
      Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1 }),
      Plot.barX(bars, {
        ...row,
        x1: 'start',
        x2: 'end',
        rx: 2,
        insetTop: 4,
        insetBottom: 4,
        fill: ({ status }) => `var(--status-${status}, var(--muted))`,
        title: 'title',
      }),
      Plot.text(bars, { ...name, filter: ({ isLate }) => !isLate, x: 'end', textAnchor: 'start' }),
      Plot.text(bars, { ...name, filter: ({ isLate }) => isLate, x: 'start', dx: -5, textAnchor: 'end' }),
    ],
  }) as Element;
  // The library names each of its groups, which have no role that could bear a name.
  for (const group of svg.querySelectorAll('[aria-label]')) group.removeAttribute('aria-label');
  svg.setAttribute('role', 'group');
  svg.setAttribute('aria-label', `${bars.length} nodes in ${seconds(data.seconds)}`);
  return `<div class="gantt-scroll">${svg.outerHTML}</div>`;
}

function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} s`;
}
