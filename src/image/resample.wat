;; The two passes of Pillow's resize, four to sixteen values at a time (WebAssembly SIMD); src/image/resample-kernel.ts
;; owns the memory and calls them, scripts/compile-kernels.mjs compiles this file to dist/image/resample.wasm.
;;
;; Both passes read a table with a record of 32-bit integers for each output position:
;;
;;   first input position | taps | weights in fixed point with 22 fractional bits, zeros after the last one
;;
;; and compute, for each output value, clip8((sum of weight * pixel + half) >> 22) in wrapping 32-bit arithmetic. Up to 15
;; bytes past the pixels are read (and weighted with zero, or dropped) and up to 15 past the output are written.
(module
  (memory (export "memory") 1)

  ;; Every row of `height` rows becomes `count` pixels. One channel: four taps at a time.
  (func (export "rows1")
    (param $src i32) (param $width i32) (param $height i32)
    (param $table i32) (param $recordBytes i32) (param $count i32) (param $dst i32)
    (local $record i32) (local $x i32) (local $pixel i32) (local $weight i32) (local $end i32)
    (local $sums v128) (local $sum i32)
    (loop $nextRow
      (local.set $record (local.get $table))
      (local.set $x (local.get $count))
      (loop $nextPixel
        (local.set $pixel (i32.add (local.get $src) (i32.load (local.get $record))))
        (local.set $weight (i32.add (local.get $record) (i32.const 8)))
        (local.set $end
          (i32.add (local.get $weight) (i32.shl (i32.load offset=4 (local.get $record)) (i32.const 2))))
        (local.set $sums (i32x4.splat (i32.const 0)))
        (loop $nextTaps
          (local.set $sums
            (i32x4.add
              (local.get $sums)
              (i32x4.mul
                (v128.load (local.get $weight))
                (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $pixel)))))))
          (local.set $pixel (i32.add (local.get $pixel) (i32.const 4)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 16)))
          (br_if $nextTaps (i32.lt_u (local.get $weight) (local.get $end))))
        (local.set $sum
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
            (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums)))))
        (i32.store8
          (local.get $dst)
          (i8x16.extract_lane_u 0 (call $clip8 (i32x4.splat (i32.add (local.get $sum) (i32.const 0x200000))))))
        (local.set $dst (i32.add (local.get $dst) (i32.const 1)))
        (local.set $record (i32.add (local.get $record) (local.get $recordBytes)))
        (br_if $nextPixel (local.tee $x (i32.sub (local.get $x) (i32.const 1)))))
      (local.set $src (i32.add (local.get $src) (local.get $width)))
      (br_if $nextRow (local.tee $height (i32.sub (local.get $height) (i32.const 1))))))

  ;; The same of three channels: one tap at a time, all channels of a pixel beside each other. The fourth lane is the
  ;; next pixel's first byte; it is written and overwritten.
  (func (export "rows3")
    (param $src i32) (param $width i32) (param $height i32)
    (param $table i32) (param $recordBytes i32) (param $count i32) (param $dst i32)
    (local $record i32) (local $x i32) (local $pixel i32) (local $weight i32) (local $end i32)
    (local $sums v128)
    (loop $nextRow
      (local.set $record (local.get $table))
      (local.set $x (local.get $count))
      (loop $nextPixel
        (local.set $pixel
          (i32.add (local.get $src) (i32.mul (i32.load (local.get $record)) (i32.const 3))))
        (local.set $weight (i32.add (local.get $record) (i32.const 8)))
        (local.set $end
          (i32.add (local.get $weight) (i32.shl (i32.load offset=4 (local.get $record)) (i32.const 2))))
        (local.set $sums (i32x4.splat (i32.const 0x200000)))
        (loop $nextTap
          (local.set $sums
            (i32x4.add
              (local.get $sums)
              (i32x4.mul
                (v128.load32_splat (local.get $weight))
                (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $pixel)))))))
          (local.set $pixel (i32.add (local.get $pixel) (i32.const 3)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $nextTap (i32.lt_u (local.get $weight) (local.get $end))))
        (v128.store32_lane 0 (local.get $dst) (call $clip8 (local.get $sums)))
        (local.set $dst (i32.add (local.get $dst) (i32.const 3)))
        (local.set $record (i32.add (local.get $record) (local.get $recordBytes)))
        (br_if $nextPixel (local.tee $x (i32.sub (local.get $x) (i32.const 1)))))
      (local.set $src (i32.add (local.get $src) (i32.mul (local.get $width) (i32.const 3))))
      (br_if $nextRow (local.tee $height (i32.sub (local.get $height) (i32.const 1))))))

  ;; Every column becomes `count` values: rows of `stride` bytes are weighted and added, sixteen bytes at a time.
  (func (export "columns")
    (param $src i32) (param $stride i32)
    (param $table i32) (param $recordBytes i32) (param $count i32) (param $dst i32)
    (local $row i32) (local $i i32) (local $pixel i32) (local $weight i32) (local $end i32)
    (local $w v128) (local $pixels v128) (local $half v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (loop $nextRow
      (local.set $row (i32.add (local.get $src) (i32.mul (i32.load (local.get $table)) (local.get $stride))))
      (local.set $end
        (i32.add
          (i32.add (local.get $table) (i32.const 8))
          (i32.shl (i32.load offset=4 (local.get $table)) (i32.const 2))))
      (local.set $i (i32.const 0))
      (loop $nextBytes
        (local.set $pixel (i32.add (local.get $row) (local.get $i)))
        (local.set $weight (i32.add (local.get $table) (i32.const 8)))
        (local.set $a (i32x4.splat (i32.const 0x200000)))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (loop $nextTap
          (local.set $w (v128.load32_splat (local.get $weight)))
          (local.set $pixels (v128.load (local.get $pixel)))
          (local.set $half (i16x8.extend_low_i8x16_u (local.get $pixels)))
          (local.set $a
            (i32x4.add (local.get $a) (i32x4.mul (local.get $w) (i32x4.extend_low_i16x8_u (local.get $half)))))
          (local.set $b
            (i32x4.add (local.get $b) (i32x4.mul (local.get $w) (i32x4.extend_high_i16x8_u (local.get $half)))))
          (local.set $half (i16x8.extend_high_i8x16_u (local.get $pixels)))
          (local.set $c
            (i32x4.add (local.get $c) (i32x4.mul (local.get $w) (i32x4.extend_low_i16x8_u (local.get $half)))))
          (local.set $d
            (i32x4.add (local.get $d) (i32x4.mul (local.get $w) (i32x4.extend_high_i16x8_u (local.get $half)))))
          (local.set $pixel (i32.add (local.get $pixel) (local.get $stride)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $nextTap (i32.lt_u (local.get $weight) (local.get $end))))
        ;; Narrowing saturates, first to 16 bits with a sign, then to 8 without: clip8.
        (v128.store
          (i32.add (local.get $dst) (local.get $i))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $a) (i32.const 22))
              (i32x4.shr_s (local.get $b) (i32.const 22)))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $c) (i32.const 22))
              (i32x4.shr_s (local.get $d) (i32.const 22)))))
        (br_if $nextBytes
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $stride))))
      (local.set $dst (i32.add (local.get $dst) (local.get $stride)))
      (local.set $table (i32.add (local.get $table) (local.get $recordBytes)))
      (br_if $nextRow (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Four sums as four bytes in the lowest lane.
  (func $clip8 (param $sums v128) (result v128)
    (local $short v128)
    (local.set $short
      (i16x8.narrow_i32x4_s
        (i32x4.shr_s (local.get $sums) (i32.const 22))
        (i32x4.shr_s (local.get $sums) (i32.const 22))))
    (i8x16.narrow_i16x8_u (local.get $short) (local.get $short))))
