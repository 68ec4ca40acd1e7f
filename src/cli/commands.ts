/** Every command, in the order in which the help lists them. */
import type { Command } from './command.ts';
import { configCommand, keysCommand, killSwitchCommand, policyCommand } from './commands/admin.ts';
import { anchorCommand } from './commands/anchor.ts';
import { rebuildCommand, replayCommand, verifyCommand } from './commands/audit.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { dbCommand } from './commands/db.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { identityCommand } from './commands/identity.ts';
import { importCommand } from './commands/import.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { memoryCommand } from './commands/memory.ts';
import { outcomeCommand } from './commands/outcome.ts';
import { parkedCommand } from './commands/parked.ts';
import { reviewCommand } from './commands/review.ts';
import { demoCommand, serveCommand } from './commands/serve.ts';
import { subjectCommand } from './commands/subject.ts';
import { traceCommand } from './commands/trace.ts';
import { uncertainCommand } from './commands/uncertain.ts';
import { viewCommand } from './commands/view.ts';

export const COMMANDS: readonly Command[] = [
  serveCommand,
  demoCommand,
  importCommand,
  traceCommand,
  reviewCommand,
  memoryCommand,
  outcomeCommand,
  parkedCommand,
  uncertainCommand,
  viewCommand,
  subjectCommand,
  identityCommand,
  replayCommand,
  verifyCommand,
  anchorCommand,
  ledgerCommand,
  rebuildCommand,
  policyCommand,
  killSwitchCommand,
  keysCommand,
  evalCommand,
  backupCommand,
  restoreCommand,
  dbCommand,
  doctorCommand,
  configCommand,
];
