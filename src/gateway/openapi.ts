/**
 * The API description, made from the routes themselves: the schemas that check a request are the ones that describe it. Read it at
 * `GET /openapi.json`.
 */
import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { z } from 'zod';

import packageJson from '../../package.json' with { type: 'json' };
import { tidyDocument } from './openapi-tidy.ts';
import { TAGS } from './operation.ts';

const DESCRIPTION = [
  packageJson.description,
  '',
  'Every path under `/v1` needs a key: `Authorization: Bearer <key>`. Errors are `application/problem+json` (RFC 9457); their `type` resolves on this server.',
  'Lists are `{items, next_cursor}`; hand `next_cursor` back as `cursor`. Sending an event or proposal again with the same id changes nothing.',
].join('\n');

export function registerOpenApi(app: FastifyInstance): void {
  void app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gatehouse',
        version: packageJson.version,
        description: DESCRIPTION,
        license: { name: packageJson.license },
      },
      servers: [{ url: '/' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key made with `POST /v1/keys`.' } },
      },
      security: [{ key: [] }],
    },
    transform: describeRoute,
    transformObject: (document) => tidyDocument(jsonSchemaTransformObject(document)),
  });
}

type Transform = typeof jsonSchemaTransform;

/** A body that differs by content type is described once for each. */
function describeRoute(route: Parameters<Transform>[0]): ReturnType<Transform> {
  const schema: FastifySchema & { readonly bodyByType?: Readonly<Record<string, z.ZodType>> } = route.schema;
  const { bodyByType, ...rest } = schema;
  const described = jsonSchemaTransform({ ...route, schema: rest });
  if (bodyByType === undefined) return described;
  const content = Object.entries(bodyByType).map(([type, body]) => [
    type,
    { schema: jsonSchemaTransform({ ...route, schema: { body } }).schema.body },
  ]);
  return { ...described, schema: { ...described.schema, body: { content: Object.fromEntries(content) as unknown } } };
}
