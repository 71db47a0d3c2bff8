/** Spanish texts of the Storage page. */

import type { storageEn } from './storage-en.ts';
import type { Translated } from './texts.ts';

export const storageEs: Translated<typeof storageEn> = {
  readFailed: 'No se pudo leer',
  loading: 'Obteniendo…',
  database: 'Base de datos local',
  databaseNote: 'historial de alertas, instantáneas, notas, muestras, auditoría: lo que debe sobrevivir a Redis',
  medium: { file: 'en su archivo', memory: 'solo en memoria' },
  memoryWhy:
    'Ahora el archivo no se puede usar. La consola sigue en memoria y vuelve a intentarlo dos veces por minuto; lo ocurrido entretanto se escribe entonces en él.',
  file: 'Archivo',
  size: 'Tamaño en disco',
  used: 'Del límite',
  usedOf: '{{percent}} de {{ceiling}}',
  usedNote: 'cuando se llena, sale primero lo más antiguo',
  celeryHistory: 'Tareas de Celery',
  celeryHistorySize: '{{size}}; sus filas pueden ocupar {{ceiling}}, las más antiguas salen primero',
  backUp: 'Respaldar ahora',
  made: 'Respaldo hecho: {{name}}',
  backups: 'Respaldos',
  backupsNote: 'copias completas, hechas con la consola en marcha; se guardan hasta que usted las quite',
  noBackups: 'Aún no hay respaldos. Se hace uno con «Respaldar ahora» o con «vigia backup».',
  column: { name: 'Archivo', made: 'Hecho', size: 'Tamaño', actions: 'Acciones', why: 'Motivo' },
  problem: 'no se puede restaurar: {{problem}}',
  restore: 'Restaurar…',
  restoreTitle: 'Restaurar un respaldo',
  restoreText:
    'Al iniciarse de nuevo, la consola revisa el respaldo entero y lo pone en lugar de la base de datos local. Lo que hay ahora se guarda al lado. Las programaciones cambiadas después vuelven desde el broker, que las comparte entre consolas. Las tareas de Celery del respaldo se añaden a las que hay aquí; lo que ya está aquí se queda.',
  restoreConfirm: 'Restaurar en el próximo inicio',
  staged: 'Un respaldo tomará el lugar de la base de datos local en el próximo inicio.',
  stagedWord: 'Restauración pendiente',
  unstage: 'No restaurar',
  remove: 'Quitar…',
  removeTitle: 'Quitar un respaldo',
  removeConfirm: 'Quitar',
  setAside: 'Apartados',
  setAsideNote: 'los hizo la consola y no los vuelve a leer; bórrelos en la carpeta cuando esté seguro',
  why: {
    damaged: 'estaba dañada',
    'before-upgrade': 'antes de una actualización',
    'before-restore': 'antes de una restauración',
    'refused-restore': 'un respaldo que no estaba entero',
  },
};
