/** Chromium for the tests of the page, and where its pictures go. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const program = process.env.CHROMIUM ?? PROGRAMS.find(existsSync);

/** Whether there is a Chromium: `apt-get install chromium`. */
export const HAS_CHROMIUM = program !== undefined && existsSync(program);

/** Pictures of each view; written anew by each run. */
export const PICTURES = join(import.meta.dirname, '..', '..', 'test-results', 'console');

export async function openBrowser(): Promise<Browser> {
  mkdirSync(PICTURES, { recursive: true });
  return await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page that remembers what went wrong in it: errors, and what the content security policy refused. */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<[Page, string[]]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) faults.push(message.text());
  });
  return [page, faults];
}

/** @param height of the window where more of the page than usual is to be seen: the page scrolls within it */
export async function picture(page: Page, name: string, height?: number): Promise<void> {
  const size = page.viewportSize();
  if (size !== null && height !== undefined) {
    await page.setViewportSize({ ...size, height });
    await page.waitForTimeout(200); // plots are drawn again
  }
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  if (size !== null) await page.setViewportSize(size);
}

/** What axe finds serious or critical, as `rule: place`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(`${axe.source}; undefined`).catch(() => undefined);
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
  }>('axe.run({ resultTypes: ["violations"] })');
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
