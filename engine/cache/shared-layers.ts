/** Layers that were set at run time, as the fleet shares them: of two who set the same layer the later change holds. */
import type { LayerSettings } from '../config/settings.ts';
import { type LayerName, layerNames } from '../model/freshness.ts';
import { RedisScript } from '../redis/script.ts';

/** Somebody's change of one layer. */
export interface LayerChange {
  readonly layer: LayerName;
  /** When it was made; null: now by the clock of Redis, and later than whatever was set before. */
  readonly atMs: number | null;
  /** Null: as each process is configured. */
  readonly settings: LayerSettings | null;
}

/** In the shared hash: `<atMs> <JSON of the settings>`; what was taken back stays as `null`, so that nothing older returns. */
export const layerFields: readonly string[] = layerNames.map((layer) => `#layer:${layer}`);

/** KEYS: hash. ARGV: channel, message, then layer, ms (0: now) and settings of each change. Answers a time each, empty: a later change holds. */
export const setLayersScript = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers = {}
local changed = false
for i = 3, #ARGV, 3 do
  local field = '#layer:' .. ARGV[i]
  local old = redis.call('HGET', KEYS[1], field)
  local before = old and tonumber(string.match(old, '^%d+')) or 0
  local at = tonumber(ARGV[i + 1])
  if at == 0 then at = math.max(now, before + 1) end
  if at > before then
    redis.call('HSET', KEYS[1], field, string.format('%.0f %s', at, ARGV[i + 2]))
    changed = true
  end
  answers[#answers + 1] = at >= before and string.format('%.0f', at) or ''
end
if changed then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
return answers`);

export function argumentsOf(changes: readonly LayerChange[]): (string | number)[] {
  return changes.flatMap(({ layer, atMs, settings }) => [layer, Math.round(atMs ?? 0), JSON.stringify(settings)]);
}

/** When each change was made, null for one that a later change of somebody else stands against. */
export function timesOf(reply: unknown): (number | null)[] {
  return Array.isArray(reply) ? reply.map((at) => (String(at) === '' ? null : Number(at))) : [];
}

/** @param values of {@link layerFields}. Answers JSON by layer, without what was taken back; null when nothing is set. */
export function layersText(values: readonly (string | null | undefined)[]): string | null {
  const set = layerNames.flatMap((layer, at) => {
    const settings = /^\d+ (\{.*\})$/s.exec(values[at] ?? '')?.[1];
    return settings === undefined ? [] : [`${JSON.stringify(layer)}:${settings}`];
  });
  return set.length === 0 ? null : `{${set.join(',')}}`;
}
