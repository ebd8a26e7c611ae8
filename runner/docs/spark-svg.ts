const STEP = 7;
const HEIGHT = 16;

/** Height and class of a bar: what went well is low and calm, what did not is high. */
const BARS: Readonly<Record<string, readonly [height: number, name: string]>> = {
  P: [6, 'passed'],
  W: [10, 'warned'],
  F: [16, 'failed'],
  N: [3, 'none'],
};

/** The trend of a check as a row of bars, for a line of text that says the same: P passed, W warned, F failed, N not evaluated; oldest first. */
export function sparkSvg(points: string): string {
  const bars = [...points].map((point, index) => {
    const [height, name] = BARS[point] ?? [3, 'none'];
    return `<rect class="spark-${name}" x="${index * STEP}" y="${HEIGHT - height}" width="${STEP - 2}" height="${height}" rx="1"/>`;
  });
  const width = Math.max(points.length * STEP - 2, 0);
  return `<svg class="spark" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" aria-hidden="true">${bars.join('')}</svg>`;
}
