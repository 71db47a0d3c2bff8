/** A process that publishes Celery events as busy prefork workers do, at a given rate: `node celery-feed-entry.ts PORT EVENTS RATE`. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';

const [port = 0, eventCount = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const nodes = ['alpha@node1', 'beta@node2', 'gamma@node3', 'delta@node4'];
const names = ['shop.tasks.charge', 'shop.tasks.mail', 'kpis.refresh', 'reports.render'];
const stepMs = 10;
const clocks = nodes.map(() => 1);

/** The three events of one task in one message, as a worker's batch. */
function message(task: number): Buffer {
  const worker = task % nodes.length;
  const uuid = randomUUID();
  const atS = Date.now() / 1_000;
  const event = (type: string, more: object): object => {
    clocks[worker] = (clocks[worker] ?? 0) + 1;
    return {
      hostname: nodes[worker],
      utcoffset: 0,
      pid: 100 + worker,
      clock: clocks[worker],
      uuid,
      ...more,
      timestamp: atS,
      type,
    };
  };
  const args = {
    name: names[task % names.length],
    args: `(${task}, 'customer ${task}')`,
    kwargs: "{'currency': 'CLP', 'retry': False}",
  };
  const received = { ...args, root_id: uuid, parent_id: null, retries: 0, eta: null, expires: null };
  const failed = task % 50 === 0;
  const end = failed
    ? event('task-failed', {
        exception: `ValueError('row ${task} is bad')`,
        traceback: 'Traceback (most recent call last):\n  …\n',
      })
    : event('task-succeeded', { result: `{'charged': ${task}}`, runtime: (task % 97) / 1_000 });
  const events = [event('task-received', received), event('task-started', {}), end];
  return envelope('task.multi', nodes[worker] ?? '', events);
}

function envelope(routingKey: string, hostname: string, body: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(body)).toString('base64');
  const payload = `{"body": "${text}", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"hostname": "${hostname}"}, "properties": {"delivery_mode": 1, "delivery_info": {"exchange": "celeryev", "routing_key": "${routingKey}"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "${randomUUID()}"}}`;
  const channel = `/0.celeryev/${routingKey}`;
  return Buffer.from(
    `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${Buffer.byteLength(payload)}\r\n${payload}\r\n`,
  );
}

const socket = connect(port, '127.0.0.1', () => {
  const startMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(eventCount, ((performance.now() - startMs) / 1_000) * perSecond);
    const batch: Buffer[] = [];
    while (sent + 3 <= due) {
      batch.push(message(sent / 3));
      sent += 3;
    }
    if (batch.length > 0) socket.write(Buffer.concat(batch));
    if (sent + 3 <= eventCount) return;
    clearInterval(timer);
    socket.end();
  }, stepMs);
});
socket.on('data', () => undefined);
