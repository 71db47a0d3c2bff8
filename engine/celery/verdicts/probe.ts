/** What verdicts ask of a broker and its workers; filled in by the wiring. */

export interface ProbeReply {
  readonly node: string;
  /** Unchecked. */
  readonly value: unknown;
}

export interface ProbeRound {
  /** How many listened for control when the question was published. */
  readonly listeners: number;
  readonly replies: readonly ProbeReply[];
  /** Asked of everybody, so that who is missing can be counted. */
  readonly toAll: boolean;
}

/** Every promise may reject: then nothing was learned, which is not the same as no answer. */
export interface CeleryProbe {
  readonly isReady: boolean;
  /**
   * Resolves when everybody that listens has answered, or after a second.
   * @param nodes null asks all
   * @param expected who should answer; for ending early
   */
  ask(
    method: 'stats' | 'active' | 'reserved' | 'active_queues',
    nodes: readonly string[] | null,
    expected: readonly string[],
  ): Promise<ProbeRound>;
  /** Nodes that announced that they listen for control; stale ones among them. */
  announced(): Promise<ReadonlySet<string>>;
  /** Messages that wait, by queue, over all its priority lists. */
  queueLengths(queues: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
