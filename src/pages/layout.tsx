import type { PropsWithChildren } from "hono/jsx";
import { STYLESHEET_VERSION } from "./styles.js";

/** The frame of every page. */
export function Layout(
  props: PropsWithChildren<{
    readonly lang: string;
    readonly siteName: string;
    readonly title: string;
    readonly wide: boolean;
  }>,
) {
  return (
    <html lang={props.lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${props.title} · ${props.siteName}`}</title>
        <link rel="icon" href="/assets/watchword.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={`/assets/watchword.css?v=${STYLESHEET_VERSION}`} />
      </head>
      <body>
        <header class="top">
          <a href="/">{props.siteName}</a>
        </header>
        <main class={props.wide ? "wide" : ""}>{props.children}</main>
      </body>
    </html>
  );
}
