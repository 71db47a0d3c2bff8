/** What the doctor says of work, cache and source in Spanish: why a sign matters by its check, and what to do by its cause. */

export const signWhyEs: Readonly<Record<string, string>> = {
  'work-done': 'Lo que no se empieza no se actualiza: los valores envejecen mientras sus trabajos esperan.',
  'jobs-succeed': 'Un trabajo que falla no guarda nada; se vuelve a probar con pausas cada vez más largas.',
  'schedules-kept': 'Una ejecución perdida deja los valores tan viejos como los dejó la anterior.',
  'cache-helps': 'Cada fallo se calcula en la fuente mientras alguien espera.',
  'source-answers': 'Sin ella no se puede calcular nada; se muestran los últimos valores conocidos, con su edad.',
};

const lookAtRedis = ['Vea primero los hallazgos sobre ese Redis: lo demás se sigue de él.'];

/** By the code of the cause, or of the sign followed by `_unexplained`. */
export const causeStepsEs: Readonly<Record<string, readonly string[]>> = {
  redis_unreachable: lookAtRedis,
  redis_frozen: lookAtRedis,
  redis_refused: lookAtRedis,
  redis_degraded: lookAtRedis,
  own_network: ['Devuelva la red a este equipo; hasta entonces no se dice nada de los servidores de fuera.'],
  not_running: [
    'Tenga una consola o `vigia worker` en marcha cuando toque ejecutar; una segunda consola espera para relevar a la primera.',
  ],
  queue_paused: ['Averigüe quién la pausó (Qué pasó, en el Resumen).', 'Reanúdela en la página Colas.'],
  workers_missing: [
    'Inicie workers: `vigia worker --broker … --redis … --source …`, o ponga VIGIA_WORKER_PROCESSES y reinicie la consola.',
    'Vea en la página Workers cómo terminaron los últimos.',
  ],
  workers_wedged: [
    'Envíe SIGCONT al proceso si lo detuvieron; si no, SIGTERM, y SIGKILL si no termina: sus trabajos se devuelven.',
    'Un supervisor inicia otro en su lugar.',
  ],
  workers_unseen: ['Vea si el broker responde; a los workers se los ve por lo que dejan allí.'],
  job_flood: [
    'Averigüe quién los agrega (nombres y datos en la página Colas).',
    'Agregue workers para esa cola, o elimine los trabajos con un filtro.',
  ],
  slots_busy: ['Vea en qué trabajan los puestos (Workers).', 'Agregue puestos (VIGIA_WORKER_CONCURRENCY) o workers.'],
  source_slow: ['Vea las consultas más largas de la fuente y a qué esperan.', 'Compárelo con la carga de su máquina.'],
  source_unreachable: ['Inicie la fuente, o corrija VIGIA_SOURCE; se vuelve a probar cada pocos segundos.'],
  evictions: ['Suba el maxmemory de la caché, o vea qué más la llena (página Claves, análisis).'],
  cache_cleared: ['Nada: se vuelve a llenar. Vea quién la vació en Qué pasó, en el Resumen.'],
  redis_restarted: ['Nada: se vuelve a llenar. Vea por qué se reinició el servidor.'],
  invalidation_storm: ['Vea quién envía esos cambios (Qué pasó); que envíe uno solo por muchas filas.'],
  cold_start: ['Nada: se llena a medida que se lee. El precalentamiento lo acorta.'],
  ttl_short: [
    'Alargue el TTL de la capa o el plazo de servirse desactualizado (Caché, capas), o precaliente lo que se lee.',
  ],
  key_churn: ['Vea qué filtros se piden; ofrezca menos entre los que elegir.'],
  refresh_failing: ['Vea los errores de los trabajos fallidos en la página Colas, y reinténtelos allí.'],
};

export const unexplainedEs: readonly string[] = ['No se encontró la causa: vea qué pasó en el Resumen.'];
