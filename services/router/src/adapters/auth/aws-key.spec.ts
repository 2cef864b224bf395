import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readAwsKey } from './aws-key.ts';

const keys = 'AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const here = 'https://bedrock-runtime.us-east-1.amazonaws.com';

test('a pair of keys signs, with the token of its session where it has one; any other text is a bearer token', () => {
  assert.deepEqual(readAwsKey(keys, here, ''), {
    kind: 'signing',
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      sessionToken: '',
    },
    scope: { region: 'us-east-1', service: 'bedrock' },
  });
  const ofSession = readAwsKey(`${keys}:AQoDYXdzEPT//////////wEXAMPLE==`, here, '');
  assert.ok('credentials' in ofSession);
  assert.equal(ofSession.credentials.sessionToken, 'AQoDYXdzEPT//////////wEXAMPLE==');
  assert.deepEqual(readAwsKey('ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl', here, ''), { kind: 'bearer' });
});

test('the region stands in the host, in every form that AWS has, else with the provider', () => {
  for (const [host, region, service] of [
    ['bedrock-runtime.ap-southeast-2.amazonaws.com', 'ap-southeast-2', 'bedrock'],
    ['bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1', 'bedrock'],
    ['vpce-0a1b2c3d-4e5f.bedrock-runtime.eu-central-1.vpce.amazonaws.com', 'eu-central-1', 'bedrock'],
    ['bedrock-mantle.us-east-2.api.aws', 'us-east-2', 'bedrock-mantle'],
  ] as const) {
    const key = readAwsKey(keys, `https://${host}`, 'sa-east-1');
    assert.deepEqual('scope' in key && key.scope, { region, service }, host);
  }
  const behind = readAwsKey(keys, 'http://127.0.0.1:9000', 'sa-east-1');
  assert.equal('scope' in behind && behind.scope.region, 'sa-east-1');
});

test('a key that is broken, or a region that nobody tells, is a fault without a secret in it', () => {
  const broken = readAwsKey('AKIAIOSFODNN7EXAMPLE:not a secret', here, '');
  assert.ok('fault' in broken && !broken.fault.includes('not a secret'));
  const nowhere = readAwsKey(keys, 'http://127.0.0.1:9000', 'eu');
  assert.match('fault' in nowhere ? nowhere.fault : '', /names no region .*set its region/);
});
