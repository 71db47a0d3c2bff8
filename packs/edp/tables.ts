/** The tables that the pack reads, and how the cells of their files are typed. */
import type { ColumnSchema, TableSchema } from '../../engine/sources/table-schema.ts';

/** In the order of their codes in the SQL, from 1. */
export const states = ['pagado', 'validado', 'revisión', 'enviado', 'pendiente', 'rechazado'] as const;

const typed =
  (type: ColumnSchema['type']) =>
  (name: string): ColumnSchema => ({ name, type });
const id = typed('id');
const text = typed('text');
const choice = (name: string): ColumnSchema => ({ name, type: 'text', chosen: true });
const date = typed('date');
const amount = typed('amount');
const integer = typed('integer');
const boolean = typed('boolean');

export const edpTables: readonly TableSchema[] = [
  {
    table: 'edp',
    columns: [
      id('id'),
      ...['n_edp', 'proyecto'].map(text),
      ...['cliente', 'gestor', 'jefe_proyecto', 'tipo_proyecto'].map(choice),
      text('mes'),
      ...['fecha_emision', 'fecha_envio_cliente'].map(date),
      ...['monto_propuesto', 'monto_aprobado'].map(amount),
      date('fecha_estimada_pago'),
      boolean('conformidad_enviada'),
      text('n_conformidad'),
      ...['fecha_conformidad', 'fecha_pago'].map(date),
      { name: 'estado', type: 'text', canonical: states },
      ...['estado_detallado', 'observaciones', 'registrado_por'].map(text),
      date('fecha_registro'),
      ...['motivo_no_aprobado', 'tipo_falla'].map(text),
      typed('timestamp')('created_at'),
      typed('timestamp')('updated_at'),
      integer('dias_en_cliente'),
      text('prioridad'),
      date('fecha_ultimo_seguimiento'),
      integer('dso_actual'),
      boolean('esta_vencido'),
      text('categoria_aging'),
      boolean('critico'),
      integer('ciclos_retrabajo'),
    ],
  },
  {
    table: 'cost',
    columns: [
      id('cost_id'),
      ...['project_id', 'proveedor', 'factura'].map(text),
      ...['fecha_factura', 'fecha_recepcion', 'fecha_vencimiento', 'fecha_pago'].map(date),
      ...['importe_bruto', 'importe_neto'].map(amount),
      text('moneda'),
      { name: 'estado_costo', type: 'text', canonical: ['pagado', 'pendiente'] },
      { name: 'tipo_costo', type: 'text', canonical: ['opex', 'capex'] },
      text('detalle_costo'),
      typed('timestamp')('created_at'),
    ],
  },
  {
    table: 'log',
    columns: [
      id('id'),
      typed('timestamp')('fecha_hora'),
      text('n_edp'),
      id('edp_id'),
      ...['proyecto', 'campo', 'antes', 'despues', 'usuario'].map(text),
    ],
  },
];
