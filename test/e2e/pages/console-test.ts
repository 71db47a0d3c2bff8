/** Playwright's test with a console over a scripted engine, one of its own for every test. */
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';
import { type ConsoleFixture, startConsoleFixture } from '../../support/console-fixture.ts';

const rendererDir =
  process.env['VIGIA_RENDERER_DIR'] ?? fileURLToPath(new URL('../../../out/renderer', import.meta.url));

/** What a browser says of an engine that goes away in the middle of things, whichever way it is cut. */
export const engineGone =
  /dynamically imported module|WebSocket|ERR_(CONNECTION_\w+|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED|CONTENT_LENGTH_MISMATCH)|Failed to fetch/;

interface ConsoleTest {
  readonly engine: ConsoleFixture;
  /** Opens a route such as `/kpis`; the page's errors fail the test. */
  readonly open: (route: string) => Promise<Page>;
  /** Texts of the browser's console that are expected, e.g. of a refused connection. */
  readonly expectedErrors: RegExp[];
}

export const test = base.extend<ConsoleTest>({
  // The pattern is how Playwright learns which fixtures one needs; this one needs none.
  // oxlint-disable-next-line no-empty-pattern
  engine: async ({}, use) => {
    const engine = await startConsoleFixture(rendererDir);
    await use(engine);
    await engine.stop();
  },
  // oxlint-disable-next-line no-empty-pattern
  expectedErrors: async ({}, use) => {
    await use([]);
  },
  open: async ({ engine, page, expectedErrors }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await use(async (route) => {
      await page.goto(engine.pageAt(route));
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    });
    const unexpected = problems.filter((text) => !expectedErrors.some((pattern) => pattern.test(text)));
    expect(unexpected).toEqual([]);
  },
});

export { expect };
