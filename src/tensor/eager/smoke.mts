import { tensor, matmul, conv2d, full, cumprod, maxPool, sum } from "../ops/index.js";
const a = tensor([[1,2],[3,4]],{dtype:"float64"});
console.log(matmul(a,a).toArray(), cumprod(a,1).toArray(), sum(a,0).toArray());
const x = full([10,28,28,64],0.5,"float64"), f = full([3,3,64,64],0.1,"float64");
let t=performance.now(); conv2d(x,f,{stride:2}); console.log("conv", performance.now()-t, "ms for MFLOP", 2*10*14*14*9*64*64/1e6);
t=performance.now(); conv2d(x,f,{stride:2}); console.log("conv", performance.now()-t);
t=performance.now(); const y=x.add(x).mul(x).exp(); console.log("elem", x.size, performance.now()-t);
t=performance.now(); y.sum([0,1,2]); y.sum(3); y.max([0,1,2]); console.log("sum", performance.now()-t);
