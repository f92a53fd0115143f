import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import { decodeMatte, decodeTruth } from '../../src/image/codec.js';
import { expectQuiet, type OpenReport } from '../support/browser.js';
import { shortOrLong } from '../support/long.js';
import type { ReportRun } from '../support/report-run.js';
import { PICTURE } from '../support/tiny-datasets.js';
import { readRecords } from '../support/workspace.js';

export function testGallery(made: () => ReportRun, open: OpenReport): void {
  let run: ReportRun;
  beforeAll(() => {
    run = made();
  });

  const values = async (page: Page, model: string): Promise<readonly number[]> => {
    const figures = page.locator('.shot:visible figure', { has: page.locator(`bdi:text-is("${model}")`) });
    return (await figures.locator('.value').allTextContents()).map(Number);
  };
  const choose = (page: Page, name: string, value: string): Promise<unknown> =>
    page.locator(`#gallery-controls [name="${name}"]`).selectOption(value);
  const hash = (page: Page): Promise<string> => page.evaluate<string>('location.hash');
  const view = (page: Page): Promise<string> =>
    page.locator('#viewer-sheet').evaluate((sheet) => sheet.getAttribute('style') ?? '');

  /** The viewer on a picture with a short side of 56 pixels and known mattes. */
  const openTiny = async (page: Page): Promise<void> => {
    await page.locator('.shot h3 a', { hasText: 'two' }).press('Enter');
    await drawn(page, 'Errors of luma');
  };
  const drawn = (page: Page, label: string): Promise<unknown> =>
    page.locator(`#viewer-left[aria-label="${label}"]`).waitFor();

  it('sorts by any metric of any model, worst, best, disagreed, by name', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    await choose(page, 'source', 'luma');
    const worst = await values(page, 'luma');
    expect(worst).toEqual(worst.toSorted((a, b) => a - b));
    expect(worst).toHaveLength(10);
    await choose(page, 'sort', 'best');
    expect(await values(page, 'luma')).toEqual(worst.toReversed());
    await choose(page, 'metric', 'mae');
    const errors = await values(page, 'luma');
    expect(errors).toEqual(errors.toSorted((a, b) => a - b));
    expect(errors).not.toEqual(worst);
    await choose(page, 'metric', 'iou');
    await choose(page, 'sort', 'disagreed');
    const models = await Promise.all(
      ['luma', 'contrast-baseline', 'inverse'].map((model) => values(page, model)),
    );
    const spread = models[0].map(
      (_, i) => Math.max(...models.map((own) => own[i])) - Math.min(...models.map((own) => own[i])),
    );
    spread.reduce((before, now) => (expect(now).toBeLessThanOrEqual(before + 0.0011), now));
    await choose(page, 'sort', 'name');
    const names = await page.locator('.shot h3 a').allTextContents();
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    await expectQuiet(opened);
  });

  it('filters by dataset, by words and ranges of an attribute, and by text, and says how many are left', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    const left = async (): Promise<number> => page.locator('.shot:visible').count();
    const status = page.locator('#gallery-status');
    await choose(page, 'dataset', 'samples-dis5k');
    expect(await left()).toBe(5);
    await choose(page, 'attribute', 'group');
    await choose(page, 'value', 'Furniture');
    expect(await left()).toBe(2);
    expect(await status.textContent()).toBe('2 of 2 images shown');
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await left()).toBe(10);
    await choose(page, 'attribute', 'width');
    await page.locator('[name="to"]').fill('100');
    expect(await left()).toBe(5);
    await page.locator('[name="text"]').fill('LINES');
    expect(await left()).toBe(1);
    await page.locator('[name="text"]').fill('no such picture');
    expect(await status.textContent()).toBe('No image passes these filters.');
    await expectQuiet(opened);
  });

  it('is all there by keyboard: open, next, previous, close, and back where one was', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    const titles = await page.locator('.shot h3 a').allTextContents();
    const link = page.locator('.shot h3 a').nth(1);
    await link.focus();
    await page.keyboard.press('Enter');
    const title = page.locator('#viewer-title');
    await page.locator('#gallery-viewer[open]').waitFor();
    expect(await title.textContent()).toBe(titles[1]);
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('viewer-stage');
    await page.keyboard.press('ArrowRight');
    expect(await title.textContent()).toBe(titles[2]);
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowLeft');
    expect(await title.textContent()).toBe(titles[0]);
    await page.keyboard.press('Escape');
    expect(await page.locator('#gallery-viewer').isVisible()).toBe(false);
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe(titles[0]);
    expect(await hash(page)).toBe('#gallery');
    await link.press('Enter');
    await page.locator('#gallery-viewer[open]').waitFor();
    await page.goBack();
    await page.locator('#gallery-viewer').waitFor({ state: 'hidden' });
    await expectQuiet(opened);
  });

  it('swipes between two models by the keyboard and by dragging', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    await openTiny(page);
    await page.locator('[name="right"]').selectOption('inverse');
    const slider = page.locator('[name="swipe"]');
    const clip = (): Promise<string> =>
      page.locator('#viewer-right').evaluate((canvas) => canvas.getAttribute('style') ?? '');
    await slider.focus();
    await page.keyboard.press('Home');
    expect(await clip()).toContain('inset(0px 0px 0px 0%)');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    expect(await clip()).toContain('inset(0px 0px 0px 3%)');
    expect(await page.locator('#viewer-title').textContent()).toContain('two');
    const divider = (await page.locator('#viewer-divider').boundingBox())!;
    const sheet = (await page.locator('#viewer-sheet').boundingBox())!;
    await page.mouse.move(divider.x + 12, divider.y + 40);
    await page.mouse.down();
    await page.mouse.move(sheet.x + sheet.width * 0.75, divider.y + 50, { steps: 4 });
    await page.mouse.up();
    expect(await slider.inputValue()).toBe('75');
    await expectQuiet(opened);
  });

  it('zooms to the pixel by keys, buttons and wheel, and pans by arrow keys and by dragging', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    await openTiny(page);
    const fitted = await view(page);
    for (let i = 0; i < 8; i++) await page.keyboard.press('+');
    expect(await page.locator('#viewer-zoom').textContent()).toBe('32×');
    expect(await page.locator('#viewer-sheet').getAttribute('class')).toContain('pixelated');
    const before = await view(page);
    await page.keyboard.press('ArrowRight');
    expect(await view(page)).not.toBe(before);
    expect(await page.locator('#viewer-title').textContent()).toContain('two');
    await page.keyboard.press('ArrowLeft');
    expect(await view(page)).toBe(before);
    const { x, y, width, height } = (await page.locator('#viewer-stage').boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 - 50, y + height / 2 - 30);
    await page.mouse.up();
    expect(await view(page)).not.toBe(before);
    await page.mouse.wheel(0, 400);
    await expect.poll(() => page.locator('#viewer-zoom').textContent()).not.toBe('32×');
    await page.getByRole('button', { name: 'Fit' }).click();
    expect(await view(page)).toBe(fitted);
    await expectQuiet(opened);
  });

  it('has an address for every view, which opens it again', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    await choose(page, 'metric', 'dice');
    await choose(page, 'sort', 'best');
    await openTiny(page);
    await page.getByRole('radio', { name: 'Cut-out' }).check();
    await page.locator('[name="left"]').selectOption('contrast-baseline');
    await page.locator('[name="right"]').selectOption('truth');
    await page.locator('[name="swipe"]').fill('20');
    await page.locator('[name="colour"]').fill('#aa3300');
    await page.locator('#viewer-stage').focus();
    await page.keyboard.press('+');
    await expect.poll(() => hash(page)).toContain('at=');
    const address = await hash(page);
    expect(await page.locator('#viewer-link').getAttribute('href')).toBe(address);
    const again = await open(run.page, { hash: address });
    await drawn(again.page, 'Cut-out of contrast-baseline');
    await again.page.waitForTimeout(400);
    expect(await hash(again.page)).toBe(address);
    const place = async (shown: Page): Promise<readonly number[]> => {
      const box = (await shown.locator('#viewer-sheet').boundingBox())!;
      // The address has four digits of each figure.
      return [box.x, box.y, box.width].map((value) => Math.round(value / 2));
    };
    const [there, here] = [await place(again.page), await place(page)];
    there.forEach((value, i) => expect(Math.abs(value - here[i])).toBeLessThanOrEqual(1));
    expect(await again.page.locator('[name="swipe"]').inputValue()).toBe('20');
    await again.page.keyboard.press('Escape');
    expect(await again.page.locator('#gallery-controls [name="sort"]').inputValue()).toBe('best');
    expect(await hash(again.page)).toBe('#gallery&sort=best&metric=dice');
    await expectQuiet(again);
    await expectQuiet(opened);
  });

  // What `run` writes has them in it; that a page beside them shows them, too, is seen in page.ts.
  describe.each(shortOrLong(['embedded'], ['embedded', 'beside']))('with its pictures %s', (where) => {
    let report: string;
    beforeAll(async () => {
      report = where === 'embedded' ? run.page : run.path('beside.html');
      if (where === 'beside')
        await run.maskbench('report', 'run', '--format', 'html', '--no-embed', '--out', report);
    });

    /** Whatever the canvas shows at the middle of every pixel of the picture, by its own screenshot. */
    const pixels = async (page: Page): Promise<(x: number, y: number) => readonly number[]> => {
      const box = (await page.locator('#viewer-left').boundingBox())!;
      const shot = await page.screenshot({ clip: box });
      const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      return (x, y) => {
        const column = Math.floor(((x + 0.5) * info.width) / PICTURE.width);
        const row = Math.floor(((y + 0.5) * info.height) / PICTURE.height);
        return [...data.subarray((row * info.width + column) * 3, (row * info.width + column) * 3 + 3)];
      };
    };
    const near = (a: readonly number[], b: readonly number[]): boolean =>
      a.every((v, i) => Math.abs(v - b[i]) <= 2);

    it('paints what is missed, invented and softly wrong where it is, and cuts out by the matte', async () => {
      const opened = await open(report);
      const { page } = opened;
      await openTiny(page);
      const samples = await readRecords<PlannedSample>(run.path('run', 'plan.jsonl'));
      const { id, truthPath } = samples.find((sample) => sample.id.startsWith('two'))!;
      const truth = (await decodeTruth(truthPath)).data;
      // Thousands of pixels: told at the end, since each `expect` takes its time.
      const wrong: string[] = [];
      const hold = (i: number, colour: readonly number[], isRight: boolean): void => {
        if (!isRight) wrong.push(`pixel ${i} is ${colour.join(', ')}`);
      };
      const counts = { missed: 0, invented: 0, right: 0, outside: 0 };
      for (const model of ['luma', 'inverse', 'truth']) {
        await page.locator('[name="left"]').selectOption(model);
        await drawn(page, `Errors of ${model === 'truth' ? 'Ground truth' : model}`);
        const file = run.path('run', 'predictions', model, 'hostile', `${id}.png`);
        const matte = model === 'truth' ? truth : (await decodeMatte(file)).data;
        const at = await pixels(page);
        for (let i = 0; i < truth.length; i++) {
          const colour = at(i % PICTURE.width, Math.floor(i / PICTURE.width));
          const [wanted, given] = [truth[i] >= 128, matte[i] >= 128];
          if (wanted && !given) {
            counts.missed++;
            hold(i, colour, near(colour, [0x56, 0xb4, 0xe9]));
          } else if (given && !wanted) {
            counts.invented++;
            hold(i, colour, near(colour, [0xd5, 0x5e, 0x00]));
          } else if (truth[i] === matte[i]) {
            counts.right++;
            // grey, and no brighter than the dimmed picture can be
            const [most, least] = [Math.max(...colour), Math.min(...colour)];
            hold(i, colour, most - least <= 4 && most <= 0x8c + 4);
          }
        }
      }
      await page.getByRole('radio', { name: 'Cut-out' }).check();
      await page.locator('[name="colour"]').fill('#aa3300');
      await drawn(page, 'Cut-out of Ground truth');
      await expect.poll(() => page.getByRole('radio', { name: 'colour' }).isChecked()).toBe(true);
      const at = await pixels(page);
      for (let i = 0; i < truth.length; i++) {
        if (truth[i] !== 0) continue;
        counts.outside++;
        const colour = at(i % PICTURE.width, Math.floor(i / PICTURE.width));
        hold(i, colour, near(colour, [0xaa, 0x33, 0x00]));
      }
      expect(wrong).toEqual([]);
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
      await expectQuiet(opened);
    });
  });

  it('colours what the ground truth ignores, and shows no error there', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    const { width, height } = PICTURE;
    const data = new Uint8Array(width * height).map((_, i) => (i % width < width / 2 ? 255 : 0));
    const png = await sharp(data, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    const url = `data:image/png;base64,${png.toString('base64')}`;
    // As `Shot` writes it; the run's own ground truths ignore nothing.
    const strip = page.locator('.shot', { hasText: 'two' }).locator('.strip');
    await strip.evaluate((element, src) => {
      element.insertAdjacentHTML('beforeend', `<figure data-part="ignored"><img src="${src}"></figure>`);
    }, url);
    await openTiny(page);
    await page.locator('[name="left"]').selectOption('inverse');
    await drawn(page, 'Errors of inverse');
    const colours = async (): Promise<ReadonlySet<string>> => {
      const box = (await page.locator('#viewer-left').boundingBox())!;
      const clip = { ...box, width: Math.floor(box.width / 2) - 2 };
      const shot = await sharp(await page.screenshot({ clip }))
        .removeAlpha()
        .raw()
        .toBuffer();
      return new Set(
        Array.from({ length: shot.length / 3 }, (_, i) => shot.toString('hex', 3 * i, 3 * i + 3)),
      );
    };
    expect([...(await colours())]).toEqual(['cc79a7']);
    await page.getByRole('radio', { name: 'Matte' }).check();
    await drawn(page, 'Matte of inverse');
    expect(await colours()).not.toContain('cc79a7');
    await page.locator('[name="left"]').selectOption('truth');
    await drawn(page, 'Matte of Ground truth');
    expect([...(await colours())]).toEqual(['cc79a7']);
    await expectQuiet(opened);
  });

  it('of a comparison has the images that moved most, and both mattes of them', async () => {
    const models = ['--model-a', 'luma', '--model-b', 'inverse'];
    await run.maskbench('compare', 'run', 'run', ...models, '--format', 'html', '--out', 'compare.html');
    const opened = await open(run.path('compare.html'));
    const { page } = opened;
    expect(await page.locator('.shot').count()).toBe(10);
    expect(await page.locator('#gallery-controls [name="sort"]').inputValue()).toBe('regressed');
    const [before, now] = [await values(page, 'luma (before)'), await values(page, 'inverse (now)')];
    const losses = before.map((value, i) => value - now[i]);
    losses.reduce((more, less) => (expect(less).toBeLessThanOrEqual(more + 0.0011), less));
    expect(losses[0]).toBeGreaterThan(0.3);
    expect(await opened.accessibility()).toEqual([]);
    await expectQuiet(opened);
  });

  it('against another run is sorted by what changed', async () => {
    await run.maskbench('report', 'run', '--format', 'html', '--against', 'run', '--out', 'against.html');
    const opened = await open(run.path('against.html'), { hash: '#gallery&sort=regressed' });
    const { page } = opened;
    expect(await page.locator('#gallery-controls [name="sort"]').inputValue()).toBe('regressed');
    expect(await page.locator('.shot').first().locator('.strip img').count()).toBe(8);
    await expectQuiet(opened);
  });
}
