import path from 'node:path';
import { shapeOf, writeDataform, writeDbt, writeRunner, writeSqlMesh } from '../projects/generated.mjs';

/** Writes a generated project for each tool; dbt-core and dbt 2.0 get one each, for what they keep beside it. */
export function generated(folder, models) {
  const shape = shapeOf(models);
  const dirs = Object.fromEntries(
    ['runner', 'dbt-core', 'dbt 2.0', 'SQLMesh', 'Dataform'].map((name) => [name, path.join(folder, name)]),
  );
  writeRunner(dirs.runner, shape);
  for (const name of ['dbt-core', 'dbt 2.0']) writeDbt(dirs[name], shape);
  writeSqlMesh(dirs.SQLMesh, shape);
  writeDataform(dirs.Dataform, shape);
  return dirs;
}
