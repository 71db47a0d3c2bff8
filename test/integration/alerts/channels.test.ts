/** Channels as they are set up, over a real vault and a real store, against a real SMTP server and real HTTP receivers. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoredChannels } from '../../../engine/alerts/channel-book.ts';
import type { Clock } from '../../../engine/base/clock.ts';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemIds } from '../../../engine/base/ids.ts';
import { openVault } from '../../../engine/config/secret-vault.ts';
import { type ChannelDraft, channelDraftSchema } from '../../../engine/model/alert-channel.ts';
import type { Store } from '../../../engine/store/store.ts';
import { firingOf, senderOver } from '../../support/alert-parts.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';
import { startMailReceiver } from '../../support/mail-receiver.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

interface Room {
  readonly store: Store;
  readonly folder: string;
  readonly file: string;
  readonly channels: StoredChannels;
  readonly shown: string[];
}

async function room(clock: Clock = systemClock): Promise<Room> {
  const { open, folder, file } = storeRoom(clock);
  const store = await open();
  const shown: string[] = [];
  const channels = new StoredChannels({
    clock,
    ids: systemIds,
    settings: store.settings,
    outbox: store.notifications,
    vault: openVault({ dataDir: folder, seal: null, env: {} }),
    desktop: { show: ({ kind, title }) => void shown.push(`${kind}: ${title}`) },
    newestAlert: () => null,
    onChanged: () => undefined,
  });
  return { store, folder, file, channels, shown };
}

async function receiver(): Promise<HttpReceiver> {
  const started = await startHttpReceiver();
  onTestFinished(() => started.stop());
  return started;
}

const draft = (fields: Record<string, unknown>): ChannelDraft => channelDraftSchema.parse({ name: 'Told', ...fields });

/** Owes one firing alert to the channel. */
function owe(store: Store, channelId: string, ruleId: string, clock: Clock, deadlineMs = 3_600_000): void {
  const notify = [{ channelId, groupKey: 'all', waitMs: 0, deadlineMs }];
  store.alerts.commit([], [{ transition: firingOf(ruleId, clock.now()), notify }]);
}

describe('e-mail', () => {
  for (const security of ['tls', 'starttls', 'none'] as const) {
    it(`goes out as text and HTML over a real server, ${security}`, async () => {
      const login = security === 'none' ? null : { user: 'vigia', password: 'not told' };
      const server = await startMailReceiver(security, login);
      onTestFinished(() => server.stop());
      const { channels, store } = await room();
      const { id } = channels.save(
        draft({
          secret: login?.password ?? null,
          settings: {
            kind: 'email',
            host: 'localhost',
            port: server.port,
            security,
            username: login?.user ?? null,
            from: 'vigia@example.org',
            to: ['ops@example.org', 'night@example.org'],
            ca: server.ca,
          },
        }),
      );
      owe(store, id, 'memory', systemClock);
      await senderOver(store, systemClock, channels).deliver();
      expect(store.notifications.deliveries({ channelId: id, beforeId: null, limit: 5 }).deliveries).toMatchObject([
        { outcome: 'sent', title: 'Rule memory', problem: null },
      ]);
      const [mail] = server.mails;
      expect(mail).toMatchObject({
        from: 'vigia@example.org',
        to: ['ops@example.org', 'night@example.org'],
        encrypted: security !== 'none',
        user: login?.user ?? null,
      });
      expect(mail?.source).toMatch(/^Subject: Rule memory\r?$/m);
      expect(mail?.source).toContain('Content-Type: text/plain');
      expect(mail?.source).toContain('Content-Type: text/html');
      expect(mail?.source).toMatch(/^Message-ID: <[0-9a-f-]{36}@example\.org>\r?$/m);
    });
  }

  it('is not handed to a server whose certificate no known authority signed, nor without the TLS that was asked for', async () => {
    const server = await startMailReceiver('tls');
    const plain = await startMailReceiver('none');
    onTestFinished(async () => {
      await server.stop();
      await plain.stop();
    });
    const { channels } = await room();
    const settings = { kind: 'email', host: 'localhost', from: 'a@example.org', to: ['b@example.org'] };
    const untrusted = await channels.test(draft({ settings: { ...settings, port: server.port, security: 'tls' } }));
    const downgraded = await channels.test(
      draft({ settings: { ...settings, port: plain.port, security: 'starttls', ca: plain.ca } }),
    );
    expect(untrusted).toMatchObject({ delivered: false, problem: expect.stringMatching(/certificate/) });
    expect(downgraded).toMatchObject({ delivered: false, problem: expect.stringMatching(/STARTTLS/i) });
    expect([...server.mails, ...plain.mails]).toEqual([]);
  });

  it('is tried again when the server refuses it for now, under the same Message-ID', async () => {
    const server = await startMailReceiver('none');
    onTestFinished(() => server.stop());
    const { channels, store } = await room();
    const settings = {
      kind: 'email',
      host: 'localhost',
      from: 'a@example.org',
      to: ['b@example.org'],
      security: 'none',
    };
    const { id } = channels.save(draft({ settings: { ...settings, port: server.port } }));
    owe(store, id, 'memory', systemClock);
    server.refusing = true;
    const before = store.notifications.next(id, systemClock.now() + 1, 'fixed');
    await senderOver(store, systemClock, channels).deliver();
    expect(channels.views().find((view) => view.id === id)).toMatchObject({
      dueCount: 1,
      lastError: expect.stringContaining('try again later'),
    });
    server.refusing = false;
    // The wait before the next attempt is over.
    const later: Clock = { ...systemClock, now: () => systemClock.now() + 60_000 };
    await senderOver(store, later, channels).deliver();
    expect(before?.batchId).toBe('fixed');
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]?.source).toContain('Message-ID: <fixed@example.org>');
  });

  it('whose server hangs is let go after its deadline, and goes out once the server recovers', async () => {
    const server = await startMailReceiver('none');
    onTestFinished(() => server.stop());
    const clock = new ManualClock();
    const { channels, store } = await room(clock);
    const settings = { kind: 'email', host: 'localhost', from: 'a@example.org', to: ['b@example.org'] };
    const { id } = channels.save(draft({ settings: { ...settings, port: server.port, security: 'none' } }));
    const sender = senderOver(store, clock, channels);
    server.hanging = true;
    owe(store, id, 'memory', clock);
    const sending = sender.deliver();
    await until(() => server.heardCount === 1, 5_000, 'the mail to arrive');
    await clock.advance(10_000);
    await sending;
    expect(channels.views().find((view) => view.id === id)).toMatchObject({
      dueCount: 1,
      lastError: expect.stringContaining('no answer within 10000 ms'),
    });
    server.hanging = false;
    await clock.advance(60_000);
    await sender.deliver();
    expect(server.mails.map(({ source }) => /^Subject: (.*?)\r?$/m.exec(source)?.[1])).toEqual(['Rule memory']);
    expect(channels.views().find((view) => view.id === id)?.dueCount).toBe(0);
  });
});

describe('a webhook', () => {
  it('is signed over its timestamp and body, and says what happened', async () => {
    const target = await receiver();
    const { channels, store } = await room();
    const { id } = channels.save(draft({ secret: 's3cret', settings: { kind: 'webhook', url: target.url } }));
    owe(store, id, 'memory', systemClock);
    await senderOver(store, systemClock, channels).deliver();
    const [call] = target.taken;
    const stamp = String(call?.headers['x-vigia-timestamp']);
    const expected = createHmac('sha256', 's3cret').update(`${stamp}.${call?.body}`).digest('hex');
    expect(call?.headers['x-vigia-signature']).toBe(`sha256=${expected}`);
    expect(Math.abs(Number(stamp) * 1_000 - systemClock.now())).toBeLessThan(60_000);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      format: 'vigia-alerts',
      kind: 'alerts',
      id: call?.headers['idempotency-key'],
      alerts: [{ ruleId: 'memory', to: 'firing', value: 0.97 }],
    });
  });

  for (const mood of ['failing', 'dropping', 'busy'] as const) {
    it(`that is ${mood} gets everything in order when it is well again, each once`, async () => {
      const target = await receiver();
      const clock = new ManualClock();
      const { channels, store } = await room(clock);
      const { id } = channels.save(draft({ settings: { kind: 'webhook', url: target.url } }));
      const sender = senderOver(store, clock, channels);
      target.mood = mood;
      owe(store, id, 'first', clock);
      await sender.deliver();
      owe(store, id, 'second', clock);
      await sender.deliver();
      // What came up later has not overtaken what failed.
      expect(target.received).toHaveLength(1);
      await clock.advance(mood === 'busy' ? 100_000 : 2_000);
      await sender.deliver();
      expect(target.received).toHaveLength(1);
      target.mood = 'well';
      await clock.advance(21_000);
      await sender.deliver();
      const told = target.taken.map(
        ({ body }) => (JSON.parse(body) as { alerts: { ruleId: string }[] }).alerts[0]?.ruleId,
      );
      expect(told).toEqual(['first', 'second']);
      expect(target.received[0]?.headers['idempotency-key']).toBe(target.received[1]?.headers['idempotency-key']);
    });
  }

  it('that hangs is let go after its deadline and tried again', async () => {
    const target = await receiver();
    const clock = new ManualClock();
    const { channels, store } = await room(clock);
    const { id } = channels.save(draft({ settings: { kind: 'webhook', url: target.url } }));
    const sender = senderOver(store, clock, channels);
    target.mood = 'hanging';
    owe(store, id, 'first', clock);
    const sending = sender.deliver();
    await until(() => target.received.length === 1, 5_000, 'the message to arrive');
    await clock.advance(10_000);
    await sending;
    expect(channels.views().find((view) => view.id === id)?.lastError).toContain('no answer within 10000 ms');
    target.mood = 'well';
    await clock.advance(60_000);
    await sender.deliver();
    expect(target.taken).toHaveLength(1);
  });

  it('that took a message and died before it said so gets it again under the same key', async () => {
    const target = await receiver();
    const clock = new ManualClock();
    const { channels, store } = await room(clock);
    const { id } = channels.save(draft({ settings: { kind: 'webhook', url: target.url } }));
    target.mood = 'deaf';
    owe(store, id, 'first', clock);
    await senderOver(store, clock, channels).deliver();
    // More of the same group has come up; the message that was tried stays what it was.
    owe(store, id, 'second', clock);
    target.mood = 'well';
    await clock.advance(60_000);
    await senderOver(store, clock, channels).deliver();
    const keys = target.taken.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(keys[1]).toBe(keys[0]);
    expect(target.taken[1]?.body).toBe(target.taken[0]?.body);
  });
});

describe('Slack', () => {
  it('gets the title with its markup disarmed, and its URL shows up nowhere', async () => {
    const target = await receiver();
    const { channels, store, file } = await room();
    const secret = `${target.url}/T000/B000/very-secret`;
    const { id } = channels.save(draft({ secret, settings: { kind: 'slack' } }));
    const notify = [{ channelId: id, groupKey: 'all', waitMs: 0, deadlineMs: 3_600_000 }];
    store.alerts.commit([], [{ transition: firingOf('m', systemClock.now(), { title: 'a <!channel> & b' }), notify }]);
    await senderOver(store, systemClock, channels).deliver();
    expect(JSON.parse(target.taken[0]?.body ?? '')).toMatchObject({ text: 'a &lt;!channel&gt; &amp; b' });
    target.mood = 'dropping';
    const { problem } = await channels.test({ ...draft({ settings: { kind: 'slack' } }), id });
    expect(problem).toMatch(/^Slack could not be reached/);
    expect(JSON.stringify([channels.views(), problem])).not.toContain('very-secret');
    store.close();
    expect(readFileSync(file, 'latin1')).not.toContain('very-secret');
  });
});

describe('a command', () => {
  it('gets the message on its standard input, no shell, and a failing one is tried again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigia-command-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const out = join(folder, 'out $(id).json');
    const { channels, store } = await room();
    const program = `require('fs').writeFileSync(process.argv[1], require('fs').readFileSync(0)); process.exit(Number(process.argv[2]))`;
    const settings = (code: string) => ({
      kind: 'command',
      program: process.execPath,
      args: ['-e', program, out, code],
    });
    const { id } = channels.save(draft({ settings: settings('0') }));
    owe(store, id, 'memory', systemClock);
    await senderOver(store, systemClock, channels).deliver();
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ alerts: [{ ruleId: 'memory' }] });
    const failed = await channels.test({ ...draft({ settings: settings('3') }), id });
    expect(failed).toMatchObject({ delivered: false, problem: expect.stringContaining('ended with 3') });
  });
});

describe('a channel', () => {
  it('is refused with the reason when it cannot work', async () => {
    const { channels } = await room();
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ settings: { kind: 'slack' } }, /URL that Slack gave/],
      [{ settings: { kind: 'command', program: 'notify' } }, /whole path/],
      [
        { settings: { kind: 'webhook', url: 'http://localhost' }, templates: { title: '{{nothing}}' } },
        /stands for nothing/,
      ],
      [
        {
          settings: {
            kind: 'email',
            host: 'mail.example.org',
            port: 25,
            security: 'none',
            username: 'me',
            from: 'a@example.org',
            to: ['b@example.org'],
          },
        },
        /not sent in clear/,
      ],
    ];
    for (const [fields, words] of cases) expect(() => channels.save(draft(fields))).toThrow(words);
  });

  it('keeps its secret when a draft leaves it out, and loses it when it is removed', async () => {
    const { channels, folder } = await room();
    const settings = { kind: 'webhook', url: 'http://localhost:1/' };
    const { id } = channels.save(draft({ secret: 'kept', settings }));
    expect(channels.save({ ...draft({ name: 'Renamed', settings }), id })).toMatchObject({ hasSecret: true });
    expect(channels.views().map(({ name }) => name)).toEqual(['Desktop', 'Renamed']);
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toContain('kept');
    channels.remove(id);
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).not.toContain('kept');
    expect(() => channels.remove(id)).toThrow(expect.objectContaining({ code: 'ALERT_CHANNEL_NOT_FOUND' }));
  });

  it('shows how its own words will look before it is saved', async () => {
    const { channels } = await room();
    const templates = {
      title: '{{count}} × {{severity}}',
      text: '{{#each alerts}}<{{title}}>{{/each}}',
      html: '{{#each alerts}}<b>{{title}} & {{evidence}}</b>{{/each}}',
    };
    const preview = channels.preview(draft({ settings: { kind: 'desktop' }, templates }));
    expect(preview.title).toBe('1 × info');
    expect(preview.text).toBe('<Example alert>');
    expect(preview.html).toBe('<b>Example alert & An example: no alert has been told yet</b>');
  });
});
