;; What training does with floats by the million: products of matrices, nonlinearities with their slopes, the Bernoulli term, Adam.
;;
;; A matrix of rows × 8·panels numbers lies in panels: eight columns beside each other, row after row, panel after panel
;; (matrix[panel][row][8]), in activations as in weights, whose rows are the inputs. Then both products that a layer needs, and
;; their gradients, walk straight through memory. Rows come in fours. All places are in bytes.
;;
;; (fma a b c) is a·b + c, in one instruction where that is known; lines between @repeat and @end are repeated with {…} worked out.
;; Rebuild kernel_code.js after a change: npm run build:kernel
(module
  (import "host" "memory" (memory 1))
  (import "host" "log" (func $log (param f64) (result f64)))

  ;; y = x w + b: four rows by eight columns at a time. Blocks of 32 rows by 16 panels of inputs are gathered at `scratch` first, four
  ;; rows of an input beside each other, where they stay in the nearest cache while all columns of w go by.
  (func (export "product")
    (param $x i32) (param $w i32) (param $b i32) (param $y i32) (param $rows i32) (param $inputs i32) (param $outputs i32) (param $scratch i32)
    (local $panel i32) (local $tall i32) (local $begun i32) (local $some i32) (local $from i32) (local $to i32)
    (local $block i32) (local $bias i32) (local $column i32) (local $left i32) (local $corner i32) (local $out i32) (local $row i32)
    (local $in i32) (local $weights i32) (local $rest i32) (local $v v128) (local $w0 v128) (local $w1 v128)
    ;; @repeat R 0 4
    (local $l{R} v128) (local $r{R} v128)
    ;; @end
    (local.set $panel (i32.shl (local.get $rows) (i32.const 5)))
    (loop $talls
      (local.set $tall (i32.shl (select (local.get $rows) (i32.const 32) (i32.lt_u (local.get $rows) (i32.const 32))) (i32.const 5)))
      (local.set $begun (i32.const 0))
      (loop $wides
        (local.set $some (i32.sub (local.get $inputs) (local.get $begun)))
        (local.set $some (select (local.get $some) (i32.const 16) (i32.lt_u (local.get $some) (i32.const 16))))
        (local.set $to (local.get $scratch))
        (local.set $row (i32.const 0))
        (loop $tiles
          (local.set $from (i32.add (i32.add (local.get $x) (local.get $row)) (i32.mul (local.get $begun) (local.get $panel))))
          (local.set $left (local.get $some))
          (loop $gathering
            ;; @repeat H 0 2
            ;; @repeat R 0 4
            (local.set $l{R} (v128.load offset={32 * R + 16 * H} (local.get $from)))
            ;; @end
            ;; @repeat P 0 2
            (local.set $r{2 * P} (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $l{2 * P}) (local.get $l{2 * P + 1})))
            (local.set $r{2 * P + 1} (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $l{2 * P}) (local.get $l{2 * P + 1})))
            ;; @end
            ;; @repeat K 0 4
            (v128.store offset={64 * H + 16 * K} (local.get $to)
              (i8x16.shuffle {K & 1 ? "8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31" : "0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23"} (local.get $r{K >> 1}) (local.get $r{2 + (K >> 1)})))
            ;; @end
            ;; @end
            (local.set $to (i32.add (local.get $to) (i32.const 128)))
            (local.set $from (i32.add (local.get $from) (local.get $panel)))
            (br_if $gathering (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
          (br_if $tiles (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 128))) (local.get $tall))))
        (local.set $block (i32.add (local.get $w) (i32.shl (local.get $begun) (i32.const 8))))
        (local.set $corner (local.get $y))
        (local.set $bias (local.get $b))
        (local.set $column (local.get $outputs))
        (loop $columns
          (local.set $row (i32.const 0))
          (local.set $in (local.get $scratch))
          (local.set $out (local.get $corner))
          (loop $fours
            (if (local.get $begun)
              (then
                ;; @repeat R 0 4
                (local.set $l{R} (v128.load offset={32 * R} (local.get $out)))
                (local.set $r{R} (v128.load offset={32 * R + 16} (local.get $out)))
                ;; @end
              )
              (else
                ;; @repeat R 0 4
                (local.set $l{R} (v128.load (local.get $bias)))
                (local.set $r{R} (v128.load offset=16 (local.get $bias)))
                ;; @end
              ))
            (local.set $weights (local.get $block))
            (local.set $rest (i32.shl (local.get $some) (i32.const 1)))
            (loop $inputsOfFour
              ;; @repeat K 0 4
              (local.set $w0 (v128.load offset={32 * K} (local.get $weights)))
              (local.set $w1 (v128.load offset={32 * K + 16} (local.get $weights)))
              ;; @repeat R 0 4
              (local.set $v (v128.load32_splat offset={16 * K + 4 * R} (local.get $in)))
              (local.set $l{R} (fma (local.get $v) (local.get $w0) (local.get $l{R})))
              (local.set $r{R} (fma (local.get $v) (local.get $w1) (local.get $r{R})))
              ;; @end
              ;; @end
              (local.set $in (i32.add (local.get $in) (i32.const 64)))
              (local.set $weights (i32.add (local.get $weights) (i32.const 128)))
              (br_if $inputsOfFour (local.tee $rest (i32.sub (local.get $rest) (i32.const 1)))))
            ;; @repeat R 0 4
            (v128.store offset={32 * R} (local.get $out) (local.get $l{R}))
            (v128.store offset={32 * R + 16} (local.get $out) (local.get $r{R}))
            ;; @end
            (local.set $out (i32.add (local.get $out) (i32.const 128)))
            (br_if $fours (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 128))) (local.get $tall))))
          (local.set $block (i32.add (local.get $block) (i32.shl (local.get $inputs) (i32.const 8))))
          (local.set $corner (i32.add (local.get $corner) (local.get $panel)))
          (local.set $bias (i32.add (local.get $bias) (i32.const 32)))
          (br_if $columns (local.tee $column (i32.sub (local.get $column) (i32.const 1)))))
        (br_if $wides (i32.lt_u (local.tee $begun (i32.add (local.get $begun) (local.get $some))) (local.get $inputs))))
      (local.set $x (i32.add (local.get $x) (local.get $tall)))
      (local.set $y (i32.add (local.get $y) (local.get $tall)))
      (br_if $talls (local.tee $rows (i32.sub (local.get $rows) (i32.shr_u (local.get $tall) (i32.const 5)))))))

  ;; dw = xᵀ dy, laid out as w: four inputs by eight outputs at a time, over four rows.
  (func (export "gradient")
    (param $x i32) (param $dy i32) (param $dw i32) (param $rows i32) (param $inputs i32) (param $outputs i32)
    (local $panel i32) (local $in i32) (local $slope i32) (local $end i32) (local $half i32) (local $left i32) (local $column i32)
    (local $v v128) (local $d0 v128) (local $d1 v128)
    ;; @repeat K 0 4
    (local $l{K} v128) (local $r{K} v128)
    ;; @end
    (local.set $panel (i32.shl (local.get $rows) (i32.const 5)))
    (loop $columns
      (local.set $column (local.get $x))
      (local.set $end (i32.add (local.get $dy) (local.get $panel)))
      (local.set $left (local.get $inputs))
      (loop $eights
        (local.set $half (i32.const 0))
        (loop $halves
          ;; @repeat K 0 4
          (local.set $l{K} (v128.const f32x4 0 0 0 0))
          (local.set $r{K} (v128.const f32x4 0 0 0 0))
          ;; @end
          (local.set $in (i32.add (local.get $column) (local.get $half)))
          (local.set $slope (local.get $dy))
          (loop $fours
            ;; @repeat R 0 4
            (local.set $d0 (v128.load offset={32 * R} (local.get $slope)))
            (local.set $d1 (v128.load offset={32 * R + 16} (local.get $slope)))
            ;; @repeat K 0 4
            (local.set $v (v128.load32_splat offset={32 * R + 4 * K} (local.get $in)))
            (local.set $l{K} (fma (local.get $v) (local.get $d0) (local.get $l{K})))
            (local.set $r{K} (fma (local.get $v) (local.get $d1) (local.get $r{K})))
            ;; @end
            ;; @end
            (local.set $in (i32.add (local.get $in) (i32.const 128)))
            (br_if $fours (i32.lt_u (local.tee $slope (i32.add (local.get $slope) (i32.const 128))) (local.get $end))))
          ;; @repeat K 0 4
          (v128.store offset={32 * K} (local.get $dw) (local.get $l{K}))
          (v128.store offset={32 * K + 16} (local.get $dw) (local.get $r{K}))
          ;; @end
          (local.set $dw (i32.add (local.get $dw) (i32.const 128)))
          (br_if $halves (i32.eq (local.tee $half (i32.add (local.get $half) (i32.const 16))) (i32.const 16))))
        (local.set $column (i32.add (local.get $column) (local.get $panel)))
        (br_if $eights (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $dy (local.get $end))
      (br_if $columns (local.tee $outputs (i32.sub (local.get $outputs) (i32.const 1))))))

  ;; db: the sums of the columns of dy.
  (func (export "sums") (param $dy i32) (param $db i32) (param $rows i32) (param $panels i32)
    (local $left i32) (local $l v128) (local $r v128)
    (loop $columns
      (local.set $l (v128.const f32x4 0 0 0 0))
      (local.set $r (v128.const f32x4 0 0 0 0))
      (local.set $left (local.get $rows))
      (loop $down
        (local.set $l (f32x4.add (local.get $l) (v128.load (local.get $dy))))
        (local.set $r (f32x4.add (local.get $r) (v128.load offset=16 (local.get $dy))))
        (local.set $dy (i32.add (local.get $dy) (i32.const 32)))
        (br_if $down (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $db) (local.get $l))
      (v128.store offset=16 (local.get $db) (local.get $r))
      (local.set $db (i32.add (local.get $db) (i32.const 32)))
      (br_if $columns (local.tee $panels (i32.sub (local.get $panels) (i32.const 1))))))

  ;; wᵀ of weights in panels, in panels: by blocks of eight by eight, each four of four by four.
  (func (export "transpose") (param $w i32) (param $to i32) (param $inputs i32) (param $outputs i32)
    (local $output i32) (local $input i32) (local $block i32) (local $part i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (loop $columns
      (local.set $input (i32.const 0))
      (loop $down
        (local.set $block (i32.add (local.get $to) (i32.shl (i32.add (i32.mul (local.get $input) (local.get $outputs)) (local.get $output)) (i32.const 8))))
        ;; @repeat P 0 4
        ;; @repeat K 0 4
        (local.set ${"abcd"[K]} (v128.load offset={32 * (4 * (P >> 1) + K) + 16 * (P & 1)} (local.get $w)))
        ;; @end
        (local.set $e (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b)))
        (local.set $f (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b)))
        (local.set $g (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d)))
        (local.set $h (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d)))
        ;; @repeat O 0 4
        (v128.store offset={32 * (4 * (P & 1) + O) + 16 * (P >> 1)} (local.get $block)
          (i8x16.shuffle {O & 1 ? "8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31" : "0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23"} (local.get ${"ef"[O >> 1]}) (local.get ${"gh"[O >> 1]})))
        ;; @end
        ;; @end
        (local.set $w (i32.add (local.get $w) (i32.const 256)))
        (br_if $down (i32.lt_u (local.tee $input (i32.add (local.get $input) (i32.const 1))) (local.get $inputs))))
      (br_if $columns (i32.lt_u (local.tee $output (i32.add (local.get $output) (i32.const 1))) (local.get $outputs)))))

  ;; e^x to two units of the last place (Cephes, expf), for x from −87 to 87.
  (func $exp (param $x v128) (result v128)
    (local $n v128) (local $y v128)
    (local.set $x (f32x4.max (f32x4.min (local.get $x) (v128.const f32x4 87 87 87 87)) (v128.const f32x4 -87 -87 -87 -87)))
    (local.set $n (f32x4.nearest (f32x4.mul (local.get $x) (v128.const f32x4 1.44269504 1.44269504 1.44269504 1.44269504))))
    (local.set $x (f32x4.sub (local.get $x) (f32x4.mul (local.get $n) (v128.const f32x4 0.693359375 0.693359375 0.693359375 0.693359375))))
    (local.set $x (f32x4.add (local.get $x) (f32x4.mul (local.get $n) (v128.const f32x4 2.12194440e-4 2.12194440e-4 2.12194440e-4 2.12194440e-4))))
    (local.set $y (v128.const f32x4 1.9875691500e-4 1.9875691500e-4 1.9875691500e-4 1.9875691500e-4))
    ;; @repeat C 0 5
    (local.set $y (fma (local.get $y) (local.get $x) (v128.const f32x4 {Array(4).fill(["1.3981999507e-3", "8.3334519073e-3", "4.1665795894e-2", "1.6666665459e-1", "5.0000001201e-1"][C]).join(" ")})))
    ;; @end
    (local.set $y (f32x4.add (fma (f32x4.mul (local.get $x) (local.get $x)) (local.get $y) (local.get $x)) (v128.const f32x4 1 1 1 1)))
    (f32x4.mul (local.get $y) (i32x4.shl (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $n)) (v128.const i32x4 127 127 127 127)) (i32.const 23))))

  ;; σ(u) = 1 / (1 + e^(−u))
  (func $sigmoid (param $u v128) (result v128)
    (f32x4.div (v128.const f32x4 1 1 1 1) (f32x4.add (v128.const f32x4 1 1 1 1) (call $exp (f32x4.neg (local.get $u))))))

  ;; In place, with the slopes beside, so that going back is one product.
  (func (export "relu") (param $h i32) (param $slope i32) (param $count i32)
    (local $end i32) (local $on v128)
    (local.set $end (i32.add (local.get $h) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (local.set $on (f32x4.gt (v128.load (local.get $h)) (v128.const f32x4 0 0 0 0)))
      (v128.store (local.get $h) (v128.and (v128.load (local.get $h)) (local.get $on)))
      (v128.store (local.get $slope) (v128.and (local.get $on) (v128.const f32x4 1 1 1 1)))
      (local.set $slope (i32.add (local.get $slope) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $h (i32.add (local.get $h) (i32.const 16))) (local.get $end)))))

  ;; t = 2 σ(2h) − 1, slope 1 − t²
  (func (export "tanh") (param $h i32) (param $slope i32) (param $count i32)
    (local $end i32) (local $s v128)
    (local.set $end (i32.add (local.get $h) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (local.set $s (call $sigmoid (f32x4.mul (v128.load (local.get $h)) (v128.const f32x4 2 2 2 2))))
      (local.set $s (f32x4.sub (f32x4.add (local.get $s) (local.get $s)) (v128.const f32x4 1 1 1 1)))
      (v128.store (local.get $h) (local.get $s))
      (v128.store (local.get $slope) (f32x4.sub (v128.const f32x4 1 1 1 1) (f32x4.mul (local.get $s) (local.get $s))))
      (local.set $slope (i32.add (local.get $slope) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $h (i32.add (local.get $h) (i32.const 16))) (local.get $end)))))

  ;; h σ(h), slope σ + h σ (1 − σ)
  (func (export "silu") (param $h i32) (param $slope i32) (param $count i32)
    (local $end i32) (local $s v128) (local $y v128)
    (local.set $end (i32.add (local.get $h) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (local.set $s (call $sigmoid (v128.load (local.get $h))))
      (local.set $y (f32x4.mul (v128.load (local.get $h)) (local.get $s)))
      (v128.store (local.get $h) (local.get $y))
      (v128.store (local.get $slope) (fma (local.get $y) (f32x4.sub (v128.const f32x4 1 1 1 1) (local.get $s)) (local.get $s)))
      (local.set $slope (i32.add (local.get $slope) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $h (i32.add (local.get $h) (i32.const 16))) (local.get $end)))))

  ;; h σ(2u) with u = √(2/π) (h + 0.044715 h³), slope σ + h σ (1 − σ) 2u'
  (func (export "gelu") (param $h i32) (param $slope i32) (param $count i32)
    (local $end i32) (local $s v128) (local $y v128) (local $v v128) (local $square v128)
    (local.set $end (i32.add (local.get $h) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (local.set $v (v128.load (local.get $h)))
      (local.set $square (f32x4.mul (local.get $v) (local.get $v)))
      (local.set $s (call $sigmoid (f32x4.mul (local.get $v)
        (fma (local.get $square) (v128.const f32x4 0.0713548163 0.0713548163 0.0713548163 0.0713548163) (v128.const f32x4 1.5957691216 1.5957691216 1.5957691216 1.5957691216)))))
      (local.set $y (f32x4.mul (local.get $v) (local.get $s)))
      (v128.store (local.get $h) (local.get $y))
      (v128.store (local.get $slope) (fma (f32x4.mul (local.get $y) (f32x4.sub (v128.const f32x4 1 1 1 1) (local.get $s)))
        (fma (local.get $square) (v128.const f32x4 0.2140644490 0.2140644490 0.2140644490 0.2140644490) (v128.const f32x4 1.5957691216 1.5957691216 1.5957691216 1.5957691216))
        (local.get $s)))
      (local.set $slope (i32.add (local.get $slope) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $h (i32.add (local.get $h) (i32.const 16))) (local.get $end)))))

  ;; One row of Σ softplus(l) − x l, nats, with d = (σ(l) − x) · scale. A logarithm is taken once for 32 panels, of the product.
  (func (export "bernoulli") (param $l i32) (param $x i32) (param $d i32) (param $panel i32) (param $panels i32) (param $scale f32) (result f64)
    (local $sum v128) (local $product v128) (local $logit v128) (local $pixel v128) (local $e v128) (local $run i32) (local $total f64)
    (local.set $product (v128.const f32x4 1 1 1 1))
    (loop $all
      ;; @repeat H 0 2
      (local.set $logit (v128.load offset={16 * H} (local.get $l)))
      (local.set $pixel (v128.load offset={16 * H} (local.get $x)))
      (local.set $e (call $exp (f32x4.neg (f32x4.abs (local.get $logit)))))
      (local.set $sum (f32x4.add (local.get $sum) (f32x4.sub (f32x4.max (local.get $logit) (v128.const f32x4 0 0 0 0)) (f32x4.mul (local.get $pixel) (local.get $logit)))))
      (local.set $product (f32x4.mul (local.get $product) (f32x4.add (local.get $e) (v128.const f32x4 1 1 1 1))))
      (v128.store offset={16 * H} (local.get $d) (f32x4.mul (f32x4.splat (local.get $scale)) (f32x4.sub
        (f32x4.div (v128.bitselect (local.get $e) (v128.const f32x4 1 1 1 1) (f32x4.lt (local.get $logit) (v128.const f32x4 0 0 0 0))) (f32x4.add (local.get $e) (v128.const f32x4 1 1 1 1)))
        (local.get $pixel))))
      ;; @end
      (local.set $l (i32.add (local.get $l) (local.get $panel)))
      (local.set $x (i32.add (local.get $x) (local.get $panel)))
      (local.set $d (i32.add (local.get $d) (local.get $panel)))
      (local.set $panels (i32.sub (local.get $panels) (i32.const 1)))
      (if (i32.or (i32.eqz (local.get $panels)) (i32.eq (local.tee $run (i32.add (local.get $run) (i32.const 1))) (i32.const 32)))
        (then
          (local.set $total (f64.add (local.get $total) (call $log (f64.mul
            (f64.mul (f64.promote_f32 (f32x4.extract_lane 0 (local.get $product))) (f64.promote_f32 (f32x4.extract_lane 1 (local.get $product))))
            (f64.mul (f64.promote_f32 (f32x4.extract_lane 2 (local.get $product))) (f64.promote_f32 (f32x4.extract_lane 3 (local.get $product))))))))
          (local.set $product (v128.const f32x4 1 1 1 1))
          (local.set $run (i32.const 0))))
      (br_if $all (local.get $panels)))
    (f64.add (local.get $total) (call $across (local.get $sum))))

  ;; The sum of four lanes.
  (func $across (param $v v128) (result f64)
    (f64.add
      (f64.add (f64.promote_f32 (f32x4.extract_lane 0 (local.get $v))) (f64.promote_f32 (f32x4.extract_lane 1 (local.get $v))))
      (f64.add (f64.promote_f32 (f32x4.extract_lane 2 (local.get $v))) (f64.promote_f32 (f32x4.extract_lane 3 (local.get $v))))))

  ;; a ⊙ b, in the place of a.
  (func (export "multiply") (param $a i32) (param $b i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (v128.store (local.get $a) (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b))))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $end)))))

  ;; a + s (b − a), in the place of a.
  (func (export "lerp") (param $a i32) (param $b i32) (param $count i32) (param $share f32)
    (local $end i32)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (v128.store (local.get $a) (fma (f32x4.sub (v128.load (local.get $b)) (v128.load (local.get $a))) (f32x4.splat (local.get $share)) (v128.load (local.get $a))))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $end)))))

  ;; a + b, in the place of a.
  (func (export "add") (param $a i32) (param $b i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (v128.store (local.get $a) (f32x4.add (v128.load (local.get $a)) (v128.load (local.get $b))))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $end)))))

  ;; Σ a², by parts that keep their digits.
  (func (export "squares") (param $a i32) (param $count i32) (result f64)
    (local $end i32) (local $stop i32) (local $sum v128) (local $total f64)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 2))))
    (loop $parts
      (local.set $stop (i32.add (local.get $a) (i32.const 4096)))
      (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (loop $all
        (local.set $sum (fma (v128.load (local.get $a)) (v128.load (local.get $a)) (local.get $sum)))
        (br_if $all (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $stop))))
      (local.set $total (f64.add (local.get $total) (call $across (local.get $sum))))
      (br_if $parts (i32.lt_u (local.get $a) (local.get $end))))
    (local.get $total))

  ;; Adam (Kingma & Ba, arXiv:1412.6980, algorithm 1), with decoupled weight decay: g is scaled first, m and v are moved, and
  ;; w ← decay · w − rate · m / (√v · root + 1e-8), where rate and root carry the corrections of the step, and shares are 1 − β.
  (func (export "adam")
    (param $w i32) (param $g i32) (param $m i32) (param $v i32) (param $count i32)
    (param $scale f32) (param $decay f32) (param $share1 f32) (param $beta2 f32) (param $share2 f32) (param $rate f32) (param $root f32)
    (local $end i32) (local $slope v128) (local $mean v128) (local $square v128)
    (local.set $end (i32.add (local.get $w) (i32.shl (local.get $count) (i32.const 2))))
    (loop $all
      (local.set $slope (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale))))
      (local.set $mean (v128.load (local.get $m)))
      (local.set $mean (f32x4.add (local.get $mean) (f32x4.mul (f32x4.sub (local.get $slope) (local.get $mean)) (f32x4.splat (local.get $share1)))))
      (local.set $square (f32x4.add
        (f32x4.mul (v128.load (local.get $v)) (f32x4.splat (local.get $beta2)))
        (f32x4.mul (f32x4.mul (local.get $slope) (local.get $slope)) (f32x4.splat (local.get $share2)))))
      (v128.store (local.get $m) (local.get $mean))
      (v128.store (local.get $v) (local.get $square))
      (v128.store (local.get $w) (f32x4.sub
        (f32x4.mul (v128.load (local.get $w)) (f32x4.splat (local.get $decay)))
        (f32x4.div (f32x4.mul (local.get $mean) (f32x4.splat (local.get $rate)))
          (f32x4.add (f32x4.mul (f32x4.sqrt (local.get $square)) (f32x4.splat (local.get $root))) (v128.const f32x4 1e-8 1e-8 1e-8 1e-8)))))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (local.set $m (i32.add (local.get $m) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (br_if $all (i32.lt_u (local.tee $w (i32.add (local.get $w) (i32.const 16))) (local.get $end))))))
