/*
 * Who may import whom. Each rule says why it is there; `npm run check` lists what breaks one.
 */

/** Code that only tests run. */
const TEST_CODE = '[.]spec[.]ts$|/testing[.]ts$|^packages/testkit/|^(tests|benchmarks)/|given-when-then[.]ts$';
const OURS = '^(packages|services|cli|tools|tests|benchmarks|scripts)/';
/** Talks to the world outside: databases, the network, HTTP. */
const DRIVERS = '^node_modules/(pg|pg-copy-streams|ioredis|undici|express|@nats-io|@grpc)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'kernel-imports-nothing-of-ours',
      comment:
        'Ids, clock and unreachable are below everything: one import upwards, and everything depends on everything.',
      severity: 'error',
      from: { path: '^packages/kernel/', pathNot: TEST_CODE },
      to: { path: OURS, pathNot: '^packages/kernel/' },
    },
    {
      name: 'money-is-arithmetic',
      comment:
        'Amounts, prices and postings are integers and rules about them: beyond the shapes in events they know nothing.',
      severity: 'error',
      from: { path: '^packages/money/', pathNot: TEST_CODE },
      to: {
        path: OURS,
        pathNot: '^packages/(money|kernel)/|^packages/ai/(units|usage)[.]ts$|^packages/contracts/events[.]ts$',
      },
    },
    {
      name: 'domain-decides-from-its-arguments',
      comment:
        'A decision can be replayed only if it sees nothing but its arguments: its own domain, money, the kernel, the decider types, and the shapes of events, commands and refusals.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/domain/', pathNot: TEST_CODE },
      to: {
        pathNot:
          '^services/$1/src/domain/|^packages/(kernel|money|ai|decider|contracts|errors)/|^packages/journal/recorded-event[.]ts$|^packages/registry/(changes|kinds|registry)[.]ts$|^packages/admin-api/(check-fields|field-options|formats)[.]ts$|^node_modules/@bufbuild/protobuf/',
      },
    },
    {
      name: 'handlers-know-ports-not-adapters',
      comment:
        'A handler loads, decides and appends through ports, and a run calls providers through them, so that its tests need no database and the wiring is seen in one place.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/(handlers|reactions|run)/', pathNot: TEST_CODE },
      to: { path: `^services/[^/]+/src/(adapters|api|projections)/|^packages/clients/|${DRIVERS}` },
    },
    {
      name: 'projections-fold-what-happened',
      comment:
        'A projection that decided anew would give another answer after the rules change. It reads events, and writes rows.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/projections/', pathNot: TEST_CODE },
      to: {
        path: '^services/[^/]+/src/(handlers|reactions|run|adapters|api)/|/domain/.*(decide|evolve|decider)[^/]*[.]ts$',
      },
    },
    {
      name: 'queries-only-read',
      comment: 'A question changes nothing, so it has no business with what decides or appends.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/queries/', pathNot: TEST_CODE },
      to: { path: '^services/[^/]+/src/(handlers|reactions|run|api)/|/domain/.*(decide|evolve|decider)[^/]*[.]ts$' },
    },
    {
      name: 'api-translates',
      comment:
        'The api turns wire into commands and answers into wire. What it decided itself, another door would not.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/api/', pathNot: TEST_CODE },
      to: {
        path: '^services/[^/]+/src/(adapters|reactions|projections)/|/domain/.*(decide|evolve|decider)[^/]*[.]ts$|^node_modules/(pg|ioredis)/',
      },
    },
    {
      name: 'adapters-fill-ports',
      comment: 'An adapter speaks to a driver behind a port. It calls nobody above it, or the layers become a knot.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/adapters/', pathNot: TEST_CODE },
      to: { path: '^services/[^/]+/src/(handlers|reactions|run|api)/|/domain/.*(decide|evolve|decider)[^/]*[.]ts$' },
    },
    {
      name: 'no-service-imports-another',
      comment:
        'Services meet in contracts and events, so that each can run in a process of its own. Standalone and together, which put several into one process, are the exceptions: they import their modules.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/(standalone|together)/|[.]e2e[.]spec[.]ts$' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'ai-is-words-and-bytes',
      comment:
        'What models are asked and how it is written is the same for all services and the simulator. It knows no service, no money and no I/O.',
      severity: 'error',
      from: { path: '^packages/ai/', pathNot: TEST_CODE },
      to: { path: `${OURS}|${DRIVERS}`, pathNot: '^packages/(ai|kernel|errors)/' },
    },
    {
      name: 'packages-import-no-service',
      comment: 'What all services share can depend on none of them.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(services|cli|tools|tests|benchmarks|scripts)/' },
    },
    {
      name: 'a-port-does-not-know-its-wire',
      comment:
        'What services ask of each other is the same in one process and between two. Only what carries it knows how it crosses.',
      severity: 'error',
      from: { path: '^packages/(contracts|journal|decider|api-keys|rpc|bus)/', pathNot: TEST_CODE },
      to: { path: '^packages/clients/' },
    },
    {
      name: 'a-client-is-of-one-service',
      comment:
        'A folder of clients has one service, with the codec that both of its ends use: what one service changes, no other client sees.',
      severity: 'error',
      from: { path: '^packages/clients/([^/]+)/', pathNot: TEST_CODE },
      to: { path: '^packages/clients/[^/]+/', pathNot: '^packages/clients/$1/' },
    },
    {
      name: 'cli-and-tools-stand-outside',
      comment:
        'gatewayctl and the simulator are other programs: they speak to the gateway over the wire, as anyone does.',
      severity: 'error',
      from: { path: '^(cli|tools)/', pathNot: '[.](int|e2e)[.]spec[.]ts$' },
      to: { path: '^(services|tests|benchmarks|scripts)/' },
    },
    {
      name: 'no-test-code-in-production',
      comment: 'What only tests use is left out of a production image, and is allowed to be quick and dirty there.',
      severity: 'error',
      from: { path: '^(packages|services|cli|tools)/', pathNot: TEST_CODE },
      to: { path: TEST_CODE },
    },
    {
      name: 'no-development-dependency-in-production',
      comment: 'A production install leaves development dependencies out: the import would fail there, and only there.',
      severity: 'error',
      from: { path: '^(packages|services|cli|tools)/', pathNot: TEST_CODE },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-dependency',
      comment: 'A package that is there only because another one needs it is gone when that one drops it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      comment: 'Modules in a circle can only be understood all at once, be it of types alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere is checked by none of the rules above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript API, so that `typescript` is version 6 here, for this parser alone.
    parser: 'tsc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/contracts/gen/|^console/src/api/gen/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
