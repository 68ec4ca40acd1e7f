/**
 * The callers: each sends at its rate whether or not anything answers, and sends again, with the same id and to another host, until it is told
 * that the request was accepted. What was accepted is written down, and only that must not be lost.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Random } from '../../src/stats/random.ts';

export interface Accepted {
  readonly signals: Set<string>;
  readonly proposals: Set<string>;
}

export interface LoadOptions {
  readonly urls: readonly string[];
  readonly key: string;
  readonly random: Random;
  readonly signalsPerSecond: number;
  readonly mailsPerSecond: number;
}

const REQUEST_MS = 15_000;
/** Pauses between attempts double from the first to the last, and a random part of each is left out, so that callers do not come back together. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5_000;
const BATCH = 5;
const LEADS = 5_000;
/** One in so many people is written to by two callers at once; the gate may let only one of them through. */
const CONTESTED_EVERY = 10;

export class Load {
  readonly accepted: Accepted = { signals: new Set(), proposals: new Set() };
  /** Times at which a request was accepted. */
  lastAcceptedAt = 0;
  attempts = 0;
  failures = 0;
  /** Answers that no retry helps against. */
  readonly refused = new Map<string, number>();
  /** Answers that were tried again. */
  readonly failed = new Map<string, number>();
  readonly #options: LoadOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #made = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#every((1_000 * BATCH) / this.#options.signalsPerSecond, () => this.#signals());
    void this.#every(1_000 / this.#options.mailsPerSecond, () => this.#mail());
  }

  /** Begins nothing new, and resolves when everything that was begun is accepted. */
  async finish(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#underWay);
  }

  async #every(ms: number, begin: () => Promise<void>): Promise<void> {
    for (let due = performance.now(); !this.#stop.signal.aborted; due += ms) {
      await sleep(Math.max(0, due - performance.now()));
      const work = begin().finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    }
  }

  async #signals(): Promise<void> {
    const events = Array.from({ length: BATCH }, () => {
      const n = (this.#made += 1);
      return {
        specversion: '1.0',
        id: `s${n}`,
        source: '/chaos',
        type: 'web.form_submitted',
        subject: `lead/l${n % LEADS}`,
        data: { form: 'demo' },
      };
    });
    if (await this.#untilAccepted('POST', '/v1/signals', events, 'application/cloudevents-batch+json'))
      for (const { id } of events) this.accepted.signals.add(id);
  }

  async #mail(): Promise<void> {
    const n = (this.#made += 1);
    await this.#untilAccepted('PUT', `/v1/contacts/c${n}`, {
      email: `c${n}@example.com`,
      account: 'example',
      time_zone: 'Europe/Paris',
      consent: { basis: 'consent', source: 'form' },
    });
    const callers = n % CONTESTED_EVERY === 0 ? ['a', 'b'] : ['a'];
    await Promise.all(
      callers.map(async (caller) => {
        const id = `p${n}${caller}`;
        const proposal = {
          id,
          action_type: 'outreach_push',
          lane: 'operator',
          subject: `contact/c${n}`,
          content: { subject: `A question, ${n}`, body: `Hello {{first_name}}, a question from ${caller}.` },
        };
        if (await this.#untilAccepted('POST', '/v1/proposals', proposal)) this.accepted.proposals.add(id);
      }),
    );
  }

  async #untilAccepted(method: string, path: string, body: unknown, type = 'application/json'): Promise<boolean> {
    const { urls, key, random } = this.#options;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
      this.attempts += 1;
      const url = urls[Math.floor(random() * urls.length)] ?? '';
      const status = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_MS),
      }).then(
        async (response) => {
          const text = await response.text();
          const answers = response.status >= 500 ? this.failed : this.refused;
          const answer = `${response.status} ${text.slice(0, 200)}`;
          if (response.status >= 400) answers.set(answer, (answers.get(answer) ?? 0) + 1);
          return response.status;
        },
        () => 0,
      );
      if (status >= 200 && status < 300) {
        this.lastAcceptedAt = Date.now();
        return true;
      }
      if (status >= 400 && status < 500) return false;
      this.failures += 1;
      await sleep(pause * (0.5 + 0.5 * random()));
    }
  }
}
