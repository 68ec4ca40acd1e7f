/** What a Prometheus histogram counted between two looks at it. */

interface Bucket {
  readonly upTo: number;
  readonly count: number;
}

export class HistogramSpan {
  /** Cumulative, ascending. */
  readonly #buckets: readonly Bucket[];

  /** `labels` is the text between the braces without `le`. */
  constructor(name: string, before: string, after: string, labels = '') {
    const earlier = bucketsOf(name, before, labels);
    this.#buckets = bucketsOf(name, after, labels).map(({ upTo, count }) => ({
      upTo,
      count: count - (earlier.find((bucket) => bucket.upTo === upTo)?.count ?? 0),
    }));
  }

  get count(): number {
    return this.#buckets.at(-1)?.count ?? 0;
  }

  /** The share that took no longer than a bound of the buckets. */
  shareWithin(seconds: number): number {
    const bucket = this.#buckets.find(({ upTo }) => upTo === seconds);
    if (bucket === undefined) throw new Error(`${seconds} is no bound of the buckets`);
    return bucket.count / this.count;
  }

  /** In milliseconds, interpolated within its bucket as Prometheus does. */
  quantileMs(share: number): number {
    const wanted = share * this.count;
    const place = this.#buckets.findIndex(({ count }) => count >= wanted);
    const bucket = this.#buckets[place];
    const below = this.#buckets[place - 1] ?? { upTo: 0, count: 0 };
    if (bucket === undefined || bucket.count === below.count) return 0;
    if (!Number.isFinite(bucket.upTo)) return below.upTo * 1_000;
    return 1_000 * (below.upTo + ((wanted - below.count) / (bucket.count - below.count)) * (bucket.upTo - below.upTo));
  }
}

function bucketsOf(name: string, figures: string, labels: string): readonly Bucket[] {
  return figures.split('\n').flatMap((line) => {
    const found = /^([^{]+)_bucket\{le="([^"]+)"(?:,(.*))?\} (\d+)$/.exec(line);
    if (found === null || found[1] !== name || (found[3] ?? '') !== labels) return [];
    return [{ upTo: found[2] === '+Inf' ? Number.POSITIVE_INFINITY : Number(found[2]), count: Number(found[4]) }];
  });
}
