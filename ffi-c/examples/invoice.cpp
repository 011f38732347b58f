// Reads an invoice: invoice <path or URL> <model id>
//
// The API key is taken from MINDEE_V2_API_KEY.
#include <iostream>

#include "mindee.hpp"

static void show(const char *name, mindee::Value value) {
    if (value.missing()) return;
    std::cout << name << ": ";
    if (auto text = value.text()) {
        std::cout << *text << "\n";
    } else {
        std::cout << *value.json() << "\n";
    }
}

int main(int count, char **arguments) try {
    if (count != 3) {
        std::cerr << "usage: " << arguments[0] << " <path or URL> <model id>\n";
        return 2;
    }
    mindee::Client client;
    auto result = client.extraction().run(arguments[1], {{"model_id", arguments[2]}});

    auto fields = result.fields();
    for (auto name : {"supplier_name", "invoice_number", "date", "currency", "total_amount"}) {
        show(name, fields[name]["value"]);
    }
    auto items = fields["line_items"]["items"];
    std::cout << "line_items: " << items.size() << "\n";
    show("line_item_1", items[0]["fields"]["description"]["value"]);
    return 0;
} catch (const mindee::Error &error) {
    std::cerr << error.what() << "\n";
    return 1;
}
