/** What is counted for each tenant, so that a bill can be checked against the ledger. */
import { z } from 'zod';

/**
 * `signal`: governed, that is committed with what follows from it. `decision`: made by an engine. `execution`: carried out, with a receipt.
 * `api.call`: a request that brought signals, outcomes or a proposal. `tokens` and `storage` are names that nothing counts yet.
 */
export const METERS = ['signal', 'decision', 'execution', 'tokens', 'api.call', 'storage'] as const;
export const meterSchema = z.enum(METERS);
export type Meter = z.infer<typeof meterSchema>;

/** What is not named was not used. */
export const meterCountsSchema = z.partialRecord(meterSchema, z.number());
export type MeterCounts = z.infer<typeof meterCountsSchema>;
