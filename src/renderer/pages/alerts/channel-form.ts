/** What is typed about a channel, what it means, and what is wrong with it, field by field. */
import {
  type Channel,
  type ChannelDraft,
  type ChannelKind,
  durationMs,
  durationText,
  type Severity,
} from './alerts-model.ts';

export interface ChannelForm {
  readonly kind: ChannelKind;
  readonly name: string;
  readonly enabled: boolean;
  readonly host: string;
  readonly port: string;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly username: string;
  readonly from: string;
  readonly to: string;
  readonly ca: string;
  readonly url: string;
  readonly program: string;
  readonly args: string;
  /** Null takes the kept one away; empty leaves it as it is. */
  readonly secret: string | null;
  readonly minimumSeverity: Severity;
  readonly tellsResolved: boolean;
  readonly groupBy: Channel['groupBy'];
  readonly groupWaitMs: string;
  readonly repeatMs: string;
  readonly deadlineMs: string;
  readonly templateTitle: string;
  readonly templateText: string;
  readonly templateHtml: string;
}

/** The keys of `alertChannels.problem`. */
export type ChannelProblem =
  | 'name'
  | 'host'
  | 'port'
  | 'address'
  | 'addresses'
  | 'url'
  | 'program'
  | 'repeat'
  | 'deadline'
  | 'wait'
  | 'secret';
export type ChannelProblems = { readonly [Field in keyof ChannelForm]?: ChannelProblem };

const minuteMs = 60_000;

export function emptyChannelForm(kind: ChannelKind): ChannelForm {
  return {
    kind,
    name: '',
    enabled: true,
    host: '',
    port: '587',
    security: 'starttls',
    username: '',
    from: '',
    to: '',
    ca: '',
    url: '',
    program: '',
    args: '',
    secret: '',
    minimumSeverity: 'info',
    tellsResolved: true,
    groupBy: 'channel',
    groupWaitMs: '0 s',
    repeatMs: '',
    deadlineMs: '1 d',
    templateTitle: '',
    templateText: '',
    templateHtml: '',
  };
}

export function channelFormOf(channel: Channel): ChannelForm {
  const { settings, templates } = channel;
  return {
    ...emptyChannelForm(settings.kind),
    name: channel.name,
    enabled: channel.enabled,
    minimumSeverity: channel.minimumSeverity,
    tellsResolved: channel.tellsResolved,
    groupBy: channel.groupBy,
    groupWaitMs: durationText(channel.groupWaitMs),
    repeatMs: channel.repeatMs === null ? '' : durationText(channel.repeatMs),
    deadlineMs: durationText(channel.deadlineMs),
    templateTitle: templates.title ?? '',
    templateText: templates.text ?? '',
    templateHtml: templates.html ?? '',
    ...(settings.kind === 'email'
      ? {
          host: settings.host,
          port: String(settings.port),
          security: settings.security,
          username: settings.username ?? '',
          from: settings.from,
          to: settings.to.join('\n'),
          ca: settings.ca ?? '',
        }
      : {}),
    ...(settings.kind === 'webhook' ? { url: settings.url } : {}),
    ...(settings.kind === 'command' ? { program: settings.program, args: settings.args.join('\n') } : {}),
  };
}

/** @param hasSecret one is kept already. */
export function channelProblems(form: ChannelForm, hasSecret: boolean): ChannelProblems {
  const wait = durationMs(form.groupWaitMs);
  const repeat = form.repeatMs.trim() === '' ? minuteMs : durationMs(form.repeatMs);
  const deadline = durationMs(form.deadlineMs);
  return {
    ...(form.name.trim() === '' || form.name.trim().length > 100 ? { name: 'name' } : {}),
    ...(wait === null || wait > 10 * minuteMs ? { groupWaitMs: 'wait' } : {}),
    ...(repeat === null || repeat < minuteMs ? { repeatMs: 'repeat' } : {}),
    ...(deadline === null || deadline < minuteMs || deadline > 7 * 24 * 60 * minuteMs
      ? { deadlineMs: 'deadline' }
      : {}),
    ...wayProblems(form, hasSecret),
  };
}

/** Null while a field is wrong. */
export function channelDraftOf(form: ChannelForm, id: string | undefined, hasSecret: boolean): ChannelDraft | null {
  if (Object.keys(channelProblems(form, hasSecret)).length > 0) return null;
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text);
  return {
    ...(id === undefined ? {} : { id }),
    ...(form.secret === '' ? {} : { secret: form.secret }),
    name: form.name.trim(),
    enabled: form.enabled,
    settings: settingsOf(form),
    minimumSeverity: form.minimumSeverity,
    tellsResolved: form.tellsResolved,
    groupBy: form.groupBy,
    groupWaitMs: durationMs(form.groupWaitMs) ?? 0,
    repeatMs: form.repeatMs.trim() === '' ? null : durationMs(form.repeatMs),
    deadlineMs: durationMs(form.deadlineMs) ?? 0,
    templates: {
      title: orNull(form.templateTitle),
      text: orNull(form.templateText),
      html: orNull(form.templateHtml),
    },
  };
}

function settingsOf(form: ChannelForm): Channel['settings'] {
  switch (form.kind) {
    case 'desktop':
    case 'slack':
      return { kind: form.kind };
    case 'email':
      return {
        kind: 'email',
        host: form.host.trim(),
        port: Number(form.port),
        security: form.security,
        username: form.username.trim() === '' ? null : form.username.trim(),
        from: form.from.trim(),
        to: linesOf(form.to),
        ca: form.ca.trim() === '' ? null : form.ca,
      };
    case 'webhook':
      return { kind: 'webhook', url: form.url.trim() };
    case 'command':
      return { kind: 'command', program: form.program.trim(), args: linesOf(form.args) };
  }
}

function wayProblems(form: ChannelForm, hasSecret: boolean): ChannelProblems {
  switch (form.kind) {
    case 'desktop':
      return {};
    case 'slack': {
      const isKept = form.secret === '' && hasSecret;
      return isKept || isHttpUrl(form.secret ?? '') ? {} : { secret: 'secret' };
    }
    case 'email': {
      const to = linesOf(form.to);
      const port = Number(form.port);
      return {
        ...(form.host.trim() === '' ? { host: 'host' } : {}),
        ...(Number.isInteger(port) && port >= 1 && port <= 65_535 ? {} : { port: 'port' }),
        ...(isAddress(form.from.trim()) ? {} : { from: 'address' }),
        ...(to.length > 0 && to.every(isAddress) ? {} : { to: 'addresses' }),
      };
    }
    case 'webhook':
      return isHttpUrl(form.url.trim()) ? {} : { url: 'url' };
    case 'command':
      return /^(\/|[A-Za-z]:[\\/])./.test(form.program.trim()) ? {} : { program: 'program' };
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}
