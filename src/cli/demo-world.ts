/**
 * A small synthetic world for the demo tenant: a dozen companies with people who look, ask and answer. It goes through the same door
 * as everybody else and produces every type of signal.
 */
import { NO_RELATIONS } from '../domain/entity.ts';
import type { JsonObject } from '../domain/json.ts';
import { SIGNAL_TYPE_NAMES } from '../domain/signal-types.ts';
import type { SignalType } from '../domain/signal-types.ts';
import type { Caller, Services } from '../gateway/services.port.ts';

const COMPANIES = [
  ['northwind', 'SaaS', 420],
  ['bluepeak', 'FinTech', 1_500],
  ['harborline', 'Logistics', 260],
  ['quillworks', 'HR Tech', 90],
  ['stonebridge', 'Cybersecurity', 3_200],
  ['mapleforge', 'RetailTech', 640],
  ['clearwater', 'HealthTech', 780],
  ['sunfield', 'EdTech', 55],
  ['ironvale', 'SaaS', 1_900],
  ['brightloom', 'FinTech', 310],
] as const;
const TITLES = ['VP Sales', 'Director of Revenue Operations', 'Head of Marketing', 'CTO', 'Sales Analyst'] as const;
const COUNTRIES = ['DE', 'FR', 'NL', 'PL', 'IE'] as const;
const PAGES = ['pricing', 'product', 'comparison', 'docs', 'blog'] as const;
const OPPORTUNITY_STAGES = ['qualification', 'discovery', 'proposal'] as const;
const OUTCOMES = ['reply_positive', 'reply_neutral', 'meeting_booked', 'bounce', 'unsubscribe'] as const;

/** Milliseconds between two things that happen. */
const PACE_MS = 1_500;

/** A sequence that repeats over everything without any randomness: the n-th item of each list. */
function at<Item>(items: readonly Item[], n: number): Item {
  const item = items[n % items.length];
  if (item === undefined) throw new Error('an empty list has no items');
  return item;
}

/** The n-th signal of the world: subject and data. */
export function demoSignal(n: number): {
  readonly type: SignalType;
  readonly subject: string;
  readonly data: JsonObject;
} {
  const type = at(SIGNAL_TYPE_NAMES, n);
  const [company, vertical, employees] = at(COMPANIES, n * 3 + Math.floor(n / COMPANIES.length));
  const person = `${company}-${(n % TITLES.length) + 1}`;
  const account = {
    name: company,
    domain: `${company}.example`,
    employees,
    vertical,
    annual_revenue_minor: employees * 15_000_000,
    tech_fit: 40 + ((n * 7) % 60),
    growth_percent: (n * 11) % 60,
    intent_score: (n * 13) % 100,
    country: at(COUNTRIES, n),
    relations: { ...NO_RELATIONS, customer: n % 9 === 0 },
    abm_active: n % 4 === 0,
  };
  const contact = {
    account: company,
    email: `${person}@${company}.example`,
    title: at(TITLES, n),
    country: at(COUNTRIES, n),
    time_zone: 'Europe/Paris',
    consent: { basis: 'legitimate_interest', source: 'demo' },
  };
  const base = { account, contact };
  switch (type) {
    case 'web.page_viewed':
      return { type, subject: `contact/${person}`, data: { ...base, page: at(PAGES, n) } };
    case 'web.form_submitted':
      return { type, subject: `contact/${person}`, data: { ...base, form: 'demo-request' } };
    case 'chat.message_received':
      return {
        type,
        subject: `contact/${person}`,
        data: { ...base, text: 'How does billing work for a team of ten?', urgency: 'normal' },
      };
    case 'chat.handoff_requested':
      return { type, subject: `contact/${person}`, data: { ...base, text: 'Can I talk to somebody?' } };
    case 'crm.account_updated':
      return { type, subject: `account/${company}`, data: { account } };
    case 'crm.contact_updated':
      return { type, subject: `contact/${person}`, data: { contact } };
    case 'crm.conversation_logged':
      return {
        type,
        subject: `contact/${person}`,
        data: {
          contact,
          medium: 'call',
          direction: 'inbound',
          conversation: `call-${n}`,
          text: `We are about ${employees} people. Our budget is ${20 + (n % 5) * 10},000 EUR, and we want to decide by Q${(n % 4) + 1} 2027.\nWe currently use Paperclip. Does it support single sign-on?`,
        },
      };
    case 'crm.opportunity_updated':
      return {
        type,
        subject: `account/${company}`,
        data: { account, stage: at(OPPORTUNITY_STAGES, n), amount: { amount_minor: 1_200_000, currency: 'EUR' } },
      };
    case 'intent.surge':
      return {
        type,
        subject: `account/${company}`,
        data: { account, score: 50 + ((n * 17) % 50), topic: 'revenue operations' },
      };
    case 'schedule.review_due':
      return { type, subject: `account/${company}`, data: { account, job: 'weekly-look' } };
  }
}

export function startDemoWorld(
  services: Services,
  caller: Caller,
  failed: (error: unknown) => void,
): { stop(): Promise<void> } {
  const started = Date.now();
  let n = 0;
  let underWay: Promise<void> = Promise.resolve();
  async function tick(): Promise<void> {
    const { type, subject, data } = demoSignal(n);
    const event = {
      source: '/demo-world',
      id: `${started}-${n}`,
      type,
      subject,
      time: null,
      data,
      dataText: JSON.stringify(data),
    };
    await services.acceptSignals(caller, [event]);
    if (n % 7 === 6 && subject.startsWith('contact/')) {
      await services.acceptOutcomes(caller, [
        { ...event, id: `${event.id}-outcome`, type: at(OUTCOMES, Math.floor(n / 7)), data: {}, dataText: '{}' },
      ]);
    }
    n += 1;
  }
  const timer = setInterval(() => {
    underWay = underWay.then(tick).catch(failed);
  }, PACE_MS);
  return {
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
