import { describe, expect, it } from "vitest";
import { grad, matmul, mul, scan, sum, type Tensor, tanh, transpose, zeros } from "../tensor/index.js";
import { engineMemory } from "./compile.js";
import { explain } from "./explain.js";

describe("explain", () => {
  it("shows the program, what was fused, and the memory", () => {
    const loss = (w: Tensor, x: Tensor, y: Tensor) => {
      const error = tanh(matmul(x, w)).sub(y);
      return mul(error, error).mean();
    };
    const text = explain(grad(loss), zeros([4, 3]), zeros([20, 4]), zeros([20, 3]));
    expect(`\n${text}\n`).toMatchInlineSnapshot(`
      "
      program
        inputs %0: float32[4, 3], %1: float32[20, 4], %2: float32[20, 3]
        %3: float32[] = constant 1
        %4: float32[] = constant 0.01666666753590107
        %5: float32[20, 3] = broadcast shape=[20,3] %3
        %6: float32[20, 3] = broadcast shape=[20,3] %4
        %7: float32[20, 3] = matmul %1 %0
        %8: float32[20, 3] = tanh %7
        %9: float32[20, 3] = sub %5 %8
        %10: float32[20, 3] = add %5 %8
        %11: float32[20, 3] = mul %9 %10
        %12: float32[20, 3] = sub %8 %2
        %13: float32[20, 3] = mul %6 %12
        %14: float32[20, 3] = add %13 %13
        %15: float32[20, 3] = mul %14 %11
        %16: float32[4, 20] = transpose permutation=[1,0] %1
        %17: float32[4, 3] = matmul %16 %15
        return %17

      plan: 3 kernel calls, 1.44 kFLOP, 1.38 KiB read, 528 B written
           kernel  over               operations                        reads      writes   read  written  FLOP
        1  matmul  [20, 4] · [4, 3]                                     %1 %0      matmul  368 B    240 B   480
        2  loop    [20, 3]            tanh sub add mul sub mul add mul  matmul %2  mul     480 B    240 B   480
        3  matmul  [4, 20] · [20, 3]                                    %1 mul     matmul  560 B     48 B   480

      memory: 896 B arena for 6 values of 1.11 KiB, 8 B constants, 0 B kept from call to call
          largest values
          %1              float32[80]  320 B
          %2              float32[60]  240 B
          matmul          float32[60]  240 B
          mul             float32[60]  240 B
          %0              float32[12]   48 B
      "
    `);
  });

  it("shows loops with the kernels of one turn, and counts all turns", () => {
    const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => [tanh(h.add(x)), sum(matmul(h, transpose(h)))];
    const f = (h: Tensor, xs: Tensor) => scan(step, h, xs, { reverse: true });
    const text = explain(f, zeros([2, 2]), zeros([5, 2, 2]));
    expect(`\n${text}\n`).toMatchInlineSnapshot(`
      "
      program
        inputs %0: float32[2, 2], %1: float32[5, 2, 2]
        %2: float32[2, 2], %3: float32[5] = scan numConsts=0 numCarry=1 length=5 reverse=true %0 %1
          inputs %0: float32[2, 2], %1: float32[2, 2]
          %2: float32[2, 2] = add %0 %1
          %3: float32[2, 2] = tanh %2
          %4: float32[2, 2] = transpose permutation=[1,0] %0
          %5: float32[2, 2] = matmul %0 %4
          %6: float32[] = sum axes=[0,1] %5
          return %3, %6
        return %2, %3

      plan: 31 kernel calls, 140 FLOP, 596 B read, 376 B written
             kernel     over                    operations  reads       writes  read  written  FLOP
        1    loop       [2, 2]                  copy        %0          carry   16 B     16 B     0
        2    scan       5 turns, from the last
        2.1  loop       [2, 2]                  add tanh    carry %1    tanh    32 B     16 B     8
        2.2  transpose  [2, 2]                              carry       copy    16 B     16 B     0
        2.3  matmul     [2, 2] · [2, 2]                     carry copy  matmul  32 B     16 B    16
        2.4  loop       [2, 2]                  sum[0, 1]   matmul      sum     16 B      4 B     4
        2.5  loop       []                      copy        sum         scan     4 B      4 B     0
        2.6  loop       [2, 2]                  copy        tanh        carry   16 B     16 B     0

      memory: 448 B arena for 5 values of 324 B, 0 B constants, 0 B kept from call to call
          largest values
          loop            float32[48]  192 B
          %1              float32[20]   80 B
          scan            float32[5]    20 B
          %0              float32[4]    16 B
          carry           float32[4]    16 B
      "
    `);
  });

  it("of a function without kernels says so", () => {
    expect(explain((x: Tensor) => x, zeros([2]))).toContain(
      "plan: 0 kernel calls, 0 FLOP, 0 B read, 0 B written",
    );
  });

  it("takes no memory, however large the plan", () => {
    const before = engineMemory();
    explain((x: Tensor) => matmul(x, x).sum(), zeros([3000, 3000]));
    expect(engineMemory()).toBe(before);
  });
});
