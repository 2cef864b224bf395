/**
 * Items that a model or its provider made and that only this format knows. All other items that only this format knows are
 * the client's: outputs of calls, approvals, tools that are added on the way.
 */
const answerItems: ReadonlySet<string> = new Set([
  ...['file_search_call', 'web_search_call', 'computer_call', 'image_generation_call', 'code_interpreter_call'],
  ...['local_shell_call', 'shell_call', 'apply_patch_call', 'mcp_call', 'mcp_list_tools', 'mcp_approval_request'],
  ...['tool_search_call', 'program', 'compaction'],
]);

export function isAnswerItem(type: string): boolean {
  return answerItems.has(type);
}
