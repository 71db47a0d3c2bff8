/** Spanish texts of the shared parts. */
import type { partsEn } from './parts-en.ts';
import type { Translated } from './texts.ts';

export const partsEs: Translated<typeof partsEn> = {
  close: 'Cerrar',
  cancel: 'Cancelar',
  running: 'En curso…',
  typeToConfirm: 'Escriba para confirmar:',
  typeFirst: 'Escriba antes «{{word}}».',
  copy: 'Copiar',
  copyAll: 'Copiar todo',
  copied: 'Copiado.',
  copyFailed: 'No se pudo escribir en el portapapeles.',
  searchJson: 'Buscar en claves y valores',
  matches_one: '{{at}} de {{count}}',
  matches_other: '{{at}} de {{count}}',
  manyMatches: '{{at}} de más de {{count}}',
  noMatch: 'ninguna',
  nextMatch: 'Coincidencia siguiente',
  previousMatch: 'Coincidencia anterior',
  items_one: '{{text}} elemento',
  items_other: '{{text}} elementos',
  expandAll: 'Abrir todo',
  collapseAll: 'Cerrar todo',
  tree: 'Valor como árbol: las flechas mueven, abren y cierran; C copia',
  chartTime: 'Hora',
  chartHide: 'Ocultar {{label}}',
  chartShow: 'Mostrar {{label}}',
  chartNothing: 'Nada medido en este tiempo.',
  chartGap: 'sin observar',
};
