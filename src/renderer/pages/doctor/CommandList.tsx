/** The exact commands of a fix, each with the server that it goes to. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding } from './finding-words.ts';

interface CommandListProps {
  readonly title: string;
  readonly commands: NonNullable<Finding['fix']>['commands'];
  readonly testId: string;
}

export function CommandList({ title, commands, testId }: CommandListProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="command-list" data-testid={testId}>
      <h3>{title}</h3>
      <ol>
        {commands.map(({ shard, words }) => (
          <li key={`${shard} ${words.join(' ')}`}>
            <code>{words.map(quoted).join(' ')}</code>
            <span className="sub">
              {t('doctor.fixOn')} {shard}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** As redis-cli takes it. */
function quoted(word: string): string {
  return word === '' || /\s/.test(word) ? `"${word}"` : word;
}
