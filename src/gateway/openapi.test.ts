/** Holds the API description to its rules: a reader finds for every operation what it is, what it takes, and how it fails. */
import { describe, expect, test } from 'vitest';

import { testGateway } from './gateway.fixture.ts';
import type { OperationId } from './permissions.ts';
import { OPERATIONS } from './permissions.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly description?: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: unknown; readonly schema: object }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, unknown>> }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const response = await testGateway().app.inject({ url: '/openapi.json' });
const document = response.json<Document>();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
);

test('is OpenAPI 3.1 and needs no key', () => {
  expect(response.statusCode).toBe(200);
  expect(document.openapi).toBe('3.1.0');
  expect(document.info).toMatchObject({ title: 'Gatehouse' });
});

test('has every operation of the table, once', () => {
  const documented = operations.map(([, { operationId = '' }]) => operationId);
  // Releasing the kill switch is the same path as engaging it.
  const expected = Object.keys(OPERATIONS).filter((id) => id !== 'releaseKillSwitch');
  expect(documented.toSorted()).toEqual(expected.toSorted());
});

test('has the paths that were promised', () => {
  expect(operations.map(([name]) => name).toSorted()).toMatchInlineSnapshot(`
    [
      "DELETE /v1/accounts/{external_id}/aliases/{id}",
      "DELETE /v1/contacts/{external_id}/aliases/{id}",
      "DELETE /v1/keys/{id}",
      "DELETE /v1/pauses/{id}",
      "DELETE /v1/reviews/{id}/reservation",
      "DELETE /v1/session",
      "GET /healthz",
      "GET /metrics",
      "GET /openapi.json",
      "GET /problems/{code}",
      "GET /readyz",
      "GET /v1/accounts",
      "GET /v1/accounts/{external_id}",
      "GET /v1/accounts/{external_id}/aliases",
      "GET /v1/accounts/{external_id}/memory",
      "GET /v1/accounts/{external_id}/notes",
      "GET /v1/accounts/{external_id}/ownership",
      "GET /v1/accounts/{external_id}/ownership/queue",
      "GET /v1/accounts/{external_id}/timeline",
      "GET /v1/accounts/{id}/events",
      "GET /v1/brain-analysis-log",
      "GET /v1/brain-analysis-log/{id}",
      "GET /v1/cadence/events",
      "GET /v1/cadence/plays",
      "GET /v1/checkpoints",
      "GET /v1/checkpoints/{name}",
      "GET /v1/contacts/{external_id}",
      "GET /v1/contacts/{external_id}/aliases",
      "GET /v1/contacts/{external_id}/lawful-bases",
      "GET /v1/contacts/{external_id}/ownership",
      "GET /v1/contacts/{external_id}/ownership/queue",
      "GET /v1/contacts/{external_id}/timeline",
      "GET /v1/decisions",
      "GET /v1/decisions/{id}",
      "GET /v1/decisions/{id}/comparison",
      "GET /v1/decisions/{id}/counterfactual",
      "GET /v1/decisions/{id}/hindsight",
      "GET /v1/decisions/{id}/trace",
      "GET /v1/difference",
      "GET /v1/egress",
      "GET /v1/hindsight",
      "GET /v1/identity/acts",
      "GET /v1/identity/find",
      "GET /v1/identity/suggestions",
      "GET /v1/imports",
      "GET /v1/key-generations",
      "GET /v1/known-state",
      "GET /v1/machines/{id}",
      "GET /v1/notes/{id}",
      "GET /v1/outcomes",
      "GET /v1/outcomes/{id}",
      "GET /v1/ownership-queues",
      "GET /v1/parked",
      "GET /v1/parked/{id}",
      "GET /v1/patterns",
      "GET /v1/patterns/{id}",
      "GET /v1/pauses",
      "GET /v1/play-calibration",
      "GET /v1/play-retrospectives",
      "GET /v1/plays",
      "GET /v1/plays/{id}",
      "GET /v1/policy",
      "GET /v1/policy/proposals",
      "GET /v1/policy/proposals/{id}",
      "GET /v1/reports/loop",
      "GET /v1/reports/readiness",
      "GET /v1/retention",
      "GET /v1/reviews",
      "GET /v1/reviews/summary",
      "GET /v1/reviews/{id}",
      "GET /v1/scheduled",
      "GET /v1/scheduled/{action}",
      "GET /v1/senders",
      "GET /v1/session",
      "GET /v1/stream",
      "GET /v1/subjects/{id}",
      "GET /v1/subjects/{id}/erasure-proof",
      "GET /v1/suppressions",
      "GET /v1/syncs",
      "GET /v1/traces/{correlation}",
      "GET /v1/trust",
      "GET /v1/trust/{cell}/history",
      "GET /v1/uncertain",
      "GET /v1/views",
      "GET /v1/views/{name}",
      "POST /v1/accounts/{external_id}/aliases",
      "POST /v1/accounts/{external_id}/merge",
      "POST /v1/accounts/{external_id}/ownership/release",
      "POST /v1/anchors",
      "POST /v1/backups",
      "POST /v1/brain-analysis-log",
      "POST /v1/cadence/runs",
      "POST /v1/checkpoints",
      "POST /v1/checkpoints/{name}/restore",
      "POST /v1/contacts/{external_id}/aliases",
      "POST /v1/contacts/{external_id}/bounce-clearance",
      "POST /v1/contacts/{external_id}/lawful-bases",
      "POST /v1/contacts/{external_id}/merge",
      "POST /v1/contacts/{external_id}/move",
      "POST /v1/contacts/{external_id}/ownership/release",
      "POST /v1/decisions/{id}/replay",
      "POST /v1/gate/check",
      "POST /v1/identity/acts/{id}/reverse",
      "POST /v1/identity/suggestions/dismiss",
      "POST /v1/imports",
      "POST /v1/imports/{id}/finish",
      "POST /v1/imports/{id}/records",
      "POST /v1/imports/{id}/undo",
      "POST /v1/key-generations/rotation",
      "POST /v1/keys",
      "POST /v1/kill-switch",
      "POST /v1/memory/reindex",
      "POST /v1/modes",
      "POST /v1/notes",
      "POST /v1/notes/{id}/corrections",
      "POST /v1/notes/{id}/retractions",
      "POST /v1/notes/{id}/verifications",
      "POST /v1/outcomes",
      "POST /v1/outcomes/{id}/corrections",
      "POST /v1/outcomes/{id}/retraction",
      "POST /v1/parked/{id}/decisions",
      "POST /v1/patterns/{id}/confirmation",
      "POST /v1/patterns/{id}/dismissal",
      "POST /v1/pauses",
      "POST /v1/plays",
      "POST /v1/plays/{id}/approvals",
      "POST /v1/plays/{id}/edits",
      "POST /v1/plays/{id}/outcomes",
      "POST /v1/plays/{id}/rejection",
      "POST /v1/plays/{id}/retirement",
      "POST /v1/plays/{id}/review",
      "POST /v1/policy/diff",
      "POST /v1/policy/lint",
      "POST /v1/policy/proposals",
      "POST /v1/policy/proposals/{id}/approvals",
      "POST /v1/policy/proposals/{id}/rejection",
      "POST /v1/policy/tests",
      "POST /v1/proposals",
      "POST /v1/rebuild-check",
      "POST /v1/replay-all",
      "POST /v1/retention/runs",
      "POST /v1/reviews/bulk",
      "POST /v1/reviews/bulk/preview",
      "POST /v1/reviews/{id}/assignment",
      "POST /v1/reviews/{id}/decisions",
      "POST /v1/reviews/{id}/reservation",
      "POST /v1/reviews/{id}/snooze",
      "POST /v1/reviews/{id}/undo",
      "POST /v1/scheduled/{action}/cancel",
      "POST /v1/scheduled/{action}/move",
      "POST /v1/scheduled/{action}/send-now",
      "POST /v1/senders/clear",
      "POST /v1/sequences/{sequence}/decisions",
      "POST /v1/sign-in-links",
      "POST /v1/signals",
      "POST /v1/subjects/{id}/erasure",
      "POST /v1/subjects/{id}/hold",
      "POST /v1/subjects/{id}/objection",
      "POST /v1/subjects/{id}/purge",
      "POST /v1/subjects/{id}/release",
      "POST /v1/suppressions",
      "POST /v1/suppressions/removal",
      "POST /v1/syncs",
      "POST /v1/touches",
      "POST /v1/uncertain/{id}/findings",
      "POST /v1/verify",
      "POST /v1/verify-erasure-proof",
      "PUT /v1/accounts/{external_id}",
      "PUT /v1/accounts/{external_id}/ownership",
      "PUT /v1/contacts/{external_id}",
      "PUT /v1/contacts/{external_id}/ownership",
      "PUT /v1/policy",
      "PUT /v1/single-operator",
    ]
  `);
});

describe.each(operations)('%s', (name, operation) => {
  const isOpen =
    operation.operationId !== undefined && OPERATIONS[operation.operationId as keyof typeof OPERATIONS] === 'open';

  test('says what it is', () => {
    expect(operation.summary).toMatch(/^[A-Z].{3,}/);
    expect(operation.description?.length).toBeGreaterThan(20);
    expect(operation.tags).toHaveLength(1);
    expect(document.tags.map((tag) => tag.name)).toContain(operation.tags?.[0]);
  });

  test('says who may use it', () => {
    expect(operation.security).toEqual(isOpen ? [] : undefined);
    expect(operation.description?.includes('Permission: `')).toBe(!isOpen);
  });

  test('says how it answers and how it fails', () => {
    const statuses = Object.keys(operation.responses);
    expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
    const expected = isOpen ? ['500'] : ['401', '403', '500', '503'];
    if (operation.requestBody !== undefined) expected.push('400', '413', '415');
    if (name.includes('{')) expected.push(isOpen ? '404' : '400');
    expect(statuses).toEqual(expect.arrayContaining(expected));
    for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
      expect(description).not.toMatch(/^(|Default Response)$/);
      const isProblem = status.startsWith('4') || status === '500';
      expect(Object.hasOwn(content, 'application/problem+json') || !isProblem).toBe(true);
    }
  });

  test('says what its parameters are', () => {
    const headers = (operation.parameters ?? []).filter((parameter) => parameter.in === 'header');
    for (const header of headers) expect(header.description).toBeTruthy();
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(described.map((parameter) => parameter.name)).toEqual(inPath);
  });

  test('has an example of its body', () => {
    for (const media of Object.values(operation.requestBody?.content ?? {})) expect(media.example).toBeDefined();
  });
});

describe('the schemas', () => {
  const text = JSON.stringify(document);

  test('are all there, all used, and none is there twice', () => {
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    expect(used).toEqual(new Set(Object.keys(document.components.schemas)));
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([]);
  });

  test('tell the catalogues of types', () => {
    const { SignalType, OutcomeType } = document.components.schemas;
    expect(SignalType).toMatchObject({ enum: expect.arrayContaining(['web.page_viewed', 'intent.surge']) as unknown });
    expect(OutcomeType).toMatchObject({ enum: expect.arrayContaining(['won', 'bounce']) as unknown });
  });
});

test('the examples of bodies are accepted', async () => {
  const { send, headersOf } = testGateway();
  for (const [name, operation] of operations) {
    const [method = '', path = ''] = name.split(' ');
    for (const [type, { example }] of Object.entries(operation.requestBody?.content ?? {})) {
      const url = path.replaceAll(/\{\w+\}/g, 'x');
      const role = OPERATIONS[operation.operationId as OperationId] === 'reason' ? 'brain' : 'admin';
      const headers = { ...headersOf(role), 'content-type': type };
      const answer = await send({ method, url, headers, payload: JSON.stringify(example) });
      expect([name, type, answer.statusCode < 300 ? 'accepted' : answer.body]).toEqual([name, type, 'accepted']);
    }
  }
});
