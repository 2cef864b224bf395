/** What a model is asked that is to compact a conversation and has no call of its own for it. */
export const SUMMARY_WISH = `Write a summary of the conversation so far, which will stand in its place: whoever goes on with it sees nothing but your summary and the user's own messages.

Keep what is needed to go on: what the user wants, decisions and the reasons for them, constraints and preferences, names, paths, commands, identifiers and numbers word for word, what was done and found, errors and how they were solved, what is open, and the next step. Leave out greetings and what was superseded. Call no tool, answer no question of the conversation, and write the summary alone.`;

/** What stands before a summary where it goes back to a model in the place of the conversation. */
export const SUMMARY_INTRODUCTION =
  'The conversation before this point was compacted. This summary stands in its place, and was written by the assistant:';
