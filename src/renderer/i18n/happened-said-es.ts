/** Spanish texts of what is told on the line of time, of Celery workers' verdicts and of queues' concerns, by code. There are no English ones: the engine's own words are shown. */
import { celeryWorkerEs } from './celery-worker-es.ts';

export const happenedSaidEs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(celeryWorkerEs.reason).map(([reason, text]) => [`celery_is_${reason}`, text])),
  happened_parts: '{{parts}}',
  happened_at_server: '{{address}}: {{what}}',
  happened_after_connecting: 'tras {{forMs}} conectándose',
  happened_after_ready: 'tras {{forMs}} en servicio',
  happened_after_degraded: 'tras {{forMs}} ausente en parte',
  happened_after_unreachable: 'tras {{forMs}} inaccesible',
  happened_after_refused: 'tras {{forMs}} rechazado',
  happened_after_closed: 'tras {{forMs}} cerrado',
  happened_ran_for: 'antes llevaba {{forMs}} en marcha',
  happened_became: 'de {{before}} a {{after}}',
  happened_no_limit: 'sin límite',
  happened_limit: '{{limitBytes}}',
  happened_evicted_one: '{{text}} clave expulsada en el último minuto',
  happened_evicted_other: '{{text}} claves expulsadas en el último minuto',
  happened_evicted_limit_one:
    '{{text}} clave expulsada en el último minuto con un límite de {{limitBytes}} ({{policy}})',
  happened_evicted_limit_other:
    '{{text}} claves expulsadas en el último minuto con un límite de {{limitBytes}} ({{policy}})',
  happened_jobs_wait_one: '{{text}} trabajo espera',
  happened_jobs_wait_other: '{{text}} trabajos esperan',
  happened_jobs_wait_oldest_one: '{{text}} trabajo espera desde hace {{oldestMs}}',
  happened_jobs_wait_oldest_other: '{{text}} trabajos esperan, el más antiguo desde hace {{oldestMs}}',
  happened_removed_one: '{{text}} entrada quitada',
  happened_removed_other: '{{text}} entradas quitadas',
  happened_warm_missed_one: '{{failed}} de {{text}} clave precalentada no dio acierto al releerla',
  happened_warm_missed_other: '{{failed}} de {{text}} claves precalentadas no dieron acierto al releerlas',
  happened_warm_missed_first_one:
    '{{failed}} de {{text}} clave precalentada no dio acierto al releerla; {{section}}: {{problem}}',
  happened_warm_missed_first_other:
    '{{failed}} de {{text}} claves precalentadas no dieron acierto al releerlas; {{section}}: {{problem}}',
  happened_missed_one: 'se perdió {{text}} ejecución, la de {{lastMomentMs}}: no había nada en marcha',
  happened_missed_other: 'se perdieron {{text}} ejecuciones, la última la de {{lastMomentMs}}: no había nada en marcha',
  happened_due: 'tocaba a las {{dueMomentMs}}',
  happened_overran: 'la ejecución que tocaba a las {{dueMomentMs}} sigue cuando ya toca la siguiente',
  happened_by: 'por {{who}}',
  happened_by_failed: 'por {{who}}: {{problem}}',
  happened_reason: '{{reason}}',
  happened_reason_more_one: '{{reason}} y {{text}} más',
  happened_reason_more_other: '{{reason}} y {{text}} más',
  happened_reason_expired: '{{reason}} (caducado al momento)',
  happened_reason_more_expired_one: '{{reason}} y {{text}} más (caducados al momento)',
  happened_reason_more_expired_other: '{{reason}} y {{text}} más (caducados al momento)',
  concern_no_workers_one: '{{text}} trabajo espera desde hace {{oldestMs}} y no hay ningún worker conectado',
  concern_no_workers_other:
    '{{text}} trabajos esperan, el más antiguo desde hace {{oldestMs}}, y no hay ningún worker conectado',
  concern_wedged_one:
    '{{text}} trabajo espera con workers conectados ({{workers}}), pero en {{stillMs}} no ha empezado',
  concern_wedged_other:
    '{{text}} trabajos esperan con workers conectados ({{workers}}), pero en {{stillMs}} no ha empezado ninguno',
  concern_overdue: 'un trabajo aplazado lleva {{lateMs}} de retraso',
  concern_overdue_nobody:
    'un trabajo aplazado lleva {{lateMs}} de retraso; no hay ningún worker conectado que lo mueva',
  concern_missing_records: 'el trabajo {{jobId}} espera pero ya no existe su registro',
  concern_long_running: 'el trabajo activo más antiguo lleva {{ageMs}}; 95 de cada 100 terminan en {{runMs}}',
  concern_failing_one: 'falló el {{failedRatio}} del último trabajo terminado',
  concern_failing_other: 'falló el {{failedRatio}} de los últimos {{text}} trabajos terminados',
  concern_paused_with_backlog_one: '{{text}} trabajo espera en una cola en pausa',
  concern_paused_with_backlog_other: '{{text}} trabajos esperan en una cola en pausa',
};
