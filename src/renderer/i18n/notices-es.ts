/** Spanish texts of notices, by code. There are no English ones: the engine's own words are shown. */
export const noticesEs: Readonly<Record<string, string>> = {
  notice_upgraded: 'La base de datos local se actualizó; una copia de antes está en {{copy}}',
  notice_damaged:
    'La base de datos local estaba dañada ({{problem}}). Se apartó como {{aside}} y se empezó otra; lo que aún se pueda leer se traslada.',
  notice_in_memory:
    'La base de datos local {{file}} no se puede usar ({{reason}}). Vigía sigue en memoria y lo reintenta dos veces por minuto: lo que pase desde ahora se pierde si se detiene antes de lograrlo.',
  notice_in_memory_kept:
    'La base de datos local {{file}} no se puede usar ({{reason}}). Vigía sigue en memoria y lo reintenta dos veces por minuto: lo que pase desde ahora se pierde si se detiene antes de lograrlo. Lo que tenía aún se puede leer.',
  store_full: 'el disco está lleno',
  store_read_only: 'es de solo lectura',
  store_locked: 'otro programa la tiene bloqueada',
  notice_restore_refused:
    'La copia de seguridad no se restauró: {{reason}}. Está en {{refused}}; la base de datos queda como estaba.',
  restore_damaged: 'está dañada ({{problem}})',
  restore_other_shape: 'sus tablas tienen la forma {{shape}}, esta Vigía conoce de la 1 a la {{newest}}',
  restore_unreadable: 'no se puede leer ({{problem}})',
  notice_restored: 'La base de datos local se restauró de una copia de seguridad.',
  notice_restored_before:
    'La base de datos local se restauró de una copia de seguridad. Lo que era antes está en {{before}}.',
  notice_restore_failed: 'La copia de seguridad {{staged}} no se pudo restaurar: {{problem}}',
  notice_back_in_file_one:
    'La base de datos local se puede escribir de nuevo: lo que pasó entretanto ({{text}} registro) se escribió en ella.',
  notice_back_in_file_other:
    'La base de datos local se puede escribir de nuevo: lo que pasó entretanto ({{text}} registros) se escribió en ella.',
  notice_back_in_file_but_one:
    'La base de datos local se puede escribir de nuevo: lo que pasó entretanto ({{text}} registro) se escribió en ella. No se pudieron escribir {{refused}}, que se perdieron.',
  notice_back_in_file_but_other:
    'La base de datos local se puede escribir de nuevo: lo que pasó entretanto ({{text}} registros) se escribió en ella. No se pudieron escribir {{refused}}, que se perdieron.',
  notice_salvaged_one: 'Se trasladó {{text}} registro de la base de datos dañada {{aside}}.',
  notice_salvaged_other: 'Se trasladaron {{text}} registros de la base de datos dañada {{aside}}.',
  notice_salvaged_partly_one:
    'Se trasladó {{text}} registro de la base de datos dañada {{aside}}. No todo se pudo leer de: {{tables}}.',
  notice_salvaged_partly_other:
    'Se trasladaron {{text}} registros de la base de datos dañada {{aside}}. No todo se pudo leer de: {{tables}}.',
  notice_salvaged_nothing: 'No se pudo leer nada de la base de datos dañada {{aside}}.',
  notice_salvage_failed: 'Lo que queda de la base de datos dañada no se pudo trasladar: {{problem}}',
  notice_tasks_stay: 'Las tareas de Celery de {{file}} se quedan allí hasta el próximo inicio: {{problem}}',
  notice_schedule_missed_one:
    'Programación {{schedule}}: se perdió {{text}} ejecución, la de {{lastMomentMs}}; no había nada en marcha',
  notice_schedule_missed_other:
    'Programación {{schedule}}: se perdieron {{text}} ejecuciones, la última la de {{lastMomentMs}}; no había nada en marcha',
  notice_schedule_overran:
    'Programación {{schedule}}: la ejecución que tocaba a las {{dueMomentMs}} sigue cuando ya toca la siguiente',
  notice_not_told: '«{{title}}» no se avisó por el canal «{{channel}}»: {{problem}}',
  notice_warm_failed: 'El precalentamiento falló: {{problem}}',
  notice_warm_missed_one:
    '{{failed}} de {{text}} clave precalentada no dio acierto al releerla; la primera: {{section}} ({{problem}})',
  notice_warm_missed_other:
    '{{failed}} de {{text}} claves precalentadas no dieron acierto al releerlas; la primera: {{section}} ({{problem}})',
};
