/**
 * HMAC-SHA-256 from the two states that a key leaves behind instead of from the key. The states make the same hashes as the key did, and the key
 * cannot be found from them: so the key that once wrapped personal data can be destroyed, and names still hash as they always have. No
 * library hands out these states, which is the one reason for this file. Source: FIPS 180-4, section 6.2, and RFC 2104, section 4.
 */
const BLOCK_BYTES = 64;
export const STATE_BYTES = 32;
const LENGTH_BYTES = 8;
const ROUNDS = 64;
const WORDS = 8;

const PRIMES = firstPrimes(ROUNDS);
const ROUND_CONSTANTS = Int32Array.from(PRIMES, (prime) => fractionOf(Math.cbrt(prime), prime, 3n));
const START = Int32Array.from(PRIMES.slice(0, WORDS), (prime) => fractionOf(Math.sqrt(prime), prime, 2n));

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1)
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  return primes;
}

/** The first 32 bits behind the point of a root, found exactly: the floating number only says where to begin. */
function fractionOf(root: number, of: number, power: bigint): number {
  const target = BigInt(of) << (32n * power);
  let found = BigInt(Math.floor(root * 2 ** 32));
  while (found ** power > target) found -= 1n;
  while ((found + 1n) ** power <= target) found += 1n;
  return Number(BigInt.asIntN(32, found));
}

const schedule = new Int32Array(ROUNDS);

/** The state after one more block of 64 bytes. */
function compress(state: Int32Array, block: Buffer, offset: number): void {
  for (let i = 0; i < 16; i += 1) schedule[i] = block.readInt32BE(offset + i * 4);
  for (let i = 16; i < ROUNDS; i += 1) {
    const early = word(schedule, i - 15);
    const late = word(schedule, i - 2);
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    schedule[i] = (word(schedule, i - 16) + s0 + word(schedule, i - 7) + s1) | 0;
  }
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  let f = word(state, 5);
  let g = word(state, 6);
  let h = word(state, 7);
  for (let i = 0; i < ROUNDS; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + word(ROUND_CONSTANTS, i) + word(schedule, i)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  const added = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < WORDS; i += 1) state[i] = word(state, i) + (added[i] as number);
}

function word(words: Int32Array, at: number): number {
  return words[at] as number;
}

function bytesOf(state: Int32Array): Buffer {
  const bytes = Buffer.alloc(STATE_BYTES);
  for (let i = 0; i < WORDS; i += 1) bytes.writeInt32BE(word(state, i), i * 4);
  return bytes;
}

/** The hash of one block that is behind us, in `state`, and of `message`. */
function finish(state: Buffer, message: Buffer): Buffer {
  const words = new Int32Array(WORDS);
  for (let i = 0; i < WORDS; i += 1) words[i] = state.readInt32BE(i * 4);
  const whole = message.length - (message.length % BLOCK_BYTES);
  for (let offset = 0; offset < whole; offset += BLOCK_BYTES) compress(words, message, offset);
  const rest = message.length - whole;
  const tail = Buffer.alloc(rest + 1 + LENGTH_BYTES > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES);
  message.copy(tail, 0, whole);
  tail[rest] = 0x80;
  tail.writeBigUInt64BE(BigInt(BLOCK_BYTES + message.length) * 8n, tail.length - LENGTH_BYTES);
  for (let offset = 0; offset < tail.length; offset += BLOCK_BYTES) compress(words, tail, offset);
  return bytesOf(words);
}

/** What the hash function is in after the padded key, for the inner and for the outer hash. */
export interface HmacState {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** `key` has at most 64 bytes. */
export function hmacState(key: Buffer): HmacState {
  const after = (pad: number): Buffer => {
    const block = Buffer.alloc(BLOCK_BYTES, pad);
    key.forEach((byte, i) => {
      block[i] = byte ^ pad;
    });
    const state = START.slice();
    compress(state, block, 0);
    return bytesOf(state);
  };
  return { inner: after(0x36), outer: after(0x5c) };
}

/** The same bytes as HMAC-SHA-256 under the key that the state was made from. */
export function hmacFrom({ inner, outer }: HmacState, message: Buffer): Buffer {
  return finish(outer, finish(inner, message));
}
