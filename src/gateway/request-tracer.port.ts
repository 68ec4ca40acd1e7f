/** Who wants to know of every request below `/v1`, for traces. */
export interface TracedRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The W3C header of the caller, as it came. */
  readonly traceparent: string | null;
  readonly tenant: string | null;
  /** Correlations of the lives that this request began. */
  readonly accepted: readonly string[];
}

export interface RequestTracer {
  requestAnswered(request: TracedRequest): void;
}
