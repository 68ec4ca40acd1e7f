/**
 * Every operation of the API and the permission that it asks for. This is the only table: a route names its operation, and a path
 * under `/v1` without one does not start. `open` needs no key.
 */
import { PERMISSIONS, roleMay } from '../domain/authority.ts';
import type { Permission } from '../domain/authority.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { Caller } from './services.port.ts';

export const OPERATIONS = {
  acceptSignals: 'ingest',
  acceptOutcomes: 'ingest',
  recordTouches: 'ingest',
  reportSync: 'ingest',
  propose: 'propose',
  checkGate: 'propose',

  followChanges: 'read',
  listDecisions: 'read',
  getDecision: 'read',
  traceDecision: 'read',
  getMachine: 'read',
  replayDecision: 'read',
  getHindsight: 'read',
  compareDecisions: 'read',
  getCounterfactual: 'read',
  getHindsightReport: 'audit',
  getTrace: 'read',

  listOutcomes: 'read',
  getOutcome: 'read',
  /** Trust follows it. */
  correctOutcome: 'operate',
  retractOutcome: 'operate',

  putAccount: 'ingest',
  getAccount: 'read',
  listAccounts: 'read',
  listAccountEvents: 'read',
  putContact: 'ingest',
  getContact: 'read',
  getKnownState: 'read',
  getDifference: 'audit',

  /** All that is known of a person, opened. */
  exportSubject: 'administer',
  objectSubject: 'operate',
  holdSubject: 'administer',
  releaseSubject: 'administer',
  /** It cannot be taken back. */
  eraseSubject: 'administer',
  purgeSubject: 'administer',
  /** It names nobody. */
  proveErasure: 'audit',
  checkErasureProof: 'audit',

  recordNote: 'ingest',
  getNote: 'read',
  searchMemory: 'read',
  reindexMemory: 'operate',
  listNotes: 'read',
  listViews: 'read',
  readView: 'read',
  verifyNote: 'review',
  correctNote: 'review',
  retractNote: 'review',
  getAccountTimeline: 'read',
  getContactTimeline: 'read',

  listOwnershipQueues: 'read',
  getAccountQueue: 'read',
  getContactQueue: 'read',
  getAccountOwnership: 'read',
  takeAccount: 'review',
  releaseAccount: 'review',
  getContactOwnership: 'read',
  takeContact: 'review',
  releaseContact: 'review',

  listSyncs: 'read',
  getLawfulBases: 'read',
  /** It decides who may be written to. */
  recordLawfulBasis: 'operate',
  clearBounce: 'operate',

  mergeAccount: 'operate',
  mergeContact: 'operate',
  moveContact: 'operate',
  listIdentityActs: 'read',
  reverseIdentityAct: 'operate',
  listAccountAliases: 'read',
  addAccountAlias: 'operate',
  removeAccountAlias: 'operate',
  listContactAliases: 'read',
  addContactAlias: 'operate',
  removeContactAlias: 'operate',
  findIdentity: 'read',
  listIdentitySuggestions: 'read',
  dismissIdentitySuggestion: 'operate',

  listReviews: 'read',
  getReview: 'read',
  summarizeReviews: 'read',
  decideReview: 'review',
  reserveReview: 'review',
  letGoReview: 'review',
  snoozeReview: 'review',
  assignReview: 'review',
  undoReview: 'review',
  previewReviews: 'review',
  decideReviews: 'review',
  decideSequence: 'review',
  listPatterns: 'read',
  /** It decides the past again. */
  getPattern: 'review',
  dismissPattern: 'review',
  /** Proposes a policy. */
  confirmPattern: 'operate',
  listScheduled: 'read',
  getScheduled: 'read',
  cancelScheduled: 'review',
  moveScheduled: 'review',
  sendNow: 'review',
  listPauses: 'read',
  setPause: 'review',
  /** Sending starts again. */
  releasePause: 'operate',
  listSenders: 'read',
  clearSender: 'operate',

  listPlays: 'read_reasoning',
  getPlay: 'read_reasoning',
  proposePlay: 'reason',
  reviewPlay: 'review',
  editPlay: 'review',
  approvePlay: 'review',
  rejectPlay: 'review',
  retirePlay: 'review',
  measurePlay: 'review',
  getPlayCalibration: 'audit',
  getPlayRetrospectives: 'read_reasoning',
  listCadenceEvents: 'read_reasoning',
  listCadencePlays: 'read_reasoning',
  runCadence: 'operate',
  listAnalyses: 'read_reasoning',
  getAnalysis: 'read_reasoning',
  logAnalysis: 'reason',

  listTrust: 'read',
  getTrustHistory: 'read',
  getLoopReport: 'read',
  getReadinessReport: 'read',

  setKillSwitch: 'operate',
  /** Sending starts again: only an admin may say so. */
  releaseKillSwitch: 'administer',
  getPolicy: 'read',
  applyPolicy: 'administer',
  lintPolicy: 'read',
  diffPolicy: 'read',
  testPolicy: 'audit',
  listPolicyProposals: 'read',
  getPolicyProposal: 'read',
  proposePolicy: 'operate',
  /** Who may do so in the business is decided by the authorities of the person. */
  approvePolicyProposal: 'review',
  rejectPolicyProposal: 'review',
  setSingleOperator: 'administer',
  setMode: 'administer',
  listSuppressions: 'read',
  addSuppression: 'operate',
  /** What protects somebody is taken away: only an admin may do so. */
  removeSuppression: 'administer',
  listUncertain: 'read',
  settleUncertain: 'operate',
  listParked: 'operate',
  getParked: 'operate',
  decideParked: 'operate',
  createKey: 'administer',
  createSignInLink: 'administer',
  getSession: 'read',
  endSession: 'read',
  revokeKey: 'administer',
  listKeyGenerations: 'administer',
  rotateKeys: 'administer',

  getEgress: 'read',
  getRetention: 'read',
  runRetention: 'administer',
  writeBackup: 'administer',
  verifyLedger: 'audit',
  writeAnchor: 'administer',
  checkRebuild: 'audit',
  replayAll: 'audit',

  listCheckpoints: 'read',
  createCheckpoint: 'operate',
  getCheckpoint: 'read',
  /** It takes everything of a tenant back at once. */
  restoreCheckpoint: 'administer',

  listImports: 'read',
  startImport: 'operate',
  applyImport: 'operate',
  finishImport: 'operate',
  undoImport: 'operate',

  getHealth: 'open',
  getReadiness: 'open',
  getMetrics: 'open',
  getOpenApi: 'open',
  getProblem: 'open',
} as const satisfies Record<string, Permission | 'open'>;
export type OperationId = keyof typeof OPERATIONS;

/** Throws `forbidden` unless the caller's role has the permission of the operation. */
export function requirePermission(caller: Caller, operation: OperationId): void {
  const permission = OPERATIONS[operation];
  if (permission === 'open' || roleMay(caller.role, permission)) return;
  const roles = PERMISSIONS[permission].join(', ');
  throw new GatehouseError(
    'forbidden',
    `The role ${caller.role} does not have the permission \`${permission}\`. The roles that have it: ${roles}.`,
  );
}
