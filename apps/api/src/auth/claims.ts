import { ROLES, type Role } from '@app/common';

type Claims = Record<string, unknown>;

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Claims)[name] : undefined;

/** A claim by its name, or by a dotted path such as `realm_access.roles`. Names with dots in them win over paths. */
export function claimAt(claims: Claims, path: string): unknown {
  return own(claims, path) ?? path.split('.').reduce<unknown>(own, claims);
}

/** Our roles among those that a claim names, as a list or separated by spaces or commas. */
export function rolesOf(claim: unknown): Role[] {
  const named = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(/[\s,]+/) : [];
  const names = new Set(named.map((name: unknown) => (typeof name === 'string' ? name.toLowerCase() : '')));
  return ROLES.filter((role) => role === 'user' || names.has(role));
}

/** The first of the claims that is a text with something in it. */
export function firstText(claims: Claims, ...paths: string[]): string | null {
  for (const path of paths) {
    const value = claimAt(claims, path);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}
