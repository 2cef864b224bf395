/** @type {import('jest').Config} */
export default {
  // Node itself loads each file, with its own module loader and type stripping: what is tested is what runs.
  runner: 'jest-light-runner/child-process',
  transform: {},
  reporters: ['default', '<rootDir>/scripts/long-runners.js'],
  roots: ['benchmarks', 'cli', 'infra', 'packages', 'scripts', 'services', 'tests', 'tools'].map(
    (folder) => `<rootDir>/${folder}`,
  ),
  testMatch: ['**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  extensionsToTreatAsEsm: ['.ts'],
};
