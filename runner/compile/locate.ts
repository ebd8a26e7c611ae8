import type { Fault } from '../errors.ts';
import type { ModelFile, Project } from '../project/types.ts';
import { lineOf, placeAt, type TextPlace } from '../util/places.ts';
import { createTracer } from './render.ts';
import type { Origin, Place, Trace } from './trace.ts';
import type { RenderOptions } from './types.ts';

/** The place of a fault, and how it was reached; of one that cannot be traced, the file alone. */
export type Located = Pick<Fault, 'file' | 'line' | 'column' | 'source' | 'through' | 'found'>;

/** An offset (UTF-16 units) in the rendered body of a model, as a place in the template or in a macro that it calls. */
export type Locate = (model: ModelFile, incremental: boolean, offset: number) => Located;

/** Models are rendered again for it: for faults only. The options are those that the bodies were rendered with. */
export function createLocator(project: Project, options: RenderOptions): Locate {
  const trace = createTracer(project, options);
  const traces = new Map<string, Trace | undefined>();
  return (model, incremental, offset) => {
    const key = `${incremental} ${model.file}`;
    if (!traces.has(key)) traces.set(key, trace(model, incremental));
    const traced = traces.get(key);
    const origin = traced?.at(offset);
    if (!traced || !origin) return { file: model.file };
    const templates = new Map([...project.macros, model].map(({ file, template }) => [file, template]));
    return located(origin, placeAt(traced.text, offset), (file) => templates.get(file) ?? '');
  };
}

function located(origin: Origin, rendered: TextPlace, templateOf: (file: string) => string): Located {
  const [place, ...callers] = origin.places;
  if (!place) return {};
  const source = lineOf(templateOf(place.file), place.line);
  const through = [
    ...(origin.printedBy ? [`printed at ${shown(origin.printedBy)}`] : []),
    ...callers.map((caller) => `called at ${shown(caller)}`),
  ];
  return {
    file: place.file,
    line: place.line,
    column: argumentColumn(origin, source, place.column) ?? place.column,
    source,
    ...(through.length > 0 ? { through: through.join(', ') } : {}),
    ...((origin.printed || callers.length > 0) && rendered.source ? { found: excerpt(rendered) } : {}),
  };
}

/** Where a macro's argument is written in its call, when it stands there as it was printed. */
function argumentColumn({ printed, printedBy }: Origin, source: string, from: number): number | undefined {
  const text = printed?.text.trim();
  if (!printed || !printedBy || !text) return undefined;
  const at = source.indexOf(text, from - 1);
  return at < 0 ? undefined : at + 1 + printed.offset - printed.text.indexOf(text);
}

function shown({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** The line of the rendered SQL, cut to what stands around the column; relations by their names. */
function excerpt({ source, column }: TextPlace): string {
  const start = Math.max(0, column - 60);
  const text = source
    .slice(start, column + 60)
    .replace(/"(?:ref|source|this):([^"]*)"/g, '$1')
    .trim();
  return `${start > 0 ? '…' : ''}${text}${source.length > column + 60 ? '…' : ''}`;
}
