/** The choice of one database of a server, each with how many keys it has; a cluster has only one. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import type { Connection } from '../../state/operate.ts';
import { Floating } from '../../ui/Floating.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Listbox } from '../../ui/Listbox.tsx';
import { databaseOf, noFilter, ownDatabase } from './keys-model.ts';

/** As many as a server has unless it was set up otherwise. */
const usualDatabases = 16;

export function DatabasePicker({ connection }: { readonly connection: Connection }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress('keys');
  const [isOpen, setIsOpen] = useState(false);
  const { data } = useLiveCall(
    'redis.health',
    { connectionId: connection.id },
    { topics: ['redis.sampled'], periodMs: 15_000, keptAs: `redis-health-${connection.id}` },
  );
  if (connection.topology === 'cluster') return null;
  const own = ownDatabase(connection);
  const chosen = databaseOf(address) ?? own;
  const counts = new Map(data?.total?.figures?.databases.map(({ db, keyCount }) => [db, keyCount]));
  const isKnown = Boolean(data?.total?.figures);
  const countOf = (db: number): string =>
    isKnown
      ? t('keys.keyCount', { count: counts.get(db) ?? 0, text: format.number(counts.get(db) ?? 0) })
      : t('keys.countUnknown');
  const all = new Set([...counts.keys(), own, chosen, ...Array.from({ length: usualDatabases }, (_, db) => db)]);
  return (
    <Floating
      buttonClass="chip connection-chip"
      buttonContent={
        <>
          {t('keys.database')} <b className="num">{chosen}</b> <span className="sub num">{countOf(chosen)}</span>
          <Icon name="chevron" />
        </>
      }
      panelLabel={t('keys.chooseDatabase')}
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      testId="keys-database"
    >
      <Listbox
        label={t('keys.chooseDatabase')}
        placeholder={t('keys.chooseDatabase')}
        emptyText={t('app.nothingFound')}
        options={[...all]
          .toSorted((a, b) => Number((counts.get(b) ?? 0) > 0) - Number((counts.get(a) ?? 0) > 0) || a - b)
          .map((db) => ({ id: String(db), title: String(db), hint: countOf(db), isSelected: db === chosen }))}
        onChoose={(id) => {
          setIsOpen(false);
          address.set({ db: Number(id) === own ? null : id, ...noFilter, key: null, analysis: null });
        }}
      />
    </Floating>
  );
}
