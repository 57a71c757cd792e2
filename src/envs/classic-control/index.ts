/** The four tasks of classic control, with Gymnasium's constants. */
export { Acrobot, acrobotRules } from "./acrobot.js";
export { CartPole, cartPoleRules } from "./cart-pole.js";
export { MountainCar, mountainCarRules } from "./mountain-car.js";
export { Pendulum, pendulumRules } from "./pendulum.js";
