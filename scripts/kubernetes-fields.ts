import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from './kubernetes-objects.ts';

/** Where the types of each API group stand; a custom resource has none. */
const modules: Readonly<Record<string, string>> = {
  v1: 'core/v1',
  'apps/v1': 'apps/v1',
  'autoscaling/v2': 'autoscaling/v2',
  'batch/v1': 'batch/v1',
  'networking.k8s.io/v1': 'networking/v1',
  'policy/v1': 'policy/v1',
};

export interface FieldsCheck {
  readonly isFine: boolean;
  /** Kinds that nothing is known of. */
  readonly unknownKinds: readonly string[];
}

/**
 * Holds each object against Kubernetes' own types: the compiler refuses a field that is not there, or of another type, in
 * a literal. `typesDir` is the package `kubernetes-types`; `compile` runs tsc in a folder, and says whether it is content.
 */
export function checkFields(
  objects: readonly KubernetesObject[],
  { typesDir, compile }: { readonly typesDir: string; readonly compile: (folder: string) => boolean },
): FieldsCheck {
  const known = objects.filter(({ apiVersion }) => modules[apiVersion] !== undefined);
  const unknownKinds = [...new Set(objects.filter((each) => !known.includes(each)).map(({ kind }) => kind))];
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-fields-'));
  try {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      types: [],
      module: 'esnext',
      target: 'esnext',
    };
    const settings = { moduleResolution: 'bundler', paths: { 'kubernetes-types/*': [`${typesDir}/*`] } };
    const project = { compilerOptions: { ...compilerOptions, ...settings }, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
    for (const [index, object] of known.entries()) {
      const source = `import type { ${object.kind} } from 'kubernetes-types/${modules[object.apiVersion]}';
export const object: ${object.kind} = ${JSON.stringify(object, null, 2)};
`;
      writeFileSync(join(folder, `${object.kind}-${object.metadata.name}-${index}.ts`), source);
    }
    return { isFine: compile(folder), unknownKinds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
