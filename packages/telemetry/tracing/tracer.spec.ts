import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from '#testkit/test.ts';
import { createTracer } from './create-tracer.ts';

test('without an endpoint there is no tracer, and nothing of OpenTelemetry is loaded', async () => {
  assert.equal(await createTracer({}, 'x'), null);
  assert.equal(await createTracer({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }, 'x'), null);
  const factory = fileURLToPath(new URL('./create-tracer.ts', import.meta.url));
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { if (url.includes('@opentelemetry')) console.log(url); return next(url, context); } });
    const { createTracer } = await import(${JSON.stringify(factory)});
    const tracer = await createTracer(process.env.ON ? { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } : {}, 'x');
    process.exit(0);`;
  const run = (on: string): string =>
    spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      env: { PATH: process.env['PATH'], ON: on },
      encoding: 'utf8',
    }).stdout;
  assert.equal(run(''), '');
  assert.match(run('1'), /@opentelemetry/);
});

test('a step goes on with the trace it was given, and begins one where it was given none', async () => {
  const tracer = await createTracer({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, 'x');
  assert.ok(tracer !== null);
  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const child = tracer.start('child', 'internal', parent);
  assert.match(child.traceparent, /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/);
  assert.match(tracer.start('root', 'internal', undefined).traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.match(tracer.start('junk', 'internal', 'no context').traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  const unsampled = parent.replace(/01$/, '00');
  assert.match(tracer.start('quiet', 'internal', unsampled).traceparent, /-00$/, 'whoever began it decides');
});
