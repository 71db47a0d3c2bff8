/** The fields of a channel: the way, what is told on it, and in which words. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { AreaField, CheckField, ChoiceField, TextField } from '../../ui/Fields.tsx';
import { FormPart } from '../../ui/FormPart.tsx';
import { severities } from './alerts-model.ts';
import type { ChannelForm, ChannelProblems } from './channel-form.ts';

interface ChannelFieldsProps {
  readonly form: ChannelForm;
  readonly problems: ChannelProblems;
  readonly hasSecret: boolean;
  readonly onChange: (part: Partial<ChannelForm>) => void;
}

type LineKey =
  | 'name'
  | 'host'
  | 'port'
  | 'username'
  | 'from'
  | 'url'
  | 'program'
  | 'groupWaitMs'
  | 'repeatMs'
  | 'deadlineMs';
type AreaKey = 'to' | 'ca' | 'args' | 'templateTitle' | 'templateText' | 'templateHtml';

/** What templates may name; the engine says what it does not know. */
const templateNames =
  '{{summary}} {{#each alerts}} {{word}} {{title}} {{severity}} {{evidence}} {{rule}} {{at}} {{/each}}';

export function ChannelFields({ form, problems, hasSecret, onChange }: ChannelFieldsProps): ReactElement {
  const { t } = useTranslation();
  const problemOf = (field: keyof ChannelForm): string | null => {
    const problem = problems[field];
    return problem === undefined ? null : t(`alertChannels.problem.${problem}`);
  };
  const line = (field: LineKey, hint?: string): ReactElement => (
    <TextField
      label={t(`alertChannels.field.${field}`)}
      value={form[field]}
      onChange={(value) => onChange({ [field]: value })}
      error={problemOf(field)}
      {...(hint === undefined ? {} : { hint })}
      testId={`channel-${field}`}
    />
  );
  const area = (field: AreaKey, rows: number, hint?: string): ReactElement => (
    <AreaField
      label={t(`alertChannels.field.${field}`)}
      value={form[field]}
      rows={rows}
      isMono
      onChange={(value) => onChange({ [field]: value })}
      error={problemOf(field)}
      {...(hint === undefined ? {} : { hint })}
      testId={`channel-${field}`}
    />
  );
  const { kind } = form;
  const secret = kind === 'email' || kind === 'slack' || kind === 'webhook' ? kind : null;
  return (
    <div className="editor-fields">
      <FormPart title={t('alertChannels.part.way')}>
        {line('name')}
        {kind === 'email' && (
          <>
            <div className="field-row">
              {line('host')}
              {line('port')}
            </div>
            <ChoiceField
              label={t('alertChannels.field.security')}
              value={form.security}
              options={(['starttls', 'tls', 'none'] as const).map((id) => ({
                id,
                name: t(`alertChannels.security.${id}`),
              }))}
              onChange={(security) => onChange({ security })}
              testId="channel-security"
            />
            <div className="field-row">
              {line('from')}
              {line('username')}
            </div>
            {area('to', 2, t('alertChannels.hint.to'))}
            {area('ca', 2, t('alertChannels.hint.ca'))}
          </>
        )}
        {kind === 'webhook' && line('url')}
        {kind === 'command' && (
          <>
            {line('program', t('alertChannels.hint.program'))}
            {area('args', 2, t('alertChannels.hint.args'))}
          </>
        )}
        {secret !== null && (
          <SecretField
            label={t(`alertChannels.secret.${secret}`)}
            value={form.secret}
            hasSecret={hasSecret}
            problem={problemOf('secret')}
            canRemove={secret !== 'slack'}
            onChange={(value) => onChange({ secret: value })}
          />
        )}
        <CheckField
          label={t('alertChannels.field.enabled')}
          isChecked={form.enabled}
          onChange={(enabled) => onChange({ enabled })}
          testId="channel-enabled"
        />
      </FormPart>
      <FormPart title={t('alertChannels.part.what')}>
        <div className="field-row">
          <ChoiceField
            label={t('alertChannels.field.minimumSeverity')}
            value={form.minimumSeverity}
            options={severities.map((id) => ({ id, name: t(`alerts.severity.${id}`) }))}
            onChange={(minimumSeverity) => onChange({ minimumSeverity })}
            testId="channel-minimumSeverity"
          />
          <ChoiceField
            label={t('alertChannels.field.groupBy')}
            value={form.groupBy}
            options={(['channel', 'severity', 'rule'] as const).map((id) => ({
              id,
              name: t(`alertChannels.groupBy.${id}`),
            }))}
            onChange={(groupBy) => onChange({ groupBy })}
            testId="channel-groupBy"
          />
          {line('groupWaitMs', t('alertChannels.hint.groupWaitMs'))}
          {line('repeatMs', t('alertChannels.hint.repeatMs'))}
          {line('deadlineMs')}
          <CheckField
            label={t('alertChannels.field.tellsResolved')}
            isChecked={form.tellsResolved}
            onChange={(tellsResolved) => onChange({ tellsResolved })}
            testId="channel-tellsResolved"
          />
        </div>
      </FormPart>
      <FormPart title={t('alertChannels.part.words')}>
        {area('templateTitle', 1, t('alertChannels.hint.template', { names: templateNames }))}
        {area('templateText', 3)}
        {kind === 'email' && area('templateHtml', 3)}
      </FormPart>
    </div>
  );
}

interface SecretFieldProps {
  readonly label: string;
  readonly value: string | null;
  readonly hasSecret: boolean;
  readonly canRemove: boolean;
  readonly problem: string | null;
  readonly onChange: (value: string | null) => void;
}

/** What is kept never comes back to the page: it can be replaced or taken away. */
function SecretField({ label, value, hasSecret, canRemove, problem, onChange }: SecretFieldProps): ReactElement {
  const { t } = useTranslation();
  const isKept = hasSecret && value !== null;
  return (
    <>
      <TextField
        label={label}
        type="password"
        value={value ?? ''}
        hint={t(isKept ? 'alertChannels.secretKept' : 'alertChannels.secretNone')}
        error={problem}
        onChange={onChange}
        testId="channel-secret"
      />
      {isKept && canRemove && (
        <Button isSmall look="quiet" onClick={() => onChange(null)} data-testid="channel-secret-remove">
          {t('alertChannels.secretRemove')}
        </Button>
      )}
    </>
  );
}
