import type { Session } from '../../adapters/types.ts';
import { EXIT, RunnerError } from '../../errors.ts';
import type { SeedNode } from '../../graph/types.ts';
import { copyLine } from '../../util/copy.ts';
import { identifier, quoted } from '../../util/sql.ts';
import { asideOf } from './aside.ts';
import { builtTable } from './table.ts';
import type { Built, MaterializeOptions } from './types.ts';

/**
 * A seed is a table whose rows come from its file; its contract's types are the columns' types, `text` without one. The
 * table aside holds the rows in the order of the file.
 */
export async function seed(session: Session, node: SeedNode, options: MaterializeOptions): Promise<Built> {
  const aside = asideOf(node.relation);
  const types = new Map(node.contract?.columns.map((column) => [column.name, column.dataType]));
  requireIsoDays(node, types);
  const columns = node.seed.header.map((name) => `${identifier(name)} ${types.get(name) ?? 'text'}`);
  await session.query(`create table ${quoted(aside)} (${columns.join(', ')})`);
  const rows = await session.copyIn(`copy ${quoted(aside)} from stdin`, lines(node));
  return builtTable(session, node, aside, rows, options);
}

/** PostgreSQL would read `05/12/26` and `today` too, each as some day. */
function requireIsoDays(node: SeedNode, types: ReadonlyMap<string, string | null>): void {
  const days = node.seed.header.map((name) => types.get(name)?.toLowerCase() === 'date');
  const faults = node.seed.rows.flatMap(({ line, cells }) =>
    cells.flatMap((cell, column) =>
      cell === null || !days[column] || /^\d{4}-\d{2}-\d{2}$/.test(cell)
        ? []
        : [
            {
              code: 'SEED_INVALID',
              message: `${node.name}: ${node.seed.header[column]} is no day`,
              file: node.file,
              line,
              expected: 'YYYY-MM-DD',
              found: cell,
              hint: 'Excel may have rewritten it: format the column as text.',
            },
          ],
    ),
  );
  if (faults.length > 0) throw new RunnerError(faults, EXIT.failed);
}

async function* lines(node: SeedNode): AsyncGenerator<string> {
  for (const { cells } of node.seed.rows) yield copyLine(cells);
}
