/** The files under test, read once each: the compose file, dashboards, rules, provisioning. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const pathOf = (path: string) => join(repository, path);
export const textOf = (path: string) => readFileSync(pathOf(path), 'utf8');
/** With merge keys (`<<`) resolved, as Compose resolves them. */
export const yamlOf = (path: string): unknown => parse(textOf(path), { merge: true });
export const filesIn = (folder: string) =>
  readdirSync(pathOf(folder)).map((file) => `${folder}/${file}`);

export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly security_opt?: readonly string[];
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, string>> } };
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Of the shape that the schema test holds it against. */
export const compose = yamlOf('docker-compose.yml') as ComposeFile;
export const services = Object.entries(compose.services);
/** Variables of .env.example with their values there. */
export const exampleVariables: ReadonlyMap<string, string> = new Map(
  [...textOf('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
    name ?? '',
    value ?? '',
  ]),
);

export interface Target {
  readonly rawSql?: string;
  readonly expr?: string;
}
export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly Target[];
}
export interface DashboardVariable {
  readonly name: string;
  readonly query: string;
}
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly DashboardVariable[] };
}

export const dashboards = filesIn('infra/grafana/dashboards').map(
  (path) => JSON.parse(textOf(path)) as Dashboard,
);

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const alertRules = filesIn('infra/prometheus/rules').flatMap((path) => {
  const { groups } = yamlOf(path) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
});
