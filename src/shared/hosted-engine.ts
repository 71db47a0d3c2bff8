/** What a host needs of an engine, and no more; every host is written and tested against this. */
import type { Handlers, TopicName, TopicPayloads } from './contract.ts';
import type { CommandRecord } from './dispatcher.ts';

export interface HostedEngine {
  readonly handlers: Handlers;
  on<Name extends TopicName>(topic: Name, listener: (payload: TopicPayloads[Name]) => void): () => void;
  /** Writes one line of the audit log; never throws. */
  audit(record: CommandRecord): void;
}
