import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Stage {
  readonly name: string;
  /** The image that it starts from, arguments filled in. */
  readonly from: string;
  /** What it does, in order: `['USER', '10001:10001']`. */
  readonly instructions: readonly (readonly [name: string, text: string])[];
}

/** The stages of a Dockerfile of the plain form: one instruction a line or continued lines, each stage `FROM image AS name`. */
export function readStages(file: string): readonly Stage[] {
  const text = readFileSync(file, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '');
  const stages: (Stage & { readonly instructions: [string, string][] })[] = [];
  const given = new Map<string, string>();
  for (const [, name = '', rest = ''] of text.matchAll(/^([A-Z]+)\s+(.*)$/gm)) {
    const [, image, stage] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
    const [key = '', value = ''] = rest.split('=');
    if (name === 'FROM' && image && stage)
      stages.push({
        name: stage,
        from: image.replace(/\$\{(\w+)\}/, (_, arg) => given.get(arg) ?? ''),
        instructions: [],
      });
    else if (stages.length === 0) given.set(key, value);
    else stages.at(-1)?.instructions.push([name, rest]);
  }
  return stages;
}

/** What a stage's instructions of one name say. */
export function saidBy(stage: Stage | undefined, name: string): readonly string[] {
  return (stage?.instructions ?? []).filter(([said]) => said === name).map(([, text]) => text);
}

interface Copied {
  readonly stage: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export function copiesOf(stage: Stage | undefined): readonly Copied[] {
  return saidBy(stage, 'COPY').map((text) => {
    const [, from, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(text) ?? [];
    const words = paths.split(/\s+/);
    return { stage: from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
  });
}

/**
 * Does what the COPY instructions of a stage say, its WORKDIR being the folder `root`. What another stage made is taken
 * from `context`, too, where the same was made.
 * @param linked targets that are linked and not copied
 */
export function copyInto(root: string, stage: Stage | undefined, context: string, linked: readonly string[]): void {
  for (const { sources, target } of copiesOf(stage)) {
    for (const source of sources) {
      const from = join(context, source.replace(/^\/app\//, ''));
      const to = join(root, target, target.endsWith('/') ? basename(source) : '');
      mkdirSync(dirname(to), { recursive: true });
      if (!linked.includes(target)) cpSync(from, to, { recursive: true });
      else if (existsSync(from)) symlinkSync(from, to);
    }
  }
}

/** Whether a .dockerignore lets a build see a path: its last line that fits decides. */
export function isSeen(dockerignore: string, path: string): boolean {
  const lines = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const last = lines.findLast((line) => {
    const pattern = line.replace(/^!/, '').replace(/[.+]/g, '\\$&');
    const expression = pattern.replace(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
    return new RegExp(`^${expression}(?:/.*)?$`).test(path);
  });
  return last?.startsWith('!') ?? true;
}
