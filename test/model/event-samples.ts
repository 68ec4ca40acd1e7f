/**
 * Events of every type in the catalogue, made from the shapes of their data: small ones in all combinations of values, others with
 * every member at its first value, and once more for each other value that a member can have.
 */
import { z } from 'zod';

import { EVENT_TYPE_NAMES, EVENT_TYPES } from '../../src/domain/event-types.ts';
import type { MachineEvent } from '../../src/domain/event-types.ts';

/** Texts that mean something to a machine: the first is the one that fits, the others do not. */
const TEXTS: { readonly [member: string]: readonly string[] } = {
  permit: ['permit 1', 'permit 2'],
  review: ['review 1'],
  id: ['permit 1', 'review 1', 'permit 2'],
  fingerprint: ['draft 1', 'draft 2'],
  edited_fingerprint: ['draft 2'],
  queue: ['review', 'sampled'],
  currency: ['EUR'],
  jurisdiction: ['DE'],
  active_period_end: ['2026-11-30'],
  to: ['blocked', 'suggest', 'approve_each', 'sample_review', 'auto', 'no level'],
};
const OTHER_TEXTS = ['text'];
/** Members of which machines only keep the value: two of many will do. */
const KEPT: ReadonlySet<string> = new Set(['signal_type', 'reason', 'lane', 'persona', 'action_type', 'channel']);
/** Objects with no more than so many combinations of values are made in all of them. */
const COMBINATIONS_MAX = 16;

/** Values of a shape; the first is the plainest. */
function valuesOf(schema: z.core.$ZodType, member: string): readonly unknown[] {
  if (schema instanceof z.ZodOptional) return [undefined, ...valuesOf(schema.unwrap(), member)];
  if (schema instanceof z.ZodNullable) return [...valuesOf(schema.unwrap(), member), null];
  if (schema instanceof z.ZodEnum) return KEPT.has(member) ? schema.options.slice(0, 2) : schema.options;
  if (schema instanceof z.ZodBoolean) return [true, false];
  if (schema instanceof z.ZodLiteral) return [...schema.values];
  if (schema instanceof z.ZodNumber) return [1, 0, 20].filter((value) => schema.safeParse(value).success);
  if (schema instanceof z.ZodString) return TEXTS[member] ?? OTHER_TEXTS;
  if (schema instanceof z.ZodArray) {
    const [item] = valuesOf(schema.element, member);
    return [[], [item], [item, item]].filter(
      (items) => schema.safeParse(items).success && items.length <= (member === 'steps' ? 2 : 1),
    );
  }
  if (schema instanceof z.ZodObject) return objectsOf(schema.shape);
  if (schema instanceof z.ZodRecord) return recordsOf(schema);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => valuesOf(option, member).slice(0, 1));
  if (schema instanceof z.ZodTemplateLiteral) return ['contact:text'];
  if (schema instanceof z.ZodUnknown) return [{}];
  throw new Error(`the samples know no shape like that of ${member}; teach them in valuesOf`);
}

/** Nothing at all where that is allowed; else every key that there is. */
function recordsOf(schema: z.ZodRecord): readonly object[] {
  if (schema.safeParse({}).success) return [{}];
  const keys = schema.keyType instanceof z.ZodEnum ? schema.keyType.options : [];
  return [Object.fromEntries(keys.map((key) => [key, valuesOf(schema.valueType, String(key))[0]]))];
}

/** The plainest object, and for each member each other value of it. */
function objectsOf(shape: { readonly [member: string]: z.core.$ZodType }): readonly object[] {
  const members = Object.entries(shape).map(([name, schema]) => ({ name, values: valuesOf(schema, name) }));
  const combinations = members.reduce((product, { values }) => product * values.length, 1);
  if (combinations <= COMBINATIONS_MAX)
    return members.reduce<readonly object[]>(
      (objects, { name, values }) =>
        objects.flatMap((object) =>
          values.map((value) => (value === undefined ? object : { ...object, [name]: value })),
        ),
      [{}],
    );
  const plain = Object.fromEntries(members.map(({ name, values }) => [name, values[0]]));
  const others = members.flatMap(({ name, values }) => values.slice(1).map((value) => ({ ...plain, [name]: value })));
  return [plain, ...others].map((object) =>
    Object.fromEntries(Object.entries(object).filter((entry) => entry[1] !== undefined)),
  );
}

/** At least one event of every type. Each passes the schema of its type. */
export function eventSamples(): readonly MachineEvent[] {
  return EVENT_TYPE_NAMES.flatMap((type) =>
    objectsOf(EVENT_TYPES[type].data.shape).map(
      (data) => ({ type, at: 1, seq: 1, data: EVENT_TYPES[type].data.parse(data) }) as MachineEvent,
    ),
  );
}
