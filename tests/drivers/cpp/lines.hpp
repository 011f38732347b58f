// The line protocol: fields between tabs, each percent-encoded.
#ifndef LINES_HPP
#define LINES_HPP

#include <sstream>
#include <string>
#include <vector>

#include "mindee.hpp"

using Fields = std::vector<std::string>;

inline std::string decoded(const std::string &field) {
    std::string text;
    for (std::size_t at = 0; at < field.size(); ++at) {
        if (field[at] == '%') {
            text += static_cast<char>(std::stoi(field.substr(at + 1, 2), nullptr, 16));
            at += 2;
        } else {
            text += field[at];
        }
    }
    return text;
}

inline std::string encoded(std::string_view text) {
    static const std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    static const char *digits = "0123456789ABCDEF";
    std::string field;
    for (const char byte : text) {
        const auto number = static_cast<unsigned char>(byte);
        if (plain.find(byte) != std::string_view::npos) {
            field += byte;
        } else {
            field += {'%', digits[number / 16], digits[number % 16]};
        }
    }
    return field;
}

inline Fields fields_of(const std::string &line) {
    std::istringstream rest(line);
    Fields fields;
    for (std::string field; std::getline(rest, field, '\t');) fields.push_back(decoded(field));
    fields.resize(4);
    return fields;
}

#endif
