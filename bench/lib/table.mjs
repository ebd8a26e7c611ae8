import { spawnSync } from 'node:child_process';
import os from 'node:os';
import process from 'node:process';

/** When, where and of which commit it was measured, as one line. @param runs how often, in words */
export function machine(runs) {
  const [{ model } = {}] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  const commit = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).stdout?.trim();
  return `${day}, commit ${commit || 'unknown'}, ${os.availableParallelism()} virtual processors (${model}), ${memory} GiB, Node ${process.versions.node}; ${runs}`;
}

/** An aim that was measured and not reached, or other results than the other side's. A peer that can't run is no miss. */
export function isMiss(line) {
  if (line.wrong !== undefined) return true;
  return line.most !== undefined && line.error === undefined && !((line.ratio ?? line.value) <= line.most);
}

/** The lines of several rows as one table. */
export function tableOf(sections) {
  const head = ['what', 'the runner', 'against', 'it takes', 'ratio', 'aim', '', 'note'];
  const rows = sections.flatMap(({ about, lines }) => [
    [`**${about.title}**`, '', '', '', '', '', '', ''],
    ...lines.map(cellsOf),
  ]);
  const align = ['---', '---:', '---', '---:', '---:', '---:', '---', '---'];
  return [head, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What each row means to a user, and where it was measured. */
export function meanings(sections) {
  return sections
    .map(({ about, machine: where, lines }) => {
      const misses = lines.filter(isMiss).length;
      const verdict = misses === 0 ? '' : ` Misses: ${misses} of ${lines.filter(isJudged).length}.`;
      return `- **${about.title}.** ${about.means} _${where}._${verdict}`;
    })
    .join('\n');
}

const isJudged = ({ most, wrong }) => most !== undefined || wrong !== undefined;

function cellsOf(line) {
  const { what, value, unit = 's', against = '', other, ratio, most, note = '', error, over, wrong } = line;
  const measured = (number) => (number === undefined ? '' : `${figure(number)}${unit === '×' ? '×' : ` ${unit}`}`);
  const aim = most === undefined ? '' : ratio === undefined ? `≤ ${measured(most)}` : `≤ ${figure(most)}×`;
  const told = [note, error, wrong]
    .filter(Boolean)
    .join('; ')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');
  return [
    what,
    measured(value),
    against,
    over === undefined ? measured(other) : `> ${over} s`,
    ratio === undefined ? (over === undefined ? '' : `< ${figure(value / over)}×`) : `${figure(ratio)}×`,
    aim,
    verdictOf(line),
    told,
  ];
}

function verdictOf(line) {
  if (line.wrong !== undefined) return '**wrong**';
  // It takes longer than that.
  if (line.value < line.over) return 'pass';
  if (line.error !== undefined) return 'not run';
  if (line.most === undefined) return '';
  return isMiss(line) ? '**miss**' : 'pass';
}

/** Three digits that count. */
function figure(number) {
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString('en-US');
  return Number(number.toPrecision(3)).toString();
}
