import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtSample, SAMPLE_DAY, type SampleProject } from '../sample-project.ts';
import { type Browser, openBrowser } from './browser.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const DESK = { width: 1280, height: 860 };
/** A4 within margins. */
const PAPER = { width: 680, height: 980 };
const PHONE = { width: 390, height: 800 };

let project: SampleProject;
let site: string;
let browser: Browser;
let pages: readonly string[];
/** Of each kind that differs from others in more than its words. */
let kinds: readonly string[];

beforeAll(async () => {
  project = await builtSample();
  site = join(project.dir, 'site');
  const made = await project.runner(['docs', '--out', site, ...SAMPLE_DAY]);
  expect(made.code, made.stderr).toBe(0);
  const files = JSON.parse(readFileSync(join(site, 'site-files.json'), 'utf8')) as readonly string[];
  pages = files.filter((file) => file.endsWith('.html'));
  const run = pages.find((page) => page.startsWith('runs/')) ?? '';
  kinds = ['index', 'graph', 'sources', 'nodes/activite'].map((name) => `${name}.html`).concat(run);
  browser = await openBrowser(site);
});
afterAll(async () => {
  await browser?.close();
  await project?.close();
});

describe('the site, opened from disk', () => {
  it('has pages without an error, that ask for nothing but files and are not wider than a phone', async () => {
    expect(pages.length).toBeGreaterThan(80);
    await browser.page.setViewportSize(PHONE);
    await browser.open('index.html');
    // In frames of one page, all at once: to go to each takes three times as long.
    await browser.page.evaluate(
      ({ paths, width, height }) =>
        Promise.all(
          paths.map((path) => {
            const frame = document.createElement('iframe');
            frame.style.cssText = `position: fixed; visibility: hidden; border: 0; width: ${width}px; height: ${height}px`;
            frame.src = path;
            document.body.append(frame);
            return new Promise((resolve) => frame.addEventListener('load', resolve));
          }),
        ).then(() => undefined),
      { paths: pages, ...PHONE },
    );
    const widths = await Promise.all(
      browser.page.frames().map(async (frame) => ({
        path: frame.url(),
        width: await frame.evaluate(() => document.documentElement.scrollWidth),
      })),
    );
    expect(widths.length).toBe(pages.length + 1);
    expect(widths.filter(({ width }) => width > PHONE.width)).toEqual([]);
    await browser.page.setViewportSize(DESK);
    expect(browser.faults).toEqual([]);
  });

  it('shows on a phone each cell of a node and of the policy without moving sideways', async () => {
    const { page, open } = browser;
    await page.setViewportSize(PHONE);
    for (const path of ['nodes/activite.html', 'policy.html']) {
      await open(path);
      const boxes = page.locator('.stacks');
      expect(await boxes.count()).toBeGreaterThan(2);
      const wider = await boxes.evaluateAll((all) => all.filter((box) => box.scrollWidth > box.clientWidth).length);
      expect(wider, path).toBe(0);
    }
    await page.setViewportSize(DESK);
  });

  it('has no fault that axe finds, in the light and in the dark', async () => {
    const found: string[] = [];
    for (const path of kinds) {
      await browser.open(path);
      await browser.page.addScriptTag({ path: AXE });
      found.push(...(await violations(path, {})));
      if (!['index.html', 'nodes/activite.html'].includes(path)) continue;
      await browser.page.emulateMedia({ colorScheme: 'dark' });
      found.push(...(await violations(`${path} dark`, { runOnly: ['color-contrast'] })));
      await browser.page.emulateMedia({ colorScheme: 'light' });
    }
    expect(found).toEqual([]);
  });

  it('prints what a page says, without what leads elsewhere', async () => {
    const { page, open } = browser;
    await open('nodes/activite.html');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const hidden of ['.site-header', '.toc']) expect(await page.locator(hidden).isVisible()).toBe(false);
    expect(await page.locator('h1').isVisible()).toBe(true);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    // What the paper has no room for would be cut off, or all of it made small.
    await page.setViewportSize(PAPER);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PAPER.width);
    await page.setViewportSize(DESK);
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  });

  it('says all of it without scripts too', async () => {
    const { page, open } = browser;
    const session = await page.context().newCDPSession(page);
    const scripts = (value: boolean): Promise<unknown> =>
      session.send('Emulation.setScriptExecutionDisabled', { value: !value });
    await scripts(false);
    try {
      for (const path of kinds) {
        await open(path);
        expect((await page.locator('main').textContent())?.length, path).toBeGreaterThan(100);
        expect(await page.locator('.theme-switch').count()).toBe(0);
      }
      await open('index.html');
      expect(await page.locator('.chart svg').count()).toBe(4);
      await open('graph.html');
      await page.locator('.node', { hasText: 'code_param' }).click();
      await page.waitForURL(/nodes\/code_param\.html$/);
    } finally {
      await scripts(true);
      await session.detach();
    }
  });
});

describe('the search', () => {
  it.each([
    ['a model', 'vue kpi bu', 'nodes/vue_kpi_bu.html', 'vue_kpi_bu'],
    ['a source by part of its name', 'rh.sal', 'sources/rh.salarie.html', 'rh.salarie'],
    ['a column, whatever its accents', 'Éligible prime', '', 'est_eligible_prime'],
  ])('finds %s and goes there by keyboard alone', async (_what, text, path, words) => {
    const { page, open } = browser;
    await open('nodes/activite.html');
    await page.keyboard.press('/');
    await page.keyboard.type(text);
    const chosen = page.locator('.search [aria-selected=true]');
    const wanted = page.locator('.search [role=option]', { hasText: words }).first();
    await wanted.waitFor();
    while ((await chosen.getAttribute('id')) !== (await wanted.getAttribute('id')))
      await page.keyboard.press('ArrowDown');
    const active = await page.locator('.search input').getAttribute('aria-activedescendant');
    expect(active).toBe(await wanted.getAttribute('id'));
    const before = page.url();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.href !== before);
    expect(page.url()).toContain(path);
    expect(await page.locator('main').textContent()).toContain(words);
    expect(browser.faults).toEqual([]);
  });

  it('says that it has found nothing, and is closed with Escape', async () => {
    const { page, open } = browser;
    await open('index.html');
    await page.keyboard.press('/');
    await page.keyboard.type('zzzzzz');
    await page.getByText('Nothing found').waitFor();
    // A slash is a letter there.
    await page.keyboard.press('/');
    expect(await page.locator('.search input').inputValue()).toBe('zzzzzz/');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.locator('.search').isVisible()).toBe(false);
  });
});

describe('the theme', () => {
  it('is that of the system until one is chosen, which other pages then have too', async () => {
    const { page, open } = browser;
    const brightness = (): Promise<number> =>
      page.evaluate(() => Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)));
    await open('index.html');
    expect(await brightness()).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await brightness()).toBeLessThan(60);
    const button = page.locator('.theme-switch');
    await button.click();
    expect(await button.textContent()).toMatch(/light/i);
    expect(await brightness()).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: 'light' });
    await button.click();
    expect(await brightness()).toBeLessThan(60);
    await open('nodes/activite.html');
    expect(await brightness()).toBeLessThan(60);
    await button.click();
    expect(await brightness()).toBeGreaterThan(200);
  });
});

describe('the graph', () => {
  it('lets the node that is clicked stand out with what it stands on and what stands on it, and opens it with the next click', async () => {
    const { page, open } = browser;
    await open('graph.html');
    const node = page.locator('.node[data-name=salarie]');
    await node.click();
    await expectLit('stg_rh__salarie', true);
    await expectLit('vue_kpi_bu', true);
    await expectLit('gsheet.declaration', false);
    expect(await page.locator('.graph-panel').textContent()).toContain('Employees without identity');
    // Whoever is sent the address sees the same.
    await page.reload();
    await expectLit('stg_rh__salarie', true);
    await expectLit('gsheet.declaration', false);
    await node.click();
    await page.waitForURL(/nodes\/salarie\.html$/);
  });

  it('keeps what is named, with what it reads, what reads it, both or neither, of a folder and of a kind', async () => {
    const { page, open } = browser;
    await open('graph.html');
    const count = async (): Promise<number> => page.locator('.node:not(.is-hidden)').count();
    const all = await count();
    await page.getByLabel('Name').fill('kpi_groupe');
    const both = await count();
    const withWhat = page.locator('select[name=with]');
    await withWhat.selectOption('up');
    const up = await count();
    await withWhat.selectOption('down');
    const down = await count();
    await withWhat.selectOption('none');
    expect(await count()).toBe(1);
    expect(both).toBe(up + down - 1);
    expect(both).toBeLessThan(all);
    await withWhat.selectOption('both');
    await page.getByLabel('Folder').selectOption('models/bi');
    expect(await shownFolders()).toEqual(['models/bi']);
    // What is left moves together, so that it can be read.
    expect(await outside()).toBe(0);
    expect((await page.locator('.node[data-name=vue_kpi_bu]').boundingBox())?.height).toBeGreaterThan(20);
    await page.reload();
    expect(await shownFolders()).toEqual(['models/bi']);
    await page.getByLabel('Kind').selectOption('seed');
    expect(await page.locator('.graph-count').textContent()).toContain('No node is left');
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(count).toBe(all);
  });

  it('is drawn larger, smaller, and so that all of it is seen', async () => {
    const { page, open } = browser;
    await open('graph.html');
    const width = async (): Promise<number> => (await page.locator('.node').first().boundingBox())?.width ?? 0;
    const before = await width();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    expect(await width()).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await page.getByRole('button', { name: 'Zoom out' }).click();
    expect(await width()).toBeLessThan(before);
    await page.getByRole('button', { name: 'Fit' }).click();
    expect(await outside()).toBe(0);
  });

  it.each([
    ['phone', PHONE, 9],
    ['desk', DESK, 7],
  ])('is read at once on a %s, and says that there is more', async (_what, size, letters) => {
    const { page, open } = browser;
    await page.setViewportSize(size);
    await open('graph.html');
    const more = (): Promise<boolean> => page.locator('.graph.has-more').isVisible();
    expect((await page.locator('#graph').boundingBox())?.height).toBeLessThan(size.height * 0.7);
    expect((await page.locator('.node text').first().boundingBox())?.height).toBeGreaterThan(letters);
    expect(await more()).toBe(true);
    await page.getByRole('button', { name: 'Fit' }).click();
    expect(await more()).toBe(false);
    await page.setViewportSize(DESK);
  });

  it('is walked by arrow keys, chosen from by Space, left by Escape, and opened by Enter', async () => {
    const { page, open } = browser;
    await open('graph.html');
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute('data-name') ?? '');
    await page.locator('.node[tabindex="0"]').focus();
    const first = await focused();
    await page.keyboard.press('ArrowRight');
    const second = await focused();
    expect([first, second]).not.toContain('');
    expect(second).not.toBe(first);
    await page.keyboard.press('Space');
    await expectLit(second, true);
    expect(page.url()).toContain(`node=${second}`);
    await page.keyboard.press('Escape');
    expect(await page.locator('.is-lit').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname.endsWith(`${second}.html`));
  });

  async function expectLit(name: string, isLit: boolean): Promise<void> {
    const opacity = await browser.page
      .locator(`.node[data-name="${name}"]`)
      .evaluate((node) => Number(getComputedStyle(node).opacity));
    expect(opacity === 1, name).toBe(isLit);
  }

  /** How many nodes are not in the frame. */
  function outside(): Promise<number> {
    return browser.page.evaluate(() => {
      const frame = document.querySelector('#graph')?.getBoundingClientRect();
      return [...document.querySelectorAll('.node:not(.is-hidden)')].filter((node) => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        return !frame || left < frame.left || right > frame.right || top < frame.top || bottom > frame.bottom;
      }).length;
    });
  }

  async function shownFolders(): Promise<readonly string[]> {
    const folders = await browser.page
      .locator('.node:not(.is-hidden)')
      .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-folder') ?? ''));
    return [...new Set(folders)];
  }
});

/** Of the page in hand, a line for each element that breaks a rule of axe. */
async function violations(where: string, options: object): Promise<readonly string[]> {
  const found = await browser.page.evaluate(
    async (given) => {
      const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } };
      return (await axe.run(given)).violations;
    },
    { preload: false, resultTypes: ['violations'], ...options },
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${where}: ${id}: ${html.slice(0, 120)}`));
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}
