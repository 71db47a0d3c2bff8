/** The contract over Electron's IPC: calls from our own page's top frame only, topics to every window. */
import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { type TopicName, topics } from '../shared/contract.ts';
import type { Dispatch } from '../shared/dispatcher.ts';
import { failure } from '../shared/failure.ts';
import type { HostedEngine } from '../shared/hosted-engine.ts';
import { callChannel, type Envelope, languageChannel, topicChannel } from '../shared/wire.ts';
import { pageOrigin } from './page.ts';

/** @param dispatch may come later than the window: calls wait for it. */
export function serveCalls(dispatch: Promise<Dispatch>): void {
  ipcMain.handle(callChannel, async (event, name: unknown, input: unknown): Promise<Envelope> => {
    if (!isOurPage(event)) return refuse('Only the console’s own page may call the engine');
    if (typeof name !== 'string') return refuse('A call needs a name');
    const run = await dispatch;
    return await run(name, input, { transport: 'ipc', name: 'desktop' });
  });
}

/** The page says which language it is read in; what is none, or comes from elsewhere, is not heard. */
export function hearLanguage(onLanguage: (language: 'en' | 'es') => void): void {
  ipcMain.handle(languageChannel, (event, language: unknown): void => {
    if (isOurPage(event) && (language === 'en' || language === 'es')) onLanguage(language);
  });
}

/** Answers how to stop. */
export function forwardTopics(engine: HostedEngine): () => void {
  const stops = (Object.keys(topics) as TopicName[]).map((topic) =>
    engine.on(topic, (payload) => {
      for (const { webContents } of BrowserWindow.getAllWindows()) {
        if (!webContents.isDestroyed()) webContents.send(topicChannel, topic, payload);
      }
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

/** The top frame of a window that shows our own page: a frame inside it, or one that is gone, is nobody we know. */
function isOurPage({ senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && senderFrame.origin === pageOrigin;
}

function refuse(message: string): Envelope {
  return { ok: false, error: failure('CALL_FORBIDDEN', message) };
}
