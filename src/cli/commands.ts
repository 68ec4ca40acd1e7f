/** Every command, in the order in which the help lists them. */
import type { Command } from './command.ts';
import { configCommand, keysCommand, killSwitchCommand, policyCommand } from './commands/admin.ts';
import { rebuildCommand, replayCommand, verifyCommand } from './commands/audit.ts';
import { doctorCommand } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { reviewCommand } from './commands/review.ts';
import { demoCommand, serveCommand } from './commands/serve.ts';
import { traceCommand } from './commands/trace.ts';

export const COMMANDS: readonly Command[] = [
  serveCommand,
  demoCommand,
  importCommand,
  traceCommand,
  reviewCommand,
  replayCommand,
  verifyCommand,
  rebuildCommand,
  policyCommand,
  killSwitchCommand,
  keysCommand,
  doctorCommand,
  configCommand,
];
