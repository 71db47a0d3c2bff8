/** What a section declares to depend on, held against the queries that it really sends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { normalTags } from '../../engine/cache/tags.ts';
import { defaultKpiSettings } from '../../engine/config/settings.ts';
import { sectionNames } from '../../engine/model/dashboard.ts';
import { openSource } from '../../engine/sources/open-source.ts';
import type { SqlSource } from '../../engine/sources/source.ts';
import { edpPack, edpTables } from '../../packs/edp/index.ts';
import { referenceFolder } from '../support/edp-sources.ts';

let dataDir: string;
let source: SqlSource;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'vigia-tags-'));
  source = await openSource({
    source: referenceFolder,
    demo: false,
    dataDir,
    tables: edpTables,
    createDemo: null,
    clock: systemClock,
    logger: silentLogger,
  });
});
afterAll(async () => {
  await source.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** As the source, but telling of no signature, so that sections share nothing, and noting what it is asked. */
function watched(asked: string[]): SqlSource {
  return {
    kind: source.kind,
    label: source.label,
    demo: source.demo,
    query: (sql, parameters, options) => {
      asked.push(sql);
      return source.query(sql, parameters, options);
    },
    describe: (options) => source.describe(options),
    signature: async () => null,
    close: async () => undefined,
  };
}

describe.each(sectionNames)('section %s', (section) => {
  test.each([{}, { cliente: 'Constructora A', periodo_rapido: 3_650 }])(
    'declares the tables that it reads, under %j',
    async (given) => {
      const asked: string[] = [];
      const filters = edpPack.normalizeFilters(given);
      await edpPack.computeSection({
        section,
        filters,
        asOf: '2025-06-30',
        settings: defaultKpiSettings,
        source: watched(asked),
        deadlineMs: 30_000,
      });
      const read = edpTables
        .map(({ table }) => table)
        .filter((table) => asked.some((sql) => new RegExp(`\\bFROM ${table}\\b`).test(sql)));
      const declared = edpPack.tagsOf(section, filters).filter((tag) => tag.startsWith('table:'));
      expect(declared.toSorted()).toEqual(read.map((table) => `table:${table}`).toSorted());
    },
  );
});

describe('the tags of filters', () => {
  const tags = (given: Parameters<typeof edpPack.normalizeFilters>[0]): readonly string[] =>
    edpPack.tagsOf('essentials', edpPack.normalizeFilters(given)).filter((tag) => !tag.startsWith('table:'));

  test('name each value of a set, and all values where there is none', () => {
    expect(tags({ cliente: ['B', 'A'] })).toEqual([
      'cliente:A',
      'cliente:B',
      'jefe_proyecto:*',
      'gestor:*',
      'tipo_proyecto:*',
    ]);
  });

  test('name no state, as rows change theirs', () => {
    expect(tags({ estado: 'pagado' }).some((tag) => tag.startsWith('estado'))).toBe(false);
  });

  test('stay within what the cache takes, whatever is asked for', () => {
    const long = Array.from({ length: 150 }, (_, index) => `${index} ${'x'.repeat(190)}`);
    const few = long.slice(0, 12);
    for (const given of [
      { cliente: long },
      { cliente: few, gestor: few, jefe_proyecto: few, tipo_proyecto: few },
      { cliente: 'a\tb' },
    ]) {
      expect(normalTags(tags(given)).length).toBeGreaterThan(3);
    }
  });
});
