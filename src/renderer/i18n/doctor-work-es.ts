/** What the doctor says of jobs and of Celery in Spanish, by `check/code`; evidence names in braces are filled in. */
import type { SaidFinding } from './doctor-findings-es.ts';

const raiseTimeout =
  'Suba broker_transport_options = {"visibility_timeout": segundos} por encima de esa espera, en cada worker y en cada programa que envía.';

export const workFindingsEs: Readonly<Record<string, SaidFinding>> = {
  'source-queries/slow_query': {
    title: 'Una consulta ocupó a la fuente {query_worst_ms}',
    why: 'Los valores se calculan tan rápido como responde la fuente; esta consulta fue lenta {slow_count} veces en la última hora.',
    steps: [
      'Busque en su plan el paso que más cuesta; EXPLAIN (ANALYZE, BUFFERS) en una copia muestra dónde se va el tiempo.',
      'Vea en qué más está ocupada la fuente (pg_stat_activity), y si sus estadísticas son recientes (ANALYZE).',
    ],
  },
  'source-queries/slow_query_index': {
    title:
      'Una consulta ocupó a la fuente {query_worst_ms}: lee una tabla entera por unas pocas filas; un índice ayudaría',
    why: 'Los valores se calculan tan rápido como responde la fuente; esta consulta fue lenta {slow_count} veces en la última hora.',
    steps: [
      'Como dueño de la tabla: {index}',
      'CONCURRENTLY deja que otros escriban mientras tanto. La consola solo lee en la fuente, por eso no lo hace ella; cuando la consulta vuelva a ejecutarse y sea rápida, este hallazgo desaparece.',
    ],
  },
  'poison-jobs/poison_jobs': {
    title: '{failed_jobs} trabajos de {queues} fallaron definitivamente con un mismo error',
    why: 'Gastaron sus intentos y nadie vuelve a probarlos: lo que debían hacer no está hecho.',
    steps: [
      'Lea el más nuevo en la página Colas: sus datos, sus intentos y su traza.',
      'Arregle primero lo que dice el error; luego reinténtelos. Antes, vuelven a fallar.',
    ],
  },
  'stalled-jobs/stalled_jobs': {
    title: '{failed_jobs} trabajos de {queues} se dieron por perdidos: su worker dejó de renovar el bloqueo',
    why: 'Un worker que muere, o que un cálculo largo retiene, pierde su trabajo; a la segunda vez BullMQ lo da por fallido.',
    steps: [
      'Vea en la página Workers cómo terminaron: muertos por memoria (OOM) o a mano.',
      'Haga que los cálculos largos cedan el paso de vez en cuando, o suba lockDuration de ese worker.',
      'Después reintente los trabajos.',
    ],
  },
  'celery-risks/unacked_past_visibility': {
    title: 'Tareas de {about} llevan sin confirmar casi o más que el plazo de visibilidad',
    why: 'Redis devuelve una tarea tras el plazo de visibilidad aunque todavía se ejecute: entonces se ejecuta dos veces.',
    steps: [raiseTimeout, 'Divida las tareas largas, o confírmelas antes (sin acks_late) donde eso sea seguro.'],
  },
  'celery-risks/eta_past_visibility': {
    title: 'Tareas de {about} tienen un ETA más allá del plazo de visibilidad',
    why: 'Un worker retiene sin confirmar una tarea con ETA hasta que llega su hora; cada plazo que pasa entrega una copia más.',
    steps: [raiseTimeout, 'O guarde esas tareas en una base de datos y envíelas con beat poco antes de su hora.'],
  },
  'celery-risks/evicting_policy': {
    title: 'El broker {broker} puede descartar colas',
    why: 'Las colas son claves como cualquier otra: cuando falta memoria desaparecen colas enteras sin dejar rastro.',
    steps: [
      'Ponga maxmemory-policy en noeviction en el broker: vea el hallazgo sobre su política, que trae el arreglo.',
    ],
  },
  'celery-risks/results_without_expiry': {
    title: 'Resultados de Celery sin vencimiento en {broker}',
    why: 'Cada tarea deja una clave para siempre: la memoria de Redis crece hasta llenarse.',
    steps: [
      'Ponga result_expires (un día por defecto) en la configuración de Celery, o ignore_result donde nadie los lee.',
      'Dé vencimiento a los viejos: redis-cli --scan --pattern "celery-task-meta-*", y EXPIRE a cada uno.',
    ],
  },
  'celery-risks/leftover_replies': {
    title: '{bindings} colas de respuesta abandonadas en {broker}',
    why: 'Cada respuesta de cada worker se escribe en todas; preguntar se vuelve cada vez más lento, hasta agotar el plazo.',
    steps: [
      'Busque el programa que pregunta a los workers y muere antes de terminar (una sonda, un monitor).',
      'Cuando no corra ninguno: DEL _kombu.binding.reply.celery.pidbox, y UNLINK *.reply.celery.pidbox.',
    ],
  },
  'celery-risks/leftover_events': {
    title: '{nobodys} colas de eventos abandonadas en {broker}',
    why: 'Solo ocupan memoria, y cada una delata a un monitor o a un worker que fue matado en vez de detenido.',
    steps: [
      'Detenga workers y monitores con SIGTERM, y deles tiempo para terminar.',
      'Cuando no corra ningún worker ni monitor: DEL _kombu.binding.celeryev. Los que arranquen se anuncian de nuevo.',
    ],
  },
  'celery-risks/prefetch_hoarding': {
    title: '{about} acapara tareas que otro podría ejecutar',
    why: 'Hay tareas que esperan detrás de una larga mientras otro worker no tiene nada que hacer.',
    steps: ['Ponga worker_prefetch_multiplier = 1 (con acks_late para tareas largas) y reinicie los workers.'],
  },
  'celery-risks/queue_without_consumer': {
    title: 'Nadie toma las tareas de {about}',
    why: 'Nadie empezará estas tareas, por mucho que esperen.',
    steps: [
      'Inicie un worker para ella: celery -A <app> worker -Q <cola>.',
      'O haga que la tome uno en marcha, en la página Celery (añadir consumo). Vea si el nombre es una errata en task_routes.',
    ],
  },
  'celery-risks/unclaimed_messages': {
    title: 'Tareas de {about} se entregaron a un worker que ya no las tiene',
    why: 'Su worker murió con ellas; vuelven solo tras el plazo de visibilidad.',
    steps: ['Inicie otra vez un worker: las devuelve cuando el plazo termina. Un plazo menor acorta la espera.'],
  },
};
