/** Fails to compile when the double has a member that Electron does not have, or one of another kind. */
import type * as Electron from 'electron';
import type * as double from './electron-double.ts';

/** Members of the double that are for tests only. */
type TestOnly = 'world' | 'invokeFrom';
type Members<Part> = Exclude<
  keyof Part,
  'ready' | 'hasStarted' | 'options' | 'loaded' | 'shown' | 'focused' | 'maximized' | 'minimized'
>;
type Missing<Real, Fake> = Exclude<Members<Fake>, keyof Real>;
type None<Names extends never> = Names;

export type EveryExportIsElectrons = None<Exclude<keyof typeof double, TestOnly | keyof typeof Electron>>;
export type App = None<Missing<Electron.App, typeof double.app>>;
export type Protocol = None<Missing<Electron.Protocol, typeof double.protocol>>;
export type IpcMain = None<Missing<Electron.IpcMain, typeof double.ipcMain>>;
export type IpcRenderer = None<Missing<Electron.IpcRenderer, typeof double.ipcRenderer>>;
export type ContextBridge = None<Missing<Electron.ContextBridge, typeof double.contextBridge>>;
export type Screen = None<Missing<Electron.Screen, typeof double.screen>>;
export type Shell = None<Missing<Electron.Shell, typeof double.shell>>;
export type Dialog = None<Missing<Electron.Dialog, typeof double.dialog>>;
export type Session = None<Missing<Electron.Session, typeof double.session.defaultSession>>;
export type Window = None<Missing<Electron.BrowserWindow, double.BrowserWindow>>;
export type WebContents = None<
  Exclude<Missing<Electron.WebContents, double.BrowserWindow['webContents']>, 'windowOpenHandler' | 'destroyed'>
>;
export type Notification = None<Missing<Electron.Notification, double.Notification>>;
export type Tray = None<Exclude<Missing<Electron.Tray, double.Tray>, 'image' | 'toolTip' | 'menu'>>;
export type Menu = None<Missing<Electron.Menu, double.Menu>>;
export type NativeImage = None<
  Exclude<Missing<Electron.NativeImage, ReturnType<typeof double.nativeImage.createFromBuffer>>, 'png' | 'scales'>
>;
export type SafeStorage = None<Missing<Electron.SafeStorage, typeof double.safeStorage>>;
