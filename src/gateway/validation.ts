/**
 * Checks what a route takes against its zod schemas. Faults in the body come back with JSON pointers; faults in the path or the query
 * name their parameter, since no pointer can point there.
 */
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';

import { GatehouseError } from '../domain/errors.ts';
import { FaultList } from './faults.ts';

export const validatorCompiler: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  // Every route is declared by `operation()`, which takes zod schemas only.
  const zodSchema = schema as z.ZodType;
  return (data) => {
    const result = zodSchema.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: httpPart === 'body' ? bodyError(data, result.error) : parameterError(httpPart, result.error) };
  };
};

/** For handlers that read body and headers by themselves: there the schemas only describe them. */
export const describingCompiler: FastifySchemaCompiler<unknown> = (route) =>
  route.httpPart === 'body' || route.httpPart === 'headers'
    ? (data) => ({ value: data as unknown })
    : validatorCompiler(route);

function bodyError(data: unknown, error: z.core.$ZodError): GatehouseError {
  if (data === undefined || data === null)
    return new GatehouseError('invalid_request', 'A JSON object is required as the body.');
  const faults = new FaultList();
  faults.addIssues(error, '');
  return faults.toError() ?? new GatehouseError('invalid_request', 'The body does not have the required shape.');
}

function parameterError(httpPart: string | undefined, error: z.core.$ZodError): GatehouseError {
  const place = httpPart === 'querystring' ? 'Query parameter' : 'Path parameter';
  const details = error.issues.map((issue) => {
    const name = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.');
    const problem = issue.code === 'unrecognized_keys' ? 'is not known here' : issue.message;
    return `${place} \`${name.slice(0, 100)}\`: ${problem}`;
  });
  return new GatehouseError('invalid_request', `${details.slice(0, 10).join('. ')}.`);
}
