;; y = x Wᵀ + b on rows of floats, four rows by eight outputs at a time. See kernels.js for the layout.
;; (fma a b c) is a·b + c, in one instruction where that is known. Rebuild linear_kernel.js after a change: npm run build:kernel
(module
  (import "host" "memory" (memory 1))

  ;; Offsets in bytes; rows of x are `inner` floats long, rows of y `outer`, a multiple of 8.
  (func (export "linear")
    (param $x i32) (param $panel i32) (param $bias i32) (param $y i32)
    (param $rows i32) (param $inner i32) (param $outer i32)
    (local $xStep i32) (local $yStep i32) (local $panelSize i32) (local $panelEnd i32)
    (local $row i32) (local $in i32) (local $out i32) (local $w i32) (local $outputs i32)
    (local $value v128) (local $left v128) (local $right v128)
    (local $l0 v128) (local $l1 v128) (local $l2 v128) (local $l3 v128)
    (local $r0 v128) (local $r1 v128) (local $r2 v128) (local $r3 v128)
    (local.set $xStep (i32.shl (local.get $inner) (i32.const 2)))
    (local.set $yStep (i32.shl (local.get $outer) (i32.const 2)))
    (local.set $panelSize (i32.shl (local.get $inner) (i32.const 5)))

    (loop $panels
      (local.set $panelEnd (i32.add (local.get $panel) (local.get $panelSize)))
      (local.set $in (local.get $x))
      (local.set $out (i32.add (local.get $y) (i32.shl (local.get $outputs) (i32.const 2))))
      (local.set $row (local.get $rows))

      ;; Four rows share each load of the weights.
      (block $fewRows
        (loop $fourRows
          (br_if $fewRows (i32.lt_u (local.get $row) (i32.const 4)))
          (local.set $l0 (v128.load (local.get $bias)))
          (local.set $l1 (local.get $l0)) (local.set $l2 (local.get $l0)) (local.set $l3 (local.get $l0))
          (local.set $r0 (v128.load offset=16 (local.get $bias)))
          (local.set $r1 (local.get $r0)) (local.set $r2 (local.get $r0)) (local.set $r3 (local.get $r0))
          (local.set $w (local.get $panel))
          (loop $inputs
            (local.set $left (v128.load (local.get $w)))
            (local.set $right (v128.load offset=16 (local.get $w)))
            (local.set $value (v128.load32_splat (local.get $in)))
            (local.set $l0 (fma (local.get $value) (local.get $left) (local.get $l0)))
            (local.set $r0 (fma (local.get $value) (local.get $right) (local.get $r0)))
            (local.set $value (v128.load32_splat (i32.add (local.get $in) (local.get $xStep))))
            (local.set $l1 (fma (local.get $value) (local.get $left) (local.get $l1)))
            (local.set $r1 (fma (local.get $value) (local.get $right) (local.get $r1)))
            (local.set $value (v128.load32_splat (i32.add (local.get $in) (i32.shl (local.get $xStep) (i32.const 1)))))
            (local.set $l2 (fma (local.get $value) (local.get $left) (local.get $l2)))
            (local.set $r2 (fma (local.get $value) (local.get $right) (local.get $r2)))
            (local.set $value (v128.load32_splat (i32.add (local.get $in) (i32.mul (local.get $xStep) (i32.const 3)))))
            (local.set $l3 (fma (local.get $value) (local.get $left) (local.get $l3)))
            (local.set $r3 (fma (local.get $value) (local.get $right) (local.get $r3)))
            (local.set $in (i32.add (local.get $in) (i32.const 4)))
            (local.set $w (i32.add (local.get $w) (i32.const 32)))
            (br_if $inputs (i32.lt_u (local.get $w) (local.get $panelEnd))))
          (v128.store (local.get $out) (local.get $l0))
          (v128.store offset=16 (local.get $out) (local.get $r0))
          (local.set $out (i32.add (local.get $out) (local.get $yStep)))
          (v128.store (local.get $out) (local.get $l1))
          (v128.store offset=16 (local.get $out) (local.get $r1))
          (local.set $out (i32.add (local.get $out) (local.get $yStep)))
          (v128.store (local.get $out) (local.get $l2))
          (v128.store offset=16 (local.get $out) (local.get $r2))
          (local.set $out (i32.add (local.get $out) (local.get $yStep)))
          (v128.store (local.get $out) (local.get $l3))
          (v128.store offset=16 (local.get $out) (local.get $r3))
          (local.set $out (i32.add (local.get $out) (local.get $yStep)))
          (local.set $in (i32.add (local.get $in) (i32.mul (local.get $xStep) (i32.const 3)))) ;; past the other three
          (local.set $row (i32.sub (local.get $row) (i32.const 4)))
          (br $fourRows)))

      (block $noRows
        (loop $oneRow
          (br_if $noRows (i32.eqz (local.get $row)))
          (local.set $l0 (v128.load (local.get $bias)))
          (local.set $r0 (v128.load offset=16 (local.get $bias)))
          (local.set $w (local.get $panel))
          (loop $inputs
            (local.set $value (v128.load32_splat (local.get $in)))
            (local.set $l0 (fma (local.get $value) (v128.load (local.get $w)) (local.get $l0)))
            (local.set $r0 (fma (local.get $value) (v128.load offset=16 (local.get $w)) (local.get $r0)))
            (local.set $in (i32.add (local.get $in) (i32.const 4)))
            (local.set $w (i32.add (local.get $w) (i32.const 32)))
            (br_if $inputs (i32.lt_u (local.get $w) (local.get $panelEnd))))
          (v128.store (local.get $out) (local.get $l0))
          (v128.store offset=16 (local.get $out) (local.get $r0))
          (local.set $out (i32.add (local.get $out) (local.get $yStep)))
          (local.set $row (i32.sub (local.get $row) (i32.const 1)))
          (br $oneRow)))

      (local.set $panel (local.get $panelEnd))
      (local.set $bias (i32.add (local.get $bias) (i32.const 32)))
      (local.set $outputs (i32.add (local.get $outputs) (i32.const 8)))
      (br_if $panels (i32.lt_u (local.get $outputs) (local.get $outer))))))
