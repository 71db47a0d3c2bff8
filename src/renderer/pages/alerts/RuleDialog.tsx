/** Makes or changes a rule; what it would have done is shown beside it, and what is wrong stands at its field. */
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { State } from '../../ui/State.tsx';
import type { RuleView } from './alerts-model.ts';
import { RuleFields } from './RuleFields.tsx';
import { RulePreviewPane } from './RulePreviewPane.tsx';
import { emptyRuleForm, problemsOf, type RuleForm, ruleDraftOf, ruleFormOf } from './rule-form.ts';

interface RuleDialogProps {
  /** Null for a new one. */
  readonly view: RuleView | null;
  readonly rules: readonly RuleView[];
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

export function RuleDialog({ view, rules, onClose, onSaved }: RuleDialogProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const shownTitle = view === null ? '' : alertTitle(format.language, view.rule.title);
  const [form, setForm] = useState<RuleForm>(() =>
    view === null ? emptyRuleForm : { ...ruleFormOf(view.rule), title: shownTitle },
  );
  const [isTried, setIsTried] = useState(view !== null);
  const signals = useLiveCall('alerts.signals', {}, { topics: [], periodMs: 15_000 }).data?.signals ?? [];
  const save = useCommand('alerts.rules.save');
  const fields = useRef<HTMLDivElement>(null);
  // The dialog has given the focus to the box that scrolls.
  useEffect(() => fields.current?.querySelector('input')?.focus(), []);
  const id = view?.rule.id;
  const draft = useMemo(() => {
    // A title that is only read in this language is not a new one.
    const meant = view !== null && form.title === shownTitle ? { ...form, title: view.rule.title } : form;
    return ruleDraftOf(meant, id);
  }, [form, id, view, shownTitle]);
  const submit = async (): Promise<void> => {
    setIsTried(true);
    if (draft !== null && !save.isRunning && (await save.run(draft)).error === null) onSaved();
  };
  const title = view === null ? t('alertRules.addTitle') : t('alertRules.editTitle', { title: shownTitle });
  return (
    <Dialog title={title} className="rule-dialog" onClose={onClose}>
      <form
        noValidate
        data-testid="rule-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="editor" ref={fields}>
          <RuleFields
            form={form}
            problems={isTried ? problemsOf(form) : {}}
            signals={signals}
            others={rules.filter(({ rule }) => rule.id !== id)}
            onChange={(part) => setForm((before) => ({ ...before, ...part }))}
          />
          <RulePreviewPane draft={draft} />
        </div>
        {save.error !== null && (
          <p role="alert" data-testid="rule-refused">
            <State kind="failed" word={save.error} />
          </p>
        )}
        <div className="actions">
          {view !== null && view.origin !== 'built-in' && <WayBack view={view} onDone={onSaved} />}
          {isTried && draft === null && <State kind="stale" word={t('alertRules.fix')} />}
          <Button onClick={onClose}>{t('alertRules.cancel')}</Button>
          <Button type="submit" look="primary" data-testid="rule-save" aria-disabled={save.isRunning || undefined}>
            {t('alertRules.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface WayBackProps {
  readonly view: RuleView;
  readonly onDone: () => void;
}

/** A built-in rule goes back to what the program brought, an own one goes away. */
function WayBack({ view: { rule, origin }, onDone }: WayBackProps): ReactElement {
  const { t } = useTranslation();
  const isOwn = origin === 'own';
  const remove = useCommand('alerts.rules.remove');
  const reset = useCommand('alerts.rules.reset');
  const [isAsked, setIsAsked] = useState(false);
  const word = t(isOwn ? 'alertRules.remove' : 'alertRules.reset');
  const act = async (): Promise<void> => {
    const { error } = await (isOwn ? remove.run({ ruleId: rule.id }) : reset.run({ ruleId: rule.id }));
    if (error === null) onDone();
  };
  const error = remove.error ?? reset.error;
  return (
    <span className="way-back">
      <Button
        look="quiet"
        data-testid="rule-way-back"
        blockedBecause={remove.isRunning || reset.isRunning ? t('alertRules.busy') : null}
        onClick={() => (isAsked ? void act() : setIsAsked(true))}
      >
        {isAsked ? t('alertRules.sure', { what: word }) : word}
      </Button>
      {error !== null && <State kind="failed" word={error} />}
    </span>
  );
}
