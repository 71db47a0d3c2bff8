/** The choice of one connection among those that are watched. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../../state/operate.ts';
import { Floating } from '../Floating.tsx';
import { Icon } from '../icons.tsx';
import { Listbox } from '../Listbox.tsx';
import { ConnectionMark } from './ConnectionMark.tsx';

interface ConnectionPickerProps {
  readonly connections: readonly Connection[];
  readonly chosen: Connection;
  readonly onChoose: (connectionId: string) => void;
}

export function ConnectionPicker({ connections, chosen, onChoose }: ConnectionPickerProps): ReactElement {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Floating
      buttonClass="chip connection-chip"
      buttonContent={
        <>
          <ConnectionMark connection={chosen} />
          <Icon name="chevron" />
        </>
      }
      panelLabel={t('part.connection.choose')}
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      testId="connection-picker"
    >
      <Listbox
        label={t('part.connection.search')}
        placeholder={t('part.connection.search')}
        emptyText={t('app.nothingFound')}
        options={connections.map(({ id, name, environment, link }) => ({
          id,
          title: name,
          hint: [
            environment === 'other' ? null : t(`part.connection.environment.${environment}`),
            t(`link.state.${link.state}`),
          ]
            .filter((part) => part !== null)
            .join(' · '),
          isSelected: id === chosen.id,
        }))}
        onChoose={(id) => {
          setIsOpen(false);
          onChoose(id);
        }}
      />
    </Floating>
  );
}
