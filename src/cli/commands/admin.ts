/** The commands of an admin: policy, kill switch, keys, and the reference of the configuration. */
import { readFileSync } from 'node:fs';
import { GatehouseError } from '../../domain/errors.ts';
import { policySchema } from '../../domain/policy.ts';
import { ROLES } from '../../domain/authority.ts';
import { configReference } from '../../config/config-reference.ts';
import type { Command } from '../command.ts';
import { EXIT, textOption } from '../command.ts';

export const policyCommand: Command = {
  name: 'policy',
  summary: 'Show the policy in force, or apply another',
  usage: 'gatehouse policy show | apply FILE',
  examples: ['gatehouse policy show > policy.json', 'gatehouse policy apply policy.json'],
  options: {},
  async run(context, args) {
    const [verb = 'show', file] = args;
    const { services, caller, close } = await context.connect();
    try {
      if (verb === 'show') {
        const current = await services.getPolicy(caller);
        context.note(`policy ${current.hash}`);
        context.out(JSON.stringify(context.json ? current : current.policy, null, context.json ? 0 : 2));
        return EXIT.ok;
      }
      if (verb !== 'apply' || file === undefined) throw new GatehouseError('usage', 'gatehouse policy apply needs a file.');
      const parsed = policySchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (!parsed.success) {
        throw new GatehouseError('usage', `${file} is not a policy.`, { faults: parsed.error.issues.map((issue) => ({ pointer: `/${issue.path.join('/')}`, detail: issue.message })) });
      }
      const { hash } = await services.applyPolicy(caller, parsed.data);
      context.out(context.json ? JSON.stringify({ hash }) : `Policy ${parsed.data.name} is in force: ${hash}`);
      return EXIT.ok;
    } finally {
      await close();
    }
  },
};

export const killSwitchCommand: Command = {
  name: 'kill-switch',
  summary: 'Stop every execution of a tenant, or let it go on',
  usage: 'gatehouse kill-switch on|off --reason TEXT',
  examples: ['gatehouse kill-switch on --reason "wrong price in the templates"'],
  options: { reason: { type: 'string', meaning: 'Why; it stands on the ledger.' } },
  async run(context, args, options) {
    const [verb] = args;
    const reason = textOption(options, 'reason');
    if ((verb !== 'on' && verb !== 'off') || reason === undefined) throw new GatehouseError('usage', 'Say on or off, and give --reason.');
    const { services, caller, close } = await context.connect();
    try {
      const result = await services.setKillSwitch(caller, verb === 'on', reason);
      context.out(context.json ? JSON.stringify(result) : `The kill switch is ${verb} since ${result.since}.`);
      return EXIT.ok;
    } finally {
      await close();
    }
  },
};

export const keysCommand: Command = {
  name: 'keys',
  summary: 'Make or revoke API keys',
  usage: 'gatehouse keys create --label TEXT --role ROLE [--agent] | revoke ID',
  examples: ['gatehouse keys create --label crm-sync --role operator --agent', 'gatehouse keys revoke key_0123'],
  options: {
    label: { type: 'string', meaning: 'Who or what will use it.' },
    role: { type: 'string', meaning: ROLES.join(', ') },
    agent: { type: 'boolean', meaning: 'The key belongs to a program, which can never approve.' },
  },
  async run(context, args, options) {
    const [verb, id] = args;
    const { services, caller, close } = await context.connect();
    try {
      if (verb === 'revoke' && id !== undefined) {
        await services.revokeKey(caller, id);
        context.out(context.json ? JSON.stringify({ revoked: id }) : `${id} is revoked.`);
        return EXIT.ok;
      }
      const role = ROLES.find((item) => item === options['role']);
      const label = textOption(options, 'label');
      if (verb !== 'create' || role === undefined || label === undefined) throw new GatehouseError('usage', `gatehouse keys create needs --label and --role (${ROLES.join(', ')}).`);
      const made = await services.createKey(caller, { label, role, kind: options['agent'] === true || role === 'agent' ? 'agent' : 'person' });
      context.out(context.json ? JSON.stringify(made) : `${made.id}\n${made.key}\nThe key is shown once.`);
      return EXIT.ok;
    } finally {
      await close();
    }
  },
};

export const configCommand: Command = {
  name: 'config',
  summary: 'Print the reference of all settings',
  usage: 'gatehouse config docs',
  examples: ['gatehouse config docs'],
  options: {},
  run(context, args) {
    if (args[0] !== 'docs') throw new GatehouseError('usage', 'gatehouse config docs');
    context.out(configReference());
    return Promise.resolve(EXIT.ok);
  },
};
