// A program that makes mattes: white where a picture is brighter than the threshold. A job a line on stdin, an answer a line on
// stdout. It dies at its second job, once: the file that it is given remembers that it has.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import sharp from 'sharp';

const [threshold, deathCertificate] = process.argv.slice(2);
let jobs = 0;
for await (const line of createInterface({ input: process.stdin })) {
  if (++jobs === 2 && !existsSync(deathCertificate)) {
    writeFileSync(deathCertificate, 'died');
    process.exit(9);
  }
  const { imagePath, mattePath } = JSON.parse(line);
  const start = performance.now();
  const png = await sharp(imagePath).greyscale().threshold(Number(threshold)).png().toBuffer();
  writeFileSync(`${mattePath}.tmp`, png);
  renameSync(`${mattePath}.tmp`, mattePath);
  console.log(JSON.stringify({ ms: performance.now() - start }));
}
