/** The one object that the page gets: two functions, and nothing of Electron behind them. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { type Bridge, bridgeName, callChannel, type Envelope, topicChannel } from '../shared/wire.ts';

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(callChannel, name, input) as Promise<Envelope>,
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
