import type { Located } from '../compile/locate.ts';
import type { DatabaseError, Fault } from '../errors.ts';
import type { ModelNode } from '../graph/types.ts';
import type { UnitTest } from '../project/types.ts';
import { afterCharacters } from '../util/places.ts';
import { countDifference, drawDifference } from './draw.ts';
import { DEFAULT_DAY } from './plan.ts';
import { type Piece, pieceAt, type Script } from './script.ts';
import type { Difference, LocateInTest } from './types.ts';

/** The rows are not those expected. */
export function differenceFault(node: ModelNode, test: UnitTest, difference: Difference): Fault {
  const count = test.expect.rows.length;
  return {
    code: 'UNIT_TEST_FAILED',
    message: `${node.name}: unit test "${test.name}": ${countDifference(difference)}`,
    file: test.file,
    line: test.line,
    expected: count === 0 ? 'no row' : count === 1 ? '1 row' : `${count} rows`,
    found: drawDifference(difference),
    hint: `The rule is in ${node.file}. Try again: runner test --unit --select ${node.name}`,
  };
}

/**
 * The server refused a value of the test, or the model's own SQL: then the fault is in the template.
 * @param untyped inputs whose columns nothing declares
 */
export async function errorFault(
  node: ModelNode,
  test: UnitTest,
  {
    script,
    untyped,
    locate,
  }: { readonly script: Script; readonly untyped: readonly string[]; readonly locate: LocateInTest },
  error: DatabaseError,
): Promise<Fault> {
  const at = pieceAt(script, error.position);
  const named = `${node.name}: unit test "${test.name}"`;
  const base = { code: 'UNIT_TEST_ERROR', file: test.file, line: test.line };
  if (at?.piece.kind === 'cell') return { ...base, ...cellFault(named, at.piece, error) };
  if (at?.piece.kind === 'column')
    return {
      ...base,
      line: test.expect.line,
      message: `${named}: ${error.message}`,
      expected: `a column ${at.piece.column} of the model`,
      hint: `The test compares it; the model is ${node.file}.`,
    };
  return {
    ...base,
    message: `${node.name}: ${error.message} (unit test "${test.name}")`,
    found: at && lineAt(script, at.offset),
    ...(at?.piece.kind === 'body' ? await inTemplate(node, test, script, at.piece, at.offset, locate) : {}),
    hint: untyped.length > 0 ? untypedHint(untyped) : (error.hint ?? `The model is ${node.file}.`),
  };
}

async function inTemplate(
  node: ModelNode,
  test: UnitTest,
  { sql, pieces }: Script,
  piece: Piece & { kind: 'body' },
  characters: number,
  locate: LocateInTest,
): Promise<Located> {
  const from = afterCharacters(sql, pieces.find((candidate) => candidate.piece === piece)?.from ?? 0);
  const { model, offset } = piece.origin(afterCharacters(sql.slice(from), characters));
  const rendered = { asOf: test.asOf ?? DEFAULT_DAY, vars: test.vars };
  const located = await locate(model ?? node.name, rendered, model === undefined && piece.incremental, offset);
  return located.line === undefined ? {} : located;
}

function untypedHint(inputs: readonly string[]): string {
  const has = inputs.length === 1 ? 'has no contract: it has' : 'have no contract: they have';
  return `${inputs.join(', ')} ${has} the columns that the rows name, as texts unless a key states a type: amount::numeric.`;
}

function cellFault(
  named: string,
  piece: Piece & { kind: 'cell' },
  error: DatabaseError,
): Partial<Fault> & { message: string } {
  const where = piece.input === null ? 'expect' : `input ${piece.input}`;
  return {
    line: piece.line,
    message: `${named}: ${where}, row ${piece.row}, column ${piece.column}: ${error.message}`,
    expected: piece.type === null ? "a value of the type of the model's column" : `a value of type ${piece.type}`,
    found: piece.value ?? 'NULL',
    hint: error.hint,
  };
}

/** The line of the model's SQL at an offset in it. */
function lineAt({ sql, pieces }: Script, offset: number): string | undefined {
  const body = pieces.find(({ piece }) => piece.kind === 'body');
  if (!body) return undefined;
  const characters = [...sql].slice(body.from, body.to);
  const start = characters.lastIndexOf('\n', offset - 1) + 1;
  const end = characters.indexOf('\n', offset);
  return characters
    .slice(offset === 0 ? 0 : start, end < 0 ? undefined : end)
    .join('')
    .trim();
}
