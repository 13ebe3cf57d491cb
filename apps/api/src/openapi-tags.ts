/** The sections of the documentation. Contract names where the catalogue has them. */
export const TAGS: readonly { name: string; description: string }[] = [
  { name: 'System', description: 'The message that everybody sees, health and figures.' },
];
