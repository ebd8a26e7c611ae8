import { posix } from 'node:path';
import type { Graph, ModelNode, Node, SeedNode, SourceNode } from '../graph/types.ts';
import type { MacroFile, Project } from '../project/types.ts';
import { hashOf } from '../util/hash.ts';
import { quoted } from '../util/sql.ts';
import { metadata } from './metadata.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The project as dbt's manifest (version 12) has it, in the fields that its readers have in common. A contract gives
 * descriptions and columns; its checks are not nodes. Nothing in it comes from the environment or from a row.
 */
export function manifestOf(project: Project, graph: Graph, invocationId: string, at: Date): Json {
  const nodes = [...graph.nodes.values()];
  const context: Context = {
    project,
    graph,
    templates: new Map(project.models.map((file) => [file.name, file.template])),
  };
  return {
    metadata: { ...metadata('manifest', 12, invocationId, at), ...projectMetadata(project) },
    nodes: byId(nodes.filter((node) => node.type !== 'source').map((node) => nodeOf(context, node))),
    sources: byId(nodes.filter((node) => node.type === 'source').map((node) => sourceOf(context, node))),
    macros: byId(project.macros.map((macro) => macroOf(project, macro))),
    unit_tests: byId(nodes.flatMap((node) => (node.type === 'model' ? unitTestsOf(project, node) : []))),
    docs: {},
    exposures: {},
    metrics: {},
    groups: {},
    selectors: Object.fromEntries(
      project.config.selectors.map(({ name, description, select, exclude }) => [
        name,
        { name, description: description ?? '', definition: { select, exclude: exclude ?? [] } },
      ]),
    ),
    disabled: {},
    parent_map: mapOf(nodes, graph.dag.parents),
    child_map: mapOf(nodes, graph.dag.children),
    group_map: {},
    saved_queries: {},
    semantic_models: {},
  };
}

interface Context {
  readonly project: Project;
  readonly graph: Graph;
  /** Of models, by name. */
  readonly templates: ReadonlyMap<string, string>;
}

function nodeOf(context: Context, node: ModelNode | SeedNode): Json {
  const { project } = context;
  const template = node.type === 'model' ? (context.templates.get(node.name) ?? '') : '';
  const checksum = hashOf(
    node.type === 'model' ? template : [node.seed.header, node.seed.rows.map(({ cells }) => cells)],
  );
  return {
    ...commonOf(context, node),
    alias: node.relation.name,
    checksum: { name: 'sha256', checksum },
    config: configOf(node),
    tags: node.tags,
    raw_code: template,
    relation_name: relationName(project, node),
    docs: DOCS,
    group: null,
    ...(node.type === 'model' ? modelFields(context, node) : { root_path: null, depends_on: { macros: [] } }),
  };
}

function modelFields({ project, graph }: Context, node: ModelNode): Json {
  const { refs, sources, macros } = node.rendered;
  return {
    language: 'sql',
    refs: refs.map((name) => ({ name, package: null, version: null })),
    sources: sources.map((name) => [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)]),
    metrics: [],
    depends_on: {
      macros: macros.map((name) => macroId(project, name)),
      nodes: [...new Set(graph.dag.parents(node.id))],
    },
    contract: contractState(node),
    access: 'protected',
    constraints: [],
    version: null,
    latest_version: null,
    deprecation_date: null,
  };
}

function sourceOf(context: Context, node: SourceNode): Json {
  const { system, table, description, loader, columns } = node.source;
  return {
    ...commonOf(context, node),
    name: table,
    source_name: system,
    source_description: '',
    loader: loader ?? '',
    identifier: node.relation.name,
    description,
    columns: byName(columns.map((name) => ({ name, description: '', meta: {}, data_type: null, tags: [] }))),
    quoting: {},
    loaded_at_field: null,
    freshness: null,
    external: null,
    source_meta: {},
    tags: [],
    config: { enabled: true },
    relation_name: relationName(context.project, node),
  };
}

/** What nodes and sources have alike. */
function commonOf({ project }: Context, node: Node): Json {
  const { contract, file } = node;
  const folders = posix.dirname(file).split('/').slice(1);
  return {
    unique_id: node.id,
    name: node.name,
    resource_type: node.type,
    package_name: project.config.name,
    database: project.config.database,
    schema: node.relation.schema,
    path: file.split('/').slice(1).join('/'),
    original_file_path: file,
    fqn: [project.config.name, ...folders, ...node.name.split('.')],
    description: contract?.description ?? '',
    columns: byName(
      (contract?.columns ?? []).map(({ name, description, dataType, personal, tags }) => ({
        name,
        description: description ?? '',
        meta: personal === null ? {} : { personal },
        data_type: dataType,
        constraints: [],
        quote: null,
        tags,
      })),
    ),
    meta: contract ? { ...optional('grain', contract.grain), ...optional('owner', contract.owner) } : {},
    patch_path: contract ? `${project.config.name}://${contract.file}` : null,
    unrendered_config: {},
  };
}

function configOf(node: ModelNode | SeedNode): Json {
  return {
    ...node.config,
    enabled: true,
    materialized: node.type === 'model' ? node.materialized : node.type,
    schema: node.relation.schema,
    alias: node.relation.name,
    tags: node.tags,
    meta: {},
    ...(node.type === 'model' ? { contract: contractState(node) } : {}),
  };
}

function contractState(node: ModelNode): Json {
  return { enforced: node.contract !== undefined, alias_types: true };
}

/** Without their rows: those stand in the project's files. */
function unitTestsOf(project: Project, node: ModelNode): readonly Json[] {
  return node.unitTests.map(({ name, file, description, given }) => ({
    unique_id: `unit_test.${project.config.name}.${node.name}.${name}`,
    name,
    resource_type: 'unit_test',
    package_name: project.config.name,
    path: file.split('/').slice(1).join('/'),
    original_file_path: file,
    fqn: [project.config.name, node.name, name],
    model: node.name,
    description: description ?? '',
    given: Object.keys(given).map((input) => ({ input, rows: [], format: 'dict' })),
    expect: { rows: [], format: 'dict' },
    depends_on: { macros: [], nodes: [node.id] },
    schema: node.relation.schema,
    config: { tags: [], meta: {}, enabled: true },
  }));
}

function macroOf(project: Project, { name, file, template }: MacroFile): Json {
  return {
    unique_id: macroId(project, name),
    name,
    resource_type: 'macro',
    package_name: project.config.name,
    path: file,
    original_file_path: file,
    macro_sql: template,
    depends_on: { macros: [] },
    description: '',
    meta: {},
    docs: DOCS,
    patch_path: null,
    arguments: [],
    supported_languages: null,
  };
}

const DOCS = { show: true, node_color: null };

function macroId(project: Project, name: string): string {
  return `macro.${project.config.name}.${name}`;
}

/** `"database"."schema"."name"` */
export function relationName(project: Project, node: Node): string {
  return `"${project.config.database}".${quoted(node.relation)}`;
}

function projectMetadata({ config }: Project): Json {
  return {
    project_name: config.name,
    project_id: hashOf(config.name).slice(0, 32),
    user_id: null,
    send_anonymous_usage_stats: false,
  };
}

function mapOf(nodes: readonly Node[], next: (id: string) => readonly string[]): Json {
  return Object.fromEntries(nodes.map(({ id }) => [id, [...new Set(next(id))].sort()]));
}

function byId(items: readonly Json[]): Json {
  return Object.fromEntries(items.map((item) => [item.unique_id as string, item]));
}

function byName(items: readonly Json[]): Json {
  return Object.fromEntries(items.map((item) => [item.name as string, item]));
}

function optional(key: string, value: unknown): Json {
  return value === null ? {} : { [key]: value };
}
