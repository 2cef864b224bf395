import type { Route } from '../../api/gen/index.ts';

/** Which requests a route is for, beside their models, a text for each condition. */
export function conditionsOf(route: Route): string[] {
  const { headers = [], hours = [], prompt_tokens_min = 0, prompt_tokens_max = 0 } = route;
  const lists = [
    ['team', route.teams],
    ['user', route.users],
    ['key', route.keys],
    ['tag', route.tags],
    ['region', route.regions],
    ['with', route.modalities],
    ['needs', route.capabilities],
  ] as const;
  return [
    ...lists.flatMap(([name, values = []]) => (values.length === 0 ? [] : [`${name} ${values.join(' or ')}`])),
    ...headers.map(({ name, value }) => `header ${name}: ${value}`),
    ...(prompt_tokens_min > 0 ? [`from ${prompt_tokens_min} prompt tokens`] : []),
    ...(prompt_tokens_max > 0 ? [`up to ${prompt_tokens_max} prompt tokens`] : []),
    ...(hours.length > 0 ? ['at certain hours'] : []),
    ...(route.starts_at ? [`from ${route.starts_at}`] : []),
    ...(route.ends_at ? [`until ${route.ends_at}`] : []),
    ...(route.share_percent ? [`${route.share_percent} % of them`] : []),
  ];
}
