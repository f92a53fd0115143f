;; Masks at one bit per pixel, 128 pixels at a time (WebAssembly SIMD); src/image/bits-kernel.ts owns the memory, lays the
;; masks out and calls these; scripts/compile-kernels.mjs compiles this file to dist/image/bits.wasm.
;;
;; A mask is `bytes` long, its rows follow each other, pixel x is bit x & 31 of a row's word x >> 5, and at least one bit
;; after a row's last pixel is 0. Up to 12 bytes past its end are read and written like it: they stay 0 where they are 0
;; in all that is combined.
(module
  (memory (export "memory") 1)

  (func (export "and") (param $a i32) (param $b i32) (param $to i32) (param $bytes i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (loop $next
      (v128.store (local.get $to) (v128.and (v128.load (local.get $a)) (v128.load (local.get $b))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end)))))

  (func (export "andNot") (param $a i32) (param $b i32) (param $to i32) (param $bytes i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (loop $next
      (v128.store (local.get $to) (v128.andnot (v128.load (local.get $a)) (v128.load (local.get $b))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end)))))

  (func (export "or") (param $a i32) (param $b i32) (param $to i32) (param $bytes i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (loop $next
      (v128.store (local.get $to) (v128.or (v128.load (local.get $a)) (v128.load (local.get $b))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end)))))

  ;; Every pixel of `allowed` that is in the mask, or beside one of its pixels: to the left and right, and `$rowBytes`
  ;; further up and down, which is 0 where only the row counts.
  (func (export "grow")
    (param $from i32) (param $allowed i32) (param $to i32) (param $bytes i32) (param $rowBytes i32)
    (local $end i32) (local $here v128)
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (loop $next
      (local.set $here (v128.load (local.get $from)))
      (v128.store
        (local.get $to)
        (v128.and
          (v128.load (local.get $allowed))
          (v128.or
            (v128.or
              (v128.or (local.get $here) (i32x4.shl (local.get $here) (i32.const 1)))
              (v128.or
                (i32x4.shr_u (local.get $here) (i32.const 1))
                (i32x4.shr_u (v128.load (i32.sub (local.get $from) (i32.const 4))) (i32.const 31))))
            (v128.or
              (i32x4.shl (v128.load offset=4 (local.get $from)) (i32.const 31))
              (v128.or
                (v128.load (i32.sub (local.get $from) (local.get $rowBytes)))
                (v128.load (i32.add (local.get $from) (local.get $rowBytes))))))))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $allowed (i32.add (local.get $allowed) (i32.const 16)))
      (br_if $next (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end))))))
