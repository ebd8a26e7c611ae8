import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './cli.ts';

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt: readonly string[];
  readonly restart: string;
  readonly healthcheck?: object;
  readonly logging: { readonly options: Readonly<Record<string, string>> };
  readonly mem_limit: string;
  readonly cpus: number;
  readonly pids_limit: number;
  readonly read_only?: boolean;
}

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly name: string }>>;
  readonly volumes: Readonly<Record<string, { readonly name: string }>>;
};
const services = Object.entries(compose.services);
const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
const documented = Object.keys(parseEnv(example));
const required = [
  ...new Set([...text.matchAll(/\$\{(\w+):\?\1 is required, see \.env\.example\}/g)].map(([, name = '']) => name)),
];

const folder = mkdtempSync(join(tmpdir(), 'runner-test-compose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names of services for which something does not hold. */
function lacking(holds: (service: Service, name: string) => boolean): readonly string[] {
  return services.filter(([name, service]) => !holds(service, name)).map(([name]) => name);
}

describe('docker-compose.yml', () => {
  it('publishes nothing beyond this machine', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports).toEqual(['127.0.0.1:5433:5432', '127.0.0.1:8080:8080']);
    expect(text).not.toMatch(/network_mode|privileged/);
  });

  it('pins every image', () => {
    const images = services.map(([, { image }]) => image ?? '');
    expect(images.filter((image) => !/:(v?\d+\.\d+(\.\d+)?(-[a-z]+)?|local)$/.test(image))).toEqual([]);
  });

  it('limits every service in memory, processors, processes and size of its log, and lets none gain rights', () => {
    expect(
      lacking((service) => /^\d+g$/.test(service.mem_limit) && service.cpus > 0 && service.pids_limit > 0),
    ).toEqual([]);
    expect(lacking((service) => service.logging.options['max-size'] !== undefined)).toEqual([]);
    expect(lacking((service) => service.security_opt.includes('no-new-privileges:true'))).toEqual([]);
  });

  it('starts again what goes on, and asks it for its health', () => {
    expect(lacking((service) => service.restart === 'unless-stopped')).toEqual(['runner']);
    expect(lacking((service) => service.healthcheck !== undefined)).toEqual(['runner']);
  });

  it('gives rights of root to Kestra alone, and to it alone the socket of Docker', () => {
    expect(lacking((service) => service.user !== 'root')).toEqual(['kestra']);
    expect(lacking(({ cap_drop, read_only }) => cap_drop?.join() === 'ALL' && read_only === true)).toEqual(['kestra']);
    expect(lacking((service) => !service.volumes.join().includes('docker.sock'))).toEqual(['kestra']);
  });

  it('keeps data in named volumes and the tasks on a network of that name, away from Kestra and its database', () => {
    const names = [...Object.values(compose.volumes), ...Object.values(compose.networks)].map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('sport-data-solution'))).toEqual([]);
    const used = services.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0] ?? ''));
    expect(used.filter((name) => /^[a-z]/.test(name)).sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(compose.networks.sportdb?.name).toBe('sport-data-solution');
    expect(services.filter(([, { networks }]) => networks.includes('sportdb')).map(([name]) => name)).toEqual([
      'sportdb',
      'runner',
    ]);
  });

  it('mounts only files that are there, read-only', () => {
    const mounts = services.flatMap(([, service]) => service.volumes.filter((volume) => volume.startsWith('./')));
    expect(mounts.filter((mount) => !mount.endsWith(':ro'))).toEqual([]);
    const paths = mounts.map((mount) => mount.split(':')[0] ?? '').filter((path) => path !== './kestra/flows');
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('holds no secret: each comes from .env, where it is documented and has no value', () => {
    const secret = /PASSWORD|SALT|KEY$|_URL$|^SECRET_|URL_GSHEET/;
    const values = services.flatMap(([, { environment }]) =>
      Object.entries(environment).filter(([name]) => secret.test(name)),
    );
    expect(values.length).toBeGreaterThan(10);
    expect(values.filter(([, value]) => !/^\$\{\w+:[?-][^}]*\}$/.test(value))).toEqual([]);
    const examples = Object.entries(parseEnv(example)).filter(([name]) => secret.test(name));
    expect(examples.filter(([, value]) => value !== '')).toEqual([]);
    expect(text).not.toMatch(/password: (?!"?\$\$\{)/);
  });

  it('asks for no variable that .env.example does not document, and names there what is required', () => {
    const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name = '']) => name);
    expect(asked.filter((name) => !documented.includes(name))).toEqual([]);
    const section = /# --- Containers: required[\s\S]*?# --- (?!Pseudonyms)/.exec(example)?.[0] ?? '';
    expect(Object.keys(parseEnv(section)).sort()).toEqual([...required].sort());
    expect(text.match(/\{\w+:\?/g)?.length).toBe(text.match(/is required, see/g)?.length);
  });

  it('gives the runner and, by another name, the flows the same variables', () => {
    const runner = Object.keys(compose.services.runner?.environment ?? {});
    const given = Object.keys(compose.services.kestra?.environment ?? {}).flatMap(
      (name) => /^(?:ENV|SECRET)_(.*)/.exec(name)?.[1] ?? [],
    );
    // Roles get their passwords by hand, a task its label and address from its execution, and its switches from the inputs.
    expect(runner.filter((name) => !given.includes(name)).sort()).toEqual([
      'FORCE_GMAPS',
      'FORCE_WEBHOOK',
      'RUN_LABEL',
      'RUN_URL',
      'SDS_BI_PASSWORD',
      'SDS_RH_PASSWORD',
      'SIMULATION',
    ]);
    expect(given.filter((name) => !runner.includes(name)).sort()).toEqual(['DATA_DIR', 'NETWORK', 'RUNNER_IMAGE']);
  });

  it('gives Kestra every secret and variable that a flow asks for, and no other', () => {
    const flows = join(ROOT, 'kestra/flows');
    const files = readdirSync(flows).map((file) => readFileSync(join(flows, file), 'utf8'));
    const given = Object.keys(compose.services.kestra?.environment ?? {}).filter((name) => /^(ENV|SECRET)_/.test(name));
    const asked = files.flatMap((flow) => [
      ...[...flow.matchAll(/secret\(['"](\w+)['"]/g)].map(([, name]) => `SECRET_${name}`),
      ...[...flow.matchAll(/\benvs\.(\w+)/g)].map(([, name]) => `ENV_${name?.toUpperCase()}`),
    ]);
    expect([...new Set(asked)].sort()).toEqual(given.sort());
  });
});

describe('.env.example', () => {
  it('has no comment behind an empty value, which the clients of Docker would read as the value', () => {
    expect(example.match(/^\w+=[ \t]+\S.*$/gm)).toBeNull();
  });

  it('documents what the runner is given in a source, a secret or a message', () => {
    const sources = readFileSync(join(ROOT, 'sources/sources.yml'), 'utf8');
    const project = readFileSync(join(ROOT, 'project.yml'), 'utf8');
    const named = [
      ...sources.matchAll(/\b([A-Z][A-Z0-9]*_[A-Z0-9_]+|SIMULATION)\b/g),
      ...project.matchAll(/name: ([A-Z0-9_]{2,})\b/g),
    ];
    expect(named.length).toBeGreaterThan(10);
    expect(named.map(([, name = '']) => name).filter((name) => !documented.includes(name))).toEqual([]);
  });
});

describe('Kestra starts', () => {
  it('with every secret in base64, whatever is in it, and starts its own program with what it was told', () => {
    const program = join(folder, 'docker-entrypoint.sh');
    writeFileSync(program, '#!/bin/sh\nprintf "%s|" "$@" "$SECRET_A" "$SECRET_B" "$SECRET_EMPTY" "$OTHER"\n', {
      mode: 0o755,
    });
    const secrets = {
      SECRET_A: `it's "q" $HOME \`x\` \\n é`,
      SECRET_B: `two\nlines ${'long'.repeat(40)}`,
      SECRET_EMPTY: '',
    };
    const env = { PATH: `${folder}:/usr/bin:/bin`, OTHER: 'as it is', ...secrets };
    const said = execFileSync('/bin/sh', [join(ROOT, 'docker/start-kestra.sh'), 'server', 'standalone'], {
      env,
      encoding: 'utf8',
    });
    const encoded = Object.values(secrets).map((value) => Buffer.from(value).toString('base64'));
    expect(said.split('|')).toEqual(['server', 'standalone', ...encoded, 'as it is', '']);
  });
});

// Where no client is, .ci/run says so in capitals.
const clients = [['docker-compose'], ['docker', 'compose']].filter(
  ([command = '', ...args]) => spawnSync(command, [...args, 'version'], { stdio: 'ignore' }).status === 0,
);

for (const [command = '', ...args] of clients) {
  describe(`the client ${[command, ...args].join(' ')}`, () => {
    const config = (env: string) => {
      const file = join(folder, '.env');
      writeFileSync(file, env);
      const options = ['--env-file', file, '--file', join(ROOT, 'docker-compose.yml'), 'config'];
      return spawnSync(command, [...args, ...options], { env: { PATH: process.env.PATH ?? '' }, encoding: 'utf8' });
    };

    it('accepts the file when what is required has a value, and has understood the rest', () => {
      const filled = required.reduce((env, name) => env.replace(`\n${name}=\n`, `\n${name}=/given/${name}\n`), example);
      const { status, stdout, stderr } = config(filled);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const kestra = (parse(stdout) as typeof compose).services.kestra;
      expect(kestra?.environment).toMatchObject({ SECRET_PGPASSWORD: '/given/SPORTDB_PASSWORD', ENV_RH_XLSX: '' });
      expect(kestra?.environment.KESTRA_CONFIGURATION).toContain('password: $${DB_PASSWORD}');
    });

    it('refuses .env.example as it is and says what is required', () => {
      const { status, stderr } = config(example);
      expect(status).not.toBe(0);
      expect(stderr).toContain('is required, see .env.example');
    });
  });
}
