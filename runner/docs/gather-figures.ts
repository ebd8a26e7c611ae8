import type { Graph } from '../graph/types.ts';
import type { ChartConfig, FigureConfig } from '../project/docs-types.ts';
import type { ProjectConfig } from '../project/types.ts';
import type { FigureRead, FiguresRead, RowsRead } from './figure-types.ts';
import { linkTo } from './places.ts';
import type { Card, Chart, Figures, Link, Table } from './types.ts';
import { figureOf, NO_LINK, NONE } from './words.ts';

/** The figures of the overview. What could not be read is told with the reason, and leaves no empty drawing. */
export function figuresOf(graph: Graph, config: ProjectConfig, read: FiguresRead | undefined): Figures {
  const { locale, reader = '', figures, charts } = config.docs;
  if (!read) return { reader, cards: [], charts: [], tables: [], refused: [] };
  const context: Context = { graph, locale };
  return {
    reader,
    cards: figures.flatMap((figure, index) => cardOf(context, figure, read.figures[index])),
    charts: charts.flatMap((chart, index) => chartOf(context, chart, read.charts[index])),
    tables: config.summary.flatMap(({ title, model }, index) => tableOf(context, title, model, read.tables[index])),
    // A table of `summary` is made for who builds: nobody has promised it to the reader.
    refused: [...read.figures, ...read.charts].flatMap(({ refused }) => refused),
  };
}

interface Context {
  readonly graph: Graph;
  readonly locale: string;
}

function cardOf(context: Context, figure: FigureConfig, read: FigureRead | undefined): readonly Card[] {
  const { title, model, unit } = figure;
  if (!read || read.value === undefined) return [];
  return [
    {
      title,
      value: figureOf(read.value, context.locale, unit),
      node: linkOf(context, model),
      history: historyOf(context, figure, read),
    },
  ];
}

function historyOf(context: Context, { title, unit, history }: FigureConfig, read: FigureRead): Chart | null {
  if (!history || read.history.length === 0) return null;
  const labels = momentsOf(read.history.map(({ at }) => at));
  const values = read.history.map(({ value }) => value);
  return {
    data: {
      kind: 'line',
      title,
      unit,
      locale: context.locale,
      labels,
      series: [{ name: title, values: values.map(numberOf) }],
    },
    node: linkOf(context, history.model),
    table: {
      columns: [history.at, title],
      rows: labels.map((label, index) => [label, figureOf(values[index], context.locale, unit)]),
    },
  };
}

/** Of a time its seconds only where two would be alike. */
function momentsOf(times: readonly string[]): readonly string[] {
  const short = times.map((at) => at.slice(0, 16));
  return new Set(short).size === times.length ? short : times;
}

function chartOf(context: Context, config: ChartConfig, read: RowsRead | undefined): readonly Chart[] {
  if (!read || read.rows.length === 0) return [];
  const { title, model, unit, by, columns } = config;
  const labels = read.rows.map(([label]) => label ?? NONE);
  return [
    {
      data: {
        kind: 'bar',
        title,
        unit,
        locale: context.locale,
        labels,
        series: columns.map(({ label }, index) => ({
          name: label,
          values: read.rows.map((row) => numberOf(row[index + 1])),
        })),
      },
      node: linkOf(context, model),
      table: {
        columns: [by, ...columns.map(({ label }) => label)],
        rows: read.rows.map((row, at) => [
          labels[at] ?? NONE,
          ...columns.map((_, index) => figureOf(row[index + 1], context.locale, unit)),
        ]),
      },
    },
  ];
}

function tableOf(context: Context, title: string, model: string, read: RowsRead | undefined): readonly Table[] {
  if (!read || read.columns.length === 0) return [];
  const contract = context.graph.nodes.get(context.graph.idOf(model))?.contract;
  const types = new Map(contract?.columns.map(({ name, dataType }) => [name, dataType]));
  // A code of digits is no figure.
  const isFigure = read.columns.map((name) => /^(numeric|bigint|integer|smallint)/.test(types.get(name) ?? ''));
  return [
    {
      title,
      node: linkOf(context, model),
      columns: read.columns,
      rows: read.rows.map((row) =>
        row.map((cell, index) => (isFigure[index] ? figureOf(cell, context.locale) : (cell ?? NONE))),
      ),
    },
  ];
}

/** Near enough to be drawn. */
function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined || Number.isNaN(Number(text)) ? null : Number(text);
}

function linkOf({ graph }: Context, name: string): Link {
  const node = graph.nodes.get(graph.idOf(name));
  return node ? linkTo(node) : { ...NO_LINK, text: name };
}
