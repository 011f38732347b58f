// The lines that the README shows.
#include <iostream>

#include "mindee.hpp"

int main() try {
    mindee::Client client;
    auto result = client.extraction().run(
        "invoice.pdf", {{"model_id", "6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71"}});
    auto total = result.fields()["total_amount"]["value"].number();
    if (total) std::cout << *total << "\n";
    return 0;
} catch (const mindee::Error &error) {
    std::cerr << error.what() << "\n";
    return 1;
}
