/** Invented names in the style of Chilean contractors and their clients; none stands for a real company or person. */

const sectors = ['Energía', 'Minera', 'Sanitaria', 'Forestal', 'Vial', 'Portuaria', 'Celulosa', 'Inmobiliaria'];
const places = ['Maipo', 'Ñuble', 'Bío Bío', 'Elqui', 'Andina', 'Magallanes'];
const firstNames = ['Camila', 'Carlos', 'Carolina', 'Constanza', 'Daniela', 'Felipe', 'Francisca', 'Javiera', 'Matías'];
const lastNames = [
  'Araya',
  'Castillo',
  'Contreras',
  'Gutiérrez',
  'Hernández',
  'Morales',
  'Rojas',
  'Sepúlveda',
  'Silva',
];

/** Every sector meets every place; the order mixes both. */
export const clients = sectors.flatMap((_sector, row) =>
  places.map((place, column) => `${sectors[(row + column) % sectors.length]} ${place}`),
);
const people = firstNames.flatMap((_first, row) =>
  lastNames.map((last, column) => `${firstNames[(row + column) % firstNames.length]} ${last}`),
);
/** Who runs projects and who chases payments are different people. */
export const projectManagers = people.slice(0, 12);
export const managers = people.slice(30, 48);

export const projectTypes = ['Ingeniería', 'Construcción', 'Montaje', 'Suministro', 'Mantención', 'Consultoría'];
export const reasons = [
  'falta de respaldo',
  'monto incorrecto',
  'avance no reconocido',
  'error de formato',
  'fuera de plazo',
];
export const faults = ['documental', 'técnica', 'cálculo', 'administrativa'];
export const costDetails = ['subcontrato', 'materiales', 'arriendo', 'transporte'];
