/** The console's icons: strokes in the colour of their text, hidden from screen readers because a word stands beside. */
import type { ReactElement } from 'react';

const paths = {
  overview: 'M2 9.5 5 6l3 2.5L13.5 3M2 13.5h12',
  kpis: 'M3 13V8M8 13V3M13 13V6',
  cache:
    'M3 4.200c0-1.200 2.200-2 5-2s5 .800 5 2-2.200 2-5 2-5-.800-5-2ZM3 4.200v7.600c0 1.200 2.200 2 5 2s5-.800 5-2V4.200M3 8c0 1.200 2.200 2 5 2s5-.800 5-2',
  redis: 'm8 2.200 6 3-6 3-6-3 6-3ZM2 8.200l6 3 6-3M2 11.200l6 3 6-3',
  queues: 'M2.500 4h11M2.500 8h11M2.500 12h7',
  tasks: 'M3 3.500h2.500v2.500H3zM3 10h2.500v2.500H3zM8 4.750h5.500M8 11.250h5.500',
  workers: 'M2.500 3.500h11v7h-11zM8 10.500v2.500M5.500 13.200h5',
  schedules: 'M13.500 8a5.500 5.500 0 1 1-11 0 5.500 5.500 0 0 1 11 0ZM8 4.800V8l2.300 1.400',
  keys: 'M8.500 7.500 13.500 2.500M11.500 4.500l1.500 1.500M9 10.500a3.200 3.200 0 1 1-6.400 0 3.200 3.200 0 0 1 6.400 0Z',
  connections: 'M6 2.500v3M10 2.500v3M4 5.500h8v2a4 4 0 0 1-8 0v-2ZM8 11.500v2.500',
  storage: 'M2.500 3.500h11v3.500h-11zM2.500 9h11v3.500h-11zM5 5.250h.1M5 10.750h.1',
  alerts: 'M4 11V7a4 4 0 0 1 8 0v4l1 1.5H3L4 11ZM7 14h2',
  doctor: 'M5 2.500v3.500a3 3 0 0 0 6 0V2.500M8 9v1.500a2.500 2.500 0 0 0 5 0M13 8.500v2',
  review: 'M2.500 8a5.500 5.500 0 1 0 1.700-4M2.500 2.500v3h3M8 5v3l2 1.500',
  fresh: 'm3.5 8.500 3 3 6-7',
  stale: 'M13.500 8a5.500 5.500 0 1 1-11 0 5.500 5.500 0 0 1 11 0ZM8 5v3l2 1.500',
  refreshing: 'M13 8a5 5 0 1 1-1.500-3.600L13 6M13 2.800V6h-3.200',
  failed: 'M8 2.500 14 13H2L8 2.500ZM8 6.500v3M8 11.300v.1',
  unknown:
    'M6.200 6.400A1.800 1.800 0 1 1 8 8.600v.7M8 11.400v.1M13.500 8a5.500 5.500 0 1 1-11 0 5.500 5.500 0 0 1 11 0Z',
  expired: 'M4 2.500h8M4 13.500h8M5 2.500c0 3.500 6 4 6 5.500s-6 2-6 5.500M11 2.500c0 3.500-6 4-6 5.500s6 2 6 5.500',
  search: 'M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM10 10l3.500 3.500',
  close: 'm4 4 8 8M12 4l-8 8',
  pause: 'M5.500 3.500v9M10.500 3.500v9',
  play: 'M5 3.500v9l7-4.500-7-4.500Z',
  export: 'M8 10V2.500M5 5.200 8 2.300l3 2.900M3 9.500v4h10v-4',
  copy: 'M6 5.500h7v8H6zM10 5.500v-3H3v8h3',
  empty: 'M2.500 9 4.500 3h7l2 6v4h-11V9ZM2.500 9h3.200c.300 1.300 1.200 2 2.300 2s2-.700 2.300-2h3.200',
  clear: 'M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500l.600 9h5.800l.600-9M6.800 7v4M9.200 7v4',
  chevron: 'm4.500 6.500 3.500 3.500 3.500-3.500',
  dark: 'M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500Z',
  light:
    'M10.500 8a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0ZM8 1.800v1.400M8 12.800v1.400M1.800 8h1.400M12.800 8h1.400M3.600 3.600l1 1M11.400 11.400l1 1M12.400 3.600l-1 1M4.600 11.400l-1 1',
  system: 'M2.500 3h11v7.500h-11zM6 13.500h4M8 10.500v3',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
