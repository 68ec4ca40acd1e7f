/** The last time that the gate was asked about an action, with what it was asked, evaluated again by the gate of its version. */
import { parseRow } from '../actors/replay/ledger-fold.ts';
import type { LedgerReader } from '../actors/replay/ledger-reader.port.ts';
import { admissionOf, isAdmission } from '../actors/replay/replay.ts';
import { gateFactsSchema, gateRequestSchema } from '../domain/gate.ts';
import type { CheckResult } from '../domain/gate.ts';
import type { TenantId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import { tenantKey } from '../domain/keys.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import type { GateInput } from '../policies/counterfactual.ts';
import { evaluateReleasedGate } from '../policies/released-gates.ts';

export interface LastEvaluation {
  readonly checks: readonly CheckResult[];
  /** Null when the gate was never asked, or when the snapshot was erased. */
  readonly snapshot: JsonObject | null;
  /** What the gate was asked with; null when it cannot be asked again. */
  readonly asked: (GateInput & { readonly policyHash: string; readonly gateVersion: number }) | null;
}

export async function lastEvaluation(
  { readModel, reader }: { readonly readModel: ReadModel; readonly reader: Pick<LedgerReader, 'policies'> },
  tenant: TenantId,
  correlation: string,
  action: string,
): Promise<LastEvaluation> {
  const rows = await readModel.correlationRows(tenant, correlation);
  const last = rows.findLast((row) => isAdmission(row.type) && row.actor.id === action);
  if (last === undefined) return { checks: [], snapshot: null, asked: null };
  const { snapshot: hash, policy: policyHash, gate_version: gateVersion, reasons } = admissionOf(parseRow(last).data);
  const snapshot = await readModel.part(tenant, hash);
  const policy = (await reader.policies([{ tenant, hash: policyHash }])).get(tenantKey(tenant, policyHash));
  if (snapshot === null || policy === undefined) return { checks: reasons, snapshot, asked: null };
  const request = gateRequestSchema.parse(snapshot['request']);
  const facts = gateFactsSchema.parse(snapshot['facts']);
  const verdict = evaluateReleasedGate(gateVersion, request, facts, policy);
  if (verdict === null) return { checks: reasons, snapshot, asked: null };
  return { checks: verdict.checks, snapshot, asked: { request, facts, policy, policyHash, gateVersion } };
}
