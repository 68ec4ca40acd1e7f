/** A real browser on the real console of a real server, with what it complained of. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

import type { App } from '../src/app.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import type { PersonRole } from '../src/gateway/session.port.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Runs in the page, as text, because this project knows no types of browsers. */
const WATCH_SHIFTS = `window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({ type: 'layout-shift' });`;

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

export interface BrowserOptions {
  readonly program: string;
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** The browser of one person, with a profile of its own. */
export class PersonsBrowser implements AsyncDisposable {
  readonly page: Page;
  /** What the page logged as an error, threw, or was refused to load. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #profile: string;

  private constructor(context: BrowserContext, page: Page, profile: string) {
    this.#context = context;
    this.page = page;
    this.#profile = profile;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  static async open({ program, dark = false, width = 1_440, height = 900 }: BrowserOptions): Promise<PersonsBrowser> {
    const profile = mkdtempSync(join(tmpdir(), 'gatehouse-browser-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: program,
      headless: true,
      args: FLAGS,
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Europe/Paris',
    });
    context.setDefaultTimeout(30_000);
    return new PersonsBrowser(context, context.pages()[0] ?? (await context.newPage()), profile);
  }

  /** Opens a sign-in link and waits until the console is there. */
  async signIn(app: App, url: string, caller: Caller, name: string, role: PersonRole): Promise<void> {
    const { token } = await app.services.sessions.createLink(caller, { name, role, authorities: [] });
    await this.page.goto(`${url}/sign-in?token=${token}`);
    await this.page.locator('.live.on').waitFor();
  }

  /** Where something sits on the page, however little, adds up here: 0 when nothing moved. */
  async watchShifts(): Promise<() => Promise<number>> {
    await this.page.evaluate(WATCH_SHIFTS);
    return () => this.page.evaluate<number>('window.shifts');
  }

  /** What axe finds that keeps somebody from using the page: rule and place of each. */
  async seriousFaults(): Promise<readonly string[]> {
    // The page forbids scripts that are not its own, so this one comes in past its policy, through the debugger.
    await this.page.evaluate(readFileSync(AXE, 'utf8'));
    const violations = await this.page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}
