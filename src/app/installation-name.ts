/** A short name that all hosts of an installation share and no other installation has. */
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';

const LENGTH = 12;

export function installationName(secret: InstallationSecret, purpose: string): string {
  return secret.hash('installation', purpose).slice(0, LENGTH);
}
