import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type Workplace, workplace } from './cli.ts';
import { found, personalValues } from './personal-values.ts';
import { builtSample, SAMPLE_DAY, type SampleProject } from './sample-project.ts';
import { brokenLinks, invalidities, pagesIn, readSite, type SiteFiles } from './site.ts';

/** The words of a page, without its markup. */
function wordsOf(site: SiteFiles, path: string): string {
  const html = site.get(path) ?? '';
  return html
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

describe('the site of the sample', () => {
  let project: SampleProject;
  let site: SiteFiles;

  beforeAll(async () => {
    project = await builtSample();
    await project.db.query('revoke select on metier.vue_kpi_bu, ops.histo_kpi_incoherences from sds_bi');
    const { code, stdout, stderr } = await project.runner(['docs', ...SAMPLE_DAY]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+ files: open target\/docs\/index\.html$/m);
    site = readSite(join(project.dir, 'target/docs'));
  });
  afterAll(() => project?.close());

  it('has a page for each node, and no link that leads nowhere', async () => {
    expect(await project.runner(['compile', ...SAMPLE_DAY])).toMatchObject({ code: 0 });
    const manifest = readFileSync(join(project.dir, 'target/manifest.json'), 'utf8');
    const { nodes, sources } = JSON.parse(manifest) as Record<'nodes' | 'sources', Readonly<Record<string, unknown>>>;
    const pages = [
      ...Object.keys(nodes).map((id) => `nodes/${id.split('.')[2]}.html`),
      ...Object.keys(sources).map((id) => `sources/${id.split('.').slice(2).join('.')}.html`),
    ];
    expect(pages.length).toBeGreaterThan(70);
    expect(pages.filter((path) => !site.has(path))).toEqual([]);
    expect(brokenLinks(site)).toEqual([]);
  });

  it('asks nothing of a server: every file that it loads is its own', () => {
    for (const [path, html] of pagesIn(site)) {
      const outside = [...html.matchAll(/<(?:link|script|img|iframe)[^>]* (?:href|src)="(?!data:)([a-z]+:|\/)[^"]*"/g)];
      expect([path, outside.map(([text]) => text)]).toEqual([path, []]);
    }
  });

  it('is valid HTML where the small project has no such parts', () => {
    const pages = pagesIn(site).filter(([path]) => ['index.html', 'parameters.html'].includes(path));
    expect(pages.length).toBe(2);
    expect(invalidities(pages)).toEqual([]);
  });

  it('names no person, tells no salary, address or comment, and holds no secret', async () => {
    const values = await personalValues(project);
    expect(values.length).toBeGreaterThan(600);
    const text = [...site]
      .filter(([path]) => !path.startsWith('assets/'))
      .map(([, content]) => content)
      .join('\n');
    expect(found(values, text)).toEqual([]);
    expect(project.env.P12_PSEUDO_SALT).toBeTruthy();
    expect(text).not.toContain(project.env.P12_PSEUDO_SALT);
    expect(text).not.toContain(project.config.password);
    expect(found(values, `<td>${values[0]}</td>`)).toEqual([values[0]]);
  });

  it('shows each figure as the database has it, written as the project says, with its only run so far', async () => {
    const [[cost = null] = []] = await project.rows('select cout_annuel_total_prime from metier.vue_kpi_cout_prime');
    const [whole = '', cents] = (cost ?? '').split('.');
    const written = `${whole.replace(/\B(?=(\d{3})+$)/g, '\u202f')},${cents}\u00a0€`;
    const index = site.get('index.html') ?? '';
    expect(index).toContain(`<p class="card-value">${written}</p>`);
    expect(index).toContain(`<p class="card-note">One run so far: ${written} at `);
    expect(index).not.toContain('histo_kpi_cout_prime</a></span></figcaption>');
  });

  it('marks as French what the project names in French', () => {
    const index = site.get('index.html') ?? '';
    expect(index).toContain('<p class="card-title" lang="fr-FR">Coût annuel de la prime</p>');
    expect(index).toContain('<figcaption><span lang="fr-FR">Coût annuel de la prime par âge</span>');
    expect(index).toContain('<ul class="legend" lang="fr-FR">');
    expect(site.get('parameters.html')).toContain('<th scope="row" lang="fr-FR">taux_prime</th>');
  });

  it('tells of a column where it comes from and where it goes, and of a model who reads it and what was checked', () => {
    const words = wordsOf(site, 'nodes/vue_kpi_cout_prime.html');
    expect(words).toContain('sds_bi, sds_rh');
    expect(words).toMatch(/cout_annuel_total_prime numeric Cost of the prime in a year.*kpi_cout_prime\.cout_annuel_/);
    expect(words).toMatch(/missing values of taux_prime taux_prime missing must be 0 passed 0 missing of 1 row/);
    expect(wordsOf(site, 'nodes/rh_salarie.html')).toMatch(
      /salaire_brut salary numeric .*kpi_cout_prime\.cout_annuel_/,
    );
  });

  it('lists what is declared to be personal no more, with the reason and the way that it came', () => {
    const way = 'rh.salarie.salaire_brut → stg_rh__salarie.salaire_brut → rh_salarie.salaire_brut';
    expect(wordsOf(site, 'policy.html')).toMatch(
      new RegExp(`kpi_cout_prime.cout_annuel_total_prime salary sum: a total over several persons [^→]+ ${way}`),
    );
  });

  it('shows what its reader may see, and of the rest says that it may not', () => {
    const index = wordsOf(site, 'index.html');
    expect(index).toContain('Not shown: Coût annuel de la prime par BU: who the figures are read as may not read it.');
    expect(index).not.toContain('histo_kpi_incoherences');
    expect(index).toContain('histo_kpi_cout_prime_fixe');
  });
});

describe('the site of a project that is not ours', () => {
  let shop: Workplace;
  const folder = (): string => join(shop.dir, 'target/docs');
  const docs = (env = {}): ReturnType<Workplace['runner']> => shop.runner(['docs', '--as-of', '2026-03-10'], env);
  const edit = (file: string, change: (text: string) => string): void =>
    writeFileSync(join(shop.dir, file), change(readFileSync(join(shop.dir, file), 'utf8')));

  beforeAll(async () => {
    shop = await workplace(
      join(ROOT, 'runner/test/fixtures/shop'),
      ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'],
      { SHOP_TOKEN: 'a-token-that-is-real', ORDERS: 'sources/orders.txt' },
    );
  });
  afterAll(() => shop?.close());

  it('is made without a server too, and says that runs and figures are not there', async () => {
    const { code, stdout, stderr } = await docs({ PGHOST: '127.0.0.1', PGPORT: '1' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('the site is without runs and figures');
    const site = readSite(folder());
    expect(wordsOf(site, 'index.html')).toContain('The target could not be read');
    expect(brokenLinks(site)).toEqual([]);
    expect(invalidities(pagesIn(site).filter(([path]) => !path.includes('/')))).toEqual([]);
  });

  it.each([
    ['project.yml', 'the site has no folder'],
    [' ', '--out names no folder'],
    ['models', 'holds files that are no site'],
  ])('is not begun where --out is "%s"', async (out, message) => {
    const { code, stdout, stderr } = await shop.runner(['docs', '--out', out], { PGHOST: '127.0.0.1', PGPORT: '1' });
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`DOCS_FOLDER_.*${message}`, 's'));
    expect(stdout).not.toContain('without runs');
  });

  it('tells a failed check first, and what a description says is no markup', async () => {
    edit('soda/marts/order_line.yml', (text) =>
      text
        .replace('Orders up to', '<script>alert("x")</script> & a-token-that-is-real & orders up to')
        .replace('valid_min: 0', 'valid_min: 2')
        .replace('name: product,', 'name: product, description: "<b>", personal: identity,'),
    );
    expect(await shop.runner(['pipeline', '--as-of', '2026-03-10'])).toMatchObject({ code: 1 });
    expect(await docs()).toMatchObject({ code: 0, stderr: '' });
    const site = readSite(folder());
    const index = wordsOf(site, 'index.html');
    expect(index).toMatch(/shop Checks that did not pass failed order_line : invalid values of amount/);
    expect(index).toMatch(/Last run Run \S+ failed/);
    const page = site.get('nodes/order_line.html') ?? '';
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; *** &amp; orders');
    expect(page).not.toContain('<script>alert');
    expect([...site.values()].join()).not.toContain('a-token-that-is-real');
    expect(page).toContain('<td data-label="Description">&lt;b&gt;</td>');
    expect(wordsOf(site, 'policy.html')).toContain('order_line.product marts identity <b>');
    expect(brokenLinks(site)).toEqual([]);
    expect(invalidities(pagesIn(site))).toEqual([]);
  });

  it('is the same to the byte when nothing changed', async () => {
    const before = readSite(folder());
    expect(await docs()).toMatchObject({ code: 0 });
    expect(readSite(folder())).toEqual(before);
  });
});
