/** Opening and saving `.vigia` files, and what is said while one is open. */
import { type ReactElement, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useEngineLink, useNow } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Floating } from '../../ui/Floating.tsx';
import { Icon } from '../../ui/icons.tsx';
import type { OpenedFile } from './review-model.ts';
import type { ReviewFile } from './use-review-file.ts';

interface FileButtonsProps {
  readonly file: ReviewFile;
  readonly onSave: (kind: 'snapshot' | 'support') => void;
}

export function FileButtons({ file, onSave }: FileButtonsProps): ReactElement {
  const { t } = useTranslation();
  const { phase } = useEngineLink();
  const input = useRef<HTMLInputElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const blockedBecause = phase === 'connected' ? null : t('offlineBlocked');
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".vigia"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t('review.openFile')}
        data-testid="file-input"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) void file.open(chosen);
          // The same file may be chosen again.
          event.target.value = '';
        }}
      />
      <Button blockedBecause={blockedBecause} onClick={() => input.current?.click()} data-testid="file-open">
        {t('review.openFile')}
      </Button>
      {file.opened === null ? (
        <Floating
          buttonClass="button"
          buttonContent={
            <>
              <Icon name="export" />
              {t('review.saveFile')}
            </>
          }
          panelLabel={t('review.saveFile')}
          testId="file-save"
          isOpen={isOpen}
          onOpenChange={setIsOpen}
        >
          <div className="menu review-save">
            {(['snapshot', 'support'] as const).map((kind) => (
              <button
                key={kind}
                type="button"
                aria-disabled={blockedBecause !== null || file.isSaving || undefined}
                title={blockedBecause ?? undefined}
                data-testid={`save-${kind}`}
                onClick={() => {
                  if (blockedBecause !== null || file.isSaving) return;
                  onSave(kind);
                  setIsOpen(false);
                }}
              >
                <b>{t(kind === 'snapshot' ? 'review.saveSnapshot' : 'review.saveSupport')}</b>
                <span className="sub">
                  {t(kind === 'snapshot' ? 'review.saveSnapshotText' : 'review.saveSupportText')}
                </span>
              </button>
            ))}
          </div>
        </Floating>
      ) : (
        <Button look="primary" onClick={file.close} data-testid="file-close">
          {t('review.closeFile')}
        </Button>
      )}
    </>
  );
}

export function FileBanners({ file }: { readonly file: ReviewFile }): ReactElement {
  const { problem, opened, savedText } = file;
  return (
    <>
      {problem !== null && (
        <Banner kind="failed" word={problem.word} testId="file-refused">
          {problem.text}
        </Banner>
      )}
      {opened !== null && <OpenedBanner name={opened.name} file={opened.file} />}
      {opened === null && problem === null && savedText !== null && (
        <p className="sub" data-testid="file-saved">
          {savedText}
        </p>
      )}
    </>
  );
}

function OpenedBanner({ name, file }: { readonly name: string; readonly file: OpenedFile }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { content, seal, isOwn } = file;
  const moment = useNow((nowMs) => format.moment(content.madeAtMs, nowMs));
  return (
    <Banner kind="expired" word={t('review.opened')} testId="file-opened">
      {t('review.openedText', {
        name,
        moment,
        by: content.madeBy,
        fingerprint: seal.fingerprint,
        whose: t(isOwn ? 'review.openedOwn' : 'review.openedForeign'),
        interpolation: { escapeValue: false },
      })}
      {content.kind === 'support' && ` ${t('review.supportOpened')}`}
    </Banner>
  );
}

/** What only a support bundle has: settings and the end of the log. */
export function SupportCard({ file }: { readonly file: OpenedFile }): ReactElement | null {
  const { t } = useTranslation();
  const { support } = file.content;
  if (support === null) return null;
  return (
    <Card title={t('review.support')} testId="review-support">
      <details>
        <summary>{t('review.supportSettings')}</summary>
        <table className="review-lines">
          <caption className="visually-hidden">{t('review.supportSettings')}</caption>
          <tbody>
            {[
              ...Object.entries(support.program),
              ...support.settings.map(({ name, value }) => [name, value] as const),
            ].map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <code>{value}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <details>
        <summary>{t('review.supportLog')}</summary>
        {/* A scrolled region must be reachable by keyboard to be scrolled by it. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className="review-log" tabIndex={0}>
          {support.log.join('\n')}
        </pre>
      </details>
    </Card>
  );
}
