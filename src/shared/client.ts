/** The console's end of the contract: typed calls and topics over any {@link Bridge}. */
import type { CallInput, CallName, CallOutput, TopicName, TopicPayload } from './contract.ts';
import type { Bridge, WireError } from './wire.ts';

/** An error that the engine answered with. */
export class CallError extends Error {
  readonly code: string;
  readonly help: string;
  readonly retryable: boolean;
  readonly details: WireError['details'];

  constructor(error: WireError) {
    super(error.message);
    this.name = 'CallError';
    this.code = error.code;
    this.help = error.help;
    this.retryable = error.retryable;
    this.details = error.details;
  }
}

export interface Client {
  /** @throws CallError when the engine answers with an error or cannot be reached. */
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>>;
  on<Name extends TopicName>(topic: Name, listener: (payload: TopicPayload<Name>) => void): () => void;
}

export function createClient(bridge: Bridge): Client {
  return {
    async call<Name extends CallName>(name: Name, input: CallInput<Name>) {
      const envelope = await bridge.call(name, input);
      if (!envelope.ok) throw new CallError(envelope.error);
      return envelope.data as CallOutput<Name>;
    },
    on(topic, listener) {
      return bridge.onTopic((name, payload) => {
        if (name === topic) listener(payload as never);
      });
    },
  };
}
