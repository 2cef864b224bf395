import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isErrorCode } from '#errors/error-table.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { test } from '#testkit/test.ts';
import { exposedName, groupedBy, selectorsIn } from './expression.ts';

/** What Prometheus adds to each series it scrapes, and to a histogram's. */
const ADDED_LABELS = ['job', 'instance', 'le'];
/** Roles of PostgreSQL, which are named alike. */
const ROLES = ['gateway_owner', 'gateway_journal', 'gateway_quota', 'gateway_billing', 'gateway_accounts'];
const LED_SERVICES = ['journal', 'quota', 'billing', 'accounts'];

interface Asked {
  readonly where: string;
  readonly expression: string;
  /** Labels that a text shows of a result. */
  readonly shown: readonly string[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}
interface RuleTests {
  readonly tests: readonly { readonly alert_rule_test: readonly { alertname: string; exp_alerts?: unknown[] }[] }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const labels = labelsByMetric();
const rules = ['alerts.yml', '../kubernetes/gateway/files/alerts.yaml'].flatMap((file) => rulesIn(read(file)));
const asked: readonly Asked[] = [
  ...rules.map(askedByRule),
  ...askedByDashboard(read('../grafana/dashboards/gateway.json')),
];

test('alerts and panels ask only for metrics there are', () => {
  assert.notEqual(asked.length, 0);
  for (const { where, expression } of asked) {
    for (const { metric } of selectorsIn(expression)) assert.ok(labels.has(metric), `${where}: ${metric}`);
  }
});

test('alerts and panels tell series apart only by labels they have, and show no others', () => {
  for (const { where, expression, shown } of asked) {
    const selectors = selectorsIn(expression);
    for (const { metric, matchers } of selectors) {
      for (const { label } of matchers) assert.ok(hasLabel(metric, label), `${where}: ${metric} has no ${label}`);
    }
    const grouped = groupedBy(expression);
    for (const label of [...grouped, ...shown]) {
      const isKnown = selectors.length === 0 || selectors.every(({ metric }) => hasLabel(metric, label));
      assert.ok(isKnown, `${where}: ${label} is no label of what it asks for`);
    }
    const isGrouped = /^(sum|max|min|count) by/.test(expression);
    if (isGrouped)
      assert.deepEqual(new Set(shown).difference(new Set(grouped)), new Set(), `${where}: shown, but gone`);
  }
});

test('alerts look for errors and services there are', () => {
  for (const { where, expression } of asked) {
    for (const { matchers } of selectorsIn(expression)) {
      for (const { label, values } of matchers) {
        if (label === 'error') for (const value of values) assert.ok(isErrorCode(value), `${where}: error ${value}`);
        if (label === 'service')
          for (const value of values) assert.ok(LED_SERVICES.includes(value), `${where}: ${value}`);
      }
    }
  }
});

test('documents name only metrics there are', () => {
  const folder = new URL('../../docs/runbooks/', import.meta.url);
  const files = readdirSync(folder).map((file) => `../../docs/runbooks/${file}`);
  for (const file of [...files, '../../docs/failure-modes.md', '../../docs/invariants.md', '../../README.md']) {
    for (const [name] of read(file).matchAll(/\bgateway_[a-z_]+/g)) {
      assert.ok(labels.has(exposedName(name)) || ROLES.includes(name), `${file}: ${name}`);
    }
  }
});

test('each alert has a test in which it is raised, one in which it is not, and a document that is there', () => {
  const { tests }: RuleTests = parse(read('alerts.test.yml'));
  const outcomes = tests.flatMap((each) => each.alert_rule_test);
  for (const { alert, annotations } of rules) {
    const own = outcomes.filter(({ alertname }) => alertname === alert);
    assert.ok(
      own.some(({ exp_alerts = [] }) => exp_alerts.length > 0),
      `${alert} is raised in no test`,
    );
    assert.ok(
      own.some(({ exp_alerts = [] }) => exp_alerts.length === 0),
      `${alert} is silent in no test`,
    );
    assert.notEqual(read(`../../${annotations['runbook']}`), '', alert);
  }
});

function labelsByMetric(): Map<string, readonly string[]> {
  const metrics = createMetrics({ withProcessDefaults: false }).registry.getMetricsAsArray();
  // prom-client keeps them, and has no type for them.
  return new Map(metrics.map((metric) => [metric.name, 'labelNames' in metric ? (metric.labelNames as string[]) : []]));
}

function hasLabel(metric: string, label: string): boolean {
  return ADDED_LABELS.includes(label) || labels.get(metric)?.includes(label) === true;
}

function rulesIn(text: string): readonly Rule[] {
  const { groups }: { groups: readonly { readonly rules: readonly Rule[] }[] } = parse(text);
  return groups.flatMap((group) => group.rules);
}

function askedByRule({ alert, expr, annotations }: Rule): Asked {
  const texts = Object.values(annotations).join(' ');
  const shown = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
  return { where: alert, expression: expr, shown };
}

function askedByDashboard(text: string): Asked[] {
  const { panels }: Dashboard = JSON.parse(text);
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({
      where: `panel "${title}"`,
      expression: expr,
      shown: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label),
    })),
  );
}
