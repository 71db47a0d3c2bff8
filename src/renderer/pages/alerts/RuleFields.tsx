/** The fields of a rule, in the order in which it is judged. */
import type { TFunction } from 'i18next';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { kpiUnit } from '../../../shared/kpi-units.ts';
import { useFormat } from '../../format/use-format.ts';
import { useNow } from '../../state/services.ts';
import { AreaField, CheckField, ChoiceField, TextField } from '../../ui/Fields.tsx';
import { Floating } from '../../ui/Floating.tsx';
import { FormPart } from '../../ui/FormPart.tsx';
import { Listbox } from '../../ui/Listbox.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import { kpiName, type RuleView, type SignalInfo, severities, showSignal, signalName } from './alerts-model.ts';
import { HoursFields } from './HoursFields.tsx';
import { defaultHours } from './hours-form.ts';
import { type RuleForm, type RuleProblems, unitOf } from './rule-form.ts';

interface RuleFieldsProps {
  readonly form: RuleForm;
  readonly problems: RuleProblems;
  readonly signals: readonly SignalInfo[];
  /** The rules that may be its cause. */
  readonly others: readonly RuleView[];
  readonly onChange: (part: Partial<RuleForm>) => void;
}

type TextKey =
  | 'title'
  | 'threshold'
  | 'clearThreshold'
  | 'windowMs'
  | 'minimumCount'
  | 'forMs'
  | 'keepFiringForMs'
  | 'missingForMs'
  | 'runbook';

type ChoiceKey = 'comparison' | 'aggregate' | 'onMissing' | 'onBroken';

export function RuleFields({ form, problems, signals, others, onChange }: RuleFieldsProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const unit = unitName(t, form.signal.trim());
  const problemOf = (field: keyof RuleForm): string | null => {
    const problem = problems[field];
    return problem === undefined ? null : t(`alertRules.problem.${problem}`);
  };
  const text = (field: TextKey, hint?: string, withUnit = false): ReactElement => (
    <TextField
      label={`${t(`alertRules.field.${field}`)}${withUnit && unit !== '' ? ` (${unit})` : ''}`}
      value={form[field]}
      onChange={(value) => onChange({ [field]: value })}
      error={problemOf(field)}
      {...(hint === undefined ? {} : { hint })}
      testId={`rule-${field}`}
    />
  );
  const labelOf = (field: ChoiceKey): string => t(`alertRules.field.${field}`);
  const choice = <Field extends ChoiceKey>(
    field: Field,
    options: readonly { readonly id: RuleForm[Field]; readonly name: string }[],
  ): ReactElement => (
    <ChoiceField
      label={labelOf(field)}
      value={form[field]}
      options={options}
      onChange={(value) => onChange({ [field]: value })}
      testId={`rule-${field}`}
    />
  );
  return (
    <div className="editor-fields">
      <FormPart title={t('alertRules.part.what')}>
        {text('title')}
        <SignalField form={form} signals={signals} problem={problemOf('signal')} onChange={onChange} />
        <div className="field-row">
          <ChoiceField
            label={t('alertRules.field.severity')}
            value={form.severity}
            options={severities.map((id) => ({ id, name: t(`alerts.severity.${id}`) }))}
            onChange={(severity) => onChange({ severity })}
            testId="rule-severity"
          />
          <CheckField
            label={t('alertRules.field.enabled')}
            isChecked={form.enabled}
            onChange={(enabled) => onChange({ enabled })}
            testId="rule-enabled"
          />
        </div>
      </FormPart>
      <FormPart title={t('alertRules.part.condition')}>
        <div className="field-row">
          {choice(
            'comparison',
            (['above', 'below'] as const).map((id) => ({ id, name: t(`alertRules.comparison.${id}`) })),
          )}
          {text('threshold', undefined, true)}
          {choice(
            'aggregate',
            (['mean', 'max', 'min', 'sum', 'last'] as const).map((id) => ({
              id,
              name: t(`alertRules.aggregate.${id}`),
            })),
          )}
          {text('windowMs')}
          {text('clearThreshold', t('alertRules.hint.clearThreshold'), true)}
          {text('minimumCount', t('alertRules.hint.minimumCount'))}
        </div>
      </FormPart>
      <FormPart title={t('alertRules.part.time')}>
        <div className="field-row">
          {text('forMs', t('alertRules.hint.duration'))}
          {text('keepFiringForMs', t('alertRules.hint.keepFiringForMs'))}
        </div>
        <CheckField
          label={t('alertRules.field.activeHours')}
          isChecked={form.activeHours !== null}
          onChange={(isOn) => onChange({ activeHours: isOn ? defaultHours() : null })}
          testId="rule-activeHours"
        />
        {form.activeHours !== null && (
          <HoursFields hours={form.activeHours} onChange={(activeHours) => onChange({ activeHours })} />
        )}
      </FormPart>
      <FormPart title={t('alertRules.part.missing')}>
        <div className="field-row">
          {choice(
            'onMissing',
            (['noData', 'fire', 'resolve'] as const).map((id) => ({ id, name: t(`alertRules.onMissing.${id}`) })),
          )}
          {text('missingForMs')}
          {choice(
            'onBroken',
            (['error', 'fire'] as const).map((id) => ({ id, name: t(`alertRules.onBroken.${id}`) })),
          )}
        </div>
      </FormPart>
      <FormPart title={t('alertRules.part.more')}>
        <AreaField
          label={t('alertRules.field.labels')}
          value={form.labels}
          rows={2}
          isMono
          hint={t('alertRules.hint.labels')}
          error={problemOf('labels')}
          onChange={(labels) => onChange({ labels })}
          testId="rule-labels"
        />
        {text('runbook', t('alertRules.hint.runbook'))}
        <SelectFilter
          label={t('alertRules.field.inhibitedBy')}
          options={others.map(({ rule }) => ({ id: rule.id, title: alertTitle(format.language, rule.title) }))}
          chosen={form.inhibitedBy}
          allText="—"
          onChange={(inhibitedBy) => onChange({ inhibitedBy })}
          testId="rule-inhibitedBy"
        />
      </FormPart>
    </div>
  );
}

interface SignalFieldProps {
  readonly form: RuleForm;
  readonly signals: readonly SignalInfo[];
  readonly problem: string | null;
  readonly onChange: (part: Partial<RuleForm>) => void;
}

/** What it shows now is said under it, so that nobody types a threshold in the dark. */
function SignalField({ form, signals, problem, onChange }: SignalFieldProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = signals.find(({ signal }) => signal === form.signal.trim());
  const age = useNow((nowMs) => (known === undefined ? '' : format.age(known.lastAtMs, nowMs)));
  const last = known?.lastValue ?? null;
  const value = known === undefined || last === null ? '—' : showSignal(format, known.signal, last);
  const hint =
    known === undefined
      ? t('alertRules.hint.signalNew')
      : `${signalName(t, known.signal)} · ${t('alertRules.hint.signal', { value, age })}`;
  return (
    <div className="signal-field">
      <TextField
        label={t('alertRules.field.signal')}
        value={form.signal}
        onChange={(signal) => onChange({ signal })}
        error={problem}
        {...(form.signal.trim() === '' ? {} : { hint })}
        testId="rule-signal"
      />
      <SignalChoice signals={signals} onChoose={(signal) => onChange({ signal })} />
    </div>
  );
}

interface SignalChoiceProps {
  readonly signals: readonly SignalInfo[];
  readonly onChoose: (signal: string) => void;
}

/** Everything that is sampled by its name and unit, KPIs first, each with what it shows now. */
function SignalChoice({ signals, onChoose }: SignalChoiceProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setIsOpen] = useState(false);
  const options = signals.map(({ signal, lastValue }) => {
    const isKpi = kpiUnit(signal) !== null;
    const unit = unitName(t, signal);
    const value = lastValue === null ? '—' : showSignal(format, signal, lastValue);
    return {
      id: signal,
      title: `${isKpi ? kpiName(t, signal) : signalName(t, signal)}${unit === '' ? '' : ` (${unit})`}`,
      hint: value,
      group: t(isKpi ? 'alertRules.group.kpis' : 'alertRules.group.figures'),
      isKpi,
    };
  });
  const sorted = options.toSorted(
    (a, b) => Number(b.isKpi) - Number(a.isKpi) || a.title.localeCompare(b.title, format.language),
  );
  return (
    <Floating
      buttonClass="button"
      buttonContent={t('alertRules.choose')}
      panelLabel={t('alertRules.choose')}
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      testId="rule-choose-signal"
    >
      <Listbox
        label={t('alertRules.choose')}
        placeholder={t('alertRules.chooseSearch')}
        emptyText={t('app.nothingFound')}
        options={sorted}
        onChoose={(signal) => {
          onChoose(signal);
          setIsOpen(false);
        }}
      />
    </Floating>
  );
}

/** After a threshold and a name; nothing for a plain count. */
function unitName(t: TFunction, signal: string): string {
  const { name } = unitOf(signal);
  return name === 'days' ? t('units.days') : name;
}
