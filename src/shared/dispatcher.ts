/** The engine's end of the contract: looks a call up, checks its input and output, wraps the answer in an envelope. */
import { EngineError, messageOf } from '../../engine/base/errors.ts';
import { type Caller, type CallName, calls, type Handlers } from './contract.ts';
import type { Envelope } from './wire.ts';

export interface CommandRecord {
  readonly call: CallName;
  readonly caller: Caller;
  readonly input: unknown;
  readonly outcome: 'succeeded' | 'failed';
  readonly error: string | null;
}

export interface DispatcherOptions {
  readonly handlers: Handlers;
  /** Told of every command with its outcome, failed ones too. */
  readonly onCommand: (record: CommandRecord) => void;
  /** Told of every error that is a defect of ours rather than an answer. */
  readonly onDefect: (call: string, error: unknown) => void;
}

export type Dispatch = (name: string, input: unknown, caller: Caller) => Promise<Envelope>;

/** Never rejects: whatever happens becomes an envelope. */
export function createDispatcher({ handlers, onCommand, onDefect }: DispatcherOptions): Dispatch {
  return async (name, input, caller) => {
    if (!isCallName(name))
      return failed(new EngineError('CALL_UNKNOWN', `There is no call named "${name.slice(0, 80)}"`));
    const call = calls[name];
    try {
      const parsed = call.input.safeParse(input);
      if (!parsed.success) throw new EngineError('CALL_INPUT_INVALID', `${name}: ${firstIssue(parsed.error)}`);
      const handler = handlers[name] as (input: unknown, caller: Caller) => Promise<unknown>;
      const data = call.output.parse(await handler(parsed.data, caller));
      if (call.kind === 'command') onCommand({ call: name, caller, input, outcome: 'succeeded', error: null });
      return { ok: true, data };
    } catch (error) {
      if (call.kind === 'command') onCommand({ call: name, caller, input, outcome: 'failed', error: messageOf(error) });
      if (error instanceof EngineError) return failed(error);
      onDefect(name, error);
      return failed(new EngineError('INTERNAL', `${name} failed inside the engine`));
    }
  };
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

function failed(error: EngineError): Envelope {
  return { ok: false, error: error.toView() };
}

function firstIssue(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0];
  if (!issue) return 'the input does not fit';
  const where = issue.path.map(String).join('.');
  return where ? `"${where}": ${issue.message}` : issue.message;
}
