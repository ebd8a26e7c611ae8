import { describe, expect, it } from 'vitest';
import type { RunnerError } from '../errors.ts';
import { parseProjectConfig } from '../project/config.ts';
import { graphOf } from '../test/projects.ts';
import { selectNodes } from './select.ts';

const FILES = {
  'models/top/a.sql': "{{ config(tags=['kpi']) }} select 1",
  'models/top/b.sql': "select * from {{ ref('a') }}",
};

/** The graph of a project.yml with these selectors, each line of text one line below `selectors:`, the second of the file. */
const graphWith = (text: string) =>
  graphOf(FILES, { selectors: parseProjectConfig(`name: test\nselectors:\n${text}`, 'project.yml').selectors });

function faults(text: string): readonly string[] {
  try {
    graphWith(text);
  } catch (error) {
    return (error as RunnerError).faults.map(
      ({ code, file, line, message, hint }) => `${code} ${file}:${line} ${message}${hint ? ` → ${hint}` : ''}`,
    );
  }
  return [];
}

describe('a named selector of project.yml', () => {
  it('is one text, a list, or a map with what it leaves out', () => {
    const graph = graphWith(
      "  text: 'tag:kpi+'\n  list: [a, b]\n  map: {select: 'a+', exclude: [tag:kpi, 'changed'], description: what reads it}",
    );
    const names = (name: string) => selectNodes(graph, { select: [`selector:${name}`] });
    expect(names('text')).toEqual(['model.test.a', 'model.test.b']);
    expect(names('list')).toEqual(['model.test.a', 'model.test.b']);
    expect(names('map')).toEqual(['model.test.b']);
  });

  it('is checked when the project is read, each fault at its line', () => {
    expect(faults('  fine: changed+,tag:kpi\n  one: tag:kip\n  two: {select: a, exclude: selector:onne}\n')).toEqual([
      'SELECTOR_EMPTY project.yml:4 selector "tag:kip" matches no node → Did you mean "kpi"?',
      'SELECTOR_EMPTY project.yml:5 no selector is named "onne" → Did you mean "one"?',
    ]);
  });

  it('tells a fault once, where it stands, however many selectors read it', () => {
    expect(faults('  one: bb\n  two: selector:one\n  three: a selector:two')).toEqual([
      'SELECTOR_EMPTY project.yml:3 selector "bb" matches no node → `runner ls` lists every node.',
    ]);
  });

  it('may not read itself, directly or through others', () => {
    expect(faults('  x: a selector:z\n  y: selector:x\n  z: selector:y+\n  w: selector:w,a')).toEqual([
      'SELECTOR_CYCLE project.yml:3 selectors read each other in a circle: x → z → y → x → Take one "selector:" of the circle out.',
      'SELECTOR_CYCLE project.yml:6 selectors read each other in a circle: w → w → Take one "selector:" of the circle out.',
    ]);
  });

  it('is refused when it is empty, has no plain name or an unknown key', () => {
    expect(faults('  empty: []')).toEqual(['SELECTOR_INVALID project.yml:3 selector "empty" names nothing']);
    expect(faults('  all: {select: a, exclude: top}')).toEqual([
      'SELECTOR_EMPTY project.yml:3 selector "all" leaves out all that it takes',
    ]);
    expect(faults('  nothing:\n  "a b": a\n  typo: {selct: a}')).toEqual([
      'CONFIG_INVALID project.yml:3 selector "nothing" names nothing → As in --select.',
      'CONFIG_INVALID project.yml:4 a selector needs a plain name → Rename it.',
      'CONFIG_INVALID project.yml:5 selector "typo" has no "select" → Add it.',
      'CONFIG_INVALID project.yml:5 "selct" is not a key of selector "typo" → Did you mean "select"?',
    ]);
  });
});
