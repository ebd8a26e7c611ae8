// Writes the sample again: npm run sample [folder]
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSample } from './sample.ts';

const folder = process.argv[2] ?? 'sources/sample';
await mkdir(folder, { recursive: true });
for (const [name, bytes] of await makeSample()) await writeFile(join(folder, name), bytes);
