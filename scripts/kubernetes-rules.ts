import { isSelected, type KubernetesObject, type Labels, namedDeployments } from './kubernetes-objects.ts';

const GRPC_PORT = 8081;
const COMPONENT = 'app.kubernetes.io/component';

/** What is wrong among the objects of one rendering: what no schema sees, since it is between two of them. */
export function faultsAmong(
  objects: readonly KubernetesObject[],
  { stopMarginMs }: { stopMarginMs: number },
): string[] {
  return [
    ...namedDeployments(objects).flatMap((deployment) => [
      ...podFaults(deployment),
      ...probeFaults(deployment),
      ...graceFaults(deployment, stopMarginMs),
    ]),
    ...objects.filter(({ kind }) => kind === 'Job').flatMap(podFaults),
    ...selectorFaults(objects),
    ...callFaults(objects),
  ];
}

function podFaults({ kind, metadata, spec }: KubernetesObject): string[] {
  const pod = spec?.template?.spec;
  if (pod === undefined) return [`${kind} ${metadata.name}: has no pod`];
  const faults: string[] = [];
  const check = (isFine: boolean, what: string): void => {
    if (!isFine) faults.push(`${kind} ${metadata.name}: ${what}`);
  };
  check(pod.securityContext?.runAsNonRoot === true, 'may run as root');
  check(pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile');
  const volumes = new Set(pod.volumes?.map(({ name }) => name));
  for (const { securityContext, resources, volumeMounts = [] } of pod.containers) {
    check(securityContext?.readOnlyRootFilesystem === true, 'can write to its image');
    check(securityContext?.allowPrivilegeEscalation === false, 'may gain privileges');
    check(resources?.requests !== undefined && resources.limits !== undefined, 'has no requests or no limits');
    for (const { name } of volumeMounts) check(volumes.has(name), `mounts ${name}, which is no volume of it`);
  }
  return faults;
}

function probeFaults({ metadata, spec }: KubernetesObject): string[] {
  const faults: string[] = [];
  for (const container of spec?.template?.spec.containers ?? []) {
    const ports = new Set(container.ports?.map(({ name }) => name));
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
      const port = container[probe]?.httpGet?.port;
      if (port === undefined) faults.push(`Deployment ${metadata.name}: has no ${probe}`);
      else if (!ports.has(port))
        faults.push(`Deployment ${metadata.name}: its ${probe} asks a port ${port} it has not`);
    }
  }
  return faults;
}

/** Kubernetes must not kill what is still recording usages. */
function graceFaults({ metadata, spec }: KubernetesObject, stopMarginMs: number): string[] {
  const pod = spec?.template?.spec;
  const drain = pod?.containers[0]?.env?.find(({ name }) => name === 'GATEWAY_DRAIN_TIMEOUT_MS')?.value;
  const graceMs = (pod?.terminationGracePeriodSeconds ?? 0) * 1_000;
  if (drain !== undefined && graceMs > Number(drain) + stopMarginMs) return [];
  return [`Deployment ${metadata.name}: is killed after ${graceMs} ms, which a drain of ${drain} ms may need and more`];
}

/**
 * Each Service, budget and policy means exactly one Deployment's pods, or a Job's, and each autoscaler one that is
 * there.
 */
function selectorFaults(objects: readonly KubernetesObject[]): string[] {
  const faults: string[] = [];
  const pods = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');
  const components = (selector: Labels | undefined): Set<string | undefined> => {
    const selected = pods.filter(({ spec }) => isSelected(spec?.template?.metadata.labels, selector));
    return new Set(selected.map(({ spec }) => spec?.template?.metadata.labels[COMPONENT]));
  };
  for (const { kind, metadata, spec } of objects) {
    if (kind === 'HorizontalPodAutoscaler') {
      const isThere = namedDeployments(objects).some((each) => each.metadata.name === spec?.scaleTargetRef?.name);
      if (!isThere) faults.push(`${kind} ${metadata.name}: scales what is not there`);
    }
    if (!['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'Deployment'].includes(kind)) continue;
    const found = components(selectorOf(spec));
    if (found.size !== 1) faults.push(`${kind} ${metadata.name}: selects ${found.size} components, not 1`);
  }
  return faults;
}

function selectorOf(spec: KubernetesObject['spec']): Labels | undefined {
  if (spec?.podSelector !== undefined) return spec.podSelector.matchLabels;
  const selector = spec?.selector;
  return selector !== undefined && 'matchLabels' in selector ? (selector.matchLabels as Labels) : (selector as Labels);
}

/** Who is told a service's address may call it, and nobody else, where there are policies. */
function callFaults(objects: readonly KubernetesObject[]): string[] {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  if (policies.length === 0) return [];
  const faults: string[] = [];
  const policyOf = (component: string) =>
    policies.find(({ spec }) => spec?.podSelector?.matchLabels?.[COMPONENT] === component)?.spec;
  const deployments = namedDeployments(objects).map(({ spec }) => spec?.template);
  /** The services of a deployment: those named to `together`, else its own. */
  const runBy = (template: (typeof deployments)[number]): readonly string[] => {
    const [, main, ...names] = template?.spec.containers[0]?.command ?? [];
    return main?.startsWith('services/together/') ? names : [template?.metadata.labels[COMPONENT] ?? ''];
  };
  for (const caller of deployments) {
    const from = caller?.metadata.labels[COMPONENT] ?? '';
    const told = new Set(caller?.spec.containers[0]?.env?.map(({ name }) => name));
    for (const called of deployments) {
      const to = called?.metadata.labels[COMPONENT] ?? '';
      const mayCall = runBy(called).some((service) => told.has(`GATEWAY_${service.toUpperCase()}_ADDRESSES`));
      const out = policyOf(from)?.egress?.some(
        ({ ports, to: peers }) => isGrpc(ports) && peers?.some((peer) => names(peer, to)),
      );
      const into = policyOf(to)?.ingress?.some(
        ({ ports, from: peers }) => isGrpc(ports) && peers?.some((peer) => names(peer, from)),
      );
      if ((out ?? false) !== mayCall)
        faults.push(`NetworkPolicy: ${from} ${out ? 'may' : 'may not'} reach out to ${to}`);
      if ((into ?? false) !== mayCall) faults.push(`NetworkPolicy: ${to} ${into ? 'lets' : 'does not let'} ${from} in`);
    }
  }
  return faults;
}

const isGrpc = (ports: readonly { readonly port: number }[] | undefined): boolean =>
  ports?.some(({ port }) => port === GRPC_PORT) ?? false;

const names = (peer: { readonly podSelector?: { readonly matchLabels?: Labels } }, component: string): boolean =>
  peer.podSelector?.matchLabels?.[COMPONENT] === component;
