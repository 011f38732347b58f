// The same types by `require`.
import mindee = require("mindee-core");

const client: mindee.Client = new mindee.Client({ apiKey: "md_x" });
// @ts-expect-error: there is no such name
new mindee.Clients();
