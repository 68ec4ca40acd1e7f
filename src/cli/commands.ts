/** Every command, in the order in which the help lists them. */
import type { Command } from './command.ts';
import { configCommand, keysCommand, killSwitchCommand } from './commands/admin.ts';
import { anchorCommand } from './commands/anchor.ts';
import { rebuildCommand, replayCommand, verifyCommand } from './commands/audit.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { cadenceCommand } from './commands/cadence.ts';
import { checkpointCommand } from './commands/checkpoint.ts';
import { dbCommand } from './commands/db.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { egressCommand } from './commands/egress.ts';
import { evalCommand } from './commands/eval.ts';
import { basisCommand, bounceCommand, syncCommand, touchCommand } from './commands/gate-facts.ts';
import { hindsightCommand } from './commands/hindsight.ts';
import { holidaysCommand } from './commands/holidays.ts';
import { identityCommand } from './commands/identity.ts';
import { importCommand } from './commands/import.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { memoryCommand } from './commands/memory.ts';
import { outcomeCommand } from './commands/outcome.ts';
import { ownCommand } from './commands/own.ts';
import { parkedCommand } from './commands/parked.ts';
import { patternCommand } from './commands/pattern.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { playCommand } from './commands/play.ts';
import { policyCommand, singleOperatorCommand } from './commands/policy.ts';
import { readinessCommand } from './commands/readiness.ts';
import { retentionCommand } from './commands/retention.ts';
import { reviewCommand } from './commands/review.ts';
import { scheduledCommand } from './commands/scheduled.ts';
import { senderCommand } from './commands/sender.ts';
import { serveCommand } from './commands/serve.ts';
import { signInCommand } from './commands/sign-in.ts';
import { subjectCommand } from './commands/subject.ts';
import { suppressionCommand } from './commands/suppression.ts';
import { traceCommand } from './commands/trace.ts';
import { trustCommand } from './commands/trust.ts';
import { uncertainCommand } from './commands/uncertain.ts';
import { viewCommand } from './commands/view.ts';

export const COMMANDS: readonly Command[] = [
  serveCommand,
  demoCommand,
  importCommand,
  traceCommand,
  reviewCommand,
  scheduledCommand,
  pauseCommand,
  resumeCommand,
  playCommand,
  cadenceCommand,
  memoryCommand,
  outcomeCommand,
  parkedCommand,
  uncertainCommand,
  viewCommand,
  subjectCommand,
  egressCommand,
  retentionCommand,
  identityCommand,
  ownCommand,
  suppressionCommand,
  basisCommand,
  touchCommand,
  syncCommand,
  bounceCommand,
  readinessCommand,
  replayCommand,
  verifyCommand,
  anchorCommand,
  ledgerCommand,
  rebuildCommand,
  checkpointCommand,
  hindsightCommand,
  trustCommand,
  patternCommand,
  policyCommand,
  holidaysCommand,
  senderCommand,
  singleOperatorCommand,
  killSwitchCommand,
  keysCommand,
  signInCommand,
  evalCommand,
  backupCommand,
  restoreCommand,
  dbCommand,
  doctorCommand,
  configCommand,
];
