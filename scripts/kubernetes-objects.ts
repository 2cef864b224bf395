/**
 * What the checks read of a rendered Kubernetes object; whether all of it is as Kubernetes wants it is for its types to
 * say.
 */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: KubernetesSpec;
}

export type Labels = Readonly<Record<string, string>>;

export interface KubernetesSpec {
  readonly selector?: Labels | { readonly matchLabels?: Labels };
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly scaleTargetRef?: { readonly name: string };
  readonly ports?: readonly { readonly targetPort: string }[];
  readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
  readonly ingress?: readonly TrafficRule[];
  readonly egress?: readonly TrafficRule[];
}

export interface TrafficRule {
  readonly ports?: readonly { readonly port: number }[];
  readonly from?: readonly TrafficPeer[];
  readonly to?: readonly TrafficPeer[];
}

interface TrafficPeer {
  readonly podSelector?: { readonly matchLabels?: Labels };
}

interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly seccompProfile?: { readonly type: string } };
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
}

export interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string }[];
  readonly volumeMounts?: readonly { readonly name: string }[];
  readonly resources?: { readonly requests?: object; readonly limits?: object };
  readonly securityContext?: { readonly readOnlyRootFilesystem?: boolean; readonly allowPrivilegeEscalation?: boolean };
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface Probe {
  readonly httpGet?: { readonly port: string };
}

/** Whether an object with these labels is one that the selector means. */
export function isSelected(labels: Labels | undefined, selector: Labels | undefined): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels?.[key] === value);
}

export function namedDeployments(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.filter(({ kind }) => kind === 'Deployment');
}
