import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { Container, KubernetesObject } from './kubernetes-objects.ts';
import { faultsAmong } from './kubernetes-rules.ts';

const STOP = { stopMarginMs: 30_000 };
const component = (name: string) => ({ 'app.kubernetes.io/component': name });

const probe = { httpGet: { port: 'ops' } };
const container: Container = {
  name: 'main',
  command: ['node', 'main.ts'],
  env: [{ name: 'GATEWAY_DRAIN_TIMEOUT_MS', value: '2000' }],
  ports: [{ name: 'ops' }],
  volumeMounts: [{ name: 'tmp' }],
  resources: { requests: {}, limits: {} },
  securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
};

function deployment(name: string, changed: Partial<Container> = {}, graceS = 42): KubernetesObject {
  const pod = {
    terminationGracePeriodSeconds: graceS,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ ...container, ...changed }],
    volumes: [{ name: 'tmp' }],
  };
  const template = { metadata: { labels: component(name) }, spec: pod };
  const spec = { selector: { matchLabels: component(name) }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

function policy(name: string, from: readonly string[], to: readonly string[]): KubernetesObject {
  const peers = (names: readonly string[]) => names.map((each) => ({ podSelector: { matchLabels: component(each) } }));
  const spec = {
    podSelector: { matchLabels: component(name) },
    ingress: [{ ports: [{ port: 8081 }], from: peers(from) }],
    egress: [{ ports: [{ port: 8081 }], to: peers(to) }],
  };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}

const callsJournal = { env: [...(container.env ?? []), { name: 'GATEWAY_JOURNAL_ADDRESSES', value: 'journal:8081' }] };
const sound = [
  deployment('journal'),
  deployment('quota', callsJournal),
  policy('journal', ['quota'], []),
  policy('quota', [], ['journal']),
];

test('a sound rendering has no faults', () => {
  assert.deepEqual(faultsAmong(sound, STOP), []);
});

test('a pod that is killed before its drain and the margin of a stop are over is a fault', () => {
  const [fault, ...others] = faultsAmong([deployment('journal', {}, 32)], STOP);
  assert.match(fault ?? '', /is killed after 32000 ms/);
  assert.deepEqual(others, []);
});

test('a probe of a port that the container has not, or none, is a fault', () => {
  const { livenessProbe: _, ...without } = container;
  const asksHttp = deployment('journal', { readinessProbe: { httpGet: { port: 'http' } } });
  assert.match(faultsAmong([asksHttp], STOP).join(), /readinessProbe asks a port http/);
  const blind: KubernetesObject = structuredClone(deployment('journal'));
  Object.assign(blind.spec?.template?.spec ?? {}, { containers: [without] });
  assert.match(faultsAmong([blind], STOP).join(), /has no livenessProbe/);
});

test('a container that can write to its image, or has no bounds, is a fault', () => {
  const open = { securityContext: { readOnlyRootFilesystem: false, allowPrivilegeEscalation: true }, resources: {} };
  assert.equal(faultsAmong([deployment('journal', open)], STOP).length, 3);
});

test('a service that selects no pods, or those of two components, is a fault', () => {
  const service = (selector: Record<string, string>): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'it' },
    spec: { selector },
  });
  assert.match(faultsAmong([...sound, service(component('billing'))], STOP).join(), /selects 0 components/);
  assert.match(faultsAmong([...sound, service({})], STOP).join(), /selects 2 components/);
});

test('who is told an address and may not call it, or may call and is not told, is a fault', () => {
  const [journal, quota] = [deployment('journal'), deployment('quota', callsJournal)];
  const shut = faultsAmong([journal, quota, policy('journal', [], []), policy('quota', [], ['journal'])], STOP);
  assert.deepEqual(shut, ['NetworkPolicy: journal does not let quota in']);
  const wide = faultsAmong([...sound.slice(0, 2), policy('journal', ['quota'], ['quota']), ...sound.slice(3)], STOP);
  assert.deepEqual(wide, ['NetworkPolicy: journal may reach out to quota']);
});
