/** Asks on a terminal; anything but a yes is a no. Elsewhere nobody is there to answer: `undefined`. */
export async function confirm(
  question: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<boolean | undefined> {
  if (!input.isTTY || !output.isTTY) return undefined;
  const { createInterface } = await import('node:readline/promises');
  const asking = createInterface({ input, output });
  try {
    // Control-C and the end of the input close it without an answer.
    const closed = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
    return /^y(es)?$/i.test((await Promise.race([asking.question(`${question} [y/N] `), closed])).trim());
  } finally {
    asking.close();
  }
}
