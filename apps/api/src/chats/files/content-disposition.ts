/** RFC 6266: an ASCII name for old clients, and the exact name. */
export function contentDisposition(kind: 'attachment' | 'inline', path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`;
}
