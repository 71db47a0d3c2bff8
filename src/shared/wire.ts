/** Names and shapes on the wire. Imports nothing, so that the preload stays small. */

/** Electron IPC: one channel for calls, one for pushed topics, one for the language of the page. */
export const callChannel = 'vigia:call';
export const languageChannel = 'vigia:language';
export const topicChannel = 'vigia:topic';

/** The name of the bridge object on `window`. */
export const bridgeName = 'vigia';

export interface WireError {
  code: string;
  message: string;
  help: string;
  retryable: boolean;
  details: Record<string, string | number | boolean | null>;
}

export type Envelope = { ok: true; data: unknown } | { ok: false; error: WireError };

/** Console → engine over the WebSocket. */
export interface CallMessage {
  id: number;
  call: string;
  input: unknown;
}

/** Engine → console over the WebSocket: an answer to a call, or a topic. */
export type EngineMessage = { id: number; envelope: Envelope } | { topic: string; payload: unknown };

/** What the preload exposes: functions of plain data, nothing of Electron. */
export interface Bridge {
  call(name: string, input: unknown): Promise<Envelope>;
  onTopic(listener: (topic: string, payload: unknown) => void): () => void;
  /** The language that the person reads in, for what stands outside the page; nothing does in a browser. */
  speak?(language: 'en' | 'es'): void;
}
