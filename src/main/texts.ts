/** The words of the desktop itself, outside the page: notifications and the tray, in English and Spanish. */

export interface DesktopTexts {
  readonly worst: Readonly<Record<'critical' | 'warning' | 'info' | 'well' | 'unknown', string>>;
  readonly count: (severity: 'critical' | 'warning' | 'info', count: number) => string;
  readonly heldBack: (count: number) => string;
  readonly more: (count: number) => string;
  readonly acknowledged: string;
  readonly acknowledge: string;
  readonly openAlert: string;
  readonly mute: string;
  readonly muteReason: string;
  readonly openConsole: string;
  readonly openAlerts: string;
  readonly pauseHour: string;
  readonly pause: string;
  readonly resume: string;
  readonly paused: (until: string | null, heldCount: number) => string;
  /** Before a title. */
  readonly test: string;
  readonly still: string;
  readonly resolved: string;
  readonly nothingToTell: string;
  readonly several: (count: number, firingCount: number, resolvedCount: number) => string;
  readonly heldTitle: (count: number) => string;
  readonly heldBody: string;
  readonly notDone: string;
  readonly goesOn: string;
  readonly goesOnBody: string;
  readonly quit: string;
}

const english: DesktopTexts = {
  worst: {
    critical: 'Critical alerts fire',
    warning: 'Warnings fire',
    info: 'Notes fire',
    well: 'Nothing fires',
    unknown: 'Cannot be known now',
  },
  count: (severity, count) =>
    `${count} ${{ critical: 'critical', warning: count === 1 ? 'warning' : 'warnings', info: count === 1 ? 'note' : 'notes' }[severity]}`,
  heldBack: (count) => `${count} silenced or following from another`,
  more: (count) => `and ${count} more…`,
  acknowledged: 'acknowledged',
  acknowledge: 'Acknowledge',
  openAlert: 'Open',
  mute: 'Mute 1 h',
  muteReason: 'Muted for an hour from its notification',
  openConsole: 'Open Vigía',
  openAlerts: 'Open the alerts',
  pauseHour: 'Pause notifications for 1 hour',
  pause: 'Pause notifications',
  resume: 'Resume notifications',
  paused: (until, heldCount) =>
    `Notifications paused${until === null ? '' : ` until ${until}`}${heldCount === 0 ? '' : ` · ${heldCount} held back`}`,
  test: 'Test: ',
  still: 'Still: ',
  resolved: 'Resolved: ',
  nothingToTell: 'nothing to tell',
  several: (count, firingCount, resolvedCount) =>
    `${count} alerts: ${listed(firingCount > 0 && `${firingCount} firing`, resolvedCount > 0 && `${resolvedCount} resolved`)}`,
  heldTitle: (count) => (count === 1 ? '1 notification was held back' : `${count} notifications were held back`),
  heldBody: 'They came while notifications were paused.',
  notDone: 'That could not be done',
  goesOn: 'Vigía goes on watching',
  goesOnBody: 'The window is closed. Quit from the icon beside the clock.',
  quit: 'Quit Vigía',
};

const spanish: DesktopTexts = {
  worst: {
    critical: 'Hay alertas críticas',
    warning: 'Hay alertas de atención',
    info: 'Hay alertas informativas',
    well: 'Ninguna alerta activa',
    unknown: 'No se puede saber ahora',
  },
  count: (severity, count) =>
    `${count} ${{ critical: count === 1 ? 'crítica' : 'críticas', warning: 'de atención', info: count === 1 ? 'informativa' : 'informativas' }[severity]}`,
  heldBack: (count) => `${count} ${count === 1 ? 'silenciada o derivada' : 'silenciadas o derivadas'} de otra`,
  more: (count) => `y ${count} más…`,
  acknowledged: 'reconocida',
  acknowledge: 'Reconocer',
  openAlert: 'Abrir',
  mute: 'Silenciar 1 h',
  muteReason: 'Silenciada una hora desde su notificación',
  openConsole: 'Abrir Vigía',
  openAlerts: 'Abrir las alertas',
  pauseHour: 'Pausar las notificaciones 1 hora',
  pause: 'Pausar las notificaciones',
  resume: 'Reanudar las notificaciones',
  paused: (until, heldCount) =>
    `Notificaciones en pausa${until === null ? '' : ` hasta las ${until}`}${heldCount === 0 ? '' : ` · ${heldCount} ${heldCount === 1 ? 'retenida' : 'retenidas'}`}`,
  test: 'Prueba: ',
  still: 'Sigue: ',
  resolved: 'Resuelta: ',
  nothingToTell: 'nada que avisar',
  several: (count, firingCount, resolvedCount) =>
    `${count} alertas: ${listed(firingCount > 0 && `${firingCount} ${firingCount === 1 ? 'activa' : 'activas'}`, resolvedCount > 0 && `${resolvedCount} ${resolvedCount === 1 ? 'resuelta' : 'resueltas'}`)}`,
  heldTitle: (count) => (count === 1 ? 'Se retuvo 1 notificación' : `Se retuvieron ${count} notificaciones`),
  heldBody: 'Llegaron mientras las notificaciones estaban en pausa.',
  notDone: 'No se pudo hacer',
  goesOn: 'Vigía sigue vigilando',
  goesOnBody: 'La ventana está cerrada. Para salir, use el icono junto al reloj.',
  quit: 'Salir de Vigía',
};

export const desktopTexts: Readonly<Record<'en' | 'es', DesktopTexts>> = { en: english, es: spanish };

/** @param locale of the system, e.g. `es-CL` */
export function languageOf(locale: string): 'en' | 'es' {
  return /^es\b/i.test(locale) ? 'es' : 'en';
}

function listed(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(', ');
}
