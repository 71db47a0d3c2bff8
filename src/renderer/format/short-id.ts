/** Ids as people read them: the first part of a random id tells things apart on a screen, the whole belongs in a tooltip. */

const uuid = /^([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** "55739ee9" of a UUID; any other id, e.g. a name that somebody gave, stays whole. */
export function shortId(id: string): string {
  return uuid.exec(id)?.[1] ?? id;
}
