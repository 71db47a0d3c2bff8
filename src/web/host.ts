/** The web host: the console's page, the contract over a WebSocket and the guide's REST routes, on this machine only. */
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { type TopicName, topics } from '../shared/contract.ts';
import { createDispatcher, type Dispatch } from '../shared/dispatcher.ts';
import { failure } from '../shared/failure.ts';
import type { HostedEngine } from '../shared/hosted-engine.ts';
import { contentSecurityPolicy } from '../shared/page-policy.ts';
import { addCacheRoutes, addWebhook } from './cache-routes.ts';
import { createGuard, type Guard } from './guard.ts';
import { createOneTimeLinks, type OneTimeLinks } from './one-time-links.ts';
import { addPrometheusRoute } from './prometheus.ts';
import { addRestRoutes, CallFailed, sendError } from './rest.ts';
import { type SocketSession, serveSocket } from './socket.ts';

const loopback = '127.0.0.1';
const maxBodyBytes = 64 * 1024;
/** A snapshot file of ten megabytes is opened through it. */
const maxMessageBytes = 16 * 1024 * 1024;
const pingPeriodMs = 30_000;
/** Connections that have not ended by then are cut. */
const closePatienceMs = 1_000;

export interface WebHostOptions {
  readonly engine: HostedEngine;
  /** 0 takes any free one. */
  readonly port: number;
  readonly token: string;
  /** The built page; without it only the routes are served. */
  readonly rendererDir: string;
  /** What senders to the data-changed webhook sign with; without it the webhook is closed. */
  readonly webhookSecret?: string | null;
  /** Told of every error that is a defect of ours. */
  readonly onDefect: (what: string, error: unknown) => void;
}

export interface WebHost {
  readonly port: number;
  /** `http://127.0.0.1:<port>`. */
  readonly address: string;
  /** An address that opens the console for one browser, once, within a minute. */
  openingLink(): string;
  /** Ends every connection within a second or so. */
  close(): Promise<void>;
}

/** @throws Error with code EADDRINUSE when the port is taken. */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  let port = options.port;
  const guard = createGuard(options.token, () => port);
  const dispatch = createDispatcher({
    handlers: options.engine.handlers,
    onCommand: (record) => options.engine.audit(record),
    onDefect: options.onDefect,
  });
  const server = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const sessions = new Set<SocketSession>();
  const connections = trackConnections(server);
  const links = createOneTimeLinks(() => performance.now());

  addErrorAnswers(server, options.onDefect);
  await server.register(fastifyWebsocket, {
    options: {
      maxPayload: maxMessageBytes,
      handleProtocols: (offered: Set<string>) => (offered.has('vigia') ? 'vigia' : false),
    },
    errorHandler: (_error, socket) => socket.terminate(),
  });
  // After the WebSocket's own hook, which marks an upgrade: a refused one must be hung up on.
  addHooks(server, guard, () => port);
  addSocketRoute(server, guard, dispatch, sessions);
  server.get('/health/live', async () => ({ ok: true }));
  addOpeningRoute(server, links, options.token);
  await server.register(async (guarded) => {
    guarded.addHook('onRequest', async (request) => {
      const refusal = guard.checkBearer(request);
      if (refusal) throw new CallFailed(refusal);
    });
    addRestRoutes(guarded, dispatch);
    addCacheRoutes(guarded, dispatch);
    addPrometheusRoute(guarded, dispatch);
  });
  await addWebhook(server, dispatch, { secret: options.webhookSecret ?? null, nowMs: () => Date.now() });
  await addPage(server, options.rendererDir);

  const stopTopics = forwardTopics(options.engine, sessions);
  await server.listen({ host: loopback, port: options.port });
  port = portOf(server);
  const stopPings = pingSockets(server);
  return {
    port,
    address: `http://${loopback}:${port}`,
    openingLink: () => `http://${loopback}:${port}${links.make()}`,
    async close() {
      stopTopics();
      stopPings();
      const cut = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, closePatienceMs);
      await server.close();
      clearTimeout(cut);
    },
  };
}

function addHooks(server: FastifyInstance, guard: Guard, port: () => number): void {
  server.addHook('onRequest', async (request, reply) => {
    const own = [`ws://127.0.0.1:${port()}`, `ws://localhost:${port()}`];
    reply.headers({
      'content-security-policy': contentSecurityPolicy(own),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const refusal = guard.checkOrigin(request);
    if (refusal) throw new CallFailed(refusal);
  });
}

function addErrorAnswers(server: FastifyInstance, onDefect: WebHostOptions['onDefect']): void {
  server.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof CallFailed) return await sendError(reply, error.error);
    const status = error.statusCode ?? 500;
    if (status < 500) {
      return await reply
        .code(status)
        .send({ error: failure('CALL_INPUT_INVALID', `${routeOf(request)}: ${error.message}`) });
    }
    onDefect(routeOf(request), error);
    return await sendError(reply, failure('INTERNAL', `${routeOf(request)} failed inside the host`));
  });
  server.setNotFoundHandler(async (request, reply) => {
    await sendError(reply, failure('CALL_UNKNOWN', `There is no ${routeOf(request)}`));
  });
}

function addSocketRoute(server: FastifyInstance, guard: Guard, dispatch: Dispatch, sessions: Set<SocketSession>): void {
  server.get(
    '/ws',
    {
      websocket: true,
      preValidation: async (request) => {
        const refusal = guard.checkSubprotocol(request);
        if (refusal) throw new CallFailed(refusal);
      },
    },
    (socket) => {
      const session = serveSocket(socket, dispatch, { transport: 'websocket', name: 'console' });
      sessions.add(session);
      socket.on('close', () => sessions.delete(session));
    },
  );
}

/** The token travels in the address's fragment: it is in no log and in no later request. */
function addOpeningRoute(server: FastifyInstance, links: OneTimeLinks, token: string): void {
  server.get<{ Params: { code: string } }>('/open/:code', async (request, reply) => {
    const isValid = links.redeem(request.params.code);
    return await reply.redirect(isValid ? `/#token=${encodeURIComponent(token)}` : '/', 303);
  });
}

/** Assets carry a hash of their content in their name and never change; the page itself is asked for each time. */
async function addPage(server: FastifyInstance, rendererDir: string): Promise<void> {
  if (!existsSync(rendererDir)) return;
  await server.register(fastifyStatic, {
    root: rendererDir,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders(reply, path) {
      const hashed = /-[\w-]{8,}\.\w+$/.test(basename(path));
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

function forwardTopics(engine: HostedEngine, sessions: Set<SocketSession>): () => void {
  const stops = (Object.keys(topics) as TopicName[]).map((topic) =>
    engine.on(topic, (payload) => {
      for (const session of sessions) session.pushTopic(topic, payload);
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

/** Finds the consoles that went away without a word, e.g. a laptop that was closed. */
function pingSockets(server: FastifyInstance): () => void {
  const answered = new WeakSet<object>();
  server.websocketServer.on('connection', (socket) => {
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
  });
  const timer = setInterval(() => {
    for (const socket of server.websocketServer.clients) {
      if (answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }, pingPeriodMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Node forgets a connection that was upgraded; closing has to find it all the same. */
function trackConnections(server: FastifyInstance): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
  });
  return connections;
}

function portOf(server: FastifyInstance): number {
  const address = server.server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.url.split('?')[0]?.slice(0, 120) ?? ''}`;
}
