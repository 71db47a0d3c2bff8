/** What the doctor says of each kind of finding in Spanish, by `check/code`; `{name}` and evidence names are filled in. */

export interface SaidFinding {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
}

export const findingsEs: Readonly<Record<string, SaidFinding>> = {
  'redis-reach/unreachable': {
    title: '{name} no responde',
    why: 'Mientras no esté, nada se guarda en caché, ningún trabajo se toma y ninguna cifra es reciente; la consola muestra lo último que supo.',
    steps: [
      'Vea si el servidor está en marcha: systemctl status redis-server, o el registro de su contenedor.',
      'Pruébelo a mano: redis-cli -u <dirección> ping',
      'Si está en marcha, busque un cortafuegos, otra dirección u otro puerto en su configuración.',
      'Si lo mataron, busque al OOM killer: journalctl -k | grep -i oom',
    ],
  },
  'redis-reach/dns_failed': {
    title: 'El nombre de {name} no se conoce aquí',
    why: 'Sin una dirección para ese nombre no se alcanza nada de lo que hay detrás.',
    steps: [
      'Revise que la URL esté bien escrita.',
      'Pregunte al sistema: getent hosts <nombre>',
      'Si es un nombre interno, revise la VPN y su DNS.',
    ],
  },
  'redis-reach/auth_failed': {
    title: '{name} rechaza el usuario o la contraseña',
    why: 'Redis responde, pero no deja entrar a nadie: todo lo que usa esta conexión está detenido.',
    steps: [
      'Revise el usuario y la contraseña en la URL o en los ajustes de la conexión.',
      'Si la contraseña cambió en el servidor, dé la nueva a cada programa que se conecta.',
      'En el servidor, ACL GETUSER <usuario> muestra si está activo.',
    ],
  },
  'redis-reach/acl_denied': {
    title: 'El usuario no puede hacer lo que exige conectarse a {name}',
    why: 'Redis deja entrar al usuario, pero no pasar de los primeros comandos.',
    steps: ['Imprima los permisos mínimos con `vigia acl` y déselos al usuario.'],
  },
  'redis-reach/tls_failed': {
    title: 'No se logra una conexión TLS con {name}',
    why: 'El puerto no habla TLS, o su certificado no es de confianza, es de otro nombre o venció.',
    steps: [
      'Revise que el esquema corresponda al puerto: rediss:// con TLS, redis:// sin él.',
      'Revise la autoridad, el nombre y las fechas del certificado.',
    ],
  },
  'redis-reach/partly_away': {
    title: 'Falta una parte de {name}',
    why: 'Las claves cuyos slots están en los servidores que faltan no se pueden leer ni escribir.',
    steps: [
      'Vea en la evidencia qué servidor falta y si está en marcha.',
      'redis-cli --cluster check <un nodo> muestra los slots que nadie atiende.',
    ],
  },
  'redis-tls/certificate_expires': {
    title: 'El certificado de {name} vence el {valid_until}',
    why: 'Desde ese momento todo programa que revise certificados se niega a conectarse.',
    steps: [
      'Renueve el certificado y póngalo donde apunta tls-cert-file.',
      'Cárguelo sin reiniciar: CONFIG SET tls-cert-file <archivo>',
    ],
  },
  'redis-tls/certificate_expired': {
    title: 'El certificado de {name} venció el {valid_until}',
    why: 'Todo programa que revise certificados se niega a conectarse.',
    steps: [
      'Renueve el certificado y póngalo donde apunta tls-cert-file.',
      'Cárguelo sin reiniciar: CONFIG SET tls-cert-file <archivo>',
    ],
  },
  'redis-rights/rights_missing': {
    title: '{name}: al usuario "{user}" le faltan {missing_count} de los comandos que la consola necesita',
    why: 'Lo que la consola no puede preguntar no lo puede mostrar: hay páginas vacías y revisiones que no se hacen.',
    steps: [
      'Imprima los permisos mínimos con `vigia acl --user {user}`.',
      'Déselos al usuario con redis-cli; luego ACL SAVE.',
    ],
  },
  'redis-version/version_old': {
    title: '{name} usa Redis {version}, más antiguo que lo que se soporta',
    why: 'No recibe correcciones de seguridad y le faltan comandos que la consola y BullMQ usan.',
    steps: ['Actualice a Redis 7 o posterior, o a Valkey; la versión nueva lee los mismos archivos.'],
  },
  'redis-version/versions_differ': {
    title: '{name} usa varias versiones: {versions}',
    why: 'Es normal durante una actualización; por más tiempo, un cambio de primario puede poner al frente un servidor sin algún comando.',
    steps: ['Termine la actualización en los servidores que faltan.'],
  },
  'redis-clock/clock_skew': {
    title: 'El reloj de {name} difiere del nuestro en {skew_ms}',
    why: 'Edades, vencimientos y programaciones se miden con el reloj: los trabajos diferidos llegan antes o después.',
    steps: ['En ambas máquinas, timedatectl muestra si el reloj se sincroniza.', 'Actívelo: timedatectl set-ntp true'],
  },
  'redis-eviction/broker_evicts': {
    title: '{name} puede botar trabajos: su política es {policy}',
    why: 'Cuando falta memoria, Redis quita claves según esta política, y los trabajos y mensajes son claves como cualquiera: se pierden sin dejar rastro.',
    steps: [
      'Ponga maxmemory-policy en noeviction: un broker lleno rechaza trabajos nuevos, y eso se nota.',
      'Escríbalo también en redis.conf (o CONFIG REWRITE), o se pierde al reiniciar.',
      'Si la caché vive en el mismo servidor, dele uno propio: vigia redis-conf --role cache.',
    ],
  },
  'redis-eviction/cache_refuses': {
    title: '{name} se niega a guardar cuando está llena: su política es noeviction',
    why: 'Una caché que no puede olvidar lo más antiguo no recibe nada nuevo al llegar a su límite: cada lectura falla.',
    steps: [
      'Ponga maxmemory-policy en allkeys-lru si aquí solo hay valores de caché.',
      'Escríbalo también en redis.conf (o CONFIG REWRITE).',
    ],
  },
  'redis-memory/limit_missing': {
    title: '{name} no tiene límite de memoria',
    why: 'Crece hasta que la máquina se queda sin memoria; entonces el sistema mata un proceso, casi siempre Redis.',
    steps: [
      'Ponga maxmemory en lo que la máquina pueda dar, a lo más la mitad si guarda en disco.',
      'Escríbalo en redis.conf, o cree uno con: vigia redis-conf --role cache --memory 2gb',
    ],
  },
  'redis-memory/limit_near_evicting': {
    title: '{name} usa {used_ratio} de su límite de {limit_bytes}',
    why: 'Desde aquí Redis quita claves para guardar otras: se vuelve a calcular lo que aún servía.',
    steps: [
      'Vea qué la llena: analice las claves en la página Claves.',
      'Quite lo que nadie necesita, o dele vencimiento.',
      'Si todo hace falta, suba maxmemory, también en redis.conf.',
    ],
  },
  'redis-memory/limit_near_refusing': {
    title: '{name} usa {used_ratio} de su límite de {limit_bytes}',
    why: 'En el límite Redis rechaza toda escritura: no se encola ningún trabajo ni se guarda nada.',
    steps: [
      'Vea qué la llena: analice las claves en la página Claves.',
      'Quite lo que nadie necesita, o dele vencimiento.',
      'Si todo hace falta, suba maxmemory, también en redis.conf.',
    ],
  },
  'redis-memory/swapping': {
    title: 'Parte de la memoria de {name} está en el swap',
    why: 'Redis tiene un solo hilo: cada clave que hay que traer del disco detiene a todos.',
    steps: [
      'Vea qué más usa la memoria de la máquina y llévelo a otra.',
      'Baje maxmemory a lo que cabe en RAM.',
      'Ponga vm.swappiness en 1.',
    ],
  },
  'redis-memory/fragmented': {
    title: '{name} retiene memoria que no usa: {rss_bytes} para {used_bytes}',
    why: 'La memoria liberada queda dispersa y no se devuelve: la máquina se agota antes de que Redis llegue a su límite.',
    steps: ['Active la desfragmentación (activedefrag).', 'MEMORY PURGE devuelve de inmediato lo que está libre.'],
  },
  'redis-persistence/save_failed_writes_refused': {
    title: '{name} no puede guardar y por eso rechaza toda escritura',
    why: 'Lo escrito desde la última copia buena se pierde cuando el servidor se detiene.',
    steps: [
      'Lea el motivo en el registro del servidor: disco lleno, carpeta sin permiso o falta de memoria para el fork.',
      'Corríjalo y guarde una vez a mano: redis-cli BGSAVE',
      'Para el fork: vm.overcommit_memory = 1.',
    ],
  },
  'redis-persistence/save_failed': {
    title: 'La última copia de {name} falló',
    why: 'Lo escrito desde la última copia buena se pierde cuando el servidor se detiene.',
    steps: [
      'Lea el motivo en el registro del servidor: disco lleno, carpeta sin permiso o falta de memoria para el fork.',
      'Corríjalo y guarde una vez a mano: redis-cli BGSAVE',
    ],
  },
  'redis-persistence/append_failed': {
    title: '{name} no puede escribir su archivo AOF y rechaza escrituras',
    why: 'Redis se niega a recibir lo que no puede dejar escrito: no se encola ningún trabajo.',
    steps: ['Vea cuánto disco queda: df -h <dir>', 'Corrija la causa y luego: redis-cli BGREWRITEAOF'],
  },
  'redis-persistence/rewrite_failed': {
    title: '{name} no puede reescribir su archivo AOF',
    why: 'El archivo solo crece, hasta llenar el disco o hacer que un inicio tome minutos.',
    steps: ['Vea cuánto disco queda: df -h <dir>', 'Corrija la causa y luego: redis-cli BGREWRITEAOF'],
  },
  'redis-persistence/jobs_not_kept': {
    title: '{name} guarda trabajos y no escribe nada en disco',
    why: 'Cuando el servidor se detiene se pierden todos los trabajos y mensajes.',
    steps: [
      'Active el archivo AOF; con appendfsync everysec se pierde a lo más un segundo.',
      'Escriba appendonly yes también en redis.conf.',
    ],
  },
  'redis-persistence/jobs_kept_by_snapshots': {
    title: '{name} guarda trabajos y solo los conserva con copias periódicas',
    why: 'Cuando el servidor se detiene se pierde lo llegado desde la última copia.',
    steps: [
      'Active el archivo AOF; con appendfsync everysec se pierde a lo más un segundo.',
      'Escriba appendonly yes también en redis.conf.',
    ],
  },
  'redis-persistence/fork_slow': {
    title: 'El último fork detuvo a {name} por {fork_ms}',
    why: 'Nada se responde mientras el servidor hace el fork de una copia; todos esperan.',
    steps: [
      'Desactive transparent huge pages.',
      'Guarde menos en un servidor, copie menos seguido, o copie en una réplica.',
    ],
  },
  'redis-persistence/disk_full': {
    title: 'Al disco de {name} le quedan {free_bytes}',
    why: 'Una copia necesita lugar para un segundo archivo; sin él, guardar falla y Redis rechaza escrituras.',
    steps: [
      'Vea qué llena el disco: du -xh {folder} | sort -h | tail',
      'Libere espacio o mueva `dir` a un disco mayor.',
    ],
  },
  'redis-hit-rate/hit_rate_low_evicting': {
    title: '{name}: solo {hit_ratio} de las lecturas encuentra algo, y se expulsan claves',
    why: 'Cada fallo es un cálculo: la fuente repite lo que ya respondió y los lectores esperan.',
    steps: [
      'Se expulsan claves por falta de memoria: vea en la página Claves qué la llena, o suba maxmemory.',
      'Vea en la página Caché qué capa falla y por qué.',
    ],
  },
  'redis-hit-rate/hit_rate_low_removed': {
    title: '{name}: solo {hit_ratio} de las lecturas encuentra algo, porque se borran claves',
    why: 'Cada fallo es un cálculo: la fuente repite lo que ya respondió y los lectores esperan.',
    steps: [
      'Vea en la página Redis quién envía DEL, UNLINK o FLUSHALL: registro lento, clientes, comandos.',
      'Un cambio de datos debe invalidar solo lo que depende de él: una etiqueta por tabla o cliente, no para todo.',
    ],
  },
  'redis-hit-rate/hit_rate_low_expiring': {
    title: '{name}: solo {hit_ratio} de las lecturas encuentra algo, porque las claves vencen',
    why: 'Cada fallo es un cálculo: la fuente repite lo que ya respondió y los lectores esperan.',
    steps: ['Compare en la página Caché el TTL de las capas con cada cuánto se leen.'],
  },
  'redis-hit-rate/hit_rate_low_filling': {
    title: '{name}: solo {hit_ratio} de las lecturas encuentra algo: partió hace poco y aún se llena',
    why: 'Cada fallo es un cálculo: la fuente repite lo que ya respondió y los lectores esperan.',
    steps: ['Espere, o precaliente: vigia cache warm'],
  },
  'redis-hit-rate/hit_rate_low_read_once': {
    title: '{name}: solo {hit_ratio} de las lecturas encuentra algo, porque se piden claves siempre nuevas',
    why: 'Cada fallo es un cálculo: la fuente repite lo que ya respondió y los lectores esperan.',
    steps: [
      'Vea en la página Claves qué espacio crece: una clave con la hora, un id al azar o filtros sin ordenar no se lee dos veces.',
      'Forme las claves solo con aquello de lo que la respuesta depende.',
    ],
  },
  'redis-hit-rate/hit_rate_low_never_written': {
    title: '{name}: solo {hit_ratio} de las lecturas encuentra algo, y nadie escribe lo que se pide',
    why: 'Cada fallo es un cálculo: la fuente repite lo que ya respondió y los lectores esperan.',
    steps: [
      'Vea si los programas que llenan la caché funcionan, escriben en este servidor y usan la misma base y las mismas claves.',
    ],
  },
  'redis-hit-rate/hit_rate_low_unexplained': {
    title: '{name}: solo {hit_ratio} de las lecturas encuentra algo',
    why: 'Cada fallo es un cálculo: la fuente repite lo que ya respondió y los lectores esperan.',
    steps: [
      'Vea en la página Caché qué capa falla y por qué.',
      'No a cada fallo le sigue una escritura: vea si los programas guardan todo lo que calculan, también lo vacío.',
    ],
  },
  'redis-keys/big_keys': {
    title: '{name} tiene claves muy grandes: {key_1}',
    why: 'Un solo comando sobre ella detiene a todos los demás, y borrarla también; en un clúster no se puede repartir.',
    steps: ['Vea en la página Claves qué contiene y divídala.', 'Quítela con UNLINK, nunca con DEL.'],
  },
  'redis-keys/hot_namespace': {
    title: '{namespace} ocupa {share} de la memoria de {name}',
    why: 'Cuando falte memoria, aquí es donde se fue.',
    steps: ['Compárelo con el análisis anterior: si crece sin fin, falta un vencimiento o hay una lista olvidada.'],
  },
  'redis-keys/keys_without_expiry': {
    title: '{keys_without_expiry} claves de {name} no vencen nunca',
    why: 'Lo que no vence se queda hasta que se expulsa en lugar de algo útil, o para siempre.',
    steps: [
      'Analice las claves en la página Claves: "sin vencimiento" nombra los espacios.',
      'Haga que quien las escribe les ponga vencimiento (SET … EX).',
    ],
  },
  'redis-slow/slow_command': {
    title: '{client} detuvo a {name} por {worst_ms} con {command}',
    why: 'Redis tiene un solo hilo: mientras ese comando corría, todos los demás esperaron.',
    steps: [
      'Encuéntrelo en ese programa por su forma, y lea o escriba menos de una vez.',
      'Si actúa sobre una clave grande, divídala.',
    ],
  },
  'redis-slow/slow_keys': {
    title: '{client} detuvo a {name} por {worst_ms} con {command}',
    why: 'KEYS recorre todas las claves de una vez, y mientras tanto todos esperan.',
    steps: ['Reemplace KEYS por SCAN en ese programa.', 'Prohíbalo a su usuario: ACL SETUSER <usuario> -keys'],
  },
  'redis-clients/clients_refused': {
    title: '{name} rechaza clientes: {refused_recently} en los últimos 5 minutos',
    why: 'En el límite Redis cierra toda conexión nueva: workers y servidores web fallan al azar.',
    steps: [
      'Vea en la página Redis quién tiene las conexiones: casi siempre un pool sin límite.',
      'Si todas hacen falta, suba maxclients.',
    ],
  },
  'redis-clients/clients_near_limit': {
    title: '{name} tiene {clients} de los {client_limit} clientes que acepta',
    why: 'En el límite Redis cierra toda conexión nueva: workers y servidores web fallan al azar.',
    steps: [
      'Vea en la página Redis quién tiene las conexiones: casi siempre un pool sin límite.',
      'Si todas hacen falta, suba maxclients.',
    ],
  },
  'redis-clients/clients_blocked': {
    title: '{blocked_clients} clientes esperan en comandos bloqueantes en {name}, que es una caché',
    why: 'Algo usa la caché como cola: lo que espera ahí puede ser expulsado antes de que lo tomen.',
    steps: ['Vea en la página Redis qué clientes están bloqueados y apúntelos al broker.'],
  },
  'redis-clients/output_buffers': {
    title: '{client} deja {output_bytes} de respuestas sin recoger en {name}',
    why: 'Las respuestas que nadie recoge llenan la memoria del servidor, fuera de lo que la expulsión puede liberar.',
    steps: [
      'Vea si ese programa está colgado; reinícielo o cierre su conexión en la página Redis.',
      'Limite los búferes: client-output-buffer-limit en redis.conf.',
    ],
  },
  'redis-replication/writes_to_replica': {
    title: '{name} es una réplica de {primary}: ahí no se puede guardar nada',
    why: 'Tras un cambio de primario, la dirección antigua lleva a una réplica, que rechaza toda escritura.',
    steps: ['Conéctese a {primary}, o por redis-sentinel:// para que el cambio se siga solo.'],
  },
  'redis-replication/primary_lost': {
    title: '{name} perdió a su primario {primary}',
    why: 'Responde con lo que tenía; falta todo lo escrito después y nadie recibe escrituras.',
    steps: [
      'Vea si {primary} está en marcha y se alcanza desde este servidor.',
      'Si no vuelve, haga primaria a una réplica: redis-cli REPLICAOF NO ONE',
    ],
  },
  'redis-replication/replica_behind': {
    title: 'La réplica {replica} de {name} está atrasada en {lag_bytes}',
    why: 'Lo que no se ha copiado se pierde si el primario muere ahora.',
    steps: ['Vea si la réplica está colgada, sin memoria, o si la red es lenta.', 'Suba repl-backlog-size.'],
  },
  'redis-replication/slots_uncovered': {
    title: 'Solo {slots_served} de los {slots} slots de {name} están atendidos',
    why: 'Las claves de los demás slots no se pueden leer ni escribir; por omisión todo el clúster se niega.',
    steps: [
      'redis-cli --cluster check <un nodo> nombra los slots y el nodo que los tenía.',
      'Levante ese nodo, o deje que su réplica tome el lugar.',
      'Si no hay réplica: redis-cli --cluster fix <un nodo>',
    ],
  },
  'own-load/own_slow_command': {
    title: '{command}, enviado por esta consola, tomó {worst_ms} en {name}',
    why: 'Mientras tanto otros esperaron.',
    steps: ['Abra las claves grandes por páginas y analice con menos comandos por segundo.'],
  },
  'own-load/own_load_high': {
    title: 'Esta consola usa {own_cpu_ratio} del procesador de {name}',
    why: 'Mirar debe costar menos que lo que se encuentra.',
    steps: ['Cancele el análisis en curso, o hágalo con menos comandos por segundo.'],
  },
  'observation-gap/not_observed': {
    title: 'No se observó nada por {gap_total_ms} del último día',
    why: 'Para ese tiempo ninguna alerta puede dispararse ni hay puntos en los gráficos; no se sabe qué pasó.',
    steps: [
      'Si la máquina se duerme, ejecute la consola donde no lo haga: vigia serve en un servidor.',
      'Si estuvo detenida, vea qué más usa su procesador.',
    ],
  },
  'local-store/store_in_memory': {
    title: 'Nada se escribe en disco: la base local vive en memoria',
    why: 'La historia, las notas, las alertas y los ajustes de esta ejecución se pierden al cerrar la consola.',
    steps: ['Vea cuánto disco queda y quién puede escribir en la carpeta de datos; luego reinicie la consola.'],
  },
  'local-store/store_full': {
    title: 'La base local usa {used_ratio} de su tope',
    why: 'La historia más antigua se borra antes de lo que le tocaría por edad.',
    steps: ['Observe menos conexiones, o acepte un pasado más corto; lo más nuevo siempre se conserva.'],
  },
  'local-store/celery_history_in_memory': {
    title: 'La historia de las tareas de Celery no se escribe en disco: vive en memoria',
    why: 'Lo que Celery hizo desde entonces se pierde al cerrar la consola; lo escrito antes sigue en el archivo.',
    steps: [
      'Vea cuánto disco queda y quién puede escribir en la carpeta de datos; el archivo se prueba dos veces por minuto.',
    ],
  },
  'local-store/celery_history_damaged': {
    title: 'La historia de las tareas de Celery está dañada',
    why: 'Algunas tareas pasadas no se pueden leer; el resto de la consola tiene su propio archivo y no sufre.',
    steps: [
      'Reinicie la consola: lee lo que se pueda del archivo dañado y lo aparta.',
      'Pruebe el disco: smartctl -a <dispositivo>',
    ],
  },
  'local-store/store_damaged': {
    title: 'La base local está dañada',
    why: 'Parte de la historia no se puede leer, y seguir escribiendo puede perder más.',
    steps: [
      'Reinicie la consola: lee lo que se pueda del archivo dañado y lo aparta.',
      'Pruebe el disco: smartctl -a <dispositivo>',
    ],
  },
};

export const checkTitlesEs: Readonly<Record<string, string>> = {
  'redis-reach': 'Redis responde',
  'redis-tls': 'El certificado vale por más de dos semanas',
  'redis-rights': 'El usuario tiene los permisos que la consola necesita',
  'redis-version': 'El servidor es de una versión soportada',
  'redis-clock': 'Los relojes del servidor y de esta máquina coinciden',
  'redis-eviction': 'La política de expulsión corresponde al uso del servidor',
  'redis-memory': 'La memoria tiene límite y holgura, está en RAM y sin fragmentar',
  'redis-persistence': 'Lo que debe sobrevivir a un reinicio se escribe en disco',
  'redis-replication': 'Las copias están al día y cada slot está atendido',
  'redis-clients': 'Hay lugar para clientes, y recogen sus respuestas',
  'redis-slow': 'Ningún comando detuvo al servidor en la última hora',
  'redis-hit-rate': 'La mayoría de las lecturas de la caché encuentra algo',
  'redis-keys': 'Ninguna clave es demasiado grande, y las de caché vencen',
  'work-done': 'Los workers toman trabajos y ninguno espera mucho',
  'jobs-succeed': 'Los trabajos terminan bien',
  'schedules-kept': 'No se pierde ninguna ejecución programada',
  'cache-helps': 'Las lecturas se responden desde la caché',
  'source-answers': 'La fuente responde, y en su tiempo habitual',
  'source-queries': 'Ninguna consulta de la fuente fue lenta en la última hora',
  'poison-jobs': 'Ningún error hace fallar un trabajo tras otro',
  'stalled-jobs': 'Ningún trabajo se perdió con su worker',
  'celery-risks': 'Celery no pierde tareas, no ejecuta ninguna dos veces y no deja restos',
  'own-load': 'La consola no es una carga para el servidor',
  'observation-gap': 'La consola miró sin pausas el último día',
  'local-store': 'La base local está en disco, íntegra y con holgura',
};

/** Of what is no connection, by kind and id. */
export const subjectNamesEs: Readonly<Record<string, string>> = {
  'queue/own': 'Colas y workers',
  'queue/all': 'Colas',
  'schedule/all': 'Programación',
  'cache/cache': 'Caché',
  'source/source': 'Fuente',
};

export const evidenceNamesEs: Readonly<Record<string, string>> = {
  ...{ query_worst_ms: 'la más lenta', query: 'consulta', plan: 'plan', index: 'índice sugerido' },
  ...{
    state: 'estado',
    problem: 'problema',
    policy: 'política',
    evicted_keys: 'claves expulsadas',
    used_bytes: 'en uso',
  },
  ...{ limit_bytes: 'límite', machine_bytes: 'de la máquina', used_ratio: 'usado', evicted_per_s: 'expulsiones' },
  ...{ refused_writes: 'escrituras rechazadas', rss_bytes: 'en RAM', rss_ratio: 'parte en RAM', version: 'versión' },
  ...{ fragmentation_ratio: 'fragmentación', versions: 'versiones', skew_ms: 'diferencia', valid_until: 'vence' },
  ...{
    certificate: 'certificado',
    user: 'usuario',
    missing_count: 'faltan',
    missing: 'cuáles',
    last_save: 'última copia',
  },
  ...{ unsaved_changes: 'cambios sin guardar', last_append: 'última escritura', last_rewrite: 'última reescritura' },
  ...{ fork_ms: 'fork', free_bytes: 'libre', folder: 'carpeta', hit_ratio: 'aciertos', reads: 'lecturas' },
  ...{
    expired_per_s: 'vencimientos',
    misses_per_s: 'fallos',
    removed_per_s: 'borrados',
    written_per_s: 'escrituras',
    uptime_ms: 'en marcha',
    big_key_count: 'claves grandes',
    namespace: 'espacio',
  },
  ...{ namespace_bytes: 'ocupa', namespace_keys: 'claves', share: 'parte', keys_without_expiry: 'sin vencimiento' },
  ...{
    keys: 'claves',
    command: 'comando',
    client: 'cliente',
    slow_count: 'veces',
    worst_ms: 'peor',
    total_ms: 'en total',
  },
  ...{ clients: 'clientes', client_limit: 'límite', refused_recently: 'rechazados hace poco', role: 'papel' },
  ...{ refused_since_start: 'rechazados desde el inicio', blocked_clients: 'bloqueados', output_bytes: 'sin recoger' },
  ...{
    last_command: 'último comando',
    slow_reader_count: 'lectores lentos',
    primary: 'primario',
    silent_ms: 'en silencio',
  },
  ...{ replica: 'réplica', replica_state: 'estado', lag_bytes: 'atraso', lag_ms: 'última señal', slots: 'slots' },
  ...{
    slots_served: 'atendidos',
    cluster_state: 'estado del clúster',
    own_cpu_ratio: 'procesador',
    gap_count: 'pausas',
  },
  ...{ sampling_commands: 'comandos de muestreo', asked_commands: 'comandos pedidos', gap_total_ms: 'en total' },
  ...{
    longest_ms: 'la más larga',
    reason: 'motivo',
    size_bytes: 'tamaño',
    size: 'tamaño',
    first_damage: 'primer daño',
  },
  ...{ sign: 'señal', because: 'porque', failed_jobs: 'fallidos', error: 'error', queues: 'colas' },
  ...{
    job_names: 'trabajos',
    last_failed: 'último fallo',
    broker: 'broker',
    about: 'de',
    bindings: 'anunciadas',
    nobodys: 'sin nadie',
  },
  ...{ lists: 'con respuestas', oldest_ms: 'la más antigua', farthest_ms: 'la más lejana', sampled: 'revisados' },
  ...{ visibility_timeout_ms: 'plazo de visibilidad', count: 'tareas', without_expiry: 'sin vencimiento' },
  ...{ active_count: 'en ejecución', reserved_count: 'retenidas', idle_node: 'con lugar libre' },
  ...{ max_memory_bytes: 'límite' },
  ...{ key_1: 'clave 1', key_2: 'clave 2', key_3: 'clave 3', key_4: 'clave 4', key_5: 'clave 5' },
};
