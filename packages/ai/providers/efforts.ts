import type { ToldInstead } from '../field-rules.ts';

/** Every effort from `low` on as one value. */
export const anyEffort = (told: ToldInstead) => ({ low: told, medium: told, high: told, xhigh: told, max: told });
/** Three efforts, where others have six. */
export const threeEfforts = { minimal: 'low', xhigh: 'high', max: 'high' };
/** Thinking that is on or off, and no effort: of Zhipu, Moonshot and others who took it over from each other. */
export const thinkingSwitch = {
  none: { thinking: { type: 'disabled' } },
  minimal: { thinking: { type: 'enabled' } },
  ...anyEffort({ thinking: { type: 'enabled' } }),
};
/** The same at Alibaba, and those who serve its models. */
export const enableThinking = {
  none: { enable_thinking: false },
  minimal: { enable_thinking: true },
  ...anyEffort({ enable_thinking: true }),
};
