// Plays the rows of tests/vectors/webhook.json, told by lines as the drivers are told theirs:
// body, header, secret, largest and unsigned, then `go`; or `sign <body> <secret>`.
#include <iostream>

#include "../../../tests/drivers/cpp/lines.hpp"

struct Row {
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<std::string> secrets;
    mindee::Options options;
    bool is_unsigned = false;
};

static void take(Row &row, const Fields &fields) {
    if (fields[0] == "body") row.body = fields[1];
    if (fields[0] == "header") row.headers.emplace_back(fields[1], fields[2]);
    if (fields[0] == "secret") row.secrets.push_back(fields[1]);
    if (fields[0] == "largest") row.options.set("largest", fields[1]);
    if (fields[0] == "unsigned") row.is_unsigned = true;
}

static void play(const Row &row) {
    const auto delivery =
        row.is_unsigned ? mindee::webhook::unwrap_unsigned(row.body, row.options)
                        : mindee::webhook::unwrap(row.body, row.headers, row.secrets, row.options);
    const bool failed = delivery.kind() == mindee::Payload::failure;
    const auto secret = delivery.secret();
    std::cout << "delivery\t" << (failed ? "failure" : "result") << '\t'
              << encoded(delivery.inference_id()) << '\t'
              << (secret ? std::to_string(*secret) : "none") << '\t' << encoded(delivery.bytes())
              << '\n';
}

int main() {
    Row row;
    for (std::string line; std::getline(std::cin, line);) {
        const Fields fields = fields_of(line);
        try {
            if (fields[0] == "sign") {
                const auto signature = mindee::webhook::sign(fields[1], fields[2]);
                std::cout << "signature\t" << signature << '\n';
            } else if (fields[0] == "go") {
                const Row given = std::exchange(row, Row());
                play(given);
            } else {
                take(row, fields);
            }
        } catch (const mindee::Error &error) {
            std::cout << "error\t" << encoded(error.code()) << '\t'
                      << (error.body() ? "kept" : "none") << '\n';
        }
    }
    return 0;
}
