/** The two kinds of call that a console may make, and the shapes that many of them share. */
import { z } from 'zod';

export interface Call<Kind extends 'query' | 'command', Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: Kind;
  readonly input: Input;
  readonly output: Output;
}

/** Changes nothing. */
export const query = <Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): Call<'query', Input, Output> => ({ kind: 'query', input, output });

/** Changes something, and is written to the audit log. */
export const command = <Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): Call<'command', Input, Output> => ({ kind: 'command', input, output });

export const nothing = z.object({}).default({});
export const done = z.object({ done: z.literal(true) });
