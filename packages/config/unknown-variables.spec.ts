import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { unknownVariables } from './unknown-variables.ts';

test('an unknown variable that begins with GATEWAY_ is a fault, which names the setting that is meant', () => {
  assert.deepEqual(
    unknownVariables({ GATEWAY_PROT: '1', GATEWAY_TEMPERATURE: '2', GATEWAY_PORT: '3', PORT: '4' }, {}),
    [
      'GATEWAY_PROT: unknown setting; did you mean GATEWAY_PORT?',
      'GATEWAY_TEMPERATURE: unknown setting; config/gateway.yaml lists all settings',
    ],
  );
});

test('a provider’s key may have such a name, and variables that are not settings are known', () => {
  const environment = { GATEWAY_VLLM_KEY: 'x', GATEWAY_CONFIG: 'a.yaml', GATEWAY_GRPC_ADDRESS: 'a:1' };
  assert.deepEqual(unknownVariables(environment, { providers: [{ apiKeyEnv: 'GATEWAY_VLLM_KEY' }, 'broken'] }), []);
});

test('variables of Kubernetes for a service whose name begins with gateway are not faults', () => {
  const links = {
    GATEWAY_INGRESS_SERVICE_HOST: '10.0.0.1',
    GATEWAY_INGRESS_SERVICE_PORT: '8080',
    GATEWAY_INGRESS_SERVICE_PORT_HTTP: '8080',
    GATEWAY_INGRESS_PORT: 'tcp://10.0.0.1:8080',
    GATEWAY_INGRESS_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
    GATEWAY_INGRESS_PORT_8080_TCP_ADDR: '10.0.0.1',
  };
  assert.deepEqual(unknownVariables(links, {}), []);
  assert.equal(unknownVariables({ GATEWAY_HTTP_PORT: '8080' }, {}).length, 1);
});
