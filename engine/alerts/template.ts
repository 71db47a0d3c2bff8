/** The small language of message templates: names filled in, one list repeated, nothing executed. */
import { EngineError } from '../base/errors.ts';

/** What names stand for; a list's members have names of their own. */
export interface TemplateValues {
  readonly [name: string]: string | readonly TemplateValues[];
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'each' | 'if'; readonly name: string; readonly parts: readonly Part[] };

export type Template = readonly Part[];

interface Open {
  readonly kind: 'each' | 'if';
  readonly name: string;
  readonly parts: Part[];
}

const token = /\{\{\s*(#each|#if|\/each|\/if)?\s*([\w.]*)\s*\}\}/g;

/** @throws EngineError ALERT_TEMPLATE_INVALID, with what is wrong and where. */
export function parseTemplate(source: string): Template {
  const root: Part[] = [];
  const open: Open[] = [];
  const here = (): Part[] => open.at(-1)?.parts ?? root;
  let last = 0;
  for (const match of source.matchAll(token)) {
    const [whole, mark, name = ''] = match;
    if (match.index > last) here().push({ kind: 'text', text: source.slice(last, match.index) });
    last = match.index + whole.length;
    if (mark === undefined) here().push({ kind: 'name', name: named(name, whole) });
    else if (mark.startsWith('#')) {
      open.push({ kind: mark === '#each' ? 'each' : 'if', name: named(name, whole), parts: [] });
    } else {
      const block = open.pop();
      if (block === undefined || mark !== `/${block.kind}`) throw invalid(`${whole} closes nothing that is open`);
      here().push(block);
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw invalid(`{{#${unclosed.kind} ${unclosed.name}}} is never closed`);
  if (source.length > last) root.push({ kind: 'text', text: source.slice(last) });
  return root;
}

/**
 * @param escape applied to every value, e.g. for HTML; the template's own text stays as it is.
 * @throws EngineError ALERT_TEMPLATE_INVALID on a name that stands for nothing.
 */
export function fillTemplate(template: Template, values: TemplateValues, escape: (text: string) => string): string {
  return template
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const value = valueOf(values, part.name);
      if (part.kind === 'name') {
        if (typeof value !== 'string') throw invalid(`{{${part.name}}} is a list; write {{#each ${part.name}}}`);
        return escape(value);
      }
      if (part.kind === 'if') return value.length > 0 ? fillTemplate(part.parts, values, escape) : '';
      if (typeof value === 'string') throw invalid(`{{#each ${part.name}}}: ${part.name} is no list`);
      return value.map((item) => fillTemplate(part.parts, { ...values, ...item }, escape)).join('');
    })
    .join('');
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function valueOf(values: TemplateValues, name: string): TemplateValues[string] {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return value;
  throw invalid(`{{${name}}} stands for nothing here; known are ${Object.keys(values).sort().join(', ')}`);
}

function named(name: string, whole: string): string {
  if (name === '') throw invalid(`${whole} names nothing`);
  return name;
}

function invalid(problem: string): EngineError {
  return new EngineError('ALERT_TEMPLATE_INVALID', `The template cannot be used: ${problem}`);
}
