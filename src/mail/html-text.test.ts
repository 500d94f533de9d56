import { expect, it } from "vitest";
import { cpuTimer } from "../../test/helpers/cpu-time.js";
import { htmlToText } from "./html-text.js";

it.each([
  ["<p>Hello {name},</p><p>your code:<br><b>{code}</b></p>", "Hello {name},\n\nyour code:\n{code}\n"],
  [`Open <a class=x href="{link}">this page</a>.`, "Open this page <{link}>.\n"],
  [`<a href='{link}'>{link}</a>`, "{link}\n"],
  [`<a href="mailto:a@b.example">a@b.example</a> <a href="#top">up</a>`, "a@b.example up\n"],
  ["<ul><li>one</li><li>two</li></ul>end", "- one\n- two\n\nend\n"],
  ["<table><tr><td>When</td><td>{when}</td></tr><tr><td>x</td></tr></table>", "When {when}\nx\n"],
  ["Gr&uuml;&szlig;e &amp; &lt;b&gt; &#8364;&#x20AC; &unknown; a&nbsp;b", "Grüße & <b> €€ &unknown; a b\n"],
  [
    "<html><head><title>T</title><style>p { color: red }</style></head><body>x<script>1 < 2</script></body>",
    "x\n",
  ],
  [`<div style="display: none">pre<div>view</div></div><div>shown</div>`, "shown\n"],
  ["a<!-- <p>no</p> -->b <!doctype html>", "ab\n"],
  [`<img src="x" alt="Ada's Shop"> 1 < 2`, "Ada's Shop 1 < 2\n"],
  ["<pre>a\n  b</pre>c", "a\n  b\n\nc\n"],
  ["", ""],
])("%j is %j as text", (html, text) => {
  expect(htmlToText(html)).toBe(text);
});

it("is quick with the longest template that is allowed", () => {
  const used = cpuTimer();
  htmlToText("<div><p>words <b>and</b> more</p></div>\n".repeat(6500));
  expect(used()).toBeLessThan(3000);
});
