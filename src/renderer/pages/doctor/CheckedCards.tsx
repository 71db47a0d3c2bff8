/** What could not be checked, with the reason; and what was checked and is well. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useIsOffline } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { checkTitleOf, subjectNameOf } from './finding-words.ts';

type Checked = CallOutput<'doctor.run'>['checked'];

export function CheckedCards({ checked }: { readonly checked: Checked }): ReactElement {
  const { t } = useTranslation();
  const unknown = checked.filter(({ outcome }) => outcome === 'unknown');
  const well = checked.filter(({ outcome }) => outcome === 'well');
  return (
    <>
      {unknown.length > 0 && (
        <Card title={t('doctor.unknownTitle')} note={t('doctor.unknownNote')} testId="doctor-unknown">
          <Rows checked={unknown} />
        </Card>
      )}
      {well.length > 0 && (
        <Card title={t('doctor.wellTitle')} note={String(well.length)} testId="doctor-well">
          <Rows checked={well} />
        </Card>
      )}
    </>
  );
}

function Rows({ checked }: { readonly checked: Checked }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const speak = useSaid();
  const isOffline = useIsOffline();
  return (
    <ul className="checked-list">
      {checked.map(({ checkId, title, subject, outcome, reason, reasonSaid }) => (
        <li key={`${checkId} ${subject.id}`}>
          <State
            kind={isOffline ? 'expired' : outcome === 'well' ? 'fresh' : 'unknown'}
            word={outcome === 'well' ? t('state.well') : t('state.unknown')}
          />
          <b>{subjectNameOf(subject, format)}</b>
          <span>
            {checkTitleOf(checkId, title, format)}
            {reason !== '' && <span className="sub"> {speak(reasonSaid, reason)}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
