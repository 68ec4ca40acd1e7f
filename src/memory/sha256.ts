/** SHA-256 in lower-case hex, the digest that the pure core is given. */
import { hash } from 'node:crypto';

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
