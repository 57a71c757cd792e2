import { examplePage } from "../../tools/example-page.js";

export default examplePage(import.meta.url);
