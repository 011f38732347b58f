"""Reads an invoice: python invoice.py <path> <model id>

The key and the address come from MINDEE_V2_API_KEY and MINDEE_V2_BASE_URL.
"""

import sys

import mindee_core


def main(path: str, model_id: str) -> None:
    with mindee_core.Client() as client:
        fields = client.extraction.run(path, model_id=model_id).result.fields
    for name in ("supplier_name", "invoice_number", "date", "currency", "total_amount"):
        print(f"{name}: {fields[name].value}")
    items = fields["line_items"].items
    print(f"line_items: {len(items)}")
    print(f"line_item_1: {items[0]['description'].value}")


try:
    main(*sys.argv[1:])
except mindee_core.MindeeError as error:
    sys.exit(str(error))
