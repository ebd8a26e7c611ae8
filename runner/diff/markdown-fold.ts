/** Something that is folded, in pieces that may be left out one by one. */
export interface Section {
  readonly title: string;
  readonly pieces: readonly { readonly name: string; readonly text: string }[];
}

/** What GitHub takes of a comment, in characters, with room for what is put in front of it. */
const MOST = 65_536 - 1_000;

/** The text, cut at a line, with its folds, as far as there is room; the first ones are the last to go. */
export function fold(text: string, sections: readonly Section[], most = MOST): string {
  // The closing words name what was left out: a list of them that grows is cut too.
  const limit = most - ROOM_FOR_THE_END;
  const top = text.length > limit ? text.slice(0, text.lastIndexOf('\n', limit)) : text;
  const left: string[] = top.length < text.length ? ['the end of the summary'] : [];
  let room = limit - top.length;
  const folded = sections.flatMap(({ title, pieces }) => {
    const frame = framed(title, '').length + 4;
    let taken = 0;
    const kept = pieces.filter(({ name, text }) => {
      const length = text.length + 2 + (taken === 0 ? frame : 0);
      if (length > room) {
        left.push(name);
        return false;
      }
      room -= length;
      taken += 1;
      return true;
    });
    return kept.length === 0 ? [] : [framed(title, kept.map(({ text }) => text).join('\n\n'))];
  });
  return `${[top, ...folded, ...(left.length > 0 ? [lost(left)] : [])].join('\n\n')}\n`;
}

const ROOM_FOR_THE_END = 1_000;
/** Characters of the names of what was left out. */
const NAMED = 600;

function framed(title: string, text: string): string {
  return `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;
}

function lost(names: readonly string[]): string {
  let told = '';
  let count = 0;
  for (const name of names) {
    if (told.length + name.length > NAMED) break;
    told += `${count === 0 ? '' : ', '}${name}`;
    count += 1;
  }
  const more = names.length - count;
  return `**Left out, for a comment may be no longer:** ${told}${more > 0 ? ` and ${more} more` : ''}. All of it: \`runner diff --output json\`; of one model: \`runner diff --select MODEL --output markdown\`.`;
}
