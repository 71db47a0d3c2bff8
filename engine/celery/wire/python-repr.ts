/** Writes JSON values as Python shows them, and reads such text back where it stands for plain data alone. */

const largestText = 1_024;

/** As `repr` in Python, cut as Celery cuts it. */
export function pythonRepr(value: unknown, outermost: 'list' | 'tuple' = 'list'): string {
  const text = outermost === 'tuple' && Array.isArray(value) ? tupleRepr(value) : reprOf(value);
  return text.length > largestText ? `${text.slice(0, largestText)}...` : text;
}

function tupleRepr(values: readonly unknown[]): string {
  return values.length === 1 ? `(${reprOf(values[0])},)` : `(${values.map(reprOf).join(', ')})`;
}

function reprOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return textRepr(value);
  if (Array.isArray(value)) return `[${value.map(reprOf).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, one]) => `${textRepr(key)}: ${reprOf(one)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'None';
}

function textRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}

/**
 * What a repr stands for, tuples as arrays; undefined where it was cut or names anything but numbers, texts, True,
 * False, None, lists, tuples and dictionaries with texts as keys. Nothing is evaluated.
 */
export function readPythonRepr(text: string): unknown {
  const reader = new ReprReader(text);
  try {
    const value = reader.value();
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof UnreadableRepr) return undefined;
    throw error;
  }
}

class UnreadableRepr extends Error {}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };
const deepest = 100;

class ReprReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#space();
    return this.#at === this.#text.length;
  }

  value(): unknown {
    this.#space();
    this.#depth += 1;
    if (this.#depth > deepest) throw new UnreadableRepr();
    const value = this.#any();
    this.#depth -= 1;
    return value;
  }

  #any(): unknown {
    const next = this.#text[this.#at];
    if (next === '[') return this.#items(']').values;
    if (next === '(') {
      const { values, hasComma } = this.#items(')');
      return values.length === 1 && !hasComma ? values[0] : values;
    }
    if (next === '{') return this.#dictionary();
    if (next === "'" || next === '"') return this.#string();
    return this.#word();
  }

  #items(end: string): { values: unknown[]; hasComma: boolean } {
    this.#at += 1;
    const values: unknown[] = [];
    let hasComma = false;
    while (!this.#take(end)) {
      if (values.length > 0 && !hasComma) throw new UnreadableRepr();
      values.push(this.value());
      hasComma = this.#take(',');
    }
    return { values, hasComma };
  }

  #dictionary(): Record<string, unknown> {
    this.#at += 1;
    const entries: [string, unknown][] = [];
    let hasComma = true;
    while (!this.#take('}')) {
      if (!hasComma) throw new UnreadableRepr();
      const key = this.value();
      if (typeof key !== 'string' || !this.#take(':')) throw new UnreadableRepr();
      entries.push([key, this.value()]);
      hasComma = this.#take(',');
    }
    return Object.fromEntries(entries);
  }

  #string(): string {
    const quote = this.#text[this.#at];
    let value = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const letter = this.#text[this.#at];
      if (letter === quote) {
        this.#at += 1;
        return value;
      }
      value += letter === '\\' ? this.#escape() : letter;
    }
    throw new UnreadableRepr();
  }

  #escape(): string {
    this.#at += 1;
    const letter = this.#text[this.#at] ?? '';
    const plain = escapes[letter];
    if (plain !== undefined) return plain;
    const length = { x: 2, u: 4, U: 8 }[letter];
    const digits = length === undefined ? '' : this.#text.slice(this.#at + 1, this.#at + 1 + length);
    const code = /^[0-9a-f]+$/i.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : -1;
    if (code < 0 || code > 0x10ffff) throw new UnreadableRepr();
    this.#at += digits.length;
    return String.fromCodePoint(code);
  }

  #word(): unknown {
    const word = /^[A-Za-z0-9_.+-]+/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0] ?? '';
    this.#at += word.length;
    if (word === 'None') return null;
    if (word === 'True' || word === 'False') return word === 'True';
    const number = /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(word) ? Number(word) : Number.NaN;
    // A whole number that JavaScript cannot hold would come back as another one.
    if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number))) {
      throw new UnreadableRepr();
    }
    return number;
  }

  #take(sign: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\n') this.#at += 1;
  }
}
