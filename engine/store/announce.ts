/** How the store tells of itself what a user should know. */
import type { Said } from '../model/said.ts';
import type { Notice } from '../model/system.ts';

export type Announce = (level: Notice['level'], message: string, inAll: Said) => void;
