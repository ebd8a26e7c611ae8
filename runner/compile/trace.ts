/** A place in a template. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a piece of rendered text came from. */
export interface Origin {
  /** The innermost first: where the text stands, then the call of the macro that it stands in, and so on. */
  readonly places: readonly Place[];
  /** The text is what the first place prints, `{{ … }}`, and not what stands there. */
  readonly printed?: { readonly text: string; readonly offset: number } | undefined;
  /** The text was given to a macro, which printed it here; `places` then start with the call. */
  readonly printedBy?: Place | undefined;
}

/** A rendered text of which each offset (UTF-16 units) is known to come from some place. */
export interface Trace {
  readonly text: string;
  at(offset: number): Origin | undefined;
}

/** Puts marks into templates, which come out in the rendered text and there tell where each piece came from. */
export interface Marker {
  /** A template with its marks. */
  mark(file: string, template: string): string;
  /** The text that a macro gave, without the blank around it. */
  enclose(text: string): string;
  /** A text, or any other value, without marks. */
  clean(value: unknown): unknown;
  read(marked: string): Trace;
}

/** A part of a template, as Nunjucks' lexer sees it; lines and columns count from 0. */
export interface Token {
  readonly type: string;
  readonly value: unknown;
  readonly lineno: number;
  readonly colno: number;
}

interface Mark extends Place {
  /** What follows it: text of the template, the value of an expression, or that of a macro's argument. */
  readonly kind: 'text' | 'value' | 'argument';
}

/** Characters for private use: no SQL has them, and a text that does is not traced rightly, which is then noticed. */
const [OPEN, CLOSE, ENTER, LEAVE] = ['\uE000', '\uE001', '\uE002', '\uE003'];
const MARK = /\uE000(\d+)\uE001|\uE002|\uE003/g;

/** @param lex the template engine's own lexer, so that a tag is what the engine takes for one */
export function createMarker(lex: (template: string) => readonly Token[]): Marker {
  const marks: Mark[] = [];
  const add = (mark: Mark): string => `${OPEN}${marks.push(mark) - 1}${CLOSE}`;
  return {
    mark: (file, template) => markTemplate(lex(template), template, (mark) => add({ file, ...mark })),
    enclose: (text) => `${ENTER}${trimThrough(text)}${LEAVE}`,
    clean: (value) => (typeof value === 'string' ? value.replace(MARK, '') : value),
    read: (marked) => readMarks(trimThrough(marked), marks),
  };
}

function markTemplate(tokens: readonly Token[], template: string, mark: (at: Omit<Mark, 'file'>) => string): string {
  const lineStarts = [0, ...[...template.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const edits: { offset: number; mark: string }[] = [];
  const parameters = new Set<string>();
  tokens.forEach((token, index) => {
    const { type, value, lineno, colno } = token;
    const offset = (lineStarts[lineno] ?? 0) + colno;
    const place = { line: lineno + 1, column: colno + 1 };
    if (type === 'data') {
      // Before the first character of each line that is not blank: what strips the blank around a tag sees no mark.
      for (const { index: at } of String(value).matchAll(/(?<=^[^\S\n]*)\S/gm)) {
        const line = template.slice(0, offset + at).split('\n').length;
        const column = offset + at - (lineStarts[line - 1] ?? 0) + 1;
        edits.push({ offset: offset + at, mark: mark({ kind: 'text', line, column }) });
      }
    }
    if (type === 'block-start') for (const name of macroParameters(tokens, index)) parameters.add(name);
    if (type === 'variable-start') {
      const before = tokens[index - 1];
      const strips = String(value).endsWith('-') && before?.type === 'data';
      const blank = strips ? (/\s*$/.exec(String(before.value))?.[0].length ?? 0) : 0;
      const kind = parameters.has(printedName(tokens, index) ?? '') ? 'argument' : 'value';
      edits.push({ offset: offset - blank, mark: mark({ kind, ...place }) });
    }
  });
  let [text, done] = ['', 0];
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset)) {
    text += template.slice(done, edit.offset) + edit.mark;
    done = edit.offset;
  }
  return text + template.slice(done);
}

function significant(tokens: readonly Token[], from: number): readonly Token[] {
  return tokens.slice(from, from + 200).filter(({ type }) => type !== 'whitespace');
}

/** The names in `{% macro name(a, b=1) %}`; none for another tag. */
function macroParameters(tokens: readonly Token[], start: number): readonly string[] {
  const [tag, ...rest] = significant(tokens, start + 1);
  if (tag?.value !== 'macro') return [];
  const header = rest.slice(
    0,
    rest.findIndex(({ type }) => type === 'block-end'),
  );
  return header.flatMap(({ type, value }, index) =>
    type === 'symbol' && ['left-paren', 'comma'].includes(header[index - 1]?.type ?? '') ? [String(value)] : [],
  );
}

/** The name in `{{ name }}`; none for another expression. */
function printedName(tokens: readonly Token[], start: number): string | undefined {
  const [name, end] = significant(tokens, start + 1);
  return name?.type === 'symbol' && end?.type === 'variable-end' ? String(name.value) : undefined;
}

/** Strips the blank around a text, but no mark. */
function trimThrough(text: string): string {
  const stripped = (blank: string): string => blank.replace(/\s+/g, '');
  const mark = '(?:\\s|\uE000\\d+\uE001|\uE002|\uE003)';
  const start = new RegExp(`^${mark}+`).exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > start && /[\s\uE001-\uE003]/.test(text[end - 1] ?? '')) {
    end = text[end - 1] === CLOSE ? text.lastIndexOf(OPEN, end - 1) : end - 1;
  }
  return stripped(text.slice(0, start)) + text.slice(start, end) + stripped(text.slice(end));
}

interface Piece {
  readonly start: number;
  /** Outermost first; the last is what stands here. */
  readonly frames: readonly Mark[];
}

function readMarks(marked: string, marks: readonly Mark[]): Trace {
  const pieces: Piece[] = [];
  let frames: readonly (Mark | undefined)[] = [undefined];
  let [text, done] = ['', 0];
  for (const found of marked.matchAll(MARK)) {
    text += marked.slice(done, found.index);
    done = found.index + found[0].length;
    if (found[0] === ENTER) frames = [...frames, undefined];
    else if (found[0] === LEAVE) frames = frames.slice(0, -1);
    else frames = [...frames.slice(0, -1), marks[Number(found[1])]];
    pieces.push({ start: text.length, frames: frames.filter((frame) => frame !== undefined) });
  }
  text += marked.slice(done);
  return { text, at: (offset) => originOf(text, pieces, offset) };
}

function originOf(text: string, pieces: readonly Piece[], offset: number): Origin | undefined {
  const index = pieces.findLastIndex(({ start }) => start <= offset);
  const { start = 0, frames = [] } = pieces[index] ?? {};
  const [here, ...callers] = frames.toReversed();
  if (!here) return undefined;
  if (here.kind === 'text') {
    return { places: [{ ...placeOf(here), column: here.column + offset - start }, ...callers.map(placeOf)] };
  }
  const printed = { text: text.slice(start, pieces[index + 1]?.start), offset: offset - start };
  const given = here.kind === 'argument' && callers.length > 0;
  return given
    ? { places: callers.map(placeOf), printed, printedBy: placeOf(here) }
    : { places: [here, ...callers].map(placeOf), printed };
}

function placeOf({ file, line, column }: Mark): Place {
  return { file, line, column };
}
