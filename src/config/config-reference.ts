/** The reference page of the configuration, made from the table of settings: `gatehouse config docs` prints it. */
import { SETTINGS } from './settings.ts';
import type { SettingName } from './settings.ts';

export function configReference(): string {
  const rows = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { env, kind, description, secret, default: fallback } = SETTINGS[name];
    const variable = secret ? `\`${env}\`, \`${env}_FILE\`` : `\`${env}\``;
    return `| ${variable} | ${kind.label} | ${fallback === null ? 'none' : `\`${fallback}\``} | ${description} |`;
  });
  return `# Configuration

Gatehouse is configured by environment variables. There is no configuration file.

| variable | value | default | what it does |
|---|---|---|---|
${rows.join('\n')}

A variable that is empty counts as unset. For a secret there is a second variable that ends in \`_FILE\` and names a file with the
value, as container platforms mount them; setting both is refused. Space around the value in a file is ignored.

A variable whose name begins with \`GATEHOUSE_\` and is not in this table is refused at the start, with the nearest name that exists.
\`gatehouse doctor\` checks all of them and what they lead to.

The command line also honours \`NO_COLOR\`: if it is set to anything, nothing is coloured.
`;
}
