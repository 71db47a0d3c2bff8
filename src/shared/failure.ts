/** Failures that a host answers with by itself, before or after the engine is asked. */
import { EngineError, type ErrorCode, errorTable } from '../../engine/base/errors.ts';
import type { WireError } from './wire.ts';

export function failure(code: ErrorCode, message: string): WireError {
  return new EngineError(code, message).toView();
}

/** The HTTP status that belongs to an error; 500 for a code that this version does not know. */
export function httpStatusOf(error: WireError): number {
  const known = errorTable as Readonly<Record<string, { httpStatus: number }>>;
  return Object.hasOwn(known, error.code) ? (known[error.code]?.httpStatus ?? 500) : 500;
}
