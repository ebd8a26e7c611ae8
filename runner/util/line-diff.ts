/** A line that both have (` `), that only the former has (`-`), or only the latter (`+`). */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** The shortest way from one list of lines to the other, by their longest common subsequence. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const width = after.length + 1;
  // common[i * width + j]: lines that before from i and after from j have in common.
  const common = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        before[i] === after[j]
          ? at(common, (i + 1) * width + j + 1) + 1
          : Math.max(at(common, (i + 1) * width + j), at(common, i * width + j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]];
    if (old !== undefined && old === now) {
      lines.push({ sign: ' ', text: old });
      i += 1;
      j += 1;
    } else if (
      old !== undefined &&
      (now === undefined || at(common, (i + 1) * width + j) >= at(common, i * width + j + 1))
    ) {
      lines.push({ sign: '-', text: old });
      i += 1;
    } else {
      lines.push({ sign: '+', text: now ?? '' });
      j += 1;
    }
  }
  return lines;
}

/** The lines that differ with `context` lines around each place, as text; `…` stands for lines left out between. */
export function shortDiff(before: readonly string[], after: readonly string[], context = 1): string {
  const lines = diffLines(before, after);
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' ');
  const kept = lines.map(({ sign, text }, index) => (isNear(index) ? `${sign} ${text}` : null));
  return kept
    .filter((text, index) => text !== null || (kept[index - 1] ?? null) !== null)
    .map((text) => text ?? '  …')
    .join('\n')
    .replace(/\n {2}…$/, '');
}

function at(cells: Uint32Array, index: number): number {
  return cells[index] ?? 0;
}
