// The directives of facts that the page's fold knows.
import { KNOWN } from "../../../server/web/source/fold.js";

for (const directive of KNOWN) console.log(JSON.stringify(directive));
