/** Serves the console's page under an address of its own, `app://vigia/`, and nothing outside its folder. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';
import { contentSecurityPolicy } from '../shared/page-policy.ts';

const scheme = 'app';
export const pageOrigin = `${scheme}://vigia`;
export const pageUrl = `${pageOrigin}/index.html`;

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Must be called before the app is ready. */
export function declarePageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

export function servePage(rendererDir: string): void {
  protocol.handle(scheme, async (request) => {
    const file = fileOf(rendererDir, request.url);
    if (file === null) return new Response('Not found', { status: 404 });
    try {
      return new Response(await readFile(file), { headers: headersOf(file) });
    } catch (error) {
      if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
        return new Response('Not found', { status: 404 });
      }
      throw error;
    }
  });
}

/** Null when the address leads anywhere else than into the folder. */
function fileOf(rendererDir: string, address: string): string | null {
  const url = new URL(address);
  if (url.host !== 'vigia') return null;
  const file = normalize(join(rendererDir, decodeURIComponent(url.pathname)));
  return file.startsWith(normalize(rendererDir) + sep) && !file.includes('\0') ? file : null;
}

function headersOf(file: string): Record<string, string> {
  return {
    'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': contentSecurityPolicy([]),
    'x-content-type-options': 'nosniff',
  };
}
