/** The one object that the page gets: plain functions, and nothing of Electron behind them. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { type Bridge, bridgeName, callChannel, type Envelope, languageChannel, topicChannel } from '../shared/wire.ts';

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(callChannel, name, input) as Promise<Envelope>,
  speak(language) {
    // Refused only by a window that is closing.
    ipcRenderer.invoke(languageChannel, language).catch(() => undefined);
  },
  onTopic(listener) {
    // The event holds the sender; only the topic itself may pass.
    const forward = (_event: IpcRendererEvent, topic: string, payload: unknown): void => listener(topic, payload);
    ipcRenderer.on(topicChannel, forward);
    return () => {
      ipcRenderer.removeListener(topicChannel, forward);
    };
  },
};

contextBridge.exposeInMainWorld(bridgeName, bridge);
