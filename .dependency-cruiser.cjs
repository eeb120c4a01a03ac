/** The import graph, enforced: dependencies point one way (docs/architecture.md, "Folders"). */
const pure = '^packages/(events|identity|attribution)/';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle makes two parts one.', {}, { circular: true }),
    rule(
      'services-apart',
      'No service imports another: they share topics and packages only.',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    rule(
      'packages-below-services',
      'Only the composition root (packages/cli) may know services.',
      { path: '^packages/', pathNot: '^packages/cli/' },
      { path: '^services/' },
    ),
    rule(
      'cli-on-top',
      'Nothing imports the command.',
      { pathNot: '^(packages/cli|test)/' },
      { path: '^packages/cli/' },
    ),
    rule(
      'pure-packages',
      'Pure packages use no node: module.',
      { path: pure, pathNot: '\\.test\\.ts$' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'pure-depend-on-events-only',
      'Pure packages depend on events and small libraries only.',
      { path: pure },
      { path: '^packages/(?!events/|identity/|attribution/)' },
    ),
    rule(
      'events-at-the-bottom',
      'events knows no other package.',
      { path: '^packages/events/' },
      { path: '^packages/(?!events/)' },
    ),
    rule(
      'clickhouse-in-warehouse-only',
      'One package speaks to ClickHouse.',
      { pathNot: '^packages/warehouse/' },
      { path: 'node_modules/(@clickhouse|chdb|ffi-rs)/' },
    ),
    rule(
      'lmdb-in-the-runtimes-only',
      'The runtimes keep state on LMDB, each its own.',
      { pathNot: '^(packages/streams-embedded|packages/streams-kafka|packages/cli)/' },
      { path: 'node_modules/lmdb/' },
    ),
    rule(
      'kafkajs-in-streams-kafka-only',
      'One package speaks to Kafka.',
      { pathNot: '^packages/streams-kafka/' },
      { path: 'node_modules/kafkajs/' },
    ),
    rule(
      'oracle-is-independent',
      'The oracle shares nothing with what it judges.',
      { path: '^test/(oracle|generator)/' },
      { path: '^(packages|services)/' },
    ),
    rule(
      'no-deep-imports',
      'Packages are used by their exports.',
      { path: '^(packages|services)/([^/]+)/' },
      {
        path: '^packages/([^/]+)/src/(?!(index|parse-url)\\.ts$)',
        pathNot: '^packages/$2/',
        dependencyTypes: ['local'],
      },
    ),
    rule('resolvable', 'What is imported exists.', { pathNot: '/bin/' }, { couldNotResolve: true }),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|services|test)/[^/]+/(dist|bundle)/|/generated/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@rosi/source', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
