/** The invalidations that this process knows of: compared in memory at every read, so that a hit stays one GET. */
import { ownTag, ownTagPrefix } from './own-tag.ts';
import type { Invalidation, Stamp, TagMark } from './tags.ts';

const lost: Invalidation = { mode: 'stale', detail: 'the record of invalidations was lost in Redis' };

export class TagMarks {
  #marks = new Map<string, TagMark>();
  #epoch = '';
  #seq = 0;
  #version = 1;
  /** Some entry was invalidated by itself. */
  #anyOwn = false;

  /** Another number after every change of what is known. */
  get version(): number {
    return this.#version;
  }

  /** How far the sequence is known here: never further than what was read of Redis. */
  get stamp(): Stamp {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  list(): TagMark[] {
    return [...this.#marks.values()].toSorted((a, b) => b.seq - a.seq);
  }

  /** Everything that Redis holds; marks that were told while it was read and are newer stay. */
  replace(epoch: string, seq: number, marks: readonly TagMark[]): void {
    const heard = epoch === this.#epoch ? [...this.#marks.values()].filter((mark) => mark.seq > seq) : [];
    this.#marks = new Map();
    this.#seq = epoch === this.#epoch ? Math.max(this.#seq, seq) : seq;
    this.#epoch = epoch;
    this.#take([...marks, ...heard]);
  }

  /** What was just invalidated somewhere. Answers false when it belongs to another epoch: then all must be read anew. */
  heard(epoch: string, marks: readonly TagMark[]): boolean {
    if (epoch !== this.#epoch) return false;
    this.#take(marks);
    return true;
  }

  /**
   * What has happened to an entry since its computation began; null: nothing.
   * @param redisKey where entries may have been invalidated one by one
   */
  verdict(tags: readonly string[], stamp: Stamp, redisKey: string | null = null): Invalidation | null {
    if (this.#epoch === '') return null;
    if (stamp.epoch !== this.#epoch) return tags.length === 0 ? null : lost;
    // Nearly every entry is newer than the last invalidation of anything.
    if (stamp.seq >= this.#seq) return null;
    let worst: TagMark | null = null;
    const concerned = this.#anyOwn && redisKey !== null ? [...tags, ownTag(redisKey)] : tags;
    for (const tag of concerned) {
      const mark = this.#marks.get(tag);
      if (mark === undefined || mark.seq <= stamp.seq) continue;
      if (mark.expiredSeq > stamp.seq) return { mode: 'expired', detail: detailOf(mark) };
      if (worst === null || mark.seq > worst.seq) worst = mark;
    }
    return worst === null ? null : { mode: 'stale', detail: detailOf(worst) };
  }

  #take(marks: readonly TagMark[]): void {
    for (const mark of marks) {
      const known = this.#marks.get(mark.tag);
      if (known === undefined || known.seq < mark.seq) this.#marks.set(mark.tag, mark);
      if (mark.tag.startsWith(ownTagPrefix)) this.#anyOwn = true;
      if (mark.seq > this.#seq) this.#seq = mark.seq;
    }
    this.#version += 1;
  }
}

function detailOf({ tag: named, reason }: TagMark): string {
  const tag = named.startsWith(ownTagPrefix) ? 'this entry' : named;
  return reason === '' ? tag : `${tag} (${reason})`;
}
