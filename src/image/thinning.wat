;; Zhang and Suen's thinning with scikit-image's table, 128 pixels at a time (WebAssembly SIMD); src/image/thinning.ts owns
;; the memory, lays the mask out and calls this; scripts/compile-kernels.mjs compiles this file to dist/image/thinning.wasm.
;;
;; The mask is cut into tiles of 16 x 8 pixels: a vector each, a lane per row, pixel x is bit x & 15 of it. Tiles of one
;; column follow each other, with an empty one before the first and after the last; so do the columns, with an empty one on
;; either side. What lies above a pixel is two bytes before it, and what lies beside it in another tile a column away.
(module
  (memory (export "memory") 1)

  ;; A tile is known by its address. Its fate, which pixels go in this pass, lies so many bytes further on. From $due on
  ;; there is a word per tile: up to which pass it must be looked at; 0 where it is not in the queue.
  (global $fates (mut i32) (i32.const 0))
  (global $due (mut i32) (i32.const 0))
  ;; Where the queue of tiles ends.
  (global $end (mut i32) (i32.const 0))

  ;; Thins the tiles from address 0 on until nothing goes; $column: bytes from a tile to the one beside it. Each pass decides
  ;; for all pixels at once, and only then removes. Something can go from a tile only where it, or a tile around it, has lost
  ;; something since the last pass of the same kind.
  (func (export "thin")
    (param $tilesEnd i32) (param $fates i32) (param $due i32) (param $queue i32) (param $column i32)
    (local $tile i32) (local $pass i32) (local $at i32) (local $kept i32)
    (global.set $fates (local.get $fates))
    (global.set $due (local.get $due))
    (global.set $end (local.get $queue))
    (loop $next
      (call $look (local.get $tile) (i32.const 2))
      (br_if $next (i32.lt_u (local.tee $tile (i32.add (local.get $tile) (i32.const 16))) (local.get $tilesEnd))))
    (block $done
      (loop $passes
        (br_if $done (i32.eq (global.get $end) (local.get $queue)))
        (local.set $pass (i32.add (local.get $pass) (i32.const 1)))
        (local.set $at (local.get $queue))
        (local.set $kept (local.get $queue))
        (loop $next
          (local.set $tile (i32.load (local.get $at)))
          (if (i32.lt_u (i32.load (call $dueOf (local.get $tile))) (local.get $pass))
            (then (i32.store (call $dueOf (local.get $tile)) (i32.const 0)))
            (else
              (v128.store
                (i32.add (local.get $tile) (local.get $fates))
                (call $fate (local.get $tile) (local.get $column) (i32.and (local.get $pass) (i32.const 1))))
              (i32.store (local.get $kept) (local.get $tile))
              (local.set $kept (i32.add (local.get $kept) (i32.const 4)))))
          (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (global.get $end))))
        (global.set $end (local.get $kept))
        (local.set $at (local.get $queue))
        (loop $next
          (br_if $passes (i32.eq (local.get $at) (local.get $kept)))
          (call $remove (i32.load (local.get $at)) (local.get $column) (i32.add (local.get $pass) (i32.const 2)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $next)))))

  (func $dueOf (param $tile i32) (result i32)
    (i32.add (global.get $due) (i32.shr_u (local.get $tile) (i32.const 2))))

  ;; Sees to it that a tile that has pixels is looked at up to a pass.
  (func $look (param $tile i32) (param $pass i32)
    (local $at i32) (local $due i32)
    (local.set $at (i32.add (global.get $due) (i32.shr_u (local.get $tile) (i32.const 2))))
    (local.set $due (i32.load (local.get $at)))
    (if (i32.ne (local.get $due) (local.get $pass))
      (then
        (if (v128.any_true (v128.load (local.get $tile)))
          (then
            (i32.store (local.get $at) (local.get $pass))
            (i32.store (global.get $end) (local.get $tile))
            (global.set $end
              (i32.add (global.get $end) (i32.shl (i32.eqz (local.get $due)) (i32.const 2)))))))))

  ;; Takes from a tile what goes, and has the tiles looked at in which a pixel has lost a neighbour.
  (func $remove (param $tile i32) (param $column i32) (param $pass i32)
    (local $gone v128) (local $rows i32)
    (local.set $gone (v128.load (i32.add (local.get $tile) (global.get $fates))))
    (if (v128.any_true (local.get $gone))
      (then
        (v128.store (local.get $tile) (v128.andnot (v128.load (local.get $tile)) (local.get $gone)))
        (call $lookAlong
          (local.get $tile)
          (i32.or
            (i32.ne (i16x8.extract_lane_u 0 (local.get $gone)) (i32.const 0))
            (i32.shl (i32.ne (i16x8.extract_lane_u 7 (local.get $gone)) (i32.const 0)) (i32.const 7)))
          (local.get $pass))
        (local.set $rows (i16x8.bitmask (i16x8.shl (local.get $gone) (i32.const 15))))
        (if (local.get $rows)
          (then (call $lookAlong (i32.sub (local.get $tile) (local.get $column)) (local.get $rows) (local.get $pass))))
        (local.set $rows (i16x8.bitmask (local.get $gone)))
        (if (local.get $rows)
          (then (call $lookAlong (i32.add (local.get $tile) (local.get $column)) (local.get $rows) (local.get $pass)))))))

  ;; A tile, and those above and below it where the first or the last of the rows (bits 0 to 7) are concerned.
  (func $lookAlong (param $tile i32) (param $rows i32) (param $pass i32)
    (call $look (local.get $tile) (local.get $pass))
    (if (i32.and (local.get $rows) (i32.const 0x01))
      (then (call $look (i32.sub (local.get $tile) (i32.const 16)) (local.get $pass))))
    (if (i32.and (local.get $rows) (i32.const 0x80))
      (then (call $look (i32.add (local.get $tile) (i32.const 16)) (local.get $pass)))))

  ;; The pixels of a tile that go in a first or second pass, by their eight neighbours, named by the points of the compass.
  ;; The table as a tree of decisions: which of two answers holds is said by the neighbour named after them. Its order is the
  ;; one with the fewest operations; a test compares it with the rules.
  (func $fate (param $tile i32) (param $column i32) (param $first i32) (result v128)
    (local $left i32) (local $right i32) (local $here v128)
    (local $nw v128) (local $n v128) (local $ne v128) (local $e v128)
    (local $se v128) (local $s v128) (local $sw v128) (local $w v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $f v128) (local $g v128) (local $h v128) (local $i v128)
    (local.set $left (i32.sub (local.get $tile) (local.get $column)))
    (local.set $right (i32.add (local.get $tile) (local.get $column)))
    (local.set $here (v128.load (local.get $tile)))
    (local.set $n (v128.load (i32.sub (local.get $tile) (i32.const 2))))
    (local.set $s (v128.load offset=2 (local.get $tile)))
    (local.set $w
      (v128.or (i16x8.shl (local.get $here) (i32.const 1)) (i16x8.shr_u (v128.load (local.get $left)) (i32.const 15))))
    (local.set $nw
      (v128.or (i16x8.shl (local.get $n) (i32.const 1)) (i16x8.shr_u (v128.load (i32.sub (local.get $left) (i32.const 2))) (i32.const 15))))
    (local.set $sw
      (v128.or (i16x8.shl (local.get $s) (i32.const 1)) (i16x8.shr_u (v128.load offset=2 (local.get $left)) (i32.const 15))))
    (local.set $e
      (v128.or (i16x8.shr_u (local.get $here) (i32.const 1)) (i16x8.shl (v128.load (local.get $right)) (i32.const 15))))
    (local.set $ne
      (v128.or (i16x8.shr_u (local.get $n) (i32.const 1)) (i16x8.shl (v128.load (i32.sub (local.get $right) (i32.const 2))) (i32.const 15))))
    (local.set $se
      (v128.or (i16x8.shr_u (local.get $s) (i32.const 1)) (i16x8.shl (v128.load offset=2 (local.get $right)) (i32.const 15))))
    (v128.and
      (local.get $here)
      (if (result v128) (local.get $first)
        (then
          (local.set $a (v128.not (local.get $se)))
          (local.set $b (v128.and (local.get $n) (local.get $a)))
          (local.set $c (v128.and (local.get $w) (local.get $b)))
          (local.set $d (v128.andnot (local.get $a) (local.get $n)))
          (local.set $f (v128.andnot (local.get $se) (local.get $n)))
          (local.set $g (v128.andnot (v128.andnot (local.get $f) (local.get $w)) (local.get $nw)))
          (local.set $h (v128.and (local.get $nw) (local.get $c)))
          (v128.bitselect
            (v128.bitselect
              (v128.bitselect
                (local.get $g)
                (v128.bitselect
                  (local.get $h)
                  (v128.bitselect (local.get $n) (v128.not (local.get $w)) (local.get $nw))
                  (local.get $sw))
                (local.get $s))
              (v128.bitselect
                (v128.and (local.get $sw) (local.get $h))
                (v128.bitselect (local.get $c) (local.get $b) (local.get $sw))
                (local.get $s))
              (local.get $e))
            (v128.bitselect
              (v128.bitselect
                (v128.bitselect
                  (local.get $g)
                  (v128.andnot (v128.andnot (local.get $d) (local.get $w)) (local.get $nw))
                  (local.get $sw))
                (v128.andnot (v128.andnot (local.get $b) (local.get $w)) (local.get $sw))
                (local.get $s))
              (v128.bitselect
                (v128.bitselect
                  (v128.bitselect (local.get $w) (local.get $f) (local.get $nw))
                  (v128.and (local.get $w) (local.get $d))
                  (local.get $sw))
                (v128.bitselect
                  (v128.bitselect (v128.and (local.get $w) (local.get $a)) (local.get $c) (local.get $nw))
                  (v128.bitselect (local.get $b) (local.get $c) (local.get $nw))
                  (local.get $sw))
                (local.get $s))
              (local.get $e))
            (local.get $ne)))
        (else
          (local.set $a (v128.not (local.get $nw)))
          (local.set $b (v128.and (local.get $s) (local.get $a)))
          (local.set $c (v128.and (local.get $e) (local.get $b)))
          (local.set $d (v128.and (local.get $e) (local.get $a)))
          (local.set $f (v128.and (local.get $se) (local.get $c)))
          (local.set $g (v128.andnot (local.get $a) (local.get $s)))
          (local.set $h (v128.andnot (local.get $nw) (local.get $s)))
          (local.set $i (v128.andnot (v128.andnot (local.get $h) (local.get $e)) (local.get $se)))
          (v128.bitselect
            (v128.bitselect
              (v128.bitselect
                (local.get $i)
                (v128.bitselect
                  (local.get $f)
                  (v128.bitselect (local.get $e) (local.get $h) (local.get $se))
                  (local.get $sw))
                (local.get $w))
              (v128.bitselect
                (v128.bitselect
                  (local.get $i)
                  (v128.andnot (v128.andnot (local.get $g) (local.get $e)) (local.get $se))
                  (local.get $sw))
                (v128.andnot (v128.and (local.get $e) (local.get $g)) (local.get $sw))
                (local.get $w))
              (local.get $ne))
            (v128.bitselect
              (v128.bitselect
                (v128.and (local.get $sw) (local.get $f))
                (v128.bitselect (local.get $c) (v128.and (local.get $se) (local.get $d)) (local.get $sw))
                (local.get $w))
              (v128.bitselect
                (v128.bitselect
                  (v128.bitselect (local.get $s) (v128.not (local.get $e)) (local.get $se))
                  (v128.andnot (local.get $b) (local.get $e))
                  (local.get $sw))
                (v128.bitselect
                  (local.get $b)
                  (v128.bitselect (local.get $d) (local.get $c) (local.get $se))
                  (local.get $sw))
                (local.get $w))
              (local.get $ne))
            (local.get $n)))))))
