/** What can become of a request. */
export const outcomes = ['running', 'completed', 'failed', 'cut', 'client_gone', 'expired'];
