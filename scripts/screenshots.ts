/**
 * Takes the pictures of the console for its how-to page: each view in light and in dark, with a small made-up world behind it. It needs Chromium, as
 * the tests do: `npm run screenshots`.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { MINUTE_MS } from '../src/domain/instant.ts';
import { PersonsBrowser } from '../test/browser.fixture.ts';
import { consoleWorld, REVIEW_POLICY } from '../test/console-world.fixture.ts';

const FOLDER = fileURLToPath(new URL('../docs/how-to/images', import.meta.url));
const PROGRAM = process.env['GATEHOUSE_CHROMIUM'] ?? '/usr/bin/chromium';
const SIZE = { width: 1_200, height: 760 };

if (!existsSync(PROGRAM)) throw new Error(`there is no Chromium at ${PROGRAM}; name yours with GATEHOUSE_CHROMIUM`);
mkdirSync(FOLDER, { recursive: true });

await using world = await consoleWorld();
const [decided] = await world.hold(9);
const { services } = world.app;
const page = await services.listReviews(world.caller, { limit: 20, cursor: null });
for (const review of page.items.slice(0, 2)) {
  await services.decideReview({ ...world.caller, identity: 'person:reviewer-2' }, review.id, {
    decision: 'approve',
    fingerprint: review.fingerprint,
    reason: null,
    content: null,
  });
}
await services.applyPolicy(world.caller, {
  ...REVIEW_POLICY,
  grants: [...REVIEW_POLICY.grants, { action_type: 'outreach_push', level: 'auto', max_risk: 'high' }],
  review: { veto_ms: { outreach_push: 45 * MINUTE_MS } },
});
await world.hold(3);

for (const dark of [false, true]) {
  await using person = await PersonsBrowser.open({ program: PROGRAM, dark, ...SIZE });
  const look = dark ? 'dark' : 'light';
  const take = async (name: string): Promise<void> => {
    await person.page.screenshot({ path: `${FOLDER}/console-${name}-${look}.png` });
    process.stdout.write(`docs/how-to/images/console-${name}-${look}.png\n`);
  };
  await person.signIn(world.app, world.url, world.caller, 'reviewer-1', 'reviewer');
  await person.page.locator('#pane-title').waitFor();
  await person.page.locator('.meter dd').first().waitFor();
  await take('review');
  await person.page.keyboard.press('e');
  await person.page.locator('.editor').waitFor();
  await person.page.keyboard.insertText('Good morning. ');
  await take('edit');
  await person.page.goto(`${world.url}/scheduled`);
  await person.page.locator('.row').first().waitFor();
  await person.page.keyboard.press('j');
  await person.page.locator('#pane-title').waitFor();
  await take('scheduled');
  await person.page.goto(`${world.url}/trace/${decided?.decision ?? ''}`);
  await person.page.locator('.diagram').waitFor();
  await person.page.locator('.live.on').waitFor();
  await take('trace');
}
