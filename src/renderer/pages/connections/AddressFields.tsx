/** Where the servers are: the kind of their arrangement, hosts or socket, database, TLS with its files. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckField, TextField } from '../../ui/Fields.tsx';
import { FormPart } from '../../ui/FormPart.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import type { FieldsProps } from './connection-form.ts';
import { kinds, partsOfUrl } from './connection-form.ts';

const hostHints = {
  standalone: 'redis.example:6379',
  sentinel: '10.0.0.1:26379, 10.0.0.2:26379',
  cluster: '10.0.0.1:7000, 10.0.0.2:7000',
  socket: '',
} as const;

export function AddressFields({ form, onChange }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  const { kind } = form;
  return (
    <FormPart title={t('connections.part.address')}>
      <SegmentedFilter
        label={t('connections.field.kind')}
        options={kinds.map((id) => ({ id, title: t(`connections.kind.${id}`) }))}
        value={kind}
        onChange={(next) => onChange({ kind: next, ...(next === 'socket' ? { isTls: false } : {}) })}
        testId="connection-kind"
      />
      <div className="host-row">
        {kind === 'socket' ? (
          <TextField
            label={t('connections.field.path')}
            value={form.path}
            placeholder="/run/redis/redis.sock"
            onChange={(path) => onChange({ path })}
            testId="connection-path"
          />
        ) : (
          <TextField
            label={t(kind === 'standalone' ? 'connections.field.host' : 'connections.field.hosts')}
            value={form.hosts}
            placeholder={hostHints[kind]}
            hint={t('connections.hint.paste')}
            // A whole address that is pasted fills the other fields too.
            onChange={(hosts) => onChange(hosts.includes('://') ? { hosts, ...partsOfUrl(hosts) } : { hosts })}
            testId="connection-hosts"
          />
        )}
        {kind === 'sentinel' && (
          <TextField
            label={t('connections.field.master')}
            value={form.masterName}
            placeholder="mymaster"
            onChange={(masterName) => onChange({ masterName })}
            testId="connection-master"
          />
        )}
        {kind !== 'cluster' && (
          <TextField
            label={t('connections.field.db')}
            value={form.db}
            placeholder="0"
            onChange={(db) => onChange({ db })}
            testId="connection-db"
          />
        )}
      </div>
      {kind !== 'socket' && (
        <CheckField
          label={t('connections.field.tls')}
          isChecked={form.isTls}
          onChange={(isTls) => onChange({ isTls })}
          testId="connection-tls"
        />
      )}
      {form.isTls && <TlsFields form={form} onChange={onChange} />}
    </FormPart>
  );
}

function TlsFields({ form, onChange }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <div className="field-row">
        <TextField
          label={t('connections.field.ca')}
          value={form.caFile}
          placeholder={t('connections.hint.systemCa')}
          onChange={(caFile) => onChange({ caFile })}
          testId="connection-ca"
        />
        <TextField
          label={t('connections.field.servername')}
          value={form.servername}
          placeholder={t('connections.hint.hostItself')}
          onChange={(servername) => onChange({ servername })}
          testId="connection-servername"
        />
      </div>
      <div className="field-row">
        <TextField
          label={t('connections.field.cert')}
          value={form.certFile}
          onChange={(certFile) => onChange({ certFile })}
          testId="connection-cert"
        />
        <TextField
          label={t('connections.field.key')}
          value={form.keyFile}
          onChange={(keyFile) => onChange({ keyFile })}
          testId="connection-key"
        />
      </div>
      <CheckField
        label={t('connections.field.verify')}
        isChecked={form.isVerified}
        onChange={(isVerified) => onChange({ isVerified })}
        testId="connection-verify"
      />
      {!form.isVerified && <p className="why">{t('connections.hint.unverified')}</p>}
    </>
  );
}
