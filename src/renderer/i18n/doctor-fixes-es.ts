/** What a fix does, in Spanish, by `check/code`; `{bytes}` and `{value}` are the last word of its last command. */

interface SaidFix {
  readonly title: string;
  readonly note: string;
}

const moreClients: SaidFix = {
  title: 'Admitir {value} clientes',
  note: 'Cada cliente ocupa algo de memoria y un archivo abierto del servidor.',
};
const raiseLimit: SaidFix = {
  title: 'Subir el límite a {bytes}',
  note: 'Deshacerla devuelve el límite anterior, con lo que eso supone para lo guardado mientras tanto.',
};
const appendFile: SaidFix = {
  title: 'Escribir un archivo de solo añadir (AOF)',
  note: 'El servidor hace un fork para escribir lo que tiene, y ocupa ese espacio en disco.',
};

export const fixesEs: Readonly<Record<string, SaidFix>> = {
  'redis-clients/clients_refused': moreClients,
  'redis-clients/clients_near_limit': moreClients,
  'redis-memory/limit_missing': {
    title: 'Limitarla a {bytes}',
    note: 'Al llegar al límite se van las claves que hace más tiempo que no se usan.',
  },
  'redis-memory/limit_near_evicting': raiseLimit,
  'redis-memory/limit_near_refusing': raiseLimit,
  'redis-hit-rate/hit_rate_low_evicting': raiseLimit,
  'cache-helps/evictions': raiseLimit,
  'redis-memory/fragmented': {
    title: 'Activar la desfragmentación',
    note: 'Mientras trabaja ocupa hasta un cuarto de un núcleo.',
  },
  'redis-eviction/broker_evicts': {
    title: 'No expulsar nada',
    note: 'Un servidor lleno responde entonces OOM a quien escribe. Una caché en el mismo servidor deja de olvidar.',
  },
  'redis-eviction/cache_refuses': {
    title: 'Dejar que olvide lo que hace más tiempo que no se usa',
    note: 'Entonces cualquier clave de este servidor puede ser expulsada, también las de otros programas.',
  },
  'redis-persistence/save_failed_writes_refused': {
    title: 'Aceptar escrituras aunque la copia haya fallado',
    note: 'Los programas vuelven a funcionar; la copia sigue fallando, así que arregle su causa enseguida.',
  },
  'redis-persistence/jobs_not_kept': appendFile,
  'redis-persistence/jobs_kept_by_snapshots': appendFile,
  'work-done/queue_paused': {
    title: 'Reanudar las colas en pausa',
    note: 'Los workers empiezan enseguida con lo que espera. Quien la pausó pudo tener un motivo.',
  },
  'work-done/workers_missing': {
    title: 'Iniciar aquí un proceso worker',
    note: 'Ocupa procesador y memoria de este equipo, y sigue hasta que se quite o la consola termine.',
  },
  'poison-jobs/poison_jobs': {
    title: 'Reintentar estos trabajos',
    note: 'Se ejecutan otra vez, con todos sus intentos. No se puede deshacer: lo que un trabajo hace, hecho está.',
  },
  'stalled-jobs/stalled_jobs': {
    title: 'Reintentar estos trabajos',
    note: 'Se ejecutan otra vez, con todos sus intentos. No se puede deshacer: lo que un trabajo hace, hecho está.',
  },
};
