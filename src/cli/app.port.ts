/** What the command line needs of a running system in its own process. */
import type { Caller, Services } from '../gateway/services.port.ts';

export interface LocalApp {
  readonly services: Services;
  caller(tenant: string): Promise<Caller>;
  listen(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  prepareDemo(): Promise<{ readonly tenant: string; readonly key: string; readonly caller: Caller }>;
  adminKey(): Promise<string>;
  close(): Promise<void>;
}
