/**
 * The path of a request's target. Absolute-form targets (RFC 9112, 3.2.2), queries, fragments and doubled slashes must not
 * lead past what is meant for `/`.
 */
export function pathOf(target = '/'): string {
  const url = target.startsWith('/') ? `http://host${target.replace(/^[/\\]+/, '/')}` : target;
  return URL.canParse(url) ? new URL(url).pathname.replace(/^\/+/, '/') : target;
}
