/** Every rule with what it looks at, its condition and its state; switched, edited, reset, brought in and out as files. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { announce } from '../../state/announce.ts';
import { useLiveCall } from '../../state/calls.ts';
import { describeError } from '../../state/live-query.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { State } from '../../ui/State.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { Table } from '../../ui/Table.tsx';
import { type AlertStatus, signalName } from './alerts-model.ts';
import { RuleDialog } from './RuleDialog.tsx';
import { RuleImportDialog } from './RuleImportDialog.tsx';
import { useRuleColumns } from './use-rule-columns.tsx';

interface RulesCardProps {
  /** Of the rules that are switched on; null while nothing is known. */
  readonly alerts: readonly AlertStatus[] | null;
  readonly address: Address;
}

/** In the address for a rule that is not there yet. */
const newRule = 'new';

export function RulesCard({ alerts, address }: RulesCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const format = useFormat();
  const { alerts: live } = useServices();
  const { data, error, reload } = useLiveCall(
    'alerts.rules.list',
    {},
    { topics: ['alerts.changed'], periodMs: 60_000, keptAs: 'alert-rules' },
  );
  const [isImporting, setIsImporting] = useState(false);
  const columns = useRuleColumns({
    alerts: alerts ?? [],
    onOpen: (ruleId) => address.set({ edit: ruleId }),
    onChanged: reload,
  });
  const rules = data?.rules ?? null;
  const find = address.text('find');
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = (rules ?? []).filter(({ rule }) => {
    const text =
      `${rule.title} ${alertTitle(format.language, rule.title)} ${rule.id} ${rule.signal} ${signalName(t, rule.signal)} ${rule.severity}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const edited = address.text('edit');
  const chosen = rules?.find(({ rule }) => rule.id === edited) ?? null;
  const close = (): void => address.set({ edit: null });
  const saved = (): void => {
    reload();
    live.reload();
    close();
  };
  const blocked = isOffline ? t('offlineBlocked') : null;
  return (
    <Card
      title={t('alertRules.title')}
      testId="alert-rules"
      {...(rules === null
        ? {}
        : {
            note: t('alertRules.note', {
              count: rules.length,
              off: rules.filter(({ rule }) => !rule.enabled).length,
            }),
          })}
      aside={<Files onImport={() => setIsImporting(true)} onAdd={() => address.set({ edit: newRule })} />}
    >
      <div className="filters" role="search">
        <SearchField
          label={t('alertRules.find')}
          value={find}
          onChange={(text) => address.set({ find: text }, { replace: true })}
          testId="rules-find"
        />
      </div>
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <p role="alert">
          <State kind="failed" word={`${error.message} ${error.help}`.trim()} />
        </p>
      )}
      <Table
        caption={t('alertRules.title')}
        columns={columns}
        rows={shown}
        rowKey={({ rule }) => rule.id}
        emptyText={t(rules === null ? 'alerts.unknown' : 'alertRules.none')}
      />
      {blocked === null && (edited === newRule || chosen !== null) && (
        <RuleDialog key={edited} view={chosen} rules={rules ?? []} onClose={close} onSaved={saved} />
      )}
      {isImporting && (
        <RuleImportDialog
          onClose={() => setIsImporting(false)}
          onImported={() => {
            reload();
            live.reload();
          }}
        />
      )}
    </Card>
  );
}

interface FilesProps {
  readonly onImport: () => void;
  readonly onAdd: () => void;
}

function Files({ onImport, onAdd }: FilesProps): ReactElement {
  const { t } = useTranslation();
  const { client, announcements } = useServices();
  const isOffline = useIsOffline();
  const blocked = isOffline ? t('offlineBlocked') : null;
  const [error, setError] = useState<string | null>(null);
  const save = async (as: 'yaml' | 'prometheus'): Promise<void> => {
    const name = as === 'yaml' ? 'vigia-rules.yaml' : 'vigia-prometheus-rules.yaml';
    try {
      const { text } = await client.call('alerts.rules.export', { as });
      saveFile(name, 'application/yaml', text);
      setError(null);
      announce(announcements, t('alertRules.exported', { name }));
    } catch (thrown) {
      setError(describeError(thrown).message);
    }
  };
  return (
    <>
      {error !== null && <State kind="failed" word={error} />}
      <Button isSmall look="quiet" blockedBecause={blocked} onClick={onImport} data-testid="rules-import">
        {t('alertRules.import')}
      </Button>
      <Button
        isSmall
        look="quiet"
        blockedBecause={blocked}
        onClick={() => void save('yaml')}
        data-testid="rules-export-yaml"
      >
        {t('alertRules.exportYaml')}
      </Button>
      <Button
        isSmall
        look="quiet"
        blockedBecause={blocked}
        onClick={() => void save('prometheus')}
        data-testid="rules-export-prometheus"
      >
        {t('alertRules.exportPrometheus')}
      </Button>
      <Button isSmall look="primary" blockedBecause={blocked} onClick={onAdd} data-testid="rule-add">
        {t('alertRules.add')}
      </Button>
    </>
  );
}
