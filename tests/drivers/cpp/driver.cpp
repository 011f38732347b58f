// Plays requests over the C++ interface; the protocol is in tests/drivers/README.md.
#include <fstream>
#include <iostream>

#include "lines.hpp"

static mindee::Source open(const Fields &fields) {
    const std::string &kind = fields[1], &value = fields[2];
    std::optional<std::string_view> name;
    if (!fields[3].empty()) name = fields[3];
    if (kind == "path") return mindee::Source::path(value);
    if (kind == "url") return mindee::Source::url(value);
    if (kind == "base64") return mindee::Source::base64(value, name);
    if (kind == "text") return mindee::Source(value);
    std::ifstream file(value, std::ios::binary);
    if (kind == "reader") return mindee::Source::stream(std::move(file), name);
    return mindee::Source::moved(
        std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()), name);
}

template <typename Answer>
static void report(const Answer &answer, const std::vector<std::string> &pointers) {
    for (const auto &pointer : pointers) {
        std::cout << "value\t" << encoded(pointer) << '\t'
                  << encoded(answer.at(pointer).json().value_or("missing")) << '\n';
    }
}

static mindee::Product product_of(const mindee::Client &client, const std::string &slug) {
    if (slug == "split") return client.split();
    if (slug == "crop") return client.crop();
    if (slug == "classification") return client.classification();
    return slug == "ocr" ? client.ocr() : client.extraction();
}

static void play(const std::vector<Fields> &request) {
    mindee::Options client_options, options;
    std::optional<mindee::Source> source;
    std::string call, slug, id;
    std::vector<std::string> pointers;
    for (const auto &line : request) {
        if (line[0] == "client") client_options.set(line[1], line[2]);
        // What scenarios give as null is not given.
        if (line[0] == "option" && line[2] != "null") options.set(line[1], line[2]);
        if (line[0] == "source") source = open(line);
        if (line[0] == "call") call = line[1];
        if (line[0] == "product") slug = line[1];
        if (line[0] == "id") id = line[1];
        if (line[0] == "read") pointers.push_back(line[1]);
    }
    const auto say_result = [&](const mindee::Result &result) {
        std::cout << "body\t" << encoded(result.bytes()) << '\n';
        report(result, pointers);
    };
    const auto say_job = [&](const mindee::Job &job) {
        std::cout << "body\t" << encoded(job.bytes()) << '\n';
        std::cout << "about\tresume_token\t" << encoded(job.resume_token()) << '\n';
        report(job, pointers);
    };
    const mindee::Client client(client_options);
    const mindee::Product product = product_of(client, slug);
    if (call == "run") say_result(product.run(*source, options));
    if (call == "enqueue") say_job(product.enqueue(*source, options));
    if (call == "result") say_result(product.result(id, options));
    if (call == "jobs.get") say_job(client.jobs().get(id, options));
    if (call == "jobs.wait") say_job(client.jobs().wait(id, options));
    if (call == "jobs.result") say_result(client.jobs().result(id, options));
    if (call == "models.search") {
        std::optional<mindee::Result> last;
        for (const auto &page : client.models().search(std::move(options))) {
            std::cout << "body\t" << encoded(page.bytes()) << '\n';
            last = page;
        }
        report(*last, pointers);
    }
}

int main() {
    std::cout << "ready\tcpp\t" << mindee::detail::out(mindee_version()) << std::endl;
    std::vector<Fields> request;
    for (std::string line; std::getline(std::cin, line);) {
        if (line != "go") {
            request.push_back(fields_of(line));
            continue;
        }
        try {
            play(request);
        } catch (const mindee::Error &error) {
            std::cout << "error\t" << encoded(error.payload()) << '\t'
                      << static_cast<int>(error.category()) << "\tmindee::Error\t"
                      << error.body().has_value() << '\n';
        }
        std::cout << "done" << std::endl;
        request.clear();
    }
    return 0;
}
