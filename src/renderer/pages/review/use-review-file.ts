/** A `.vigia` file that the person opened, checked by the engine; and files that the engine makes, given to the browser. */
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../../shared/contract.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { announce } from '../../state/announce.ts';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import type { OpenedFile } from './review-model.ts';

const longestBytes = 10 * 1024 * 1024;

export interface ReviewFile {
  readonly opened: { readonly name: string; readonly file: OpenedFile } | null;
  /** Why the last one was not opened or not saved. */
  readonly problem: { readonly word: string; readonly text: string } | null;
  readonly savedText: string | null;
  readonly isSaving: boolean;
  open(file: File): Promise<void>;
  close(): void;
  save(input: CallInput<'review.file.make'>): Promise<void>;
}

export function useReviewFile(): ReviewFile {
  const { t } = useTranslation();
  const { client, announcements } = useServices();
  const { language } = useFormat();
  const [opened, setOpened] = useState<ReviewFile['opened']>(null);
  const [problem, setProblem] = useState<ReviewFile['problem']>(null);
  const [savedText, setSavedText] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const open = useCallback(
    async (file: File) => {
      const refuse = (text: string): void => setProblem({ word: t('review.refused'), text });
      setProblem(null);
      if (file.size > longestBytes) return refuse(t('review.tooLarge'));
      try {
        const contentBase64 = base64Of(new Uint8Array(await file.arrayBuffer()));
        setOpened({ name: file.name, file: await client.call('review.file.open', { contentBase64 }) });
      } catch (error) {
        const { message, help } = describeError(error);
        refuse(`${file.name}: ${message} ${help}`.trim());
      }
    },
    [client, t],
  );
  const save = useCallback(
    async (input: CallInput<'review.file.make'>) => {
      setProblem(null);
      setIsSaving(true);
      try {
        const { fileName, sizeBytes, seal, contentBase64 } = await client.call('review.file.make', input);
        offerFile(bytesOf(contentBase64), fileName);
        const { fingerprint } = seal;
        const text = t('review.saved', { name: fileName, size: formatBytes(language, sizeBytes), fingerprint });
        setSavedText(text);
        announce(announcements, text);
      } catch (error) {
        const { message, help } = describeError(error);
        setProblem({ word: t('review.saveFailed'), text: `${message} ${help}`.trim() });
      }
      setIsSaving(false);
    },
    [client, announcements, language, t],
  );
  const close = useCallback(() => setOpened(null), []);
  return { opened, problem, savedText, isSaving, open, close, save };
}

function base64Of(bytes: Uint8Array): string {
  const parts: string[] = [];
  // The engine of the browser takes only so many arguments at once.
  for (let from = 0; from < bytes.length; from += 32_768) {
    parts.push(String.fromCharCode(...bytes.subarray(from, from + 32_768)));
  }
  return btoa(parts.join(''));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function offerFile(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}
