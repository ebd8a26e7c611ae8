import { type Fault, RunnerError } from '../errors.ts';
import type { Graph, ModelNode, Node } from '../graph/types.ts';
import type { Project, TestRows, UnitTest } from '../project/types.ts';
import { didYouMean } from '../util/suggest.ts';
import { type Columns, columnsOf, inputsOf, splitColumn } from './inputs.ts';

/**
 * Checks the names in all unit tests against what the models read and what the contracts, seeds and sources declare.
 * @throws RunnerError `UNIT_TEST_INPUT`, `UNIT_TEST_COLUMN` or `UNIT_TEST_VAR`, every fault with its line
 */
export function requireUnitTests(project: Project, graph: Graph): void {
  const models = [...graph.nodes.values()].filter((node) => node.type === 'model');
  // Many tests give rows of one node.
  const known = new Map<Node, Columns>();
  const columns = (node: Node): Columns => {
    const found = known.get(node) ?? columnsOf(node);
    known.set(node, found);
    return found;
  };
  const faults = models.flatMap((node) =>
    node.unitTests.flatMap((test) => [...faultsOf(graph, node, test, columns), ...varFaults(project, test)]),
  );
  // Of defaults that many tests share, a fault is told once.
  const told = new Map(faults.map((fault) => [`${fault.file}:${fault.line} ${fault.message}`, fault]));
  if (told.size > 0) throw new RunnerError([...told.values()]);
}

function faultsOf(graph: Graph, node: ModelNode, test: UnitTest, columns: (node: Node) => Columns): readonly Fault[] {
  const inputs = inputsOf(graph, node);
  const given = Object.entries(test.given).flatMap(([name, rows]): readonly Fault[] => {
    const input = inputs.get(name);
    if (input) return columnFaults(test, rows, columns(input), `input ${name}`);
    const others = [...inputs.keys()];
    return [
      {
        code: 'UNIT_TEST_INPUT',
        message:
          name === 'this'
            ? `${node.name} is not incremental: it does not read itself`
            : `${node.name} does not read ${name}`,
        file: test.file,
        line: rows.line,
        expected: others.length > 0 ? `one of ${others.join(', ')}` : 'no input',
        found: name,
        hint: didYouMean(name, others) ?? 'An input is what the model names in ref() or source(), and nothing farther.',
      },
    ];
  });
  return [...given, ...columnFaults(test, test.expect, columns(node), node.name)];
}

function columnFaults(test: UnitTest, rows: TestRows, columns: Columns, what: string): readonly Fault[] {
  if (!columns) return [];
  const known = [...columns.keys()];
  return rows.columns
    .filter((key) => !columns.has(splitColumn(key).name))
    .map((key) => ({
      code: 'UNIT_TEST_COLUMN',
      message: `${what} has no column ${key}`,
      file: test.file,
      line: rows.rows.find(({ cells }) => Object.hasOwn(cells, key))?.line ?? rows.line,
      expected: `one of ${known.join(', ')}`,
      found: key,
      hint: didYouMean(key, known),
    }));
}

/** A variable that nothing reads would silently change nothing. */
function varFaults({ config, models, macros }: Project, { file, line, vars }: UnitTest): readonly Fault[] {
  const isRead = (name: string): boolean =>
    [...models, ...macros].some(
      ({ template }) => template.includes(`var('${name}'`) || template.includes(`var("${name}"`),
    );
  const known = Object.keys(config.vars);
  return Object.keys(vars)
    .filter((name) => !known.includes(name) && !isRead(name))
    .map((name) => ({
      code: 'UNIT_TEST_VAR',
      message: `no template reads var('${name}')`,
      file,
      line,
      found: name,
      hint: didYouMean(name, known),
    }));
}
