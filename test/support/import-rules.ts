/** The import table of the architecture as data, and a judge that holds one source file against it. */
import { posix } from 'node:path';
import { parseSync } from 'vite';

const foundation = ['base', 'model', 'config'];
const engineRooms = [
  'base',
  'model',
  'config',
  'redis',
  'store',
  'sources',
  'cache',
  'queue',
  'celery',
  'kpi',
  'scheduler',
  'review',
  'health',
  'alerts',
];

/** Room → rooms (or single files) it may import besides itself. What is not listed is refused, type-only imports too. */
const table: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  config: ['base', 'model'],
  redis: foundation,
  store: foundation,
  sources: foundation,
  cache: [...foundation, 'redis'],
  queue: [...foundation, 'redis'],
  celery: [...foundation, 'redis'],
  kpi: [...foundation, 'sources', 'cache'],
  scheduler: [...foundation, 'store', 'queue'],
  health: [...foundation, 'redis', 'store'],
  alerts: [...foundation, 'store'],
  review: [...foundation, 'store'],
  doctor: engineRooms,
  api: [...engineRooms, 'doctor'],
  // Wiring: engine.ts, index.ts, worker.ts, version.ts and engine/wiring.
  engine: [...engineRooms, 'doctor', 'api', 'packs', 'package.json'],
  packs: [...foundation, 'kpi', 'sources'],
  'src/shared': ['model', 'engine/base/errors.ts'],
  'src/main': ['engine/index.ts', 'src/shared'],
  'src/web': ['engine/index.ts', 'src/shared'],
  'src/cli': ['engine/index.ts', 'src/shared'],
  'src/preload': ['src/shared/wire.ts'],
  'src/renderer': ['src/shared'],
};

/** One door a package. A package that is not listed has no door yet and is refused. */
const doors: readonly (readonly [pattern: RegExp, rooms: readonly string[]])[] = [
  [/^ioredis$/, ['redis']],
  [/^bullmq$/, ['queue']],
  [/^better-sqlite3$/, ['store']],
  [/^(@duckdb\/node-api|pg)$/, ['sources']],
  [/^nodemailer$/, ['alerts']],
  [/^pino$/, ['base']],
  [/^zod$/, [...engineRooms, 'doctor', 'api', 'engine', 'packs', 'src/shared']],
  [/^electron$/, ['src/main', 'src/preload']],
  [/^(fastify|@fastify\/.+|prom-client)$/, ['src/web']],
  [/^commander$/, ['src/cli']],
  [/^croner$/, ['scheduler']],
  [/^(nodemailer|yaml)$/, ['alerts']],
  [
    /^(react|react-dom|react-chartjs-2|react-i18next|@mantine\/.+|@tanstack\/.+|chart\.js|dayjs|i18next|zustand|zod)(\/.+)?$/,
    ['src/renderer'],
  ],
];

/** Rooms that run where there is no Node. */
const withoutNode = ['src/shared', 'src/preload', 'src/renderer'];
const vagueNames = /^(utils?|helpers?|common|misc|shared-utils?)$/i;

export interface Violation {
  readonly file: string;
  readonly problem: string;
}

/** @param file path from the repository's root, with forward slashes. */
export function judge(file: string, text: string): Violation[] {
  const { program, errors } = parseSync(file, text, { lang: file.endsWith('x') ? 'tsx' : 'ts' });
  const problems = errors.map((error) => `cannot be parsed: ${error.message}`);
  const room = roomOf(file);
  problems.push(...judgeName(file));
  if (room === null) problems.push('is in no room of the import table');
  walk(program, (node) => {
    const specifier = importedBy(node);
    if (specifier !== null && room !== null) problems.push(...judgeImport(file, room, specifier));
    if (file.startsWith('engine/') && room !== 'base') problems.push(...judgeImpurity(node));
  });
  return problems.map((problem) => ({ file, problem }));
}

/**
 * Files that import each other in a loop, types too: `[['a.ts', 'b.ts'], …]`, each loop once, in the order of its imports.
 * @param texts path from the repository's root, with forward slashes → text.
 */
export function circlesAmong(texts: ReadonlyMap<string, string>): string[][] {
  const imports = new Map([...texts].map(([file, text]) => [file, ownFilesImportedBy(file, text)]));
  const done = new Set<string>();
  const circles: string[][] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push(path.slice(path.indexOf(file)));
      return;
    }
    if (done.has(file)) return;
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}

function ownFilesImportedBy(file: string, text: string): string[] {
  const targets: string[] = [];
  walk(parseSync(file, text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }).program, (node) => {
    const specifier = importedBy(node);
    if (typeof specifier === 'string' && specifier.startsWith('.'))
      targets.push(posix.join(posix.dirname(file), specifier));
  });
  return targets;
}

/** Null when the table knows no such place. */
function roomOf(file: string): string | null {
  const [top = '', second = ''] = file.split('/');
  if (top === 'packs') return 'packs';
  if (top === 'src') return `src/${second}` in table ? `src/${second}` : null;
  if (top !== 'engine') return null;
  return second.endsWith('.ts') || second === 'wiring' ? 'engine' : second in table ? second : null;
}

function judgeName(file: string): string[] {
  const parts = file.split('/').map((part) => part.replace(/\.(test\.)?tsx?$/, ''));
  const problems = parts
    .filter((part) => vagueNames.test(part))
    .map((part) => `"${part}" says nothing of what is in it`);
  const isBarrel = /\/index\.tsx?$/.test(file) && !doorFiles.some((door) => door.test(file));
  return isBarrel ? [...problems, 'is a barrel; import from the file that has it'] : problems;
}

const doorFiles = [/^engine\/index\.ts$/, /^packs\/[^/]+\/index\.ts$/, /^src\/(main|preload|cli)\/index\.ts$/];

/** `vigia serve` turns into the server, a program of its own that lies beside it. */
const becomesAnotherProgram = ['src/cli/index.ts'];

function judgeImport(file: string, room: string, specifier: string | symbol): string[] {
  if (typeof specifier === 'symbol') {
    return becomesAnotherProgram.includes(file) ? [] : ['imports something that is only known at run time'];
  }
  if (specifier.startsWith('.')) return judgeOwnFile(file, room, specifier);
  if (specifier.startsWith('node:')) {
    return withoutNode.includes(room) ? [`imports ${specifier}, but ${room} runs without Node`] : [];
  }
  const matching = doors.filter(([pattern]) => pattern.test(specifier));
  if (matching.some(([, rooms]) => rooms.includes(room))) return [];
  return [
    matching.length > 0 ? `imports ${specifier}, whose door is elsewhere` : `imports ${specifier}, which has no door`,
  ];
}

function judgeOwnFile(file: string, room: string, specifier: string): string[] {
  const target = posix.join(posix.dirname(file), specifier.replace(/\?.*$/, ''));
  if (target.startsWith('../')) return [`imports ${specifier}, outside the repository`];
  if (file.startsWith('src/') && /\.[a-z]+$/.test(target) && !/\.(tsx?|css|svg|json)$/.test(target))
    return [`imports ${target}`];
  const targetRoom = roomOf(target);
  if (targetRoom === room) return judgePages(file, target);
  const allowed = table[room] ?? [];
  return allowed.includes(target) || (targetRoom !== null && allowed.includes(targetRoom))
    ? []
    : [`may not import ${target}`];
}

/** A page may be left out or rewritten without another noticing, and `ui/` can serve any of them. */
function judgePages(file: string, target: string): string[] {
  const pageOf = (path: string): string | null => /^src\/renderer\/pages\/([^/]+)\//.exec(path)?.[1] ?? null;
  const [from, to] = [pageOf(file), pageOf(target)];
  if (from !== null && to !== null && from !== to) return [`page ${from} may not import page ${to}`];
  return file.startsWith('src/renderer/ui/') && to !== null ? [`ui may not know page ${to}`] : [];
}

/** Time, timers and chance come in through ports, so that tests can own them. */
function judgeImpurity(node: SyntaxNode): string[] {
  if (node.type === 'NewExpression' && named(node['callee'], 'Date') && listOf(node['arguments']).length === 0)
    return ['uses new Date()'];
  if (node.type === 'MemberExpression' && isNode(node['property'])) {
    const member = `${nameOf(node['object'])}.${nameOf(node['property'])}`;
    if (['Date.now', 'Math.random', 'crypto.randomUUID'].includes(member)) return [`uses ${member}`];
  }
  if (node.type === 'ImportDeclaration' && isNode(node['source'])) {
    const taken = listOf(node['specifiers']).map((specifier) =>
      isNode(specifier) ? nameOf(specifier['imported']) : '',
    );
    // Giving way to other work takes no time and needs no clock.
    const timers =
      String(node['source']['value']).startsWith('node:timers') && taken.some((name) => name !== 'setImmediate');
    if (timers) return ['takes timers from Node'];
  }
  if (node.type === 'CallExpression') {
    const called = nameOf(node['callee']);
    if (['setTimeout', 'setInterval', 'randomUUID'].includes(called)) return [`calls ${called}`];
  }
  return [];
}

const unknownSpecifier = Symbol('known only at run time');

/** What a node imports: a specifier, a mark for one that is computed, null for every other node. */
function importedBy(node: SyntaxNode): string | symbol | null {
  if (!importing.includes(node.type)) return null;
  if (node['source'] === null) return null;
  const source = isNode(node['source']) ? node['source']['value'] : undefined;
  return typeof source === 'string' ? source : unknownSpecifier;
}

const importing = [
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'ImportExpression',
  'TSImportType',
];

type SyntaxNode = { readonly type: string } & Readonly<Record<string, unknown>>;

function walk(value: unknown, visit: (node: SyntaxNode) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (isNode(value)) {
    visit(value);
    for (const child of Object.values(value)) if (typeof child === 'object') walk(child, visit);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nameOf(value: unknown): string {
  return isNode(value) && typeof value['name'] === 'string' ? value['name'] : '';
}

const named = (value: unknown, name: string): boolean => nameOf(value) === name;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
