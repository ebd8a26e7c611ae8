import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from './chromium.ts';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  /** Its one page, at first empty. */
  readonly page: Page;
  /** What pages have said that they should not: errors, and requests for anything but files. */
  readonly faults: string[];
  /** Opens a page of the site from disk. */
  open(path: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * A Chromium with a new profile on the files of a site.
 * @param site its folder
 */
export async function openBrowser(site: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'runner-test-browser-'));
  let context: BrowserContext | undefined;
  const close = async (): Promise<void> => {
    await context?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      args: ARGUMENTS,
      reducedMotion: 'reduce',
    });
    const page = context.pages()[0] ?? (await context.newPage());
    const faults: string[] = [];
    const note = (what: string): void => void faults.push(`${page.url().split('/').slice(-2).join('/')}: ${what}`);
    page.on('console', (message) => message.type() === 'error' && note(message.text()));
    page.on('pageerror', (error) => note(error.message));
    page.on('request', (request) => /^(file|data):/.test(request.url()) || note(request.url()));
    page.on('requestfailed', (request) => note(`${request.url()} ${request.failure()?.errorText}`));
    return {
      page,
      faults,
      open: async (path) => {
        const [file = '', hash] = path.split('#');
        if (!existsSync(join(site, file))) throw new Error(`the site has no ${file}`);
        await page.goto(`${pathToFileURL(join(site, file))}${hash === undefined ? '' : `#${hash}`}`);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
