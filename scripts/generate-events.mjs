// Generates packages/events/src/generated/records.ts from schemas/*.avsc: one TypeScript interface
// and one codec per record. On the wire names are snake_case; in code they are camelCase. Avro's
// binary form carries no names, so renaming the fields of the schema that the codec is built from
// is the whole mapping, and costs nothing at run time.
//
// The records of topics also get an id on the wire, by which a reader finds the schema that wrote a
// record (docs/adr/0015): schemas/wire/<id>.avsc, whole in itself, is made once and kept for ever.
// A schema that has changed in more than its words gets the next id.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());

const files = readdirSync(new URL('schemas/', root)).filter((name) => name.endsWith('.avsc'));
const schemas = files.sort().map((name) => ({
  file: name,
  schema: JSON.parse(readFileSync(new URL(`schemas/${name}`, root), 'utf8')),
}));

const interfaces = [];
const seen = new Set();

function tsType(type) {
  if (typeof type === 'string') {
    if (type.startsWith('rosi.')) return type.slice(5);
    if (type === 'long' || type === 'int' || type === 'double') return 'number';
    return type;
  }
  if (Array.isArray(type)) return type.map(tsType).join(' | ');
  if (type.type === 'array') {
    const item = tsType(type.items);
    return item.includes('|') ? `readonly (${item})[]` : `readonly ${item}[]`;
  }
  if (type.type === 'record') {
    emitInterface(type);
    return type.name;
  }
  throw new Error(`no TypeScript type for ${JSON.stringify(type)}`);
}

function emitInterface(record) {
  if (seen.has(record.name)) return;
  seen.add(record.name);
  const lines = record.fields.map(
    (field) => `  /** ${field.doc} */\n  readonly ${camel(field.name)}: ${tsType(field.type)};`,
  );
  interfaces.push(
    `/** ${record.doc} */\nexport interface ${record.name} {\n${lines.join('\n')}\n}`,
  );
}

function withCamelNames(type) {
  if (Array.isArray(type)) return type.map(withCamelNames);
  if (typeof type !== 'object' || type === null) return type;
  if (type.type === 'record') {
    return {
      type: 'record',
      name: `rosi.${type.name}`,
      fields: type.fields.map((field) => ({
        name: camel(field.name),
        type: withCamelNames(field.type),
        ...('default' in field ? { default: field.default } : {}),
      })),
    };
  }
  if (type.type === 'array') return { type: 'array', items: withCamelNames(type.items) };
  return type;
}

function dependencies(type) {
  if (typeof type === 'string') return type.startsWith('rosi.') ? [type.slice(5)] : [];
  if (Array.isArray(type)) return type.flatMap(dependencies);
  if (type.type === 'array') return dependencies(type.items);
  if (type.type === 'record') return type.fields.flatMap((field) => dependencies(field.type));
  return [];
}

// Records that others refer to come first.
const ordered = [];
const visit = ({ file, schema }) => {
  if (ordered.some((done) => done.file === file)) return;
  for (const name of dependencies(schema)) visit(schemas.find((s) => s.schema.name === name));
  ordered.push({ file, schema });
};
schemas.forEach(visit);
for (const { schema } of ordered) emitInterface(schema);

// Far above the numbers that a schema registry gives, so that the two are never taken for each other.
const FIRST_WIRE_ID = 1_000_000_001;
const wireFolder = new URL('schemas/wire/', root);

/** The schema with every record that it refers to, each where it is met first. */
function whole(type, met = new Set()) {
  if (typeof type === 'string') {
    if (!type.startsWith('rosi.') || met.has(type)) return type;
    const found = schemas.find((one) => `rosi.${one.schema.name}` === type);
    return whole(found.schema, met);
  }
  if (Array.isArray(type)) return type.map((one) => whole(one, met));
  if (type.type === 'array') return { ...type, items: whole(type.items, met) };
  if (type.type !== 'record') return type;
  met.add(`rosi.${type.name}`);
  const fields = type.fields.map((field) => ({ ...field, type: whole(field.type, met) }));
  return { ...type, namespace: 'rosi', fields };
}

const withoutWords = (schema) =>
  JSON.stringify(schema, (name, value) => (name === 'doc' ? undefined : value));

/** By record, its newest id. */
function wireIds() {
  mkdirSync(wireFolder, { recursive: true });
  const known = readdirSync(wireFolder)
    .filter((name) => name.endsWith('.avsc'))
    .map((name) => ({
      id: Number(name.slice(0, -'.avsc'.length)),
      schema: JSON.parse(readFileSync(new URL(name, wireFolder), 'utf8')),
    }))
    .sort((a, b) => a.id - b.id);
  let next = (known.at(-1)?.id ?? FIRST_WIRE_ID - 1) + 1;
  const nested = new Set(
    schemas.filter(({ file }) => !file.startsWith('state_')).flatMap((s) => dependencies(s.schema)),
  );
  const ids = new Map();
  for (const { file, schema } of ordered) {
    if (file.startsWith('state_') || nested.has(schema.name)) continue;
    const self = whole(schema);
    const newest = known.findLast((one) => one.schema.name === schema.name);
    const isSame = newest !== undefined && withoutWords(newest.schema) === withoutWords(self);
    const id = isSame ? newest.id : next++;
    ids.set(schema.name, { id, schema: self });
    writeFileSync(new URL(`${id}.avsc`, wireFolder), `${JSON.stringify(self, null, 2)}\n`);
  }
  return ids;
}
const wire = wireIds();

const codecs = ordered.map(({ file, schema }) => {
  const { name } = schema;
  const id = wire.get(name)?.id;
  const last = id === undefined ? '' : `\n  ${id},`;
  return `/** Codec of schemas/${file}. */\nexport const ${name[0].toLowerCase()}${name.slice(1)}Codec: Codec<${name}> = codec(\n  ${JSON.stringify(withCamelNames(schema))},${last}\n);`;
});

const text = `// Generated by scripts/generate-events.mjs from schemas/*.avsc. Do not edit: npm run generate.
import { type Codec, codec } from '../codec.js';

${interfaces.join('\n\n')}

${codecs.join('\n\n')}
`;
mkdirSync(new URL('packages/events/src/generated/', root), { recursive: true });
writeFileSync(new URL('packages/events/src/generated/records.ts', root), text);

const registered = [...wire.values()].map(
  ({ id, schema }) => `  [\n    ${id},\n    ${JSON.stringify(JSON.stringify(schema))},\n  ],`,
);
writeFileSync(
  new URL('packages/events/src/generated/wire-schemas.ts', root),
  `// Generated by scripts/generate-events.mjs from schemas/*.avsc. Do not edit: npm run generate.

/** The schemas of this build's topics, whole in themselves, by their ids in schemas/wire. */
export const wireSchemas: ReadonlyMap<number, string> = new Map([
${registered.join('\n')}
]);
`,
);
