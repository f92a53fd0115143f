import sharp from 'sharp';

// One thread: a neighbour on one core.
sharp.concurrency(1);
process.on('disconnect', () => process.exit(0));
for (;;) await sharp(process.argv[2]).raw().toBuffer();
