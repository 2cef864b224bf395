import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { nearest } from '#kernel/nearest.ts';
import { FILE_VARIABLE } from './config-file.ts';
import { type Environment, variables } from './variables.ts';

const PREFIX = 'GATEWAY_';

/** Our variables that are not settings: the file that holds the settings, and where gatewayctl finds the services. */
const OTHERS = [FILE_VARIABLE, 'GATEWAY_GRPC_ADDRESS'];

/** Variables that Kubernetes and Docker give to every container for a service whose name begins with `gateway`. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

/**
 * A fault for each unknown variable that begins with `GATEWAY_`. Without it, a mistyped setting would be ignored silently.
 * Variables that hold a provider's key may have such a name.
 */
export function unknownVariables(environment: Environment, settings: JsonObject): string[] {
  const known = [...Object.keys(variables).filter((name) => name.startsWith(PREFIX)), ...OTHERS];
  const allowed = new Set([...known, ...keyVariables(settings)]);
  const unknown = Object.entries(environment).filter(
    ([name, text = '']) => name.startsWith(PREFIX) && !allowed.has(name) && !isServiceLink(name, text),
  );
  return unknown.map(([name]) => {
    const meant = nearest(name, known);
    const hint = meant === undefined ? 'config/gateway.yaml lists all settings' : `did you mean ${meant}?`;
    return `${name}: unknown setting; ${hint}`;
  });
}

function keyVariables(settings: JsonObject): readonly string[] {
  return asArray(settings['providers']).flatMap((provider) => {
    const name = asObject(provider)?.['apiKeyEnv'];
    return typeof name === 'string' ? [name] : [];
  });
}

function isServiceLink(name: string, text: string): boolean {
  return SERVICE_LINK.test(name) || (name.endsWith('_PORT') && SERVICE_ADDRESS.test(text));
}
