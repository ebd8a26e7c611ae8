/** The version of dbt whose shape is followed: readers compare it. */
const DBT_VERSION = '1.9.0';

/** What heads each artifact of dbt's. */
export function metadata(
  artifact: 'manifest' | 'run-results',
  version: number,
  invocationId: string,
  at: Date,
): Readonly<Record<string, unknown>> {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${artifact}/v${version}.json`,
    dbt_version: DBT_VERSION,
    generated_at: at.toISOString(),
    invocation_id: invocationId,
    env: {},
    ...(artifact === 'manifest' ? { adapter_type: 'postgres' } : {}),
  };
}
