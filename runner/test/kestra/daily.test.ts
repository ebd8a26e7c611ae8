import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declare } from '../oracle/edits.ts';
import type { Execution } from './execution.ts';
import { type FlowPlace, flowPlace, WITH_SODA } from './place.ts';

const BUILDS = WITH_SODA ? ['load', 'build', 'test', 'notify'] : ['load', 'build', 'notify'];
/** What a command said, where it ended otherwise than well. */
const failed = ({ runs }: Execution): readonly string[] =>
  runs.filter(({ code }) => code !== 0).map(({ id, code, log }) => `${id} ${code} ${log}`);
const ids = ({ runs }: Execution): readonly string[] => runs.map(({ id }) => id);
const vars = ({ runs }: Execution, id: string) => runs.findLast((run) => run.id === id)?.vars ?? {};
const alerts = ({ slack }: FlowPlace): readonly string[] => slack.posted(slack.alerts);
const messages = ({ slack }: FlowPlace): readonly string[] => slack.posted(slack.webhook);

const DECLARED = ['24/11/2026 08:00:00', 'Caumes', 'Célia', '23/11/2026', 'Voile', '', '01:21:19', ''];
const REJECTED = DECLARED.map((cell) => cell.replace('23', '32'));
const PARAMETERS = 'seeds/param_avantage.csv';
const COST = { 0.05: '146633.50', 0.06: '175960.20' };

const places: FlowPlace[] = [];
let base: FlowPlace;
async function place(): Promise<FlowPlace> {
  const made = await flowPlace(base);
  places.push(made);
  return made;
}

let first: Execution;
beforeAll(async () => {
  base = await flowPlace();
  // As the first time: before the webhook is set.
  first = await base.run({ secrets: { SLACK_WEBHOOK_URL: '' } });
  await base.runner(['notify', '--skip-all'], { P12_PSEUDO_SALT: 'a-salt-for-tests' });
  await base.db.close();
});
afterAll(async () => {
  for (const made of places) await made.close();
  await base?.close();
});

it('the first execution, on an empty database, is case 3 with E and B and builds everything', () => {
  expect(failed(first)).toEqual([]);
  expect(ids(first)).toEqual(BUILDS);
  expect(vars(first, 'load')).toMatchObject({ S: 0, G: 1, P: 1, E: 1, B: 1, case: 3, as_of: '2026-11-24' });
  expect(vars(first, 'build').nodes).toBe(vars(first, 'load').changed);
  expect(vars(first, 'notify')).toMatchObject({ sent: 0, waiting: 785 });
  expect(first.outputs).toMatchObject({ cas: '3', jour: '2026-11-24', cout_annuel_total_prime: COST[0.05] });
});

describe.concurrent('an execution of case', { timeout: 300_000 }, () => {
  it.for([0, 1, 2, 3, 4, 5, 6, 7])('%i takes its path, sets its labels and sends what is due', async (number, t) => {
    const [S, G, P] = [number & 4, number & 2, number & 1].map((bit) => (bit ? 1 : 0)) as [number, number, number];
    const here = await place();
    if (G) declare(here, [DECLARED]);
    if (P) here.edit(PARAMETERS, 'taux_prime,0.05', 'taux_prime,0.06');
    const ended = await here.run({ inputs: S ? { simulation: true, scenario: 'optimiste' } : {} });
    t.expect(failed(ended)).toEqual([]);
    t.expect(vars(ended, 'load')).toMatchObject({ S, G, P, E: 0, B: 0, case: number });
    t.expect(ids(ended)).toEqual(number === 0 ? ['load', 'notify'] : BUILDS);
    t.expect(ended.logs).toEqual(number === 0 ? [expect.stringMatching(/^Nothing to do: case 0 \(no flag/)] : []);
    const cost = number === 0 ? undefined : COST[P ? 0.06 : 0.05];
    t.expect(ended.labels).toMatchObject({ cas: String(number), ...(cost && { cout_annuel_total_prime: cost }) });
    t.expect(ended.outputs).toMatchObject({ cas: String(number), cout_annuel_total_prime: cost ?? '' });
    t.expect(Object.values({ ...ended.labels, ...ended.outputs }).join()).not.toMatch(/undefined|null|object/);
    t.expect(messages(here)).toEqual(G ? [expect.stringMatching(/Célia Caumes/)] : []);
    t.expect(ended.outputs.messages_envoyes).toBe(String(G));
    const files = ended.runs.find(({ id }) => id === 'build')?.files ?? [];
    t.expect(files.includes('target/run_results.json')).toBe(number > 0);
    t.expect(files.some((file) => file.startsWith('target/compiled/models/'))).toBe(number > 0);
    const [[written] = []] = await here.rows('select count(*), bool_or(simulation)::text from ops.histo_run');
    t.expect(written).toBe(number === 0 ? '1' : '2');
    t.expect(ended.posted).toEqual([]);
    t.expect(alerts(here).filter((text) => text.includes('échec'))).toEqual([]);
  });
});

// What Soda says is of the cases above.
const left = ['test'];
const UNVERIFIED = ['load', 'build', 'notify'];

describe.concurrent('an execution', { timeout: 300_000 }, () => {
  it('of a selection and a full refresh builds these, though nothing changed', async (t) => {
    const here = await place();
    const inputs = { select: 'vue_kpi_bu vue_kpi_incoherences', full_refresh: true };
    const ended = await here.run({ inputs, left });
    t.expect(failed(ended)).toEqual([]);
    t.expect([vars(ended, 'load').changed, vars(ended, 'build').nodes]).toEqual([0, 2]);
  });

  it('whose source is refused stops there after three attempts, and one alert tells of it', async (t) => {
    const here = await place();
    const ended = await here.run({ envs: { rh_xlsx: 'project.yml' } });
    t.expect([ended.state, ids(ended)]).toEqual(['FAILED', ['load', 'load', 'load']]);
    t.expect(vars(ended, 'load')).toMatchObject({ exit_code: 1, status: 'failed', alerted: 1 });
    t.expect(alerts(here)).toEqual([expect.stringContaining('source rh.salarie was refused')]);
    t.expect(alerts(here)[0]).toContain('http://kestra.test/ui/main/executions/p12.orchestration/');
    t.expect(ended.posted).toEqual([]);
  });

  it('whose alert can’t be sent, or of which a command is killed, is told by the flow itself', async (t) => {
    const here = await place();
    here.slack.fail(Array.from({ length: 3 }, () => ({ status: 404, body: 'no_service' })));
    const refused = await here.run({ envs: { rh_xlsx: 'project.yml' } });
    t.expect(alerts(here)).toEqual([]);
    t.expect(refused.posted).toEqual([{ url: here.slack.alerts, text: expect.stringContaining('échec') }]);
    here.edit(PARAMETERS, 'taux_prime,0.05', 'taux_prime,0.06');
    const killed = await here.run({ lost: ['build'] });
    t.expect([killed.state, ids(killed), alerts(here)]).toEqual(['FAILED', ['load', 'build'], []]);
    t.expect(killed.posted.map(({ text }) => text).join()).toContain('pipeline_avantages_sportifs* : échec');
  });

  it('whose contract fails publishes and sends nothing; mended, it alerts of what Slack refuses beside what its build has found; the next one sends it', async (t) => {
    const here = await place();
    declare(here, [DECLARED, REJECTED]);
    here.edit(PARAMETERS, 'taux_prime,0.05', 'taux_prime,cinq');
    const wrong = await here.run();
    t.expect([wrong.state, ids(wrong)]).toEqual(['FAILED', ['load', 'build']]);
    t.expect(wrong.runs[1]?.files).toContain('target/run_results.json');
    t.expect(alerts(here)).toEqual([expect.stringContaining('CHECK_FAILED')]);
    t.expect([wrong.posted, messages(here)]).toEqual([[], []]);

    here.edit(PARAMETERS, 'taux_prime,cinq', 'taux_prime,0.06');
    here.slack.fail([{ status: 404, body: 'no_service' }], ({ path }) => path.includes('B0001'));
    const mended = await here.run({ left });
    t.expect([mended.state, ids(mended)]).toEqual(['FAILED', UNVERIFIED]);
    t.expect(mended.labels.cout_annuel_total_prime).toBe(COST[0.06]);
    t.expect(alerts(here).map((text) => text.split(' ')[0])).toEqual(['🔴', '🟠', '🔴']);
    t.expect([mended.posted, messages(here)]).toEqual([[], []]);

    const next = await here.run();
    t.expect([next.state, ids(next), next.outputs.messages_envoyes]).toEqual(['SUCCESS', ['load', 'notify'], '1']);
    t.expect(messages(here)).toEqual([expect.stringContaining('Célia Caumes')]);
  });
});
