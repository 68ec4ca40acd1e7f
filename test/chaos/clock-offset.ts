/** Loaded before a host: its clock is wrong by as many milliseconds as CHAOS_CLOCK_OFFSET_MS says. */
const offset = Number(process.env['CHAOS_CLOCK_OFFSET_MS'] ?? 0);
const realNow = Date.now.bind(Date);
const now = () => realNow() + offset;
globalThis.Date = new Proxy(Date, {
  construct: (target, given: unknown[]): object =>
    Reflect.construct(target, given.length === 0 ? [now()] : given) as object,
  get: (target, name): unknown => (name === 'now' ? now : Reflect.get(target, name)),
});
