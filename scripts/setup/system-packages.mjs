/** Installs the system packages that are missing, without starting, stopping or reconfiguring any service of the machine. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture, runQuietly, SetupError, step } from './steps.mjs';

const toRun = [
  {
    packages: ['redis-server'],
    what: 'redis-server',
    isThere: () => onPath('redis-server') || (Boolean(process.env.REDIS_URL) && Boolean(process.env.CELERY_BROKER_URL)),
    elsewhere: { darwin: 'brew install redis', win32: 'wsl --install -d Debian   (then run Vigía inside it)' },
  },
];
const toTest = [
  {
    packages: ['redis-server'],
    what: 'redis-server',
    isThere: () => onPath('redis-server'),
    elsewhere: toRun[0].elsewhere,
  },
  {
    packages: ['openssl'],
    what: 'openssl',
    isThere: () => onPath('openssl'),
    elsewhere: { darwin: 'brew install openssl', win32: 'winget install ShiningLight.OpenSSL.Light' },
  },
  {
    packages: ['chromium'],
    what: 'Chromium',
    isThere: () => Boolean(process.env.CHROMIUM_PATH) || onPath('chromium'),
    elsewhere: { darwin: 'brew install --cask chromium', win32: 'winget install Hibbiki.Chromium' },
  },
  {
    packages: ['postgresql'],
    what: 'PostgreSQL',
    isThere: () => onPath('postgres') || hasPostgresFolder(),
    elsewhere: { darwin: 'brew install postgresql@15', win32: 'winget install PostgreSQL.PostgreSQL.15' },
  },
  {
    packages: ['celery', 'python3-redis'],
    what: 'Celery',
    isThere: () => onPath('celery') && existsPythonRedis(),
    elsewhere: { darwin: 'pipx install "celery[redis]"', win32: 'pipx install "celery[redis]"' },
  },
  {
    packages: ['libfaketime'],
    what: 'libfaketime (a worker whose clock is wrong)',
    isThere: () => process.platform !== 'linux' || fakeTimeLibrary(),
    elsewhere: {},
  },
  {
    packages: ['fonts-inter', 'fonts-dejavu-core'],
    what: 'fonts',
    isThere: () =>
      process.platform !== 'linux' ||
      (existsSync('/usr/share/fonts/truetype/dejavu') && existsSync('/usr/share/fonts/opentype/inter')),
    elsewhere: {},
  },
];
/** Packages that enable a service for the next boot; what our own installation enabled is disabled again. */
const services = ['redis-server', 'postgresql'];

/** @throws SetupError naming the exact command when something is missing that cannot be installed from here. */
export async function ensureSystemPackages(purpose) {
  const missing = (purpose === 'test' ? toTest : toRun).filter(({ isThere }) => !isThere());
  if (missing.length === 0) return;
  const obstacle = obstacleToInstall();
  if (obstacle) throw new SetupError(instructions(missing, obstacle));
  const packages = missing.flatMap((need) => need.packages);
  await step(`${missing.map(({ what }) => what).join(', ')} installed by apt`, () => install(packages));
  const still = missing.filter(({ isThere }) => !isThere());
  if (still.length > 0) throw new SetupError(instructions(still, 'apt installed them but they are not to be found'));
}

function fakeTimeLibrary() {
  const folders = readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'faketime', 'libfaketime.so.1'));
  return folders.some((path) => existsSync(path));
}

function obstacleToInstall() {
  if (process.platform !== 'linux') return `this is ${process.platform}, where nothing is installed for you`;
  if (!onPath('apt-get')) return 'this system has no apt';
  if (process.getuid() !== 0) return 'only root may install packages';
  return null;
}

function instructions(missing, obstacle) {
  const names = missing.map(({ what }) => what).join(', ');
  const commands =
    process.platform === 'linux'
      ? [
          `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.flatMap((need) => need.packages).join(' ')}`,
        ]
      : missing.map(({ elsewhere }) => elsewhere[process.platform]).filter(Boolean);
  return [
    `Missing: ${names}; ${obstacle}. Install with:`,
    ...commands.map((command) => `  ${command}`),
    'and run this again.',
  ].join('\n');
}

async function install(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = ['-q', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];
  const restore = forbidServiceStarts();
  try {
    await runQuietly('apt-get', [...apt, 'update'], { env });
    await runQuietly('apt-get', [...apt, 'install', '-y', '--no-install-recommends', ...packages], { env });
  } finally {
    restore();
  }
  for (const service of packages.filter((name) => services.includes(name))) {
    // The package was not there before, so neither was its service: this undoes a side effect of ours only.
    if (onPath('systemctl')) await capture('systemctl', ['disable', `${service}.service`]);
    else await capture('update-rc.d', [service, 'disable']);
  }
}

/** Packages start their service when they are installed, unless this script says no. One that exists is the user's and stays. */
function forbidServiceStarts() {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return () => undefined;
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const remove = () => rmSync(policy, { force: true });
  process.once('exit', remove);
  return () => {
    process.removeListener('exit', remove);
    remove();
  };
}

function onPath(program) {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  return folders.some((folder) => folder && names.some((name) => existsSync(join(folder, name))));
}

function hasPostgresFolder() {
  const folder = '/usr/lib/postgresql';
  return (
    existsSync(folder) && readdirSync(folder).some((version) => existsSync(join(folder, version, 'bin', 'initdb')))
  );
}

function existsPythonRedis() {
  return (
    process.platform !== 'linux' || existsSync('/usr/lib/python3/dist-packages/redis') || !existsSync('/usr/bin/celery')
  );
}
