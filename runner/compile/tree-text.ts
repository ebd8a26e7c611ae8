/** The tree, from which its places are taken, as text. */
export function treeText(tree: unknown): string {
  removePlaces(tree);
  return JSON.stringify(tree);
}

const PLACES = new Set([
  'location',
  'name_location',
  'stmt_location',
  'stmt_len',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
]);

function removePlaces(tree: unknown): void {
  if (!tree || typeof tree !== 'object') return;
  const node = tree as Record<string, unknown>;
  for (const key in node) {
    // Undefined is no part of JSON; to delete a key takes far longer.
    if (PLACES.has(key)) node[key] = undefined;
    else removePlaces(node[key]);
  }
}

/** Far from where recursion would end, so that a query counts as deep in every process or in none. */
const DEEPEST = 1500;

/** Whether a tree is too deep to be walked through. */
export function isDeep(tree: unknown, depth = 0): boolean {
  if (depth > DEEPEST) return true;
  if (!tree || typeof tree !== 'object') return false;
  for (const key in tree) if (isDeep((tree as Readonly<Record<string, unknown>>)[key], depth + 1)) return true;
  return false;
}
