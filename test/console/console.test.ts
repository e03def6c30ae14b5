import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisions, remediated, scripted, waiting, writeRecords } from '../support/records.ts';
import { System, webhook } from '../support/runner.ts';
import { HAS_CHROMIUM, openBrowser, openPage, picture, seriousFindings } from './browser.ts';

const MANY = 10_000;
const FIRST_VIEW_MS = 1_000;
/** Of the frames of a page at rest: the machine may be busy with other tests. */
const LEAST_SHARE_OF_FRAMES = 0.3;
const [ASKED, DONE, SCRIPTED] = ['aaaaaaaaaaaaaaaa.1', 'bbbbbbbbbbbbbbbb.2', 'cccccccccccccccc.3'];

describe.skipIf(!HAS_CHROMIUM)('the console in Chromium', () => {
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    system = await System.create('http://127.0.0.1:9/', [], { TRM_ENABLED: 'false', GEMMA_ENABLED: 'false' });
    const now = new Date();
    writeRecords(system.data, [
      ...decisions(MANY, new Date(now.getTime() - 60_000)),
      ...remediated(DONE, now),
      scripted(SCRIPTED, now),
      waiting(ASKED, now),
    ]);
    await system.start();
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await system?.remove();
  });

  const open = async (path: string, options: Parameters<typeof openPage>[1] = {}) => {
    const [page, faults] = await openPage(browser, options);
    await page.goto(`${system.url}console/${path}`);
    return { page, faults };
  };
  const send = async (payload: unknown) => {
    const body = JSON.stringify(payload);
    await fetch(system.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  };

  it('shows the flow, and an alert that comes meanwhile', async () => {
    const { page, faults } = await open('');
    await page.getByText('emit-trigger').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await send(webhook(1, 1));
    await page.locator('.moving').first().waitFor({ state: 'attached' });
    await page.locator('.feed', { hasText: 'api1' }).waitFor();
    await picture(page, 'flow');
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it(`shows ${MANY} decisions in less than a second, and scrolls`, async () => {
    const { page, faults } = await open('decisions');
    await page.locator('.row').first().waitFor();
    const started = Date.now();
    await page.goto(`${system.url}console/decisions`);
    await page.locator('.row .alert').first().waitFor();
    const took = Date.now() - started;
    const resting = await page.evaluate(framesWhile, 0);
    const frames = await page.evaluate(framesWhile, 120);
    console.log(
      `first view ${took} ms; frames a second: ${frames.toFixed(0)} scrolling, ${resting.toFixed(0)} at rest`,
    );
    expect(await page.locator('.row').count()).toBeLessThan(100);
    expect(took).toBeLessThan(2 * FIRST_VIEW_MS);
    expect(frames).toBeGreaterThan(LEAST_SHARE_OF_FRAMES * resting);
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight));
    await page.locator('.row', { hasText: 'web-0' }).waitFor();
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, 0));
    await page.locator('.row .alert').first().waitFor();
    await picture(page, 'decisions');
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('narrows the list by filters that stand in the URL', async () => {
    const { page } = await open('decisions');
    await page.getByLabel('Outcome').selectOption('waiting');
    await page.getByText(/^[12] decisions?$/).waitFor();
    expect(page.url()).toContain('outcome=waiting');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('searchbox').fill('web-42 team-0');
    await page.waitForURL(/text=web-42/);
    const again = await open(`decisions${new URL(page.url()).search}`);
    await again.page.locator('.row', { hasText: 'web-42' }).first().waitFor();
    expect(await again.page.getByRole('searchbox').inputValue()).toBe('web-42 team-0');
    await Promise.all([page.close(), again.page.close()]);
  });

  it('shows one decision in full', async () => {
    const { page, faults } = await open(`decisions/${DONE}`);
    await page.getByText('restarts over and over').waitFor();
    expect(await page.locator('.labels.foreign').innerText()).toContain('kube-state-metrics-0');
    expect(await page.locator('.trace ins').allInnerTexts()).not.toEqual([]);
    expect(await page.locator('.report').innerText()).toContain('evicted');
    expect(await page.locator('.steps > li').count()).toBe(3);
    const cases = await page.locator('.cases > li').allInnerTexts();
    expect(cases[0]).toMatch(/pod-restart.*\n.*holds: not stateful/s);
    expect(cases.at(-1)).toContain('not tried');
    expect(await page.locator('.changes').innerText()).toContain('with statefulset=some-statefulset: pod-check-status');
    await page.getByText('live', { exact: true }).waitFor();
    await picture(page, 'decision', 1_060); // docs/console.png
    await picture(page, 'decision-whole', 1_700);
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('takes an approval, and shows what comes of it', async () => {
    const { page, faults } = await open('');
    await page.getByText('live', { exact: true }).waitFor();
    const labels = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'cart' };
    const alert = { status: 'firing', labels, annotations: {}, startsAt: '2026-11-23T10:00:00Z' };
    await send({ version: '4', alerts: [alert] });
    await page.locator('.feed a', { hasText: 'shop/cart' }).click();
    const button = page.getByRole('button', { name: 'Approve' });
    await button.click();
    await page.getByText('Say who you are').waitFor();
    await picture(page, 'approval');
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.content()).not.toMatch(/v1\.[\w-]{8}\./);
    await page.getByLabel('Your name').fill('mira');
    await page.getByLabel('Comment').fill('go on');
    await button.click();
    await page.locator('.steps', { hasText: 'approved by mira: go on' }).waitFor();
    await page.locator('.subject .outcome.active', { hasText: /called|asked for/ }).waitFor();
    expect(await page.locator('.question').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('says how to answer what was asked before the last start', async () => {
    const { page } = await open(`decisions/${ASKED}`);
    await page.locator('.question', { hasText: 'agent-sre approve' }).waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.close();
  });

  it('shows scripts in labels as text', async () => {
    const { page, faults } = await open(`decisions/${SCRIPTED}`);
    await page.getByRole('heading', { level: 1, name: '<img src=x' }).waitFor();
    await picture(page, 'scripted');
    for (const path of ['', 'decisions', 'charts']) {
      await page.goto(`${system.url}console/${path}`);
      await page.locator('main > *').first().waitFor();
    }
    expect(await page.title()).toBe('agent-sre');
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('shows the charts', async () => {
    const { page, faults } = await open('charts');
    await page.locator('.plot canvas').first().waitFor();
    await page.waitForTimeout(300);
    await picture(page, 'charts', 1_500);
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('is used by the keyboard alone', async () => {
    const { page } = await open('');
    await page.getByText('emit-trigger').waitFor();
    await page.keyboard.press('2');
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('checkout');
    await page.getByText(/^2 decisions/).waitFor();
    await page.keyboard.press('Escape');
    for (let tab = 0; tab < 12; tab++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate('document.activeElement.matches(".row")')) break;
    }
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'KubePodCrashLooping' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').waitFor();
    await page.close();
  });

  it.each([
    ['phone', { viewport: { width: 390, height: 844 } }],
    ['dark', { colorScheme: 'dark' as const }],
  ])('is whole: %s', async (name, options) => {
    for (const [view, path] of [
      ['flow', ''],
      ['decisions', 'decisions'],
      ['decision', `decisions/${DONE}`],
      ['charts', 'charts'],
    ]) {
      const { page } = await open(path ?? '', options);
      await page.locator('h1, figure').first().waitFor({ state: 'attached' });
      await page.waitForTimeout(300);
      await picture(page, `${view}-${name}`, view === 'flow' || view === 'decisions' ? undefined : 2_600);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), view).toBe(true);
      expect(await seriousFindings(page), view).toEqual([]);
      await page.close();
    }
  });

  it('asks for its token where other machines reach it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'console-'));
    writeFileSync(join(folder, 'token'), 's3cret\n');
    const guarded = await System.create('http://127.0.0.1:9/', [], { CONSOLE_TOKEN_FILE: join(folder, 'token') });
    await guarded.start('--host', '0.0.0.0');
    const [page, faults] = await openPage(browser);
    await page.goto(`${guarded.url}console/charts`);
    await page.getByLabel('Token of the console').fill('guess');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('this is not the token').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Token of the console').fill('s3cret');
    await page.keyboard.press('Enter');
    await page.getByText('live', { exact: true }).waitFor();
    expect(await page.getByText('Nothing is recorded of this time.').count()).toBe(5);
    for (const view of ['charts', 'flow', 'decisions']) {
      await page.goto(`${guarded.url}console/${view === 'flow' ? '' : view}`);
      await page
        .getByText(/^(Nothing|No decision)/)
        .first()
        .waitFor();
      await picture(page, `${view}-empty`);
    }
    expect(faults).toEqual([]);
    await page.close();
    await guarded.remove();
    rmSync(folder, { recursive: true });
  });

  it('comes back after a restart, and is told what it missed', async () => {
    const { page } = await open('decisions');
    await page.getByText('live', { exact: true }).waitFor();
    await system.end('SIGTERM');
    await page.getByText('not connected').waitFor();
    await system.start();
    await page.getByText('live', { exact: true }).waitFor();
    await send(webhook(900, 1));
    await page.getByRole('button', { name: /show \d+ new/ }).click();
    await page.locator('.row', { hasText: 'api900' }).waitFor();
    await page.close();
  });
});

/** Runs in the page: frames a second while the list moves by so many pixels in each. */
async function framesWhile(pixels: number): Promise<number> {
  const rows = document.querySelector('.rows');
  let frames = 0;
  const started = performance.now();
  while (rows !== null && performance.now() - started < 1_500) {
    rows.scrollTop += pixels;
    frames++;
    await new Promise(requestAnimationFrame);
  }
  return (1_000 * frames) / (performance.now() - started);
}
